"""Stock updates in bulk: the batches and polls of 100,000 updates, in a sandbox on a virtual clock.

The clock jumps to the next event. Requests and responses take 10 to 300 ms each. The server executes one batch after
another, at a constant speed or at one that varies by up to a half in either direction.
"""

import math
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Final

import trio
import trio.testing
from attrs import frozen

from benchmarks.harness.settings import STORE_ID, TOKEN
from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota
from ecwid_async.wire import Request, Response, StreamedResponse

__all__ = ["UpdateRun", "run_updates"]

# The server's speed varies with a period of two minutes.
_RADIAN_SECONDS: Final = 120.0 / math.tau


@frozen
class UpdateRun:
    """The number of batches, the polls of all batches, the most polls of one batch, and minutes of virtual time."""

    batches: int
    polls: int
    most_polls: int
    minutes: float


def run_updates(count: int, *, seconds: float, steady: bool) -> UpdateRun:
    """Reduce a stock by one, `count` times. The server takes `seconds` per update, exactly or on average."""
    return trio.run(partial(_update, count, seconds, steady), clock=trio.testing.MockClock(autojump_threshold=0))


async def _update(count: int, seconds: float, steady: bool) -> UpdateRun:
    clock = trio.current_time if steady else _uneven_time
    sandbox = Sandbox(clock=clock, switches=Switches(batch_seconds=seconds))
    sandbox.add_store(STORE_ID, token=TOKEN)
    network = _SlowNetwork(sandbox)
    ecwid = Ecwid(transport=network, limiter=MemoryLimiter(Quota(), clock=trio.current_time))
    store = ecwid.store(STORE_ID, TOKEN)
    product_id = (await store.products.create(ProductDraft(name="Lamp", quantity=count))).id
    assert product_id is not None
    network.sent.clear()
    start = trio.current_time()
    # A batch counts as one request here: if each of its calls counted, it would be done long before quota for the next.
    calls = (store.products.inventory.adjust(product_id, -1) for _ in range(count))
    async with aclosing(store.bulk(calls, cost="per_batch")) as results:
        failed = [result async for result in results if isinstance(result, EcwidError)]
    minutes = (trio.current_time() - start) / 60
    polls = Counter(ticket for method, ticket in network.sent if method == "GET")
    batches = sum(method == "POST" for method, _ in network.sent)
    stock = (await store.products.get(product_id)).quantity
    if failed or stock:
        raise RuntimeError(f"{len(failed)} updates failed, and the stock is {stock} instead of 0")
    return UpdateRun(batches, sum(polls.values()), max(polls.values()), minutes)


def _uneven_time() -> float:
    """Return the server's time, which passes at 0.5 to 1.5 times the speed of the client's."""
    now = trio.current_time()
    return now + 0.5 * _RADIAN_SECONDS * math.sin(now / _RADIAN_SECONDS)


class _SlowNetwork:
    """A transport to the sandbox that records requests and delays them and their responses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._delay = partial(random.Random(5).uniform, 0.01, 0.3)
        self.sent: list[tuple[str, str]] = []

    async def send(self, request: Request) -> Response:
        self.sent.append((request.method, dict(request.params).get("ticket", "")))
        await trio.sleep(self._delay())
        response = await self._sandbox.send(request)
        await trio.sleep(self._delay())
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError(f"this benchmark does not stream: {request}")
        yield

    async def aclose(self) -> None:
        pass
