"""Simulates a job whose process is killed: it adds 1 to the stock of a product, many times.

Its arguments are BASE_URL JOURNAL_FOLDER PRODUCT CALLS BATCH_SIZE KILL_AT. The process kills itself at step KILL_AT,
never if that is negative. There is a step before and after each write to the journal and each request, and in the
middle of a write. It prints the number of steps.
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
    def __init__(self, kill_at: int) -> None:
        self.count, self.kill_at = 0, kill_at

    def step(self) -> None:
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


async def work(base_url: str, journal_folder: str, product: int, calls: int, batch_size: int, steps: Steps) -> None:
    append: Callable[..., None] = journal_file._append

    def append_in_steps(file: BinaryIO, data: bytes) -> None:
        steps.step()
        if steps.count == steps.kill_at:
            # Killed in the middle of a write: half a line is in the file.
            file.write(data[: len(data) // 2])
        steps.step()
        append(file, data)
        steps.step()

    journal_file._append = append_in_steps
    async with Ecwid(base_url=base_url, quota=None) as ecwid:
        store = ecwid.store(STORE, TOKEN)
        inner = store._channel.transport

        class SteppingTransport:
            async def send(self, request: Request) -> Response:
                steps.step()
                response = await inner.send(request)
                steps.step()
                return response

        channel = Channel(SteppingTransport(), store._channel.codec, server=base_url)  # type: ignore[arg-type]  # it streams nothing
        store = type(store)(STORE, channel)
        channel = store._channel

        async def no_wait(seconds: float) -> None:
            await asyncio.sleep(0)

        runner = BatchRunner(channel, STORE, max_batch_size=batch_size, sleep=no_wait)
        changes = [store.products.inventory.adjust(product, 1) for _ in range(calls)]
        await runner.batch(changes, BatchOptions(job="kill", journal_folder=journal_folder), raise_on_failure=True)


def main() -> None:
    """Run the job with the arguments of the command line."""
    url, folder, *numbers = sys.argv[1:]
    product, calls, batch_size, kill_at = map(int, numbers)
    steps = Steps(kill_at)
    asyncio.run(work(url, folder, product, calls, batch_size, steps))
    print(steps.count)
