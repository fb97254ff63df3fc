"""What reading a long list costs: `async for` over 50,000 products against a loop written by hand, on the same server.

The loop by hand reads page after page with aiohttp and msgspec, and types nothing. Figures are CPU microseconds of the
client's process for one product.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine
from decimal import Decimal
from functools import partial
from typing import Any

import aiohttp
import msgspec

from benchmarks.harness.page_server import STORE_ID, TOKEN, running
from benchmarks.harness.report import Goal, Table, arguments, microseconds, report, sample
from ecwid_async import Ecwid, Quota

BY_HAND, EXACT = "aiohttp + msgspec by hand", "by hand, exact decimals"
DICTS, TYPED = "dicts()", "typed: Product"


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    total, rounds = (300, 2) if given.quick else (50_000, 7)
    with running(total) as base_url, asyncio.Runner() as runner:
        # The limit is kept count of as always, but none is met.
        ecwid = Ecwid(base_url=base_url, quota=Quota(requests=10**9, burst=10**9, ceiling=10**9))
        store = ecwid.store(STORE_ID, TOKEN)
        session = runner.run(_session())
        works: dict[str, Callable[[], Coroutine[None, None, int]]] = {
            BY_HAND: partial(_by_hand, session, base_url, msgspec.json.Decoder()),
            EXACT: partial(_by_hand, session, base_url, msgspec.json.Decoder(float_hook=Decimal)),
            DICTS: lambda: _count(store.products.search().dicts()),
            TYPED: lambda: _count(store.products.search()),
        }
        candidates = {name: partial(_run, runner, work, total) for name, work in works.items()}
        samples = microseconds(sample(candidates, rounds=rounds, per=total))
        runner.run(session.close())
        runner.run(ecwid.aclose())
    table = Table(f"a list of {total:,} products", "CPU µs a product", BY_HAND, samples)
    report("paging", [table], [Goal(table, DICTS, BY_HAND, 1.1), Goal(table, TYPED, BY_HAND, 2.6)], as_json=given.json)


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"})


async def _by_hand(session: aiohttp.ClientSession, base_url: str, decoder: msgspec.json.Decoder[Any]) -> int:
    url, offset = f"{base_url}/{STORE_ID}/products", 0
    while True:
        async with session.get(url, params={"offset": offset, "limit": 100}) as answer:
            answer.raise_for_status()
            page = decoder.decode(await answer.read())
        for _ in page["items"]:
            offset += 1
        if offset >= page["total"]:
            return offset


async def _count(items: AsyncIterable[object]) -> int:
    count = 0
    async for _ in items:
        count += 1
    return count


def _run(runner: asyncio.Runner, work: Callable[[], Coroutine[None, None, int]], total: int) -> None:
    if (count := runner.run(work())) != total:
        raise RuntimeError(f"{count} products were read, not {total}")


if __name__ == "__main__":
    main()
