"""Exports to CSV and Parquet, and tables of scans, read a page at once: with the same results as item by item."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async import Ecwid
from ecwid_async.errors import EcwidError
from ecwid_async.export import export_store
from ecwid_async.export.progress import Progress
from ecwid_async.export.section_writer import SectionWriter
from ecwid_async.tables import RowReader
from ecwid_async.tables.arrow import TableBuilder
from ecwid_async.transport.memory import make_response
from ecwid_async.transport.retry import RetryPolicy
from ecwid_async.wire import Request, Response

from .conftest import TOKEN, Shop

PRODUCTS = 330  # three full pages, and one that is not
FORMATS = ("csv", "csv.gz", "parquet")

# What stands in place of a product's SKU. Most are read by item, some at once.
ODDITIES = [
    b'"sku":7',
    b'"sku":{"a":1}',
    b'"sku":null',
    b'"sku":"a, \\"b\\"\\r\\n\\u00fc"',
    b'"sku":"\xc3\xbc"',
    b'"sku":"half an emoji \\ud83d"',
    b'"sku":"not UTF-8 \xff"',
    b'"sku":"A","weight":"1.50"',
    b'"sku":"A","weight":"heavy"',
    b'"sku":"A","weight":1e400',
    b'"sku":"A","weight":1e99999999999999999999',
    b'"sku":"A","weight":12345678901234567890.1234567890123456789',
    b'"sku":"A","quantity":99999999999999999999',
    b'"sku":"A","created":"yesterday"',
    b'"sku":"A","created":"2024-01-01"',
    b'"sku":"A","newField":[1.10,\n{}]',
    b'"sku":"A","newField":{"a":"\xff"}',
    b'"sku":"A","options":[{"name":"Size","newInside":1}]',
    b'"sku":"A","options":"none"',
    b'"sku":"A","createTimestamp":"soon"',
    b'"sku":"A","updateTimestamp":1.5',
    b'"sku":"A","id":null',
    b'"sku":"A","id":"text"',
    b'"sku":"A","id":1.0',
    b'"sku":"A","id":5',
    b'"sku":"A"},null,{"id":7',
    b'"sku":"A"},{"sku":"no id"',
    b'"sku":"A',
]


def make_shop(odd: dict[int, bytes]) -> Shop:
    """A store with these oddities, by the ids of products."""
    shop = Shop()
    shop.add(1003, products=0)
    products = map(shop.product, range(1, PRODUCTS + 1))
    # With the SKU last: of two values of a field, the last one counts.
    shop.sandbox.stores[1003].load("products", (product | {"sku": product.pop("sku")} for product in products))

    def respond(request: Request) -> Response | None:
        if not request.path.endswith("/products"):
            return None
        body = shop.sandbox.handle(request).body
        for number, text in odd.items():
            body = body.replace(b'"sku":"S%d"' % number, text)
        return make_response(body)

    shop.intercept = respond
    return shop


def no_page(*_: object) -> None:
    """Reads no page at once."""


async def export(shop: Shop, out: Path, format_: Any, **arguments: Any) -> object:
    """Export the products. Returns the problems, or the error."""
    retry = RetryPolicy(attempts=1)
    async with Ecwid(transport=shop.transport, base_url="https://x.example/api", quota=None, retry=retry) as ecwid:
        try:
            await export_store(ecwid.store(1003, TOKEN), ["products"], out, format=format_, **arguments)
        except EcwidError as error:
            return type(error), str(error)
        return ecwid.codec.problems


def count_pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the number of items on each page that was read at once."""
    sizes: list[int] = []
    read_page = RowReader.read_page

    def read(self: RowReader, page: bytes, names: Any) -> Any:
        found = read_page(self, page, names)
        if found is not None:
            sizes.append(len(found[0]))
        return found

    monkeypatch.setattr(RowReader, "read_page", read)
    return sizes


@pytest.mark.parametrize("fields", [None, "id,sku,options(name)"])
@pytest.mark.parametrize("format_", FORMATS)
async def test_usual_pages_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, fields: str | None
) -> None:
    sizes = count_pages(monkeypatch)
    arguments: dict[str, Any] = {} if fields is None else {"fields": {"products": fields}}
    assert await export(make_shop({}), tmp_path, format_, **arguments) == {}
    assert sum(sizes) >= PRODUCTS - 100  # the first page has the first fields


async def check_is_same_as_by_item(odd: dict[int, bytes], folder: Path, format_: str, **arguments: Any) -> None:
    result = await export(make_shop(odd), folder / "at_once", format_, **arguments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SectionWriter, "read_page", no_page)
        expected = await export(make_shop(odd), folder / "by_item", format_, **arguments)
    assert result == expected
    files, manifests = (
        [folder / way / name for way in ("at_once", "by_item")] for name in (f"products.{format_}", "manifest.json")
    )
    assert files[0].exists() == files[1].exists()
    if files[0].exists():
        assert files[0].read_bytes() == files[1].read_bytes()
        # How the scan was proven complete, and with how many requests.
        records = [json.loads(manifest.read_bytes())["sections"]["products"] for manifest in manifests]
        proofs = [[record[key] for key in ("proof", "request_count", "item_count")] for record in records]
        assert proofs[0] == proofs[1]


@pytest.mark.parametrize("format_", ["csv", "parquet"])
@pytest.mark.parametrize("odd", ODDITIES, ids=str)
async def test_an_oddity_has_the_same_result_as_item_by_item(tmp_path: Path, format_: str, odd: bytes) -> None:
    await check_is_same_as_by_item({150: odd}, tmp_path, format_)


@pytest.mark.parametrize("format_", ["csv", "parquet"])
@pytest.mark.parametrize("value", [b'[{"name":"\xff"}]', b'[{"name":"\\ud83d"}]', b'"none"', b"[1e400]"])
async def test_an_odd_value_in_json_has_the_same_result_as_item_by_item(
    tmp_path: Path, format_: str, value: bytes
) -> None:
    odd = {1: b'"sku":"A","attributes":[]', 150: b'"sku":"A","attributes":%b' % value}
    await check_is_same_as_by_item(odd, tmp_path, format_)


@pytest.mark.parametrize("fields", [None, "id,sku,newField", "sku,options(name)"])
@pytest.mark.parametrize("format_", ["csv", "parquet"])
@settings(deadline=None, max_examples=5)
@given(odd=st.dictionaries(st.integers(1, PRODUCTS), st.sampled_from(ODDITIES), max_size=6))
async def test_oddities_have_the_same_result_as_item_by_item(
    tmp_path_factory: pytest.TempPathFactory, format_: str, fields: str | None, odd: dict[int, bytes]
) -> None:
    arguments: dict[str, Any] = {} if fields is None else {"fields": {"products": fields}}
    await check_is_same_as_by_item(odd, tmp_path_factory.mktemp("exports"), format_, **arguments)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {150: b'"sku":7', 151: b'"sku":"A","newField":1', 250: b'"sku":"half an emoji \\ud83d"'},
        {1: b'"sku":"A","newField":[1,\n2]', 320: b'"sku":"A","options":[{"name":"Size","newInside":1}]'},
    ],
)
async def test_an_export_that_is_killed_at_any_page_resumes_with_the_same_file(
    tmp_path: Path, format_: str, odd: dict[int, bytes]
) -> None:
    shop = make_shop(odd)
    killed: list[Path] = []

    def copy(_: object) -> None:
        """Copy what a process that is killed here would leave."""
        killed.append(tmp_path / f"killed-{len(killed)}")
        shutil.copytree(tmp_path / "out", killed[-1])

    await export(shop, tmp_path / "out", format_, on_progress=copy)
    expected = (tmp_path / "out" / f"products.{format_}").read_bytes()
    assert len(killed) > 4
    resumed = 0
    for folder in killed:
        reports: list[Progress] = []
        await export(make_shop(odd), folder, format_, on_progress=reports.append)
        assert (folder / f"products.{format_}").read_bytes() == expected
        resumed += reports[0].note.startswith("resuming")
    assert resumed >= len(killed) - 2  # not before the second page, and not after the last


@pytest.mark.parametrize(
    "response_fields", [None, "items(sku,options(name))", "items(id,createTimestamp,updateTimestamp)"]
)
@pytest.mark.parametrize("odd", [{}, {150: b'"sku":7'}, {150: b'"sku":"A","newField":{"a":1.10}'}])
async def test_the_table_of_a_scan_is_the_same_as_item_by_item(
    monkeypatch: pytest.MonkeyPatch, response_fields: str | None, odd: dict[int, bytes]
) -> None:
    sizes = count_pages(monkeypatch)
    tables = []
    async with Ecwid(transport=make_shop(odd).transport, base_url="https://x.example/api", quota=None) as ecwid:
        for reads_pages in (True, False):
            if not reads_pages:
                monkeypatch.setattr(TableBuilder, "read_page", no_page)
            pages = ecwid.store(1003, TOKEN).products.search(response_fields=response_fields)
            async with pages.scan(ordered=True) as scan:
                tables.append(await scan.to_arrow())
    assert tables[0] == tables[1]
    assert tables[0].num_rows == PRODUCTS
    assert (sum(sizes) > 0) is (response_fields is None or "createTimestamp" in response_fields)
