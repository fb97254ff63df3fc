"""Functions that run in other processes. A spawned process imports them by name."""

import asyncio
import os
import pickle
from typing import Any

from ecwid_async import Call, Ecwid, RetryPolicy

ONCE = RetryPolicy(attempts=1)


def send_pickled(base_url: str, pickled: bytes, timeout: float | None = None) -> tuple[int, Any]:
    """Send a call built in another process. The result or the error is pickled on the way back."""

    async def main() -> Any:
        async with Ecwid(base_url=base_url, retry=ONCE) as ecwid:
            call: Call[Any] = pickle.loads(pickled)
            sent = call.bind(ecwid.store(1003, "secret_worker")._channel)
            return await sent.with_timeout(timeout)

    return os.getpid(), asyncio.run(main())


# Set before a fork, and used by the child process.
client_before_fork: list[Ecwid] = []


def use_client_after_fork(number: int) -> tuple[int, str | None]:
    """Use the parent's client after a fork."""

    async def main() -> str | None:
        async with client_before_fork[0] as ecwid:
            return (await ecwid.store(1003, "secret_parent").orders.get(number)).id

    return os.getpid(), asyncio.run(main())
