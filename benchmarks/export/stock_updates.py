"""Changing a lot: how many batches and polls 100,000 stock updates take, in a sandbox whose time is virtual.

The clock jumps to whatever is waited for next. Requests and answers take 10 to 300 ms each; the server carries out one
batch after the other, at an even pace or up to a half faster and slower in turns.
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

from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota
from ecwid_async.wire import Request, Response, StreamedResponse

__all__ = ["Updated", "update"]

_STORE_ID, _TOKEN = 1003, "secret_benchmark"
_TURN: Final = 120.0 / math.tau


@frozen
class Updated:
    """What the updates took: batches, polls of all of them and the most of one, and minutes of virtual time."""

    batches: int
    polls: int
    most_polls: int
    minutes: float


def update(many: int, *, seconds: float, steady: bool) -> Updated:
    """Take one from the stock `many` times, each of which takes the server so many seconds, or about as many."""
    return trio.run(partial(_update, many, seconds, steady), clock=trio.testing.MockClock(autojump_threshold=0))


async def _update(many: int, seconds: float, steady: bool) -> Updated:
    clock = trio.current_time if steady else _uneven
    sandbox = Sandbox(clock=clock, switches=Switches(batch_seconds=seconds))
    sandbox.add_store(_STORE_ID, token=_TOKEN)
    way = _Way(sandbox)
    ecwid = Ecwid(transport=way, limiter=MemoryLimiter(Quota(), clock=trio.current_time))
    store = ecwid.store(_STORE_ID, _TOKEN)
    product = (await store.products.create(ProductDraft(name="Lamp", quantity=many))).id
    assert product is not None
    way.sent.clear()
    began = trio.current_time()
    # As one request each: where every call in it counts, a batch is long done before the quota lets the next one go.
    calls = (store.products.inventory.adjust(product, -1) for _ in range(many))
    async with aclosing(store.bulk(calls, cost="per_batch")) as results:
        failed = [result async for result in results if isinstance(result, EcwidError)]
    minutes = (trio.current_time() - began) / 60
    polls = Counter(ticket for method, ticket in way.sent if method == "GET")
    batches = sum(method == "POST" for method, _ in way.sent)
    left = (await store.products.get(product)).quantity
    if failed or left:
        raise RuntimeError(f"{len(failed)} updates failed, and {left} are left in stock")
    return Updated(batches, sum(polls.values()), max(polls.values()), minutes)


def _uneven() -> float:
    """The server's time, which passes at 0.5 to 1.5 times the speed of the client's."""
    now = trio.current_time()
    return now + 0.5 * _TURN * math.sin(now / _TURN)


class _Way:
    """The network before the sandbox: notes what is sent, which takes a while in both directions."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._takes = partial(random.Random(5).uniform, 0.01, 0.3)
        self.sent: list[tuple[str, str]] = []

    async def send(self, request: Request) -> Response:
        self.sent.append((request.method, dict(request.params).get("ticket", "")))
        await trio.sleep(self._takes())
        response = await self._sandbox.send(request)
        await trio.sleep(self._takes())
        return response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError(f"nobody streams {request} here")
        yield

    async def aclose(self) -> None:
        pass
