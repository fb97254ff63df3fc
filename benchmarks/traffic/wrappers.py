"""CPU time that the chain of transports adds to a call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks.harness.sampling import microseconds, sample
from benchmarks.harness.settings import UNLIMITED_QUOTA
from benchmarks.traffic.requests import make_request
from ecwid_async import Ecwid
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Lane, Request, Response

__all__ = ["ADDED", "BARE", "measure_wrappers"]

BARE, CHAIN, ADDED = "memory transport", "retry, rate limit and auth on top", "difference"
_RESPONSE: Final = make_response({})


def measure_wrappers(calls: int, rounds: int) -> dict[str, list[float]]:
    """Return the microseconds per call of a memory transport, of the chain on top of it, and their difference."""
    network = MemoryTransport(lambda _: _RESPONSE)
    ecwid = Ecwid(transport=network, quota=UNLIMITED_QUOTA)
    chain = ecwid.store(1003, "benchmark").transport
    requests = [make_request(Lane.INTERACTIVE) for _ in range(calls)]

    async def send_all(send: Callable[[Request], Awaitable[Response]]) -> None:
        network.requests.clear()
        for request in requests:
            await send(request)

    with asyncio.Runner() as runner:
        candidates = {
            BARE: lambda: runner.run(send_all(network.send)),
            CHAIN: lambda: runner.run(send_all(chain.send)),
        }
        samples = microseconds(sample(candidates, rounds=rounds, per=calls))
    samples[ADDED] = [chain - bare for chain, bare in zip(samples[CHAIN], samples[BARE], strict=True)]
    return samples
