"""The checks of ``ecwid doctor``: settings, connection, token, clock, scopes, plan, endpoints, models."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable
from enum import StrEnum
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from attrs import evolve

from ecwid_async.cli.exit_codes import exit_code
from ecwid_async.cli.probe import Outcome, Prober, printable_code
from ecwid_async.cli.store import StoreAccess, describe_missing_settings
from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import APIError, ConfigError, InvalidToken, MissingScope, StoreSuspended, TransportError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Quota, RetryPolicy, parse_error, parse_http_date
from ecwid_async.wire import Event, EventKind, Response

__all__ = ["Check", "CheckRunner", "State"]

_CONNECT_TIMEOUT: Final = 10.0
_MAX_CLOCK_SKEW: Final = 30.0
_NETWORK_EXIT_CODE: Final = 4
_SETTINGS_EXIT_CODE: Final = 2


class State(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen
class Check:
    """The result of a check, and what to do about it. `exit_code` is that of a failure, 0 for other states."""

    name: str
    state: State
    message: str
    advice: str = ""
    exit_code: int = 0


class CheckRunner:
    """Runs the checks in order, and stops at a failure that makes the other checks pointless.

    `sample` is the greatest number of items to read from each list. `on_progress` is called with the name of each step.
    `clock` returns Unix seconds. `checks` has the results. `prober` is None if no endpoint was requested.
    """

    def __init__(
        self,
        access: StoreAccess,
        *,
        sample: int = 20,
        on_progress: Callable[[str], None] = lambda step: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.checks: list[Check] = []
        self.prober: Prober | None = None
        self._access = access
        self._sample = sample
        self._on_progress = on_progress
        self._clock = clock
        self._response_times: list[float] = []

    @property
    def exit_code(self) -> int:
        """The exit code of the first failure, 0 if there is none."""
        return next((check.exit_code for check in self.checks if check.state is State.FAIL), 0)

    async def run(self) -> None:
        """Run the checks. Failures are results, not errors."""
        try:
            ecwid = Ecwid(
                base_url=self._access.base_url,
                transport=self._access.transport,
                # No other client uses the embedded store.
                quota=Quota() if self._access.transport is None else None,
                events=self._record_response_time,
                # A person is waiting: report a rate limit instead of waiting for its end.
                retry=RetryPolicy(attempts=3, throttle_timeout=5.0),
            )
            store = ecwid.store(self._access.store_id, self._access.token)
        except ConfigError as error:
            message = describe_missing_settings(self._access) or str(error)
            advice = "Correct this, or use a profile (--profile) or the demo store (--sandbox)."
            self._fail("settings", message, advice, _SETTINGS_EXIT_CODE)
            return
        async with ecwid:
            self._check_settings(ecwid, store)
            if await self._check_connection(ecwid) and await self._check_token(store):
                await self._check_endpoints_and_models(ecwid, store)

    def _record_response_time(self, event: Event) -> None:
        if event.kind is EventKind.ATTEMPT_ENDED and event.status is not None and event.seconds is not None:
            self._response_times.append(event.seconds)

    def _ok(self, name: str, message: str) -> None:
        self._add(Check(name, State.OK, message))

    def _warn(self, name: str, message: str, advice: str) -> None:
        self._add(Check(name, State.WARN, message, advice))

    def _fail(self, name: str, message: str, advice: str, code: int) -> None:
        self._add(Check(name, State.FAIL, message, advice, code))

    def _add(self, check: Check) -> None:
        # A proxy's error may quote the token.
        token = self._access.token or os.environ.get("ECWID_TOKEN") or "***"
        self.checks.append(evolve(check, message=check.message.replace(token, "***")))

    def _check_settings(self, ecwid: Ecwid, store: Store) -> None:
        message = f"store {store.store_id} at {ecwid.base_url}"
        if self._access.profile is not None:
            message += f", profile {self._access.profile}"
        if self._access.transport is not None:
            self._ok("settings", f"demo store {store.store_id} inside this command")
        elif (self._access.token or os.environ.get("ECWID_TOKEN", "")).startswith("public_"):
            advice = "It reads public data only; use a secret_ token for the rest."
            self._warn("settings", f"{message}, with a public token", advice)
        else:
            self._ok("settings", message)

    async def _check_connection(self, ecwid: Ecwid) -> bool:
        if self._access.transport is not None:
            self._ok("connection", "not needed")
            return True
        parts = urlsplit(ecwid.base_url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._on_progress(f"{host}:{port}")
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                resolved = loop.time()
                context = ssl.create_default_context() if secure else None
                _, writer = await asyncio.open_connection(host, port, ssl=context)
        except socket.gaierror:
            advice = "Check the name in the base URL, the network, and this machine's DNS."
            self._fail("connection", f"can't resolve {host}", advice, _NETWORK_EXIT_CODE)
        except ssl.SSLError as error:
            advice = "Check this machine's clock and certificates, and whether there is a proxy in between."
            reason = getattr(error, "verify_message", "") or error.reason or type(error).__name__
            self._fail("connection", f"{host}:{port} has no valid certificate: {reason}", advice, _NETWORK_EXIT_CODE)
        except TimeoutError:
            advice = "Check the network and its firewall."
            self._fail(
                "connection", f"{host}:{port} did not respond for {_CONNECT_TIMEOUT:.0f} s", advice, _NETWORK_EXIT_CODE
            )
        except OSError as error:
            message = f"can't connect to {host}:{port}: {error.strerror or type(error).__name__}"
            self._fail("connection", message, "Check the base URL, the network and its firewall.", _NETWORK_EXIT_CODE)
        else:
            ssl_object = writer.get_extra_info("ssl_object")
            tls_version = f", {ssl_object.version()}" if ssl_object is not None else ""
            connected = loop.time()
            writer.close()
            lookup_time, connect_time = _format_seconds(resolved - started), _format_seconds(connected - resolved)
            self._ok("connection", f"{host}: resolved in {lookup_time}, connected in {connect_time}{tls_version}")
            return True
        return False

    async def _check_token(self, store: Store) -> bool:
        """Request the profile, which shows whether the token works and the store is suspended. Also check the clock."""
        request = store.profile.get().request
        self._on_progress(request.options.operation)
        before = self._clock()
        try:
            response = await store.transport.send(request)
        except TransportError as failure:
            self._fail("token", f"not checked, {failure.reason}", "Try again later.", _NETWORK_EXIT_CODE)
            return False
        except APIError as failure:
            self._fail("token", f"not checked: {failure}", "", exit_code(failure))
            return False
        self._check_clock(response, (before + self._clock()) / 2)
        if 200 <= response.status < 300:
            self._ok("token", "works")
            return True
        error = parse_error(request, response)
        message = f"{response.status} {printable_code(error) or ''}".strip()
        match error:
            case MissingScope():
                self._ok("token", "works, but not for the profile")
                return True
            case InvalidToken():
                advice = "Check the store id and the token; reinstall the app for a new token."
                self._fail("token", f"refused: {message}", advice, exit_code(error))
            case StoreSuspended():
                advice = "The store's owner has to resolve this with Ecwid; no call works until then."
                self._fail("plan", f"the store is suspended: {message}", advice, exit_code(error))
            case _:
                self._fail("token", f"not checked, the profile returns {message}", error.hint, exit_code(error))
        return False

    def _check_clock(self, response: Response, now: float) -> None:
        date = parse_http_date(response.headers.get("date", ""))
        if date is None:
            self._warn("clock", "not compared: the response has no date", "Check this machine's clock yourself.")
            return
        # The header is cut to whole seconds, so add half a second.
        skew = now - (date.timestamp() + 0.5)
        if abs(skew) <= _MAX_CLOCK_SKEW:
            self._ok("clock", f"this machine is within {max(1, round(abs(skew)))} s of the server")
        else:
            direction = "ahead of" if skew > 0 else "behind"
            advice = "Synchronize it (NTP): reading the changes since a time would miss some or repeat some."
            self._warn("clock", f"this machine is {_format_skew(abs(skew))} {direction} the server", advice)

    async def _check_endpoints_and_models(self, ecwid: Ecwid, store: Store) -> None:
        self.prober = prober = Prober(store, ecwid.codec, sample=self._sample, on_progress=self._on_progress)
        await prober.run()
        self._check_scopes(prober)
        self._check_plan(prober)
        self._check_endpoints(prober)
        self._check_models(prober)

    def _check_scopes(self, prober: Prober) -> None:
        others = len(prober.granted_scopes - prober.reading_scopes)
        granted = ", ".join(sorted(prober.reading_scopes)) or "none"
        granted += f" and {others} for other purposes" if others else ""
        has = "seems to have" if prober.reported_scopes is None else "has"
        refused = prober.sections(Outcome.REFUSED)
        if not refused:
            self._ok("scopes", f"{has} every scope needed for reading: {granted}")
            return
        missing = ", ".join(sorted(prober.missing_scopes)) or "some"
        self._warn(
            "scopes",
            f"{has} {granted}, but not {missing}: it can't read all of {', '.join(refused)}",
            "If the app needs them, add the scopes to its settings and have the store's owner approve it again.",
        )

    def _check_plan(self, prober: Prober) -> None:
        unpaid = prober.sections(Outcome.UNPAID)
        if unpaid:
            self._warn("plan", f"does not include all of {', '.join(unpaid)}", "Upgrade the store's plan to use them.")
        else:
            self._ok("plan", "not suspended, and includes everything requested")

    def _check_endpoints(self, prober: Prober) -> None:
        failed = [probe for probe in prober.probes if probe.outcome is Outcome.FAILED]
        speed = f", median {_format_seconds(median(self._response_times))}" if self._response_times else ""
        if not failed:
            self._ok("endpoints", f"{len(prober.probes)} endpoints requested, {prober.item_count:,} items read{speed}")
            return
        named = ", ".join(f"{probe.endpoint} ({probe.status or probe.code})" for probe in failed)
        self._warn("endpoints", f"{len(failed)} of {len(prober.probes)} endpoints failed: {named}", "Try again later.")

    def _check_models(self, prober: Prober) -> None:
        if prober.unknown_fields or prober.type_mismatches:
            unknown, mismatches = len(prober.unknown_fields), len(prober.type_mismatches)
            message = f"lack {unknown} of the received fields, and {mismatches} have another type"
            advice = "Report the list below to this project. Nothing is lost: unknown fields are kept in `extra`."
            self._warn("models", message, advice)
        else:
            self._ok("models", "have every received field")


def _format_seconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))} ms" if seconds < 1 else f"{seconds:.1f} s"


def _format_skew(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
