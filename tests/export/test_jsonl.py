import hashlib
import json
from datetime import UTC, datetime

import pytest

from ecwid_async.errors import ConfigError, DecodeError, Forbidden
from ecwid_async.export import SECTIONS, ExportDrifted, export_store, sections_named
from ecwid_async.transport.memory import answer

PRODUCTS = sections_named(["products"])
CUSTOMERS = sections_named(["customers"])


def lines(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def files(folder):
    return sorted(path.name for path in folder.iterdir())


async def test_items_are_written_byte_for_byte(store, shop, tmp_path):
    odd = '{ "id" : 7, "price": 1.10, "weight":642.404477130936000, "name":"ÄÖ\\u00fc", "new":[ ] }'.encode()
    shop.lists["products"] = [b'{"id":1}', odd]
    await export_store(store, PRODUCTS, tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b'{"id":1}\n' + odd + b"\n"


async def test_the_manifest_tells_what_is_in_the_files(store, shop, tmp_path):
    moments = iter(datetime(2026, 11, 21, 12, 0, second, tzinfo=UTC) for second in range(9))
    manifest = await export_store(store, PRODUCTS, tmp_path, now=lambda: next(moments))
    assert files(tmp_path) == ["manifest.json", "products.jsonl"]
    content = (tmp_path / "products.jsonl").read_bytes()
    told = json.loads((tmp_path / "manifest.json").read_bytes())
    assert told["store_id"] == manifest.store_id == 1003
    assert (told["started_at"], told["finished_at"]) == ("2026-11-21T12:00:00Z", "2026-11-21T12:00:03Z")
    record = told["sections"]["products"]
    assert (record["count"], record["total"], record["passes"]) == (5, 5, 1)
    assert record["bytes"] == len(content)
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert (record["started_at"], record["finished_at"]) == ("2026-11-21T12:00:01Z", "2026-11-21T12:00:02Z")


async def test_an_empty_list_makes_an_empty_file(store, shop, tmp_path):
    shop.lists["products"] = []
    manifest = await export_store(store, PRODUCTS, tmp_path)
    assert (tmp_path / "products.jsonl").read_bytes() == b""
    assert (manifest.sections["products"].count, manifest.sections["products"].total) == (0, 0)


async def test_progress_is_told_page_by_page(store, shop, tmp_path):
    told = []
    await export_store(store, PRODUCTS, tmp_path, report=lambda step: told.append((step.done, step.total)))
    assert told == [(2, 5), (4, 5), (5, 5), (5, 5)]


async def test_a_row_that_vanishes_between_pages_costs_another_reading_and_no_item(store, shop, tmp_path):
    def drop_the_first(request):
        if len(shop.requests) == 2:
            del shop.lists["products"][0]

    shop.before = drop_the_first
    manifest = await export_store(store, PRODUCTS, tmp_path)
    assert [item["id"] for item in lines(tmp_path / "products.jsonl")] == [2, 3, 4, 5]
    assert manifest.sections["products"].passes == 2


async def test_an_item_that_comes_twice_is_written_once(store, shop, tmp_path):
    """The total stays, but a row moves over the edge of a page: one comes twice, so another is missing."""

    def reorder(request):
        if len(shop.requests) == 2:
            shop.lists["products"].sort(key=lambda row: -row["id"])

    shop.before = reorder
    manifest = await export_store(store, PRODUCTS, tmp_path)
    assert sorted(item["id"] for item in lines(tmp_path / "products.jsonl")) == [1, 2, 3, 4, 5]
    assert manifest.sections["products"].passes == 2


async def test_a_list_that_never_holds_still_is_an_error_and_no_file(store, shop, tmp_path):
    shop.before = lambda request: shop.lists["products"].append({"id": 100 + len(shop.requests)})
    with pytest.raises(ExportDrifted, match=r"products changed during each of 3 readings .*the total was 1\d and 1\d"):
        await export_store(store, PRODUCTS, tmp_path)
    assert files(tmp_path) == []


async def test_a_total_that_promises_more_than_comes_is_not_believed(store, shop, tmp_path):
    shop.transport._script = lambda request: answer(
        {"total": 6, "items": [{"id": 1}] if dict(request.params)["offset"] == "0" else []}
    )
    with pytest.raises(ExportDrifted, match="1 items came and the total was 6"):
        await export_store(store, PRODUCTS, tmp_path)


async def test_one_refused_section_keeps_every_other_file_away_too(store, shop, tmp_path):
    """The folder holds one export, whole, or what it held before."""
    (tmp_path / "products.jsonl").write_text("before")

    def refuse(request):
        if request.path.endswith("/orders"):
            return answer({"errorCode": "INSUFFICIENT_APP_SCOPE"}, status=403)
        return shop.answer(request)

    shop.transport._script = refuse
    with pytest.raises(Forbidden):
        await export_store(store, sections_named(["products", "orders"]), tmp_path)
    assert files(tmp_path) == ["products.jsonl"]
    assert (tmp_path / "products.jsonl").read_text() == "before"


async def test_an_item_without_an_id_is_an_error_that_says_where(store, shop, tmp_path):
    shop.lists["products"][3] = {"name": "who am I"}
    with pytest.raises(DecodeError, match=r"GET /products: expected an id at items\[1\]\.id"):
        await export_store(store, PRODUCTS, tmp_path)
    assert files(tmp_path) == []


async def test_the_profile_is_one_line(store, shop, tmp_path):
    shop.transport._script = [answer(b'{\n  "generalInfo": {"storeId": 1003}\n}\n')].__iter__()
    manifest = await export_store(store, sections_named(["profile"]), tmp_path)
    assert (tmp_path / "profile.jsonl").read_bytes() == b'{   "generalInfo": {"storeId": 1003} }\n'
    assert (manifest.sections["profile"].count, manifest.sections["profile"].total) == (1, None)


async def test_a_profile_that_is_no_object_is_an_error(store, shop, tmp_path):
    shop.transport._script = [answer(b"<html>maintenance</html>")].__iter__()
    with pytest.raises(DecodeError, match="GET /profile"):
        await export_store(store, sections_named(["profile"]), tmp_path)


class TestCustomers:
    """The documentation does not say whether the plain list of customers holds businesses."""

    ALL = ({"id": 1, "b2b_b2c": "b2c"}, {"id": 2, "b2b_b2c": "b2b"}, {"id": 3, "b2b_b2c": "b2c"})

    @pytest.fixture
    def told(self, shop):
        shop.lists["customers"] = list(self.ALL)
        return shop

    async def ids(self, store, tmp_path):
        manifest = await export_store(store, CUSTOMERS, tmp_path)
        found = [item["id"] for item in lines(tmp_path / "customers.jsonl")]
        assert manifest.sections["customers"].total == len(found)
        return sorted(found)

    async def test_businesses_are_there_where_the_plain_list_leaves_them_out(self, store, told, tmp_path):
        told.rows = lambda name, params: [row for row in self.ALL if row["b2b_b2c"] == params.get("b2b_b2c", "b2c")]
        assert await self.ids(store, tmp_path) == [1, 2, 3]

    async def test_a_plain_list_with_businesses_is_read_once(self, store, told, tmp_path):
        told.rows = lambda name, params: list(self.ALL)
        assert await self.ids(store, tmp_path) == [1, 2, 3]
        assert not any("b2b_b2c" in target for target in told.requests)

    async def test_a_server_that_ignores_the_filter_doubles_nothing(self, store, told, tmp_path):
        told.rows = lambda name, params: [row for row in self.ALL if row["b2b_b2c"] == "b2c"]
        assert await self.ids(store, tmp_path) == [1, 3]


async def test_every_list_is_asked_for_its_hidden_rows(store, shop, tmp_path):
    shop.lists = {"carts": [], "categories": []}
    await export_store(store, sections_named(["carts", "categories"]), tmp_path)
    carts, categories = sorted(shop.requests)
    assert "showHidden=true" in carts
    assert "hidden_categories=true" in categories


def test_no_names_are_all_sections():
    assert [section.name for section in sections_named([])] == list(SECTIONS)


def test_a_name_given_twice_is_read_once():
    assert [section.name for section in sections_named(["orders", "orders"])] == ["orders"]


@pytest.mark.parametrize(
    ("name", "hint"), [("prodcts", "Did you mean products?"), ("xyz", "There are profile, orders")]
)
def test_an_unknown_section_names_the_nearest(name, hint):
    with pytest.raises(ConfigError) as caught:
        sections_named([name])
    assert hint in str(caught.value)
