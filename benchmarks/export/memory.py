"""Growth of peak memory with the size of a catalogue. Each figure is from a new process."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.catalogue_server import run_catalogue_server
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.client import Store
from ecwid_async.export import export_store

__all__ = ["measure_peak_growth"]


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


def _peak_bytes(reader: str, total: int) -> int:
    with run_catalogue_server(total) as server:
        command = [sys.executable, "-m", "benchmarks.export.memory", reader, server.url, str(total)]
        finished = subprocess.run(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, check=True)
    peak: int = json.loads(finished.stdout)
    return peak


async def _read(reader: str, url: str) -> int:
    async with Ecwid(base_url=url, quota=UNLIMITED_QUOTA) as ecwid:
        return await _READERS[reader](ecwid.store(STORE_ID, TOKEN))


def _own_peak_bytes() -> int:
    if sys.platform == "linux":
        # `getrusage` would include the size of the parent process.
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _main(reader: str, url: str, total: str) -> None:
    if (count := asyncio.run(_read(reader, url))) != int(total):
        raise RuntimeError(f"read {count} products instead of {total}")
    print(_own_peak_bytes())


if __name__ == "__main__":
    _main(*sys.argv[1:])
