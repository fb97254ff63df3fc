"""CPU time, wall time and the server's share for scans, exports and hand-written loops over the same products."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import msgspec
from attrs import frozen

from benchmarks.export.loops import (
    decode_items,
    decode_rows,
    fetch_with_aiohttp,
    fetch_with_httpx,
    validate_items,
    write_bodies,
    write_items,
    write_ready_bytes,
    write_ready_tables,
)
from benchmarks.harness.catalogue_server import CatalogueServer, run_catalogue_server
from benchmarks.harness.comparison_models import msgspec_struct
from benchmarks.harness.report import RatioGoal, Table, ValueGoal
from benchmarks.harness.sampling import microseconds, sample
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.client import Store
from ecwid_async.export import export_store
from ecwid_async.models.products import Product

__all__ = ["measure_cpu"]

WRITTEN, DECODED, PYDANTIC = "A: aiohttp, msgspec, one write per item", "B: aiohttp, msgspec", "C: httpx, pydantic v2"
DICTS, TYPED, JSONL, PARQUET = "scan, dicts()", "scan, typed: Product", "export to JSONL", "export to Parquet"
CSV: Final = "export to CSV"
READY_TABLES, READY_CSV = "fetch, write the ready tables to Parquet", "fetch, write the ready CSV"
PRODUCTS: Final = "fetch, decode to Structs"
BODIES: Final = "fetch, hash and write the pages"
INTO, STRUCTS = "scan, into= five fields", "fetch five fields, decode to Structs"

_MEMORY: Final = "/dev/shm"  # other programs that write to a disk would disturb the figures


@frozen
class Row:
    """The `into=` class of the benchmark."""

    id: int
    sku: str
    name: str
    price: Decimal
    quantity: int | None


class Struct(msgspec.Struct):
    """The same fields, decoded by msgspec alone: with floats."""

    id: int
    sku: str
    name: str
    price: float
    quantity: int | None = None


# Those of `Row`, and those that a scan needs.
_FIELDS: Final = "total,count,offset,limit,items(createTimestamp,updateTimestamp,id,sku,name,price,quantity)"

Reader = Callable[[], Coroutine[Any, Any, int]]


def measure_cpu(total: int, *, rounds: int) -> tuple[list[Table], list[RatioGoal | ValueGoal]]:
    """Read `total` products with each candidate, `rounds` times. Return the tables and goals."""
    with (
        run_catalogue_server(total) as server,
        asyncio.Runner() as runner,
        tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as folder,
        _open_readers(server, runner, Path(folder)) as readers,
    ):
        timed = {name: _TimedReader(runner, reader, total, server) for name, reader in readers.items()}
        samples = sample(timed, rounds=rounds, per=total)
    cpu = Table(f"{total:,} products of 4 KB", "CPU µs per product", DECODED, microseconds(samples))
    # The first run is the warm-up round, in which the server also renders the products.
    wall = Table(
        f"the same {total:,} products, wall time",
        "s",
        None,
        {name: reader.wall_seconds[1:] for name, reader in timed.items()},
    )
    share = Table(
        "server CPU during these runs",
        "% of the client's",
        None,
        {name: [100 * sum(reader.server_cpu[1:]) / sum(reader.client_cpu[1:])] for name, reader in timed.items()},
    )
    limits = (
        (DICTS, DECODED, 1.15),
        (TYPED, PYDANTIC, 1.0),
    )
    goals: list[RatioGoal | ValueGoal] = [RatioGoal(cpu, candidate, base, limit) for candidate, base, limit in limits]
    goals += [
        RatioGoal(cpu, TYPED, DECODED, 1.5, floor=PRODUCTS),
        RatioGoal(cpu, JSONL, WRITTEN, 0.45, floor=BODIES),
        RatioGoal(cpu, INTO, DECODED, 0.15, floor=STRUCTS),
        RatioGoal(cpu, PARQUET, DECODED, 2.0, floor=READY_TABLES),
        RatioGoal(cpu, CSV, DECODED, 2.0, floor=READY_CSV),
    ]
    goals += [ValueGoal(share, name, 10.0) for name in (WRITTEN, DECODED, PYDANTIC)]
    return [cpu, wall, share], goals


class _TimedReader:
    """Runs a reader and records the wall time, the client's CPU time and the server's CPU time of each run."""

    def __init__(self, runner: asyncio.Runner, reader: Reader, total: int, server: CatalogueServer) -> None:
        self._runner, self._reader, self._total, self._server = runner, reader, total, server
        self.wall_seconds: list[float] = []
        self.client_cpu: list[float] = []
        self.server_cpu: list[float] = []

    def __call__(self) -> None:
        server_start, client_start, start = self._server.usage()["cpu"], time.process_time(), time.perf_counter()
        count = self._runner.run(self._reader())
        self.wall_seconds.append(time.perf_counter() - start)
        self.client_cpu.append(time.process_time() - client_start)
        self.server_cpu.append(self._server.usage()["cpu"] - server_start)
        if count != self._total:
            raise RuntimeError(f"read {count} products instead of {self._total}")


@contextmanager
def _open_readers(server: CatalogueServer, runner: asyncio.Runner, folder: Path) -> Iterator[dict[str, Reader]]:
    url = f"{server.url}/{STORE_ID}/products"
    parquet, csv, copy = folder / "products.parquet", folder / "products.csv", folder / "copy"
    aiohttp_session, httpx_client, ecwid = runner.run(_open_clients(server.url))
    store = ecwid.store(STORE_ID, TOKEN)
    fetch = partial(fetch_with_aiohttp, aiohttp_session, url)
    try:
        yield {
            WRITTEN: partial(write_items, fetch, folder / "by-hand.jsonl"),
            DECODED: partial(decode_items, fetch),
            PYDANTIC: partial(validate_items, partial(fetch_with_httpx, httpx_client, url)),
            DICTS: partial(_scan_dicts, store),
            TYPED: partial(_scan_typed, store),
            JSONL: partial(_export, store, folder / "products.jsonl"),
            PARQUET: partial(_export, store, parquet),
            CSV: partial(_export, store, csv),
            INTO: partial(_scan_into_rows, store),
            PRODUCTS: partial(decode_rows, fetch, msgspec_struct(Product)),
            BODIES: partial(write_bodies, fetch, folder / "bodies"),
            STRUCTS: partial(decode_rows, partial(fetch, fields=_FIELDS), Struct),
            # These read their file in the warm-up round, in which the exports above have written it.
            READY_TABLES: partial(write_ready_tables, fetch, parquet, copy),
            READY_CSV: partial(write_ready_bytes, fetch, csv, copy),
        }
    finally:
        runner.run(aiohttp_session.close())
        runner.run(httpx_client.aclose())
        runner.run(ecwid.aclose())


async def _open_clients(url: str) -> tuple[aiohttp.ClientSession, httpx.AsyncClient, Ecwid]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return (
        aiohttp.ClientSession(headers=headers),
        httpx.AsyncClient(headers=headers),
        Ecwid(base_url=url, quota=UNLIMITED_QUOTA),
    )


async def _scan_dicts(store: Store) -> int:
    async with store.products.scan() as scan:
        return await _count(scan.dicts())


async def _scan_typed(store: Store) -> int:
    async with store.products.scan() as scan:
        return await _count(scan)


async def _scan_into_rows(store: Store) -> int:
    async with store.products.scan(into=Row) as scan:
        return await _count(scan)


async def _export(store: Store, path: Path) -> int:
    manifest = await export_store(store, ["products"], path)
    return manifest.sections["products"].item_count


async def _count(items: AsyncIterable[object]) -> int:
    count = 0
    async for _ in items:
        count += 1
    return count
