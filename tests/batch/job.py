"""A job in a process of its own, to be killed: adds 1 to the stock of a product, many times.

Its arguments are BASE_URL JOURNALS PRODUCT CALLS SIZE DIE_AT: it kills itself at step DIE_AT, where a step
lies before and after each write to the journal and each exchange, and in the middle of a write. A negative one lives.
Prints how many steps there were.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from ecwid_async.batch import BatchOptions, BatchRunner, journal_file
from ecwid_async.calls import Channel
from ecwid_async.client import Ecwid
from ecwid_async.wire import Request, Response
from tests.batch.world import STORE, TOKEN


class Steps:
    def __init__(self, die_at: int) -> None:
        self.taken, self.die_at = 0, die_at

    def step(self) -> None:
        if self.taken == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken += 1


async def work(base_url: str, journals: str, product: int, calls: int, size: int, steps: Steps) -> None:
    append: Callable[..., None] = journal_file._append

    def torn(file: BinaryIO, data: bytes) -> None:
        steps.step()
        if steps.taken == steps.die_at:
            # Killed in the middle of a write: half a line is there.
            file.write(data[: len(data) // 2])
        steps.step()
        append(file, data)
        steps.step()

    journal_file._append = torn
    async with Ecwid(base_url=base_url, quota=None) as ecwid:
        store = ecwid.store(STORE, TOKEN)
        inner = store._channel.transport

        class Stepping:
            async def send(self, request: Request) -> Response:
                steps.step()
                response = await inner.send(request)
                steps.step()
                return response

        channel = Channel(Stepping(), store._channel.codec, server=base_url)  # type: ignore[arg-type]  # it streams nothing
        store = type(store)(STORE, channel)
        channel = store._channel

        async def at_once(seconds: float) -> None:
            await asyncio.sleep(0)

        runner = BatchRunner(channel, STORE, max_batch_size=size, sleep=at_once)
        added = [store.products.inventory.adjust(product, 1) for _ in range(calls)]
        await runner.batch(added, BatchOptions(job="kill", journals=journals), raise_on_failure=True)


def main() -> None:
    """Do the job that the command line names."""
    url, folder, *numbers = sys.argv[1:]
    product, calls, size, die_at = map(int, numbers)
    counted = Steps(die_at)
    asyncio.run(work(url, folder, product, calls, size, counted))
    print(counted.taken)
