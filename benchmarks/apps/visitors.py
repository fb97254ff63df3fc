"""A shop page with 1,000 visitors a minute, with and without the cache, and the CPU time of a cached read.

The minutes are simulated on a virtual clock: each visitor opens the page once a minute, at a random time. The page
reads the profile, the categories, a page of products and one of 20 products. Each response takes 100 to 300 ms, a call
fails after 10 s, and the store changes once a minute, or never, for which a webhook drops what is kept.
"""

import asyncio
import random
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import trio
import trio.testing
from attrs import define, field

from benchmarks.harness.report import Table, ValueGoal
from benchmarks.harness.sampling import microseconds, p99, sample
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid, Event, Store, Timeout
from ecwid_async.transport import CachePolicy, MemoryCache, MemoryLimiter, MemoryTransport, make_response
from ecwid_async.wire import EventKind, Request, Response, StreamedResponse

__all__ = ["measure_cached_reads", "measure_visitors"]

_VISITORS: Final = 1000
_PRODUCTS: Final = 20
_TIMEOUT: Final = 10.0
_COLUMNS: Final = (
    ("calls from the cache", "%"),
    ("calls that shared a request", "%"),
    ("calls that failed", "%"),
    ("duration of a call, p50", "ms"),
    ("duration of a call, p99", "ms"),
)
_SENT: Final = "requests a minute of 1,000 visitors"
_BARE, _CHAIN, _HIT = "without a network", "through the client, not cached", "from the cache"
_WITHOUT, _WITH = "no cache, a webhook a minute", "cache, a webhook a minute"
_SHORT_LAG, _QUIET = "cache with lag=15, a webhook a minute", "cache, no webhooks"
# The API allows 600.
_LIMITS: Final = {_WITH: 550.0, _SHORT_LAG: 200.0, _QUIET: 60.0}


def measure_visitors(*, quick: bool = False) -> list[tuple[Table, list[ValueGoal]]]:
    """Simulate visitors without the cache, with it, and with a lag that is known to be short; measure a cached read."""
    minutes = 1 if quick else 3
    short_lag = CachePolicy(lag=15.0)
    runs = {
        _WITHOUT: _simulate(None, minutes, webhooks=True),
        _WITH: _simulate(CachePolicy(), minutes, webhooks=True),
        _SHORT_LAG: _simulate(short_lag, minutes, webhooks=True),
        _QUIET: _simulate(CachePolicy(), minutes, webhooks=False),
    }
    sent = Table(_SENT, "requests", None, {name: run.minutes for name, run in runs.items()})
    goals = [ValueGoal(sent, name, limit) for name, limit in _LIMITS.items()]
    others = [
        Table(f"a page with 1,000 visitors: {name}", unit, None, {run: [runs[run].row[column]] for run in runs})
        for column, (name, unit) in enumerate(_COLUMNS)
    ]
    return [(sent, goals), *((table, list[ValueGoal]()) for table in others), measure_cached_reads(quick=quick)]


def measure_cached_reads(*, quick: bool = False) -> tuple[Table, list[ValueGoal]]:
    """Return the CPU µs of a read that the cache has, and of one through the client's other layers."""
    calls, rounds = (20, 2) if quick else (2000, 15)
    response = make_response({"id": 1, "name": "Tea"})
    network = MemoryTransport(lambda _: response)
    with_cache = Ecwid(transport=network, cache=MemoryCache(), quota=UNLIMITED_QUOTA)
    without = Ecwid(transport=network, quota=UNLIMITED_QUOTA)

    async def read(send: Callable[[Request], Awaitable[Response]]) -> None:
        network.requests.clear()
        for _ in range(calls):
            await send(request)

    with asyncio.Runner() as runner:
        store = without.store(STORE_ID, TOKEN)
        request = store.products.get(1).request
        chain, cached = store.transport, with_cache.store(STORE_ID, TOKEN).transport
        candidates = {
            _BARE: lambda: runner.run(read(network.send)),
            _CHAIN: lambda: runner.run(read(chain.send)),
            _HIT: lambda: runner.run(read(cached.send)),
        }
        samples = microseconds(sample(candidates, rounds=rounds, per=calls))
    table = Table("one read of a product, without building its model", "µs of CPU", _BARE, samples)
    return table, [ValueGoal(table, _HIT, 25.0)]


@define
class _Run:
    """What the visitors of a simulation saw, and the times of the requests that the server got."""

    sent: list[float] = field(factory=list)
    latencies: list[float] = field(factory=list)
    failed: int = 0
    kinds: dict[EventKind, int] = field(factory=dict)
    length: int = 0

    def record(self, event: Event) -> None:
        self.kinds[event.kind] = self.kinds.get(event.kind, 0) + 1

    @property
    def minutes(self) -> list[float]:
        """The number of requests in each minute."""
        return [
            float(sum(60 * minute <= time < 60 * (minute + 1) for time in self.sent)) for minute in range(self.length)
        ]

    @property
    def row(self) -> list[float]:
        """The figures of `_COLUMNS`."""
        calls = len(self.latencies)
        percent = partial(_percent, of=calls)
        return [
            percent(self.kinds.get(EventKind.CACHE_HIT, 0)),
            percent(self.kinds.get(EventKind.COALESCED, 0)),
            percent(self.failed),
            1000 * statistics.median(self.latencies),
            1000 * p99(self.latencies),
        ]


def _percent(count: int, of: int) -> float:
    return 100 * count / of


def _simulate(policy: CachePolicy | None, minutes: int, *, webhooks: bool) -> _Run:
    run = _Run(length=minutes)
    trio.run(_visit, policy, run, webhooks, clock=trio.testing.MockClock(autojump_threshold=0))
    return run


async def _visit(policy: CachePolicy | None, run: _Run, webhooks: bool) -> None:
    numbers, start = random.Random(13), trio.current_time()
    cache = None if policy is None else MemoryCache(policy, clock=trio.current_time)
    ecwid = Ecwid(
        transport=_Server(run, start),
        cache=cache,
        limiter=MemoryLimiter(clock=trio.current_time),
        timeout=_TIMEOUT,
        events=run.record,
    )

    async def call(read: Callable[[Store], Awaitable[object]]) -> None:
        began = trio.current_time()
        try:
            await read(ecwid.store(STORE_ID, TOKEN))
        except Timeout:
            run.failed += 1
        run.latencies.append(trio.current_time() - began)

    async def open_page(at: float, product: int) -> None:
        await trio.sleep_until(start + at)
        async with trio.open_nursery() as page:
            page.start_soon(call, lambda store: store.profile.get())
            page.start_soon(call, lambda store: store.categories.search().first())
            page.start_soon(call, lambda store: store.products.search().first())
            page.start_soon(call, lambda store: store.products.get(product))

    async with trio.open_nursery() as visitors:
        for minute in range(run.length):
            for _ in range(_VISITORS):
                visitors.start_soon(open_page, 60 * (minute + numbers.random()), numbers.randrange(_PRODUCTS) + 1)
        for minute in range(run.length if webhooks else 0):
            await trio.sleep_until(start + 60 * minute + 30)
            await ecwid.cache.drop(STORE_ID)


class _Server:
    """Responds after 100 to 300 ms."""

    def __init__(self, run: _Run, start: float) -> None:
        self._run = run
        self._start = start
        self._delay = partial(random.Random(7).uniform, 0.1, 0.3)

    async def send(self, request: Request) -> Response:
        self._run.sent.append(trio.current_time() - self._start)
        await trio.sleep(self._delay())
        return make_response({"id": 1, "name": "Tea", "total": 0, "count": 0, "items": []})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError(f"this benchmark does not stream: {request}")
        yield

    async def aclose(self) -> None:
        pass
