"""What one call costs: an awaited `store.orders.get` against aiohttp and msgspec used by hand, on the same server.

Figures are CPU microseconds of the client's process for one call; calls go one after the other over one connection.
On a core each, the client sleeps until its answer is there, as it does on a network; on one core the answer is there
whenever the client asks, which is quieter, and stricter on the client.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from functools import partial

import aiohttp
import msgspec

from benchmarks.harness.page_server import STORE_ID, TOKEN, running
from benchmarks.harness.report import Goal, Table, arguments, microseconds, report, sample
from ecwid_async import Ecwid, Quota

BY_HAND, RAW, TYPED = "aiohttp + msgspec by hand", "raw: .response()", "typed: Order"


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    calls, rounds = (5, 2) if given.quick else (100, 100)
    tables = []
    for name, shared_core in (("on a core each", False), ("on one core", True)):
        samples = _measured(calls, rounds, shared_core=shared_core)
        tables.append(Table(f"one call, client and server {name}", "CPU µs a call", BY_HAND, samples))
    limits = ((RAW, 1.25), (TYPED, 1.5))
    goals = [Goal(table, candidate, BY_HAND, limit) for table in tables for candidate, limit in limits]
    report("overhead", tables, goals, as_json=given.json)


def _measured(calls: int, rounds: int, *, shared_core: bool) -> dict[str, list[float]]:
    # Ever new ids: neither side lives off its caches of URLs.
    order_ids = itertools.cycle(f"M4R{number:03X}" for number in range(4000))
    with running(shared_core=shared_core) as base_url, asyncio.Runner() as runner:
        # The limit is kept count of as always, but none is met.
        ecwid = Ecwid(base_url=base_url, quota=Quota(requests=10**9, burst=10**9, ceiling=10**9))
        store = ecwid.store(STORE_ID, TOKEN)
        session = runner.run(_session())

        async def by_hand() -> None:
            for order_id in itertools.islice(order_ids, calls):
                async with session.get(f"{base_url}/{STORE_ID}/orders/{order_id}") as answer:
                    answer.raise_for_status()
                    msgspec.json.decode(await answer.read())

        async def raw() -> None:
            for order_id in itertools.islice(order_ids, calls):
                answer = await store.orders.get(order_id).response()
                msgspec.json.decode(answer.body)

        async def typed() -> None:
            for order_id in itertools.islice(order_ids, calls):
                await store.orders.get(order_id)

        works = {BY_HAND: by_hand, RAW: raw, TYPED: typed}
        samples = sample({name: partial(_run, runner, work) for name, work in works.items()}, rounds=rounds, per=calls)
        runner.run(session.close())
        runner.run(ecwid.aclose())
    return microseconds(samples)


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"})


def _run(runner: asyncio.Runner, work: Callable[[], Coroutine[None, None, None]]) -> None:
    runner.run(work())


if __name__ == "__main__":
    main()
