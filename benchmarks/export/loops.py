"""Hand-written loops that read a list of products, several pages at a time. Each returns the number of items."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Final

import aiohttp
import httpx
import msgspec
import pydantic

from benchmarks.harness.comparison_models import pydantic_model
from ecwid_async.models.products import Product

__all__ = ["decode_items", "fetch_with_aiohttp", "fetch_with_httpx", "validate_items", "write_items"]

CONCURRENCY: Final = 8  # that of a scan

# Takes an offset, returns the body of the page.
Fetch = Callable[[int], Awaitable[bytes]]


async def fetch_with_aiohttp(session: aiohttp.ClientSession, url: str, offset: int) -> bytes:
    """Fetch a page with aiohttp."""
    async with session.get(url, params={"offset": offset, "limit": 100}) as response:
        response.raise_for_status()
        return await response.read()


async def fetch_with_httpx(client: httpx.AsyncClient, url: str, offset: int) -> bytes:
    """Fetch a page with httpx."""
    response = await client.get(url, params={"offset": offset, "limit": 100})
    response.raise_for_status()
    return response.content


async def write_items(fetch: Fetch, path: Path) -> int:
    """Decode each page; encode and write each item."""
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    with path.open("wb") as file:

        def read(body: bytes) -> tuple[int, int]:
            page = decode(body)
            for item in page["items"]:
                file.write(encode(item) + b"\n")
            return len(page["items"]), page["total"]

        return await _read_pages(fetch, read)


async def decode_items(fetch: Fetch) -> int:
    """Decode each page."""
    decode = msgspec.json.Decoder().decode

    def read(body: bytes) -> tuple[int, int]:
        page = decode(body)
        return len(page["items"]), page["total"]

    return await _read_pages(fetch, read)


async def validate_items(fetch: Fetch) -> int:
    """Validate each page with pydantic."""
    model = _pydantic_page()

    def read(body: bytes) -> tuple[int, int]:
        page = model.model_validate_json(body)
        return len(page.items), page.total

    return await _read_pages(fetch, read)


@cache
def _pydantic_page() -> Any:
    products: Any = GenericAlias(list, pydantic_model(Product))
    return pydantic.create_model("Page", total=(int, ...), items=(products, ...))


async def _read_pages(fetch: Fetch, read: Callable[[bytes], tuple[int, int]]) -> int:
    """Read all pages concurrently. `read` takes a body and returns the page's number of items and the total."""
    count, total = read(await fetch(0))
    offsets = iter(range(count, total, count))

    async def work() -> None:
        nonlocal count
        for offset in offsets:
            body = await fetch(offset)
            count += read(body)[0]

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    return count
