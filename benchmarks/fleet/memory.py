"""The memory of a process after several passes over a fleet. The stores are in another process."""

import asyncio
import gc
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.fleet.passes import MEMORY
from benchmarks.fleet.stores import run_stores, store_ids, tokens_of
from benchmarks.fleet.usage import resident_bytes
from benchmarks.harness.settings import UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.sync import Mirror
from ecwid_async.sync.fleet import Fleet

__all__ = ["measure_memory"]

_ROOT: Final = Path(__file__).parents[2]
# A single section, so that the first pass is short.
_ONLY: Final = ("products",)


def measure_memory(stores: int, passes: int) -> list[float]:
    """Return the MiB of resident memory after each pass over so many stores, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.fleet.memory", str(stores), str(passes)]
    finished = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    return [size / 2**20 for size in json.loads(finished.stdout)]


async def _measure(base_url: str, database: Path, stores: int, passes: int) -> list[int]:
    sizes = []
    async with (
        Ecwid(base_url=base_url, tokens=tokens_of(stores), quota=UNLIMITED_QUOTA) as ecwid,
        Mirror(f"sqlite:///{database}") as mirror,
    ):
        fleet = Fleet(mirror, ecwid, store_ids(stores), only=_ONLY)
        for _ in range(passes):
            report = await fleet.sync()
            if report.outcomes["ok"] != stores:
                raise RuntimeError(f"{report.outcomes} of {stores} stores")
            gc.collect()
            sizes.append(resident_bytes())
    return sizes


def _main(stores: str, passes: str) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, run_stores(int(stores)) as base_url:
        print(json.dumps(asyncio.run(_measure(base_url, Path(folder) / "fleet.db", int(stores), int(passes)))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
