"""A scan is opened and iterated once, inside ``async with``, and has its progress as attributes."""

import gc
import time
from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, ScanDrifted
from ecwid_async.models.products import Product
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan import RawPage, Scan
from ecwid_async.scan.page import Page
from tests.scan.faulty_server import Faults, FaultyWorld
from tests.scan.lists import KINDS, Row
from tests.scan.world import START, STORE, TOKEN, Scene

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


async def test_raw_pages_have_the_ids_and_times_of_their_items_and_the_time_of_the_server() -> None:
    before = int(time.time())
    async with products(ordered=True) as scan:
        pages = [page async for page in scan.raw_pages()]
    assert [key for page in pages for key in page.ids] == list(range(1, COUNT + 1))
    assert [second for page in pages for second in page.updated] == list(range(1, COUNT + 1))
    assert [len(page.items) for page in pages] == [len(page.ids) for page in pages]
    assert all(before <= page.server_time <= time.time() and 0 <= page.duration < 60 for page in pages)
    assert [(page.is_last, page.is_proven) for page in pages] == [(False, False)] * (len(pages) - 1) + [(True, True)]


def test_the_last_raw_page_is_yielded_before_the_scan_drifts() -> None:
    rows = tuple(Row(number=n, created=START - 9000 + n, updated=START - 9000 + n) for n in range(1, 30))
    scene = Scene(rows=rows, switches=Switches(page_size=4), ordered=True)
    world = FaultyWorld(KINDS["products"], scene, Faults(rows="doubled", every=3))
    pages: list[RawPage] = []

    async def read() -> None:
        async with world.scan() as scan:
            async for page in scan.raw_pages():
                pages.append(page)  # noqa: PERF401 - the pages before the error count

    with pytest.raises(ScanDrifted, match="the same item twice"):
        world.run(read())
    assert [(page.is_last, page.is_proven) for page in pages] == [(False, False)] * 2 + [(True, False)]
    assert pages[-1].items


async def test_a_scan_that_is_left_early_keeps_no_page_in_memory() -> None:
    gc.collect()
    gc.disable()
    try:
        async with products() as scan:
            async for item in scan.dicts():
                if item["id"] == 6:
                    break
        del scan
        assert not [page for page in gc.get_objects() if isinstance(page, Page)]
    finally:
        gc.enable()


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
