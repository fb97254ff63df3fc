"""Periodic tasks, of which one of the workers runs each."""

from collections.abc import Awaitable, Callable
from typing import Final

from procrastinate import App

__all__ = ["add_periodic", "cron_of"]

# Before the jobs of stores.
_PRIORITY: Final = 100


def add_periodic(
    app: App,
    name: str,
    function: Callable[[int], Awaitable[None]],
    interval: float,
    *,
    queue: str,
    lock: str | None = None,
) -> None:
    """Add a task that runs about every `interval` seconds. The argument of `function` is the time.

    It has no lock, which a dead worker would hold, unless only one worker should do it at a time.
    """

    async def run(timestamp: int) -> None:
        await function(timestamp)

    task = app.task(
        name=name,
        queue=queue,
        priority=_PRIORITY,
        lock=lock,
        # One at most waits while all workers are busy.
        queueing_lock=f"{queue}:{name}",
    )(run)
    app.periodic(cron=cron_of(interval), periodic_id=queue)(task)


def cron_of(interval: float) -> str:
    """Return the times, as in a crontab with seconds, that are about `interval` seconds apart."""
    seconds = max(1, round(interval))
    if seconds < 60:
        return f"* * * * * */{seconds}"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"*/{minutes} * * * *"
    return f"0 */{min(23, round(minutes / 60))} * * *"
