"""A `Retry` over a scripted transport, on a virtual clock that moves only during sleeps."""

from attrs import define, field

from ecwid_async.errors import OutcomeUnknown
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.retry import Retry, RetryPolicy
from ecwid_async.wire import Event, Options, Request, Response

READ = Request(method="GET", path="/orders", options=Options(operation="GET /orders", repeatable=True))
UNKNOWN = OutcomeUnknown("reset", request=READ)
OK = make_response({"ok": True})


@define
class VirtualClock:
    """A clock that moves only during `sleep`."""

    now: float = 1000.0
    slept: list[float] = field(factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@define
class RetrySetup:
    """A `Retry` over a script of responses, with its clock and its events."""

    inner: MemoryTransport
    clock: VirtualClock
    events: list[Event]
    retry: Retry

    @classmethod
    def of(cls, *script: Response | Exception, policy: RetryPolicy | None = None) -> "RetrySetup":
        inner, clock, events = MemoryTransport(script), VirtualClock(), list[Event]()
        retry = Retry(
            inner,
            policy=policy,
            events=events.append,
            store_id=1003,
            clock=lambda: clock.now,
            sleep=clock.sleep,
            jitter=lambda _, most: most,
        )
        return cls(inner, clock, events, retry)
