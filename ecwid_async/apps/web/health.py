"""`Health`: whether a process lives, and whether it can serve. Nothing is sent to Ecwid."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import anyio
import msgspec
from attrs import asdict

from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.inbox import InboxStatus
from ecwid_async.apps.web.background import BackgroundStatus
from ecwid_async.apps.web.service import Service
from ecwid_async.client import Ecwid
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_number

__all__ = ["Health", "HealthReport"]

T = TypeVar("T")


class _Inbox(Protocol):
    async def status(self) -> InboxStatus: ...


@frozen(kw_only=True)
class HealthReport:
    """The state of a process. It has counts and names of classes, and nothing of any store.

    `problems` says why it is not ready. `quarantined_stores` counts the stores whose calls fail at once; None if that
    is unknown.
    """

    problems: tuple[str, ...]
    background: tuple[BackgroundStatus, ...] = ()
    inbox: InboxStatus | None = None
    quarantined_stores: int | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the process can serve."""
        return not self.problems


class Health:
    """Health checks of a process, for its routes: ``{"/healthz": health.live, "/readyz": health.ready}``.

    `live` responds with 200 as long as the event loop runs, and with 503 if what the `service` runs in the background
    has ended for good, so that the process has to be started again. `ready` responds with 200 if the process can serve,
    else with 503: the `service` is started and runs, the `inbox` can be reached within `timeout` seconds, and no event
    in it is older than `max_age` seconds, if that is set. Quarantined stores of `ecwid` are counted.

    A check costs no quota and sends nothing to Ecwid. Its result is used for `keep` seconds, so that frequent checks
    cost no more than one query each second. Raises `ConfigError` for an invalid number.
    """

    def __init__(
        self,
        *,
        service: Service | None = None,
        inbox: _Inbox | None = None,
        ecwid: Ecwid | None = None,
        max_age: float | None = None,
        timeout: float = 2.0,
        keep: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_number("timeout", timeout, exclusive=True)
        check_number("keep", keep)
        if max_age is not None:
            check_number("max_age", max_age, exclusive=True)
        self._service = service
        self._inbox = inbox
        self._ecwid = ecwid
        self._max_age = max_age
        self._timeout = timeout
        self._keep = keep
        self._clock = clock
        self._last: tuple[float, HealthReport] | None = None
        self._lock = anyio.Lock()

    async def live(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond to a check of whether the process has to be started again."""
        del request
        ended = self._service is not None and self._service.started and not self._service.alive
        return _response(503 if ended else 200, {"status": "ended" if ended else "alive"})

    async def ready(self, request: IncomingRequest) -> OutgoingResponse:
        """Respond to a check of whether the process can serve."""
        del request
        report = await self.report()
        status = "ready" if report.is_ready else "not ready"
        return _response(200 if report.is_ready else 503, {"status": status, **asdict(report)})

    async def report(self) -> HealthReport:
        """Check the process, or return the result of a moment ago."""
        async with self._lock:
            if self._last is None or not 0 <= self._clock() - self._last[0] < self._keep:
                report = await self._check()
                self._last = self._clock(), report
            return self._last[1]

    async def _check(self) -> HealthReport:
        problems: list[str] = []
        background: tuple[BackgroundStatus, ...] = ()
        if self._service is not None:
            background = self._service.background_status
            if not self._service.started:
                problems.append("the service is not started")
            problems += [f"{run.name} is not running" for run in background if not run.running]
        inbox = None
        if self._inbox is not None:
            inbox = await self._read(self._inbox.status, "the inbox", problems)
        if self._max_age is not None and inbox is not None and (inbox.oldest_age or 0) > self._max_age:
            problems.append(f"an event waits for more than {self._max_age:g} seconds")
        stores = None
        if self._ecwid is not None:
            # Unknown is no reason to take the process out of service.
            stores = await self._read(self._count_quarantined, "", [])
        return HealthReport(
            problems=tuple(problems),
            background=background,
            inbox=inbox,
            quarantined_stores=stores,
        )

    async def _count_quarantined(self) -> int:
        assert self._ecwid is not None  # noqa: S101  checked by the caller
        return len({quarantine.store_id for quarantine in await self._ecwid.quarantine()})

    async def _read(self, read: Callable[[], Awaitable[T]], name: str, problems: list[str]) -> T | None:
        try:
            with anyio.fail_after(self._timeout):
                return await read()
        except Exception as error:
            # Messages of databases may have addresses and passwords.
            problems.append(f"{name} can't be read ({type(error).__name__})")
            return None


def _response(status: int, data: dict[str, object]) -> OutgoingResponse:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return OutgoingResponse(status, headers, msgspec.json.encode(data))
