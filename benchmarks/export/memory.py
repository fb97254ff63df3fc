"""Peak memory, and its growth with the size of a catalogue. Each figure is from a new process."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.catalogue_server import run_catalogue_server
from benchmarks.harness.peak_memory import own_peak_bytes
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.client import Store
from ecwid_async.export import export_store

__all__ = ["PARQUET", "READY_TABLES", "measure_parquet_peaks", "measure_peak_growth"]

PARQUET, IMPORTS, READY_TABLES = "export to Parquet", "import aiohttp, pyarrow", "the same, and write the ready tables"
_ROOT: Final = Path(__file__).parents[2]


async def _export(store: Store) -> int:
    with tempfile.TemporaryDirectory() as folder:
        manifest = await export_store(store, ["products"], folder)
    return manifest.sections["products"].item_count


async def _scan_typed(store: Store) -> int:
    count = 0
    async with store.products.scan() as scan:
        async for _ in scan:
            count += 1
    return count


_READERS: Final[Mapping[str, Callable[[Store], Coroutine[Any, Any, int]]]] = {
    "export to JSONL": _export,
    "scan, typed: Product": _scan_typed,
}


def measure_peak_growth(few: int, many: int) -> dict[str, float]:
    """Return the MiB by which each reader's peak for `many` products exceeds that for `few`, or 0."""
    return {reader: max(0, _peak_bytes(reader, many) - _peak_bytes(reader, few)) / 2**20 for reader in _READERS}


def measure_parquet_peaks(total: int) -> dict[str, float]:
    """Return the peak in MiB of an export of `total` products to Parquet, and its floors."""
    with tempfile.TemporaryDirectory() as folder:
        parquet, copy = Path(folder) / "products.parquet", Path(folder) / "copy"
        with run_catalogue_server(total) as server:
            peak = _run("memory", PARQUET, server.url, str(total), str(parquet))
        peaks = {
            PARQUET: peak,
            IMPORTS: _run("ready_tables"),
            READY_TABLES: _run("ready_tables", str(parquet), str(copy)),
        }
    return {name: value / 2**20 for name, value in peaks.items()}


def _peak_bytes(reader: str, total: int) -> int:
    with run_catalogue_server(total) as server:
        return _run("memory", reader, server.url, str(total))


def _run(module: str, *arguments: str) -> int:
    """Run a module of this folder in a new process. Return the peak that it prints."""
    command = [sys.executable, "-m", f"benchmarks.export.{module}", *arguments]
    finished = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    peak: int = json.loads(finished.stdout)
    return peak


async def _read(reader: str, url: str, *paths: str) -> int:
    async with Ecwid(base_url=url, quota=UNLIMITED_QUOTA) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        if paths:
            manifest = await export_store(store, ["products"], paths[0])
            return manifest.sections["products"].item_count
        return await _READERS[reader](store)


def _main(reader: str, url: str, total: str, *paths: str) -> None:
    if (count := asyncio.run(_read(reader, url, *paths))) != int(total):
        raise RuntimeError(f"read {count} products instead of {total}")
    print(own_peak_bytes())


if __name__ == "__main__":
    _main(*sys.argv[1:])
