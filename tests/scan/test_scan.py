"""A scan is opened and iterated once, inside ``async with``, and has its progress as attributes."""

from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError
from ecwid_async.models.products import Product
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan import Scan
from tests.scan.world import STORE, TOKEN

COUNT = 10


def products(**given: Any) -> Scan[Product]:
    sandbox = Sandbox(requests_per_minute=None, switches=Switches(page_size=4))
    store = sandbox.add_store(STORE, token=TOKEN)
    store.load("products", ({"id": n, "createTimestamp": n, "updateTimestamp": n} for n in range(1, COUNT + 1)))
    scan: Scan[Product] = Ecwid(transport=sandbox, quota=None).store(STORE, TOKEN).products.scan(**given)
    return scan


async def test_a_scan_reports_its_progress_and_its_proof() -> None:
    scan = products(ordered=True)
    assert repr(scan) == "<Scan GET /products: 0 of ? items>"
    async with scan:
        items = aiter(scan)
        await anext(items)
        assert (scan.done, scan.total, scan.proof, scan.token) == (4, COUNT, "", "")
        assert [item.id async for item in items] == list(range(2, COUNT + 1))
    assert (scan.done, scan.total, scan.rereads, scan.token) == (COUNT, COUNT, 0, "end")
    assert scan.requests >= 3
    assert "in order of creation" in scan.proof
    assert repr(scan) == f"<Scan GET /products: {COUNT} of {COUNT} items>"


async def test_a_scan_has_to_be_opened_before_it_is_iterated() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await anext(aiter(products()))


async def test_a_scan_is_opened_once() -> None:
    async with products() as scan:
        pass
    with pytest.raises(RuntimeError, match="can be read only once"):
        await scan.__aenter__()


async def test_a_scan_is_iterated_once() -> None:
    async with products() as scan:
        assert len([item async for item in scan.dicts()]) == COUNT
        with pytest.raises(RuntimeError, match="can be read only once"):
            await anext(scan.raw())


@pytest.mark.parametrize(("name", "value"), [("concurrency", 0), ("lag", -1.0)])
def test_settings_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        products(**{name: value})
