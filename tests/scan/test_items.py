"""Items are read once each, whatever the size of their page, and their ids and times are noted."""

import json
from typing import Any

import attrs
import msgspec
import pytest

from ecwid_async.codec import Codec, DecodeProblem, get_projection
from ecwid_async.errors import DecodeError
from ecwid_async.models.products import Product
from ecwid_async.scan.assumptions import ListPart
from ecwid_async.scan.coverage import OrderedCoverage, Slice
from ecwid_async.scan.items import ItemReader
from ecwid_async.scan.page import Page
from ecwid_async.scan.plans import ListPlan, plan_for
from ecwid_async.scan.progress import Progress
from ecwid_async.scan.token import Position
from ecwid_async.wire import Headers

PLAN = ListPlan(created="made", updated="changed", may_omit=("group", "b2b"))
PADDING = {"small": "", "large": "x" * 70_000}


def reader(*, scan_only_fields: tuple[str, ...] = (), omitted_seen: bool = False) -> ItemReader:
    return ItemReader(
        PLAN, Codec(), Progress("GET /things"), scan_only_fields=scan_only_fields, omitted_seen=omitted_seen
    )


def page(*items: Any, size: str = "small") -> Page:
    body = json.dumps({"total": 9, "padding": PADDING[size], "items": items}).encode()
    return Page(ListPart(), 0, 0, 9, body, Headers())


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "made": 10 * number, "changed": 10 * number + 1, **more}


@pytest.mark.parametrize("size", PADDING)
def test_an_item_is_returned_once(size: str) -> None:
    items = reader()
    assert list(items.parsed(page(item(1), item(2), size=size))) == [item(1), item(2)]
    assert list(items.parsed(page(item(2), item(3), size=size))) == [item(3)]
    assert [msgspec.json.decode(raw) for raw in items.raw(page(item(3), item(4), size=size))] == [item(4)]
    assert len(items.ids) == 4
    assert items._progress.done == 4


@pytest.mark.parametrize("size", PADDING)
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "parsed"])
def test_ids_and_times_are_noted_on_the_page(raw: bool, size: str) -> None:
    here = page(item(1), {"id": "two"}, size=size)
    items = reader()
    list(items.raw(here) if raw else items.parsed(here))
    assert here.ids == [1, "two"]
    assert here.created == [10, None]
    assert here.updated == [11, None]
    assert here.slice() == Slice(0, 9, [1, "two"], [10])


@pytest.mark.parametrize("size", PADDING)
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "parsed"])
def test_an_item_of_the_omitted_kind_is_noticed(raw: bool, size: str) -> None:
    items = reader()
    for group, seen in (("b2c", False), ("b2b", True), ("b2c", True)):
        here = page(item(1, group=group), size=size)
        list(items.raw(here) if raw else items.parsed(here))
        assert items.omitted_seen == seen


@pytest.mark.parametrize("size", PADDING)
def test_fields_that_only_the_scan_needs_are_removed(size: str) -> None:
    items = reader(scan_only_fields=("made", "changed"))
    assert list(items.parsed(page(item(1, name="A"), size=size))) == [{"id": 1, "name": "A"}]
    assert [bytes(raw) for raw in items.raw(page(item(2, price=1.50), size=size))] == [b'{"id":2,"price":1.5}']


@pytest.mark.parametrize("size", PADDING)
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "parsed"])
def test_items_before_the_resumed_position_are_skipped(raw: bool, size: str) -> None:
    coverage = OrderedCoverage(rising=True)
    coverage.join(Slice(0, 9, [1, 2], [10, 20]))
    items = reader()
    items.resumed_at = Position.of(
        coverage, fingerprint="", omitted=False, omitted_seen=True, settled=1, recent_from=None, done=2
    )
    here = page(item(1), item(2), item(3), size=size)
    found = (
        [msgspec.json.decode(each)["id"] for each in items.raw(here)]
        if raw
        else [each["id"] for each in items.parsed(here)]
    )
    # The last second of the position may hold items that were not read.
    assert found == [2, 3]


@pytest.mark.parametrize("size", PADDING)
@pytest.mark.parametrize("wrong", [{"name": "A"}, {"id": None}, {"id": 1.5}, 7], ids=str)
def test_an_item_without_an_id_is_an_error(wrong: object, size: str) -> None:
    with pytest.raises(DecodeError, match=r"items\[\].id"):
        list(reader().parsed(page(wrong, size=size)))
    with pytest.raises(DecodeError, match=r"items\[\].id"):
        reader().raw(page(wrong, size=size))


def test_a_page_without_items_is_an_error() -> None:
    with pytest.raises(DecodeError, match="items"):
        list(reader().parsed(Page(ListPart(), 0, 0, 9, b'{"total":9}', Headers())))


@pytest.mark.parametrize("odd", [{}, {"name": 7}, {"unknown": 1}], ids=str)
@pytest.mark.parametrize("frozen", [True, False])
def test_a_users_class_is_read_without_the_fields_that_only_the_scan_needs(
    frozen: bool, odd: dict[str, object]
) -> None:
    row = attrs.make_class("Row", {"name": attrs.field(type=str | None)}, frozen=frozen)
    projection: Any = get_projection(row, (Product,))
    items = reader(scan_only_fields=("id", "made", "changed", "group"))
    here = page(item(1, name="a"), item(2, **{"name": "b", "group": "b2b", **odd}), item(1, name="a"))
    found = [row.name for row in items.models(here, projection)]
    assert found == ["a", "7" if odd.get("name") == 7 else "b"]
    assert here.ids == [1, 2, 1]
    assert here.created == [10, 20, 10]
    assert here.updated == [11, 21, 11]
    assert items.omitted_seen


def test_an_odd_item_of_a_page_of_models_is_reported_if_it_is_new() -> None:
    codec, progress = Codec(), Progress("GET /products")
    items = ItemReader(plan_for("GET /products"), codec, progress, scan_only_fields=(), omitted_seen=True)

    def read(*page_items: dict[str, object]) -> list[int | None]:
        body = json.dumps({"total": 9, "items": page_items}).encode()
        return [product.id for product in items.models(Page(ListPart(), 0, 0, 9, body, Headers()), Product)]

    odd, plain = {"id": 2, "price": "7"}, {"id": 1, "price": 7}
    assert read(plain, odd, plain) == [1, 2]
    assert read(odd, {"id": 3}) == [3]
    assert codec.problems == {DecodeProblem("GET /products", "items[].price", "Decimal", "text"): 1}
    assert progress.done == 3


@pytest.mark.parametrize("name", [b"\xff", b"\\ud83d\xff"])
def test_a_field_name_that_is_not_utf8_is_a_decode_error_where_fields_are_removed(name: bytes) -> None:
    here = page(item(1), item(2, odd=3))
    here.body = here.body.replace(b"odd", name)
    with pytest.raises(DecodeError, match=r"GET /things: expected JSON at items.*not UTF-8"):
        reader(scan_only_fields=("changed",)).raw(here)
