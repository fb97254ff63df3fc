"""Items per minute of a scan under a rate limit, next to pyecwid, from a distant server."""

import asyncio
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Final

from attrs import frozen

from benchmarks.harness.catalogue_server import run_catalogue_server
from benchmarks.harness.settings import STORE_ID, TOKEN
from ecwid_async import Ecwid

__all__ = ["LATENCY", "PER_MINUTE", "SCAN", "Throughput", "measure_throughput"]

SCAN, PYECWID = "scan", "pyecwid"
LATENCY: Final = 0.3
PER_MINUTE: Final = 600
_PYECWID_STORE_ID: Final = 1004

# pyecwid collects all items before it returns, and is stopped before that: the server reports the number it sent.
# It is in no dependency group because it installs a top-level package `tests`.
_PYECWID_SCRIPT: Final = """
import sys
from pyecwid import EcwidAPI
url, store, token = sys.argv[1:]
EcwidAPI(token, store, skip_test=True, base_url=f"{url}/{{0}}/").get_request("products")
"""


@frozen
class Throughput:
    """Items per minute during a whole scan, and the number of 429s, for the scan and for pyecwid beside it."""

    items_per_minute: dict[str, float]
    refused: dict[str, int]


def measure_throughput(pages: int, *, latency: float) -> Throughput:
    """Scan `pages` pages with the client's default settings."""
    with run_catalogue_server(pages * 100, latency=latency, per_minute=PER_MINUTE) as server:
        command = [sys.executable, "-c", _PYECWID_SCRIPT, server.url, str(_PYECWID_STORE_ID), TOKEN]
        start = time.perf_counter()
        pyecwid = subprocess.Popen(command) if find_spec("pyecwid") else None
        try:
            count = asyncio.run(_scan(server.url))
            minutes = (time.perf_counter() - start) / 60
            usage = server.usage()
        finally:
            if pyecwid is not None:
                pyecwid.kill()
                pyecwid.wait()
    if count != pages * 100:
        raise RuntimeError(f"read {count} products instead of {pages * 100}")
    served, refused = usage["served"], usage["refused"]
    throughput = Throughput({SCAN: count / minutes}, {SCAN: refused.get(str(STORE_ID), 0)})
    if pyecwid is not None:
        throughput.items_per_minute[PYECWID] = 100 * served.get(str(_PYECWID_STORE_ID), 0) / minutes
        throughput.refused[PYECWID] = refused.get(str(_PYECWID_STORE_ID), 0)
    return throughput


async def _scan(url: str) -> int:
    count = 0
    async with Ecwid(base_url=url) as ecwid, ecwid.store(STORE_ID, TOKEN).products.scan() as scan:
        async for page in scan.raw():
            count += len(page)
    return count
