"""What reading a whole catalogue costs, and how fast it is: scans and exports against loops written by hand.

CPU is that of the client's process for 100,000 distinct products of 4 KB from a local server, eight requests at a time
for all. The loops by hand: A decodes each page and encodes and writes each item, with aiohttp and msgspec; B only
decodes; C is httpx and pydantic. Then the rate limit is used up at 300 ms of latency, memory is looked at while a
million products pass, and stock is changed in bulk.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from types import GenericAlias
from typing import Any, Final

import aiohttp
import httpx
import msgspec
import pydantic
from attrs import frozen

from benchmarks.export.memory import growth
from benchmarks.export.stock_updates import update
from benchmarks.export.throughput import LATENCY, PER_MINUTE, SCAN, reach
from benchmarks.harness.catalogue_server import Catalogue, serving
from benchmarks.harness.comparison_models import pydantic_model
from benchmarks.harness.page_server import STORE_ID, TOKEN
from benchmarks.harness.report import Bound, Goal, Table, arguments, microseconds, report, sample
from ecwid_async import Ecwid, Quota
from ecwid_async.client import Store
from ecwid_async.export import export_store
from ecwid_async.models.products import Product

__all__ = ["main"]

WRITTEN, DECODED, PYDANTIC = "A: aiohttp, msgspec, a write an item", "B: aiohttp, msgspec", "C: httpx, pydantic v2"
DICTS, TYPED, JSONL, PARQUET = "scan, dicts()", "scan, typed: Product", "export to JSONL", "export to Parquet"
INTO: Final = "scan, into= five fields"

AT_ONCE: Final = 8
_MEMORY: Final = "/dev/shm"  # a disk that others write to, too, would have a say in the figures
UNLIMITED: Final = Quota(requests=10**9, burst=10**9, ceiling=10**9)


@frozen
class Row:
    """What `into=` makes of a product."""

    id: int
    sku: str
    name: str
    price: Decimal
    quantity: int | None


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    parts = [
        _memory(200, 400) if given.quick else _memory(10_000, 1_000_000),
        _cpu(500, rounds=2) if given.quick else _cpu(100_000, rounds=5),
        _ceiling(4, latency=0.02) if given.quick else _ceiling(1200, latency=LATENCY),
        _bulk(1000 if given.quick else 100_000),
    ]
    tables = [table for found, _ in parts for table in found]
    goals = [goal for _, found in parts for goal in found]
    report("export", tables, goals, as_json=given.json)


Part = tuple[list[Table], list[Goal | Bound]]


def _memory(few: int, many: int) -> Part:
    grown = {way: [mib] for way, mib in growth(few, many).items()}
    table = Table(f"peak memory for {many:,} products, over that for {few:,}", "MiB", None, grown)
    return [table], [Bound(table, way, 32.0) for way in grown]


def _ceiling(pages: int, *, latency: float) -> Part:
    found = reach(pages, latency=latency)
    ceiling = 100 * PER_MINUTE
    share = Table(
        f"items a minute, {1000 * latency:.0f} ms away, {100 * pages:,} products",
        f"% of {ceiling:,}",
        None,
        {name: [100 * items / ceiling] for name, items in found.items.items()},
    )
    refused = Table("429s meanwhile", "answers", None, {name: [count] for name, count in found.refused.items()})
    return [share, refused], [Bound(share, SCAN, 96.0, at_least=True), Bound(refused, SCAN, 0.0)]


def _bulk(many: int) -> Part:
    found = {
        "10 ms a call": update(many, seconds=0.01, steady=True),
        "40 ms a call": update(many, seconds=0.04, steady=True),
        "20 to 80 ms a call": update(many, seconds=0.04, steady=False),
    }
    batches = Table(f"{many:,} stock updates", "batches", None, {name: [one.batches] for name, one in found.items()})
    polls = Table("the same, polls", "a batch", None, {name: [one.polls / one.batches] for name, one in found.items()})
    most = Table(
        "the same, polls of one batch", "at most", None, {name: [one.most_polls] for name, one in found.items()}
    )
    goals: list[Goal | Bound] = [Bound(batches, name, 1.05 * many / 500) for name in found]
    goals += [Bound(polls, name, 3.0) for name in found]
    return [batches, polls, most], goals


# CPU


def _cpu(total: int, *, rounds: int) -> Part:
    with (
        serving(total) as catalogue,
        asyncio.Runner() as runner,
        tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as folder,
        _candidates(catalogue, runner, Path(folder)) as works,
    ):
        watched = {name: _Watched(runner, work, total, catalogue) for name, work in works.items()}
        samples = sample(watched, rounds=rounds, per=total)
    cpu = Table(f"{total:,} products of 4 KB", "CPU µs a product", DECODED, microseconds(samples))
    # The first of each is that of the warming round, in which the server also writes what it is asked for first.
    wall = Table(f"the same {total:,}, wall time", "s", None, {name: one.walls[1:] for name, one in watched.items()})
    share = Table(
        "CPU of the server meanwhile",
        "% of the client's",
        None,
        {name: [100 * sum(one.servers[1:]) / sum(one.own[1:])] for name, one in watched.items()},
    )
    limits = (
        (JSONL, WRITTEN, 0.45),
        (DICTS, DECODED, 1.15),
        (TYPED, DECODED, 2.6),
        (TYPED, PYDANTIC, 1.0),
        (PARQUET, DECODED, 2.2),
        (INTO, DECODED, 0.15),
    )
    goals: list[Goal | Bound] = [Goal(cpu, candidate, base, limit) for candidate, base, limit in limits]
    goals += [Bound(share, name, 10.0) for name in (WRITTEN, DECODED, PYDANTIC)]
    return [cpu, wall, share], goals


Work = Callable[[], Coroutine[Any, Any, int]]


class _Watched:
    """Runs a candidate; keeps the wall time of each run, its CPU time and the server's."""

    def __init__(self, runner: asyncio.Runner, work: Work, total: int, catalogue: Catalogue) -> None:
        self._runner, self._work, self._total, self._catalogue = runner, work, total, catalogue
        self.walls: list[float] = []
        self.own: list[float] = []
        self.servers: list[float] = []

    def __call__(self) -> None:
        server, own, wall = self._catalogue.usage()["cpu"], time.process_time(), time.perf_counter()
        count = self._runner.run(self._work())
        self.walls.append(time.perf_counter() - wall)
        self.own.append(time.process_time() - own)
        self.servers.append(self._catalogue.usage()["cpu"] - server)
        if count != self._total:
            raise RuntimeError(f"{count} products were read, not {self._total}")


@contextmanager
def _candidates(catalogue: Catalogue, runner: asyncio.Runner, folder: Path) -> Iterator[dict[str, Work]]:
    url = f"{catalogue.url}/{STORE_ID}/products"
    by_aiohttp, by_httpx, ecwid = runner.run(_clients(catalogue.url))
    store = ecwid.store(STORE_ID, TOKEN)
    try:
        yield {
            WRITTEN: partial(_written, partial(_by_aiohttp, by_aiohttp, url), folder / "by-hand.jsonl"),
            DECODED: partial(_decoded, partial(_by_aiohttp, by_aiohttp, url)),
            PYDANTIC: partial(_validated, partial(_by_httpx, by_httpx, url)),
            DICTS: partial(_dicts, store),
            TYPED: partial(_typed, store),
            JSONL: partial(_exported, store, folder / "products.jsonl"),
            PARQUET: partial(_exported, store, folder / "products.parquet"),
            INTO: partial(_into, store),
        }
    finally:
        runner.run(by_aiohttp.close())
        runner.run(by_httpx.aclose())
        runner.run(ecwid.aclose())


async def _clients(url: str) -> tuple[aiohttp.ClientSession, httpx.AsyncClient, Ecwid]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    # The limit is kept count of as always, but none is met.
    return (
        aiohttp.ClientSession(headers=headers),
        httpx.AsyncClient(headers=headers),
        Ecwid(base_url=url, quota=UNLIMITED),
    )


# By hand

Fetch = Callable[[int], Awaitable[bytes]]


async def _written(fetch: Fetch, path: Path) -> int:
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    with path.open("wb") as file:

        def read(body: bytes) -> tuple[int, int]:
            page = decode(body)
            for item in page["items"]:
                file.write(encode(item) + b"\n")
            return len(page["items"]), page["total"]

        return await _pages(fetch, read)


async def _decoded(fetch: Fetch) -> int:
    decode = msgspec.json.Decoder().decode

    def read(body: bytes) -> tuple[int, int]:
        page = decode(body)
        return len(page["items"]), page["total"]

    return await _pages(fetch, read)


async def _validated(fetch: Fetch) -> int:
    model = _pydantic_page()

    def read(body: bytes) -> tuple[int, int]:
        page = model.model_validate_json(body)
        return len(page.items), page.total

    return await _pages(fetch, read)


@cache
def _pydantic_page() -> Any:
    products: Any = GenericAlias(list, pydantic_model(Product))
    return pydantic.create_model("Page", total=(int, ...), items=(products, ...))


async def _pages(fetch: Fetch, read: Callable[[bytes], tuple[int, int]]) -> int:
    """Read all pages, several at a time; `read` gives a page's number of items and the total."""
    count, total = read(await fetch(0))
    offsets = iter(range(count, total, count))

    async def work() -> None:
        nonlocal count
        for offset in offsets:
            body = await fetch(offset)
            count += read(body)[0]

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return count


async def _by_aiohttp(session: aiohttp.ClientSession, url: str, offset: int) -> bytes:
    async with session.get(url, params={"offset": offset, "limit": 100}) as answer:
        answer.raise_for_status()
        return await answer.read()


async def _by_httpx(client: httpx.AsyncClient, url: str, offset: int) -> bytes:
    answer = await client.get(url, params={"offset": offset, "limit": 100})
    answer.raise_for_status()
    return answer.content


# With the client


async def _dicts(store: Store) -> int:
    async with store.products.scan() as scan:
        return await _count(scan.dicts())


async def _typed(store: Store) -> int:
    async with store.products.scan() as scan:
        return await _count(scan)


async def _into(store: Store) -> int:
    async with store.products.scan(into=Row) as scan:
        return await _count(scan)


async def _exported(store: Store, path: Path) -> int:
    manifest = await export_store(store, ["products"], path)
    return manifest.sections["products"].item_count


async def _count(items: AsyncIterable[object]) -> int:
    count = 0
    async for _ in items:
        count += 1
    return count


if __name__ == "__main__":
    main()
