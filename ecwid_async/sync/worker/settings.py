"""How a worker waits for jobs, and how soon those of a dead worker are finished."""

from typing import Final

from attrs import field

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_count, check_number

__all__ = ["WorkerSettings"]

# A later heartbeat than this, in intervals, would make a busy worker look dead.
_HEARTBEATS: Final = 2.0


def _hidden(url: object) -> str:
    return "None" if url is None else "'***'"


@frozen(kw_only=True)
class WorkerSettings:
    """The settings of a `Worker`. All times are in seconds. Give all workers of a fleet the same ones.

    - `enqueue_interval`: how often the stores that are due are enqueued, by one of the workers.
    - `poll_interval`: how often a worker looks for jobs by itself. A notification of the database comes before that.
    - `heartbeat`: how often a worker reports that it is alive.
    - `stalled_after`: a worker without a heartbeat for this long counts as dead, and its jobs are finished for it.
    - `rescue_interval`: how often dead workers are looked for, by one of the workers.
    - `listen_url`: the URL of the database for notifications, if that of the mirror leads to a pooler, which does not
      pass them on. The worker also works without notifications.
    - `connections`: the size of the pool for jobs, besides the mirror's own and the one for notifications.

    Raises `ConfigError` for a value out of range.
    """

    enqueue_interval: float = 2.0
    poll_interval: float = 5.0
    heartbeat: float = 10.0
    stalled_after: float = 30.0
    rescue_interval: float = 10.0
    listen_url: str | None = field(default=None, repr=_hidden)
    connections: int = 3

    def __attrs_post_init__(self) -> None:
        for name in ("poll_interval", "heartbeat", "stalled_after"):
            check_number(f"WorkerSettings.{name}", getattr(self, name), exclusive=True)
        # The clock of periodic tasks counts whole seconds.
        for name in ("enqueue_interval", "rescue_interval"):
            check_number(f"WorkerSettings.{name}", getattr(self, name), minimum=1.0)
        check_count("WorkerSettings.connections", self.connections)
        if self.stalled_after < _HEARTBEATS * self.heartbeat:
            raise ConfigError(
                "WorkerSettings.stalled_after is less than two heartbeats: a slow worker would count as dead"
            )
