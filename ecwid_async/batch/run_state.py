"""The settings and the state of one run, shared by its sender, poller and collector."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from attrs import evolve, field

from ecwid_async.batch.journal import Journal
from ecwid_async.batch.options import BatchOptions
from ecwid_async.calls import Channel, current_deadline
from ecwid_async.errors import JobError, Timeout
from ecwid_async.primitives.lazy_attrs import define
from ecwid_async.resources.batches import Batches
from ecwid_async.wire import Lane, Request

__all__ = ["RunState"]

T = TypeVar("T")

_log: Final = logging.getLogger("ecwid_async")
# Seconds. With less time left, no request is sent.
_MIN_TIME: Final = 0.05


@define(eq=False)
class RunState:
    """The settings of one run, and whether it still sends batches.

    New batches have at most `batch_size` calls. Once the run is `stopped`, nothing more is sent. `journal_error` is set
    if the journal could not be written. `clock` and `deadline` are in seconds of the event loop's clock.
    """

    channel: Channel
    options: BatchOptions
    journal: Journal | None
    batch_size: int
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    lane: Lane = Lane.INTERACTIVE
    stopped: bool = False
    journal_error: JobError | None = field(init=False, default=None)
    deadline: float | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        # A deadline of the surroundings limits the whole batch, as its own timeout does.
        limits = [current_deadline(), None if self.options.timeout is None else self.clock() + self.options.timeout]
        self.deadline = min((limit for limit in limits if limit is not None), default=None)

    def record(self, write: Callable[[], T]) -> T | None:
        """Write to the journal. If that fails, the run stops, but keeps the results it has."""
        try:
            return write()
        except JobError as error:
            if self.journal_error is None:
                _log.warning("%s", error)
                self.journal_error = error
            self.stopped = True
            return None

    def seconds_left(self, request: Request, error: type[Timeout]) -> float:
        """Seconds until the deadline, infinite without one. Raises `error` if it has passed, or nearly."""
        left = float("inf") if self.deadline is None else self.deadline - self.clock()
        if left <= _MIN_TIME:
            raise error("the timeout of the whole batch is over", request=request)
        return left

    def status_request(self, ticket: str) -> Request:
        """The request for the status of a batch."""
        request = Batches(self.channel).get(ticket, escaped_json=True).request
        return evolve(request, options=evolve(request.options, lane=self.lane, deadline=self.deadline))
