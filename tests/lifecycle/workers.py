"""What runs in other processes: importable by name, as a spawned process needs it."""

import asyncio
import os
import pickle
from typing import Any

from ecwid_async import Call, Ecwid, RetryPolicy

ONCE = RetryPolicy(attempts=1)


def send_pickled(base_url: str, pickled: bytes, timeout: float | None = None) -> tuple[int, Any]:
    """Send a call that was built in another process. What comes back or is raised is pickled once more."""

    async def main() -> Any:
        async with Ecwid(base_url=base_url, retry=ONCE) as ecwid:
            call: Call[Any] = pickle.loads(pickled)
            sent = call.bind(ecwid.store(1003, "secret_worker")._channel)
            return await sent.with_timeout(timeout)

    return os.getpid(), asyncio.run(main())


# Set before a fork, and found there by the child.
made_before: list[Ecwid] = []


def use_what_was_made_before(number: int) -> tuple[int, str | None]:
    """Use the parent's client after a fork."""

    async def main() -> str | None:
        async with made_before[0] as ecwid:
            return (await ecwid.store(1003, "secret_parent").orders.get(number)).id

    return os.getpid(), asyncio.run(main())
