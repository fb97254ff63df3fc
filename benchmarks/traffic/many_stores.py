"""A client with many stores: memory per idle store, and the event loop while all stores wait for the ceiling."""

import asyncio
import gc
import time
import tracemalloc
from typing import Final

from benchmarks.harness.sampling import p99
from benchmarks.traffic.requests import make_request
from ecwid_async import Ecwid, Quota
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response

__all__ = ["measure_ceiling", "measure_idle_store"]

_RESPONSE: Final = make_response({})
_PROBE_INTERVAL: Final = 0.005


def measure_idle_store(stores: int) -> float:
    """Return the bytes of a `Store` with its transports, channel and token, and the limiter's state after one call."""
    network = MemoryTransport(lambda _: _RESPONSE)

    async def allocate() -> float:
        ecwid = Ecwid(transport=network, quota=Quota(ceiling=1e9))
        await ecwid.store(1, "warm").transport.send(make_request())
        network.requests.clear()
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        kept = [ecwid.store(number, f"secret_{number:028}") for number in range(1, stores + 1)]
        for store in kept:
            await store.transport.send(make_request())
        network.requests.clear()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / len(kept)

    return asyncio.run(allocate())


async def measure_ceiling(stores: int, seconds: float) -> tuple[float, float]:
    """Return the p99 lag of the event loop in ms and the requests per second while every store sends bulk calls."""
    served = 0

    def respond(_: Request) -> Response:
        nonlocal served
        served += 1
        return _RESPONSE

    network = MemoryTransport(respond)
    ecwid = Ecwid(transport=network)
    lags: list[float] = []

    async def send_bulk_calls(number: int) -> None:
        transport = ecwid.store(number, f"secret_{number}").transport
        while True:
            await transport.send(make_request())
            network.requests.clear()

    async def record_lags() -> None:
        while True:
            due = time.perf_counter() + _PROBE_INTERVAL
            await asyncio.sleep(_PROBE_INTERVAL)
            lags.append(time.perf_counter() - due)

    tasks = [asyncio.create_task(send_bulk_calls(number)) for number in range(1, stores + 1)]
    await asyncio.sleep(0.1)
    served = 0
    tasks.append(asyncio.create_task(record_lags()))
    start = time.perf_counter()
    await asyncio.sleep(seconds)
    rate = served / (time.perf_counter() - start)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 1000 * p99(lags), rate
