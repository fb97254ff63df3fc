"""The checks of ``ecwid doctor``: settings, connection, token, clock, scopes, plan, answers, models."""

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

from attrs import evolve, frozen

from ecwid_async.cli.exit_codes import exit_code
from ecwid_async.cli.probe import Outcome, Survey, public_code
from ecwid_async.cli.store import Source, lacking
from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import APIError, ConfigError, InvalidToken, MissingScope, StoreSuspended, TransportError
from ecwid_async.transport import Quota, RetryPolicy, parse_error, parse_http_date
from ecwid_async.wire import Event, EventKind, Response

__all__ = ["Check", "Checkup", "State"]

_CONNECT_SECONDS: Final = 10.0
_SKEW_SECONDS: Final = 30.0
_NETWORK: Final = 4
_SETTINGS: Final = 2


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen
class Check:
    """What was found, and what to do about it. `code` is the exit code of a failure."""

    name: str
    state: State
    said: str
    todo: str = ""
    code: int = 0


class Checkup:
    """Runs the checks, up to the first whose failure makes the rest pointless.

    `sample` is how many items of each list are looked at. `told` hears what is asked next, `clock` gives Unix seconds.
    """

    def __init__(
        self,
        source: Source,
        *,
        sample: int = 20,
        told: Callable[[str], None] = lambda what: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.checks: list[Check] = []
        self.survey: Survey | None = None
        self._source = source
        self._sample = sample
        self._told = told
        self._clock = clock
        self._seconds: list[float] = []

    @property
    def code(self) -> int:
        """The exit code: 0 where nothing failed, else that of the first failure."""
        return next((check.code for check in self.checks if check.state is State.FAIL), 0)

    async def run(self) -> None:
        """Check."""
        try:
            ecwid = Ecwid(
                transport=self._source.transport,
                # An embedded store has nobody else to protect.
                quota=Quota() if self._source.transport is None else None,
                events=self._heard,
                # Somebody waits for this: better to hear of a rate limit than to sit it out.
                retry=RetryPolicy(attempts=3, patience=5.0),
            )
            store = ecwid.store(self._source.store_id, self._source.token)
        except ConfigError as error:
            said = lacking(self._source) or str(error)
            self._fail("settings", said, "Set it, or use the demo store: --sandbox.", _SETTINGS)
            return
        async with ecwid:
            self._settings(ecwid, store)
            if await self._connection(ecwid) and await self._token(store):
                await self._survey(ecwid, store)

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.ATTEMPT_ENDED and event.status is not None and event.seconds is not None:
            self._seconds.append(event.seconds)

    # What a check found.

    def _ok(self, name: str, said: str) -> None:
        self._add(Check(name, State.OK, said))

    def _warn(self, name: str, said: str, todo: str) -> None:
        self._add(Check(name, State.WARN, said, todo))

    def _fail(self, name: str, said: str, todo: str, code: int) -> None:
        self._add(Check(name, State.FAIL, said, todo, code))

    def _add(self, check: Check) -> None:
        # Whatever an error says, of a proxy for instance: the token is not shown.
        token = self._source.token or os.environ.get("ECWID_TOKEN") or "***"
        self.checks.append(evolve(check, said=check.said.replace(token, "***")))

    # The checks.

    def _settings(self, ecwid: Ecwid, store: Store) -> None:
        if self._source.transport is not None:
            self._ok("settings", f"demo store {store.store_id} inside this command")
        elif os.environ.get("ECWID_TOKEN", "").startswith("public_"):
            said = f"store {store.store_id} at {ecwid.base_url}, with a public token"
            self._warn("settings", said, "It reads what visitors may see; for the rest set a secret_ token.")
        else:
            self._ok("settings", f"store {store.store_id} at {ecwid.base_url}")

    async def _connection(self, ecwid: Ecwid) -> bool:
        if self._source.transport is not None:
            self._ok("connection", "none needed")
            return True
        parts = urlsplit(ecwid.base_url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._told(f"{host}:{port}")
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found = loop.time()
                context = ssl.create_default_context() if secure else None
                _, writer = await asyncio.open_connection(host, port, ssl=context)
        except socket.gaierror:
            todo = "Check the name in ECWID_BASE_URL, the network, and this machine's DNS."
            self._fail("connection", f"no address for {host}", todo, _NETWORK)
        except ssl.SSLError as error:
            todo = "Check this machine's clock and certificates, and whether a proxy is in between."
            reason = getattr(error, "verify_message", "") or error.reason or type(error).__name__
            self._fail("connection", f"{host}:{port} does not prove who it is: {reason}", todo, _NETWORK)
        except TimeoutError:
            todo = "Check the network and its firewall."
            self._fail("connection", f"{host}:{port} is silent for {_CONNECT_SECONDS:.0f} s", todo, _NETWORK)
        except OSError as error:
            said = f"can't connect to {host}:{port}: {error.strerror or type(error).__name__}"
            self._fail("connection", said, "Check ECWID_BASE_URL, the network and its firewall.", _NETWORK)
        else:
            link = writer.get_extra_info("ssl_object")
            name = f", {link.version()}" if link is not None else ""
            connected = loop.time()
            writer.close()
            lookup, rest = _span(found - started), _span(connected - found)
            self._ok("connection", f"{host}: address after {lookup}, connected after another {rest}{name}")
            return True
        return False

    async def _token(self, store: Store) -> bool:
        """SectionRequest for the profile: that tells of token, suspension and clock."""
        request = store.profile.get().request
        self._told(request.options.operation)
        before = self._clock()
        try:
            response = await store.transport.send(request)
        except TransportError as unanswered:
            self._fail("token", f"not checked, {unanswered.reason}", "Try again later.", _NETWORK)
            return False
        except APIError as unsent:
            self._fail("token", f"not checked: {unsent}", "", exit_code(unsent))
            return False
        self._skew(response, (before + self._clock()) / 2)
        if 200 <= response.status < 300:
            self._ok("token", "works")
            return True
        error = parse_error(request, response)
        said = f"{response.status} {public_code(error) or ''}".strip()
        match error:
            case MissingScope():
                self._ok("token", "works, though not for the profile")
                return True
            case InvalidToken():
                todo = "Check ECWID_STORE_ID and ECWID_TOKEN; reinstall the app for a new token."
                self._fail("token", f"refused: {said}", todo, exit_code(error))
            case StoreSuspended():
                todo = "The store's owner has to settle that with Ecwid; no call works until then."
                self._fail("plan", f"the store is suspended: {said}", todo, exit_code(error))
            case _:
                self._fail("token", f"not checked, the profile answers {said}", error.hint, exit_code(error))
        return False

    def _skew(self, response: Response, now: float) -> None:
        date = parse_http_date(response.headers.get("date", ""))
        if date is None:
            self._warn("clock", "not compared: the answer has no date", "Look at this machine's clock yourself.")
            return
        # It is cut to whole seconds: half of one more is the best guess.
        skew = now - (date.timestamp() + 0.5)
        if abs(skew) <= _SKEW_SECONDS:
            self._ok("clock", f"this one is within {max(1, round(abs(skew)))} s of the server's")
        else:
            way = "ahead of" if skew > 0 else "behind"
            todo = "Set it by NTP: what asks for changes since a moment misses some, or reads some twice."
            self._warn("clock", f"this one is {_duration(abs(skew))} {way} the server's", todo)

    async def _survey(self, ecwid: Ecwid, store: Store) -> None:
        self.survey = survey = Survey(store, ecwid.codec, sample=self._sample, told=self._told)
        await survey.run()
        self._scopes(survey)
        self._plan(survey)
        self._answers(survey)
        self._models(survey)

    def _scopes(self, survey: Survey) -> None:
        granted = ", ".join(sorted(survey.granted)) or "none"
        refused = survey.sections(Outcome.REFUSED)
        if not refused:
            self._ok("scopes", f"seems to have every scope that reading needs: {granted}")
            return
        lacking = ", ".join(sorted(survey.lacking)) or "some"
        self._warn(
            "scopes",
            f"seems to have {granted}, and to lack {lacking}: it can't read all of {', '.join(refused)}",
            "Where the app needs that, add the scopes to its settings and have the store's owner approve it again.",
        )

    def _plan(self, survey: Survey) -> None:
        unpaid = survey.sections(Outcome.UNPAID)
        if unpaid:
            self._warn("plan", f"does not have all of {', '.join(unpaid)}", "Upgrade the store's plan to use them.")
        else:
            self._ok("plan", "not suspended, and has everything that was asked for")

    def _answers(self, survey: Survey) -> None:
        failed = [probe for probe in survey.probes if probe.outcome is Outcome.FAILED]
        speed = f", half of them within {_span(median(self._seconds))}" if self._seconds else ""
        if not failed:
            self._ok("answers", f"{len(survey.probes)} endpoints asked, {survey.items:,} items read{speed}")
            return
        named = ", ".join(f"{probe.endpoint} ({probe.status or probe.code})" for probe in failed)
        self._warn("answers", f"{len(failed)} of {len(survey.probes)} endpoints failed: {named}", "Try again later.")

    def _models(self, survey: Survey) -> None:
        if survey.unknown or survey.odd:
            said = f"do not know {len(survey.unknown)} of the fields that came, and {len(survey.odd)} have another type"
            todo = "Report the list below to this project. Nothing is lost: what the models don't know is in `extra`."
            self._warn("models", said, todo)
        else:
            self._ok("models", "know every field that came")


def _span(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))} ms" if seconds < 1 else f"{seconds:.1f} s"


def _duration(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
