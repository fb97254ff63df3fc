"""The most memory that reading a catalogue takes, in a fresh process each: the part that grows with it shows."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.catalogue_server import serving
from benchmarks.harness.page_server import STORE_ID, TOKEN
from ecwid_async import Ecwid, Quota
from ecwid_async.client import Store
from ecwid_async.export import export_store

__all__ = ["WAYS", "growth"]


async def _exported(store: Store) -> int:
    with tempfile.TemporaryDirectory() as folder:
        manifest = await export_store(store, ["products"], folder)
    return manifest.sections["products"].item_count


async def _typed(store: Store) -> int:
    count = 0
    async with store.products.scan() as scan:
        async for _ in scan:
            count += 1
    return count


WAYS: Final[Mapping[str, Callable[[Store], Coroutine[Any, Any, int]]]] = {
    "export to JSONL": _exported,
    "scan, typed: Product": _typed,
}


def growth(few: int, many: int) -> dict[str, float]:
    """By how many MiB each way's peak is higher for `many` products than for `few`; a little less is none."""
    return {way: max(0, _peak(way, many) - _peak(way, few)) / 2**20 for way in WAYS}


def _peak(way: str, total: int) -> int:
    with serving(total) as catalogue:
        command = [sys.executable, "-m", "benchmarks.export.memory", way, catalogue.url, str(total)]
        finished = subprocess.run(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, check=True)
    peak: int = json.loads(finished.stdout)
    return peak


async def _read(way: str, url: str) -> int:
    unlimited = Quota(requests=10**9, burst=10**9, ceiling=10**9)
    async with Ecwid(base_url=url, quota=unlimited) as ecwid:
        return await WAYS[way](ecwid.store(STORE_ID, TOKEN))


def _most_bytes() -> int:
    if sys.platform == "linux":
        # Not `getrusage`: it begins with the size of the process that this one was started by.
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _main(way: str, url: str, total: str) -> None:
    if (count := asyncio.run(_read(way, url))) != int(total):
        raise RuntimeError(f"{count} products were read, not {total}")
    print(_most_bytes())


if __name__ == "__main__":
    _main(*sys.argv[1:])
