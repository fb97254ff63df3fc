"""Reading sections completely, and reporting progress."""

import pytest

from ecwid_async.errors import DecodeError, ScanDrifted
from ecwid_async.export import export_store
from ecwid_async.transport.memory import make_response

from .conftest import PRODUCTS, TOKEN
from .helpers import file_names, read_ids


async def test_progress_is_reported_page_by_page(store, shop, tmp_path):
    reports = []
    await export_store(store, ["products"], tmp_path, on_progress=reports.append)
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert len(reports) > PRODUCTS // 100
    assert {report.total for report in reports} == {PRODUCTS}
    assert reports[-1].done == PRODUCTS


async def test_repeated_pages_are_reported(client, shop, tmp_path):
    """A list without times is read at least twice."""
    shop.add(1004)
    shop.sandbox.stores[1004].load("categories", ({"id": number} for number in range(10, 3010)))
    reports = []
    await export_store(client.store(1004, TOKEN), ["categories"], tmp_path, on_progress=reports.append)
    assert reports[3].note == ""
    assert reports[-2].note.endswith("pages read again")


async def test_an_empty_list_makes_an_empty_file(client, shop, tmp_path):
    shop.add(1004, products=0)
    manifest = await export_store(client.store(1004, TOKEN), ["products"], tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b""
    assert (manifest.sections["products"].item_count, manifest.sections["products"].reported_total) == (0, 0)


async def test_an_item_without_an_id_is_an_error_and_no_file(store, shop, tmp_path):
    shop.intercept = lambda request: make_response({"total": 1, "items": [{"name": "Lamp"}]})
    with pytest.raises(DecodeError, match=r"GET /products: expected an id"):
        await export_store(store, ["products"], tmp_path)
    assert file_names(tmp_path) == []


async def test_a_list_that_cannot_be_proven_complete_is_an_error_and_no_file(store, shop, tmp_path):
    number = 0

    def always_others(request):
        nonlocal number
        number += 10
        rows = [{"id": number + row} for row in range(10)]
        return make_response({"total": 20, "count": 10, "items": rows})

    shop.intercept = always_others
    with pytest.raises(ScanDrifted):
        await export_store(store, ["promotions"], tmp_path)
    assert file_names(tmp_path) == []


async def test_hidden_items_are_in_the_files(store, shop, tmp_path):
    await export_store(store, ["categories"], tmp_path)
    assert sorted(read_ids(tmp_path / "categories.jsonl")) == [1, 2, 3, 4, 5, 6]
