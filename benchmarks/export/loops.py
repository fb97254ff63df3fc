"""Hand-written loops that read a list of products, several pages at a time. Each returns the number of items."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Final

import aiohttp
import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pydantic

from benchmarks.export.ready_tables import HashingFile, write_tables
from benchmarks.harness.comparison_models import pydantic_model, read_datetime
from ecwid_async.models.products import Product

__all__ = [
    "decode_items",
    "decode_rows",
    "fetch_pages",
    "fetch_with_aiohttp",
    "fetch_with_httpx",
    "validate_items",
    "write_bodies",
    "write_items",
    "write_ready_bytes",
    "write_ready_tables",
]

CONCURRENCY: Final = 8  # that of a scan

_COUNTS: Final = re.compile(rb'{"total":(?P<total>\d+),"count":(?P<count>\d+),')  # pages of the catalogue server

# Takes an offset, returns the body of the page.
Fetch = Callable[[int], Awaitable[bytes]]


async def fetch_with_aiohttp(session: aiohttp.ClientSession, url: str, offset: int, fields: str | None = None) -> bytes:
    """Fetch a page with aiohttp, with some fields or all."""
    params = {"offset": offset, "limit": 100} | ({} if fields is None else {"responseFields": fields})
    async with session.get(url, params=params) as response:
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


async def decode_rows(fetch: Fetch, row: type[msgspec.Struct]) -> int:
    """Decode each page to Structs."""
    page_type = msgspec.defstruct("Page", [("total", int), ("items", GenericAlias(list, row))])
    decode = msgspec.json.Decoder(page_type, dec_hook=read_datetime).decode

    def read(body: bytes) -> tuple[int, int]:
        page: Any = decode(body)
        return len(page.items), page.total

    return await _read_pages(fetch, read)


async def validate_items(fetch: Fetch) -> int:
    """Validate each page with pydantic."""
    model = _pydantic_page()

    def read(body: bytes) -> tuple[int, int]:
        page = model.model_validate_json(body)
        return len(page.items), page.total

    return await _read_pages(fetch, read)


async def write_bodies(fetch: Fetch, path: Path) -> int:
    """Hash and write each page undecoded, without its envelope. Then read the file and hash it again, as exports do."""
    with path.open("wb") as file:
        hashing = HashingFile(file)

        def read(body: bytes) -> tuple[int, int]:
            hashing.write(memoryview(body)[body.index(b"[") :])
            return _read_counts(body)

        count = await _read_pages(fetch, read)
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return count


async def write_ready_tables(fetch: Fetch, source: Path, path: Path) -> int:
    """Fetch the pages, and write and hash the tables of a Parquet file, which is read once."""
    count = await fetch_pages(fetch)
    write_tables(_read_tables(source), path)
    return count


async def write_ready_bytes(fetch: Fetch, source: Path, path: Path) -> int:
    """Fetch the pages, and write and hash the bytes of a file, which is read once, in as many parts."""
    pages = 0

    async def count_pages(offset: int) -> bytes:
        nonlocal pages
        pages += 1
        return await fetch(offset)

    count = await fetch_pages(count_pages)
    content = _read_bytes(source)
    size = len(content) // pages + 1
    with path.open("wb") as file:
        hashing = HashingFile(file)
        for start in range(0, len(content), size):
            hashing.write(content[start : start + size])
    return count


@cache
def _read_tables(path: Path) -> list[pa.Table]:
    file = pq.ParquetFile(path)
    return [file.read_row_group(number) for number in range(file.num_row_groups)]


@cache
def _read_bytes(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _pydantic_page() -> Any:
    products: Any = GenericAlias(list, pydantic_model(Product))
    return pydantic.create_model("Page", total=(int, ...), items=(products, ...))


async def fetch_pages(fetch: Fetch) -> int:
    """Fetch all pages without decoding them."""
    return await _read_pages(fetch, _read_counts)


def _read_counts(body: bytes) -> tuple[int, int]:
    found = _COUNTS.match(body)
    assert found is not None
    return int(found["count"]), int(found["total"])


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
