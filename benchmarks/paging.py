"""The cost of reading a long list: `async for` over 50,000 products compared with a hand-written loop.

The hand-written loop reads one page after another with aiohttp and msgspec, without types. Figures are CPU
microseconds of the client process per product.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine
from decimal import Decimal
from functools import partial
from typing import Any

import aiohttp
import msgspec

from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report
from benchmarks.harness.sampling import microseconds, sample
from benchmarks.harness.server_process import run_server
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid

BY_HAND, EXACT = "aiohttp + msgspec by hand", "by hand, exact decimals"
DICTS, TYPED = "dicts()", "typed: Product"


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    total, rounds = (300, 2) if options.quick else (50_000, 7)
    with run_server(total=total) as base_url, asyncio.Runner() as runner:
        ecwid = Ecwid(base_url=base_url, quota=UNLIMITED_QUOTA)
        store = ecwid.store(STORE_ID, TOKEN)
        session = runner.run(_open_session())
        coroutines: dict[str, Callable[[], Coroutine[None, None, int]]] = {
            BY_HAND: partial(_read_by_hand, session, base_url, msgspec.json.Decoder()),
            EXACT: partial(_read_by_hand, session, base_url, msgspec.json.Decoder(float_hook=Decimal)),
            DICTS: lambda: _count(store.products.search().dicts()),
            TYPED: lambda: _count(store.products.search()),
        }
        candidates = {name: partial(_run, runner, work, total) for name, work in coroutines.items()}
        samples = microseconds(sample(candidates, rounds=rounds, per=total))
        runner.run(session.close())
        runner.run(ecwid.aclose())
    table = Table(f"a list of {total:,} products", "CPU µs per product", BY_HAND, samples)
    print_report(
        "paging",
        [table],
        [RatioGoal(table, DICTS, BY_HAND, 1.1), RatioGoal(table, TYPED, BY_HAND, 2.6)],
        as_json=options.json,
    )


async def _open_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"})


async def _read_by_hand(session: aiohttp.ClientSession, base_url: str, decoder: msgspec.json.Decoder[Any]) -> int:
    url, offset = f"{base_url}/{STORE_ID}/products", 0
    while True:
        async with session.get(url, params={"offset": offset, "limit": 100}) as response:
            response.raise_for_status()
            page = decoder.decode(await response.read())
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
        raise RuntimeError(f"read {count} products instead of {total}")


if __name__ == "__main__":
    main()
