"""How much of the rate limit a scan uses, beside pyecwid: a server far away that lets 600 requests a minute through."""

import asyncio
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Final

from attrs import frozen

from benchmarks.harness.catalogue_server import serving
from benchmarks.harness.page_server import STORE_ID, TOKEN
from ecwid_async import Ecwid

__all__ = ["LATENCY", "PER_MINUTE", "SCAN", "Reached", "reach"]

SCAN, PYECWID = "scan", "pyecwid"
LATENCY: Final = 0.3
PER_MINUTE: Final = 600
_OTHER_STORE: Final = 1004

# pyecwid gathers all items before it returns: what it was given until it is stopped is the server's to tell.
# It is in no group of dependencies, because it brings a top-level package `tests`.
_PYECWID: Final = """
import sys
from pyecwid import EcwidAPI
url, store, token = sys.argv[1:]
EcwidAPI(token, store, skip_test=True, base_url=f"{url}/{{0}}/").get_request("products")
"""


@frozen
class Reached:
    """Items a minute of a whole scan, from its first request to its end, and of others meanwhile; 429s of each."""

    items: dict[str, float]
    refused: dict[str, int]


def reach(pages: int, *, latency: float) -> Reached:
    """Scan so many pages, with the client's own settings."""
    with serving(pages * 100, latency=latency, per_minute=PER_MINUTE) as catalogue:
        arguments = [catalogue.url, str(_OTHER_STORE), TOKEN]
        began = time.perf_counter()
        others = [subprocess.Popen([sys.executable, "-c", _PYECWID, *arguments])] if find_spec("pyecwid") else []
        try:
            count = asyncio.run(_scanned(catalogue.url))
            minutes = (time.perf_counter() - began) / 60
            usage = catalogue.usage()
        finally:
            for other in others:
                other.kill()
                other.wait()
    if count != pages * 100:
        raise RuntimeError(f"{count} products were read, not {pages * 100}")
    served, refused = usage["served"], usage["refused"]
    reached = Reached({SCAN: count / minutes}, {SCAN: refused.get(str(STORE_ID), 0)})
    if others:
        reached.items[PYECWID] = 100 * served.get(str(_OTHER_STORE), 0) / minutes
        reached.refused[PYECWID] = refused.get(str(_OTHER_STORE), 0)
    return reached


async def _scanned(url: str) -> int:
    count = 0
    async with Ecwid(base_url=url) as ecwid, ecwid.store(STORE_ID, TOKEN).products.scan() as scan:
        async for page in scan.raw():
            count += len(page)
    return count
