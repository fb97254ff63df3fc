"""Running work in a task that belongs to no caller."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Final

__all__ = ["start_detached"]

# An event loop holds only weak references to its tasks.
_tasks: Final[set[asyncio.Task[None]]] = set()


def start_detached(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``work()`` in a task outside any task group, with none of the caller's context variables.

    It must not raise. It is cancelled when the event loop ends.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        import trio

        trio.lowlevel.spawn_system_task(work)
    else:
        task = loop.create_task(work(), context=Context())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
