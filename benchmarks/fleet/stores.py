"""Small demo stores of equal size: in this process, or served by another one on a core of its own."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.harness.server_process import run_server
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, fill, sections
from ecwid_async.sandbox.server import serve
from ecwid_async.sandbox.state import EncodedItem
from ecwid_async.tokens import MemoryTokens

__all__ = ["PRODUCT_ID", "SECTIONS", "new_stores", "run_stores", "store_ids", "tokens_of"]

# The stores were last changed so long ago that the first quiet round polls nothing.
_AGE: Final = 7 * 86400
_SIZES: Final = {"products": 10, "orders": 10, "customers": 5, "carts": 2, "categories": 3}
SECTIONS: Final = ("products", "orders", "customers", "categories")
"""The sections of passes that would take too long with all of them."""


def store_ids(stores: int) -> list[int]:
    """Return the ids of so many stores."""
    return list(range(DEMO_STORE_ID, DEMO_STORE_ID + stores))


def tokens_of(stores: int) -> MemoryTokens:
    """Return the tokens of so many stores."""
    return MemoryTokens({store_id: _token(store_id) for store_id in store_ids(stores)})


def _token(store_id: int) -> str:
    return f"secret_demo_{store_id}"


class _Clock:
    """The time, less some seconds."""

    def __init__(self, age: float) -> None:
        self.age = age

    def __call__(self) -> float:
        return time.time() - self.age


def new_stores(stores: int) -> Sandbox:
    """Return a sandbox with so many stores with the same items, which have not changed for a week."""
    clock = _Clock(_AGE)
    sandbox = Sandbox(clock=clock, requests_per_minute=None)
    items = [(name, list(rows)) for name, rows in sections(DEMO_STORE_ID, **_SIZES, seed=1)]
    for store_id in store_ids(stores):
        fill(sandbox.add_store(store_id, token=_token(store_id)), items)
    clock.age = 0.0
    return sandbox


PRODUCT_ID: Final = next(
    (row.item if isinstance(row, EncodedItem) else row)["id"]
    for name, rows in sections(DEMO_STORE_ID, **_SIZES, seed=1)
    if name == "products"
    for row in rows
)
"""A product that each of the stores has."""


@contextmanager
def run_stores(stores: int) -> Iterator[str]:
    """Serve the stores in a process of its own, and yield their base URL."""
    with run_server("benchmarks.fleet.stores", total=stores, shared_core=False) as url:
        yield f"{url}/api/v3"


async def _serve(stores: int) -> None:
    async with serve(new_stores(stores)) as server:
        print(server.port, flush=True)
        # The parent holds the other end: this process ends with the parent.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def _main(stores: str, *cores: str) -> None:
    if cores:
        import os

        os.sched_setaffinity(0, set(map(int, cores)))
    asyncio.run(_serve(int(stores)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
