"""Growth of the memory of a process that synchronizes a store again and again. The store is in another process."""

import asyncio
import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from benchmarks.harness.settings import UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.sync import Mirror, MirrorSettings

__all__ = ["measure_growth"]

_ROOT: Final = Path(__file__).parents[2]
# The lag in seconds: with the default of five minutes, later rounds would read more changes again.
_LAG: Final = 1.0
_CHANGES: Final = 20


def measure_growth(products: int, rounds: int) -> list[float]:
    """Return the MiB of resident memory after each of the last rounds, less those after a fifth of them."""
    command = [sys.executable, "-m", "benchmarks.sync.memory", str(products), str(rounds)]
    finished = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    sizes: list[int] = json.loads(finished.stdout)
    start = max(1, len(sizes) // 5)
    return [(size - sizes[start - 1]) / 2**20 for size in sizes[start:]]


@contextmanager
def _run_store(products: int) -> Iterator[str]:
    """Run a demo store in another process, and yield its base URL."""
    arguments = ["sandbox", "serve", "--port", "0", "--products", str(products), "--requests-per-minute", "1000000"]
    with subprocess.Popen(
        [sys.executable, "-c", "from ecwid_async.cli import main; main()", *arguments],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("export ECWID_BASE_URL="):
                    yield line.strip().partition("=")[2]
                    break
        finally:
            process.terminate()


async def _measure(base_url: str, database: Path, rounds: int) -> list[int]:
    sizes = []
    settings = MirrorSettings(lag=_LAG)
    async with (
        Ecwid(base_url=base_url, quota=UNLIMITED_QUOTA) as ecwid,
        Mirror(f"sqlite:///{database}", settings=settings) as mirror,
    ):
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        ids = [product["id"] async for product in store.products.search(limit=100).dicts()]
        numbers = count()
        for _ in range(rounds):
            for _ in range(_CHANGES):
                number = next(numbers)
                await store.products.update(ids[number % len(ids)], ProductDraft(quantity=number))
            await mirror.sync(store)
            gc.collect()
            sizes.append(_resident_bytes())
    return sizes


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * 4096


def _main(products: str, rounds: str) -> None:
    with tempfile.TemporaryDirectory() as folder, _run_store(int(products)) as base_url:
        print(json.dumps(asyncio.run(_measure(base_url, Path(folder) / "shop.db", int(rounds)))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
