"""Arrow tables: nothing is lost, and columns are exact."""

import gc
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import models
from ecwid_async.calls import Channel
from ecwid_async.client import Ecwid, Store
from ecwid_async.codec import Codec, DecodeProblem, loads
from ecwid_async.errors import ConfigError, DecodeError
from ecwid_async.models.base import Model, prefixed_fields
from ecwid_async.models.base import model as data_class
from ecwid_async.models.carts import Cart
from ecwid_async.models.customers import Customer
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from ecwid_async.tables import (
    Column,
    ListColumn,
    ScalarColumn,
    StructColumn,
    build_columns,
    merge_extra,
)
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.odd_items import odd_items

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from ecwid_async.tables.arrow import TableBuilder, to_pandas, to_polars  # noqa: E402  needs pyarrow, see above

encode = msgspec.json.Encoder(decimal_format="number").encode
tolerant = Codec()


def table(cls: type[object], items: Iterable[object], **options: Any) -> Any:
    tables = TableBuilder(cls, **options)
    tables.add([item if isinstance(item, bytes) else encode(item) for item in items])
    result = tables.take()
    result.validate(full=True)
    return result


def through_parquet(result: Any) -> list[dict[str, Any]]:
    file = io.BytesIO()
    pq.write_table(result, file)
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(file.getvalue())).to_pylist()
    return rows


TYPES = {"bool": bool, "date": date, "datetime": datetime, "decimal": Decimal, "int": int, "text": str}


def normalized(column: Column | None, value: Any) -> Any:
    """An item as models read it: null fields are missing, and values are converted."""
    if isinstance(column, StructColumn) and isinstance(value, dict):
        return {
            name: normalized(column.fields.get(name), inner)
            for name, inner in value.items()
            if inner is not None or name not in column.fields
        }
    if isinstance(column, ListColumn) and isinstance(value, list):
        return [normalized(column.element, inner) for inner in value]
    if isinstance(column, ScalarColumn) and column.kind in TYPES and value is not None:
        try:
            return tolerant.structure(value, TYPES[column.kind], "test")
        except DecodeError:
            return value
    return value


def parsed_cell(column: Column, cell: Any) -> Any:
    """The value of a cell, in the form of the item."""
    if cell is None:
        return None
    if isinstance(column, StructColumn):
        return {
            name: parsed_cell(child, cell[name]) for name, child in column.fields.items() if cell.get(name) is not None
        }
    if isinstance(column, ListColumn):
        return [parsed_cell(column.element, inner) for inner in cell]
    return loads(cell) if column.kind == "json" else cell


def assert_nothing_lost(model: type[Model], items: list[Any], fields: tuple[str, ...] | None = None) -> None:
    columns = build_columns(model, fields, keep_unknown=True)
    rows = through_parquet(table(model, items, fields=fields, keep_unknown=True))
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        rest = row.pop("_extra")
        assert merge_extra(parsed_cell(columns, row), None if rest is None else loads(rest)) == normalized(
            columns, item
        )


@pytest.mark.parametrize("section", ["products", "orders", "customers", "carts", "categories"])
async def test_a_section_round_trips_through_parquet(ecwid_store: Store, section: str) -> None:
    pages = getattr(ecwid_store, section).search()
    items = [item async for item in pages.dicts()]
    result = await pages.to_arrow()
    assert_nothing_lost(pages._item, items)
    # The columns hold every field of the models.
    assert result.num_rows == len(items) > 0
    assert result["_extra"].null_count == result.num_rows


def all_models() -> Iterator[type[Model]]:
    for module in iter_modules(models.__path__, "ecwid_async.models."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Model) and value is not Model:
                yield value


def test_columns_of_every_model_can_be_written_to_parquet() -> None:
    for model in set(all_models()):
        try:
            schema = TableBuilder(model).schema
        except ConfigError:
            assert not record_fields(model)
        else:
            pq.write_table(schema.empty_table(), io.BytesIO())


def record_fields(model: type[Model]) -> list[str]:
    return [field.name for field in model.__attrs_attrs__ if field.name != "extra" and not field.metadata]


texts = st.text(max_size=6) | st.sampled_from(
    ["", "null", "12", "true", "\x1e", "\x1f", "2024-09-04 07:20:11 +0000", "2024-02-30 00:00:00 +0000", "2024-09-04"]
)
numbers = (
    st.integers()
    | st.integers(-(2**70), 2**70)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("0.1"), Decimal("1.1234567890123456789"), Decimal("1E-30"), 2**63, -(2**63)])
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
KNOWN = ("id", "price", "name", "enabled", "created", "media", "options", "nameTranslated")
names = st.sampled_from([*KNOWN, "x", "y/z"])
inside = st.fixed_dictionaries(
    {},
    optional={
        "media": st.fixed_dictionaries(
            {}, optional={"images": st.lists(st.dictionaries(st.sampled_from(["id", "alt", "new"]), anything))}
        ),
        "tax": st.dictionaries(st.sampled_from(["taxable", "enabledManualTaxes", "new"]), anything),
        "options": st.lists(st.dictionaries(st.sampled_from(["type", "choices", "new"]), anything), max_size=3),
    },
)


@given(st.lists(st.builds(dict.__or__, st.dictionaries(names, anything, max_size=5), inside), max_size=4))
def test_no_data_is_lost_whatever_the_items_contain(items: list[dict[str, Any]]) -> None:
    assert_nothing_lost(Product, items, (*KNOWN, "tax"))


def rest_of(result: Any, row: int = 0) -> Any:
    cell = result["_extra"][row].as_py()
    return None if cell is None else json.loads(cell)


def test_unknown_fields_are_kept_in_the_shape_of_the_item() -> None:
    images = [{"id": "0"}, {"id": "1", "focus": [0.5, 0.25]}]
    result = table(Product, [{"id": 1}, {"id": 2, "glow": {"a": None}, "media": {"images": images, "mood": "calm"}}])
    assert rest_of(result, 0) is None
    assert rest_of(result, 1) == {
        "glow": {"a": None},
        "media": {"images": [None, {"focus": [0.5, 0.25]}], "mood": "calm"},
    }
    assert result["media"][1].as_py()["images"][1]["id"] == "1"


def test_unknown_fields_are_kept_byte_for_byte() -> None:
    result = table(Product, [b'{"id":1,"glow":{"b": 1.10 , "b2":1e5}}'])
    assert result["_extra"][0].as_py() == '{"glow":{"b": 1.10 , "b2":1e5}}'


def test_any_number_of_unknown_names_is_kept() -> None:
    items = [{"id": number, f"custom{number}": number} for number in range(300)]
    result = table(Product, items)
    assert [rest_of(result, number) for number in range(300)] == [{f"custom{number}": number} for number in range(300)]


def test_a_value_of_another_type_is_kept_and_its_cell_is_null() -> None:
    result = table(Product, [{"id": "no number", "price": True, "options": {"a": 1}, "categoryIds": [1, "x", None]}])
    assert rest_of(result) == {
        "id": "no number",
        "price": True,
        "options": {"a": 1},
        "categoryIds": [None, "x", None],
    }
    assert result["id"].null_count == result["price"].null_count == result["options"].null_count == 1
    assert result["categoryIds"][0].as_py() == [1, None, None]


def test_values_are_converted_to_the_column_type_if_nothing_is_lost() -> None:
    result = table(Product, [{"id": "12", "price": "24.90", "name": 5, "created": "2024-09-04T09:20:11.5+02:00"}])
    assert result["id"][0].as_py() == 12
    assert result["price"][0].as_py() == Decimal("24.9")
    assert result["name"][0].as_py() == "5"
    assert result["created"][0].as_py() == datetime(2024, 9, 4, 7, 20, 11, 500_000, UTC)
    assert rest_of(result) is None


def test_decimals_are_exact_and_longer_ones_go_to_extra() -> None:
    prices = ["0.1", "642.404477130936", "1E-7", "12345678901234567890.123456789012345678", "-5"]
    result = table(Product, [f'{{"price":{price}}}'.encode() for price in prices])
    assert result["price"].to_pylist() == [Decimal(price) for price in prices]
    # Casting in pyarrow would change the last two.
    long = ["1.1234567890123456789", "123456789012345678901", "513486091683696141879719", "1E+30"]
    result = table(Product, [f'{{"price":{price}}}'.encode() for price in [*long, 1]])
    assert result["price"].to_pylist() == [None, None, None, None, 1]
    assert result["_extra"].to_pylist() == [f'{{"price":{price}}}' for price in long] + [None]


def test_decimals_can_be_floats() -> None:
    result = table(Product, [{"price": Decimal("0.1"), "dimensions": {"width": 2}}], decimals="float64")
    assert result.schema.field("price").type == pa.float64()
    assert result["price"][0].as_py() == 0.1
    assert result["dimensions"][0].as_py()["width"] == 2.0
    assert rest_of(table(Product, [b'{"price":1e999}'], decimals="float64")) == {"price": float("inf")}


def test_objects_and_lists_can_be_their_json_as_received() -> None:
    item = b'{"id":1,"price":12.50,"tax":{"taxable": true,"x":1.10},"categoryIds":[1, 2],"media":null,"glow":{"a":1}}'
    result = table(Product, [item], nested="json")
    assert not [field.name for field in result.schema if pa.types.is_nested(field.type)]
    assert result["tax"].to_pylist() == ['{"taxable": true,"x":1.10}']
    assert result["categoryIds"].to_pylist() == ["[1, 2]"]
    assert result["media"].to_pylist() == [None]
    assert result["price"].to_pylist() == [Decimal("12.5")]
    assert result["_extra"].to_pylist() == ['{"glow":{"a":1}}']


def test_column_types_follow_from_the_model() -> None:
    schema = table(Product, []).schema
    assert schema.field("id").type == pa.int64()
    assert schema.field("price").type == pa.decimal128(38, 18)
    assert schema.field("created").type == pa.timestamp("us", "UTC")
    assert schema.field("nameTranslated").type == pa.string()
    assert schema.field("categoryIds").type == pa.list_(pa.int64())
    assert schema.field("outOfStockVisibilityBehaviour").type == pa.string()
    choice = schema.field("options").type.value_type.field("choices").type.value_type
    assert choice.field("priceModifier").type == pa.decimal128(38, 18)
    assert table(Customer, []).schema.field("contacts").type.value_type.field("orderBy").type == pa.int64()


def test_an_invalid_datetime_is_kept() -> None:
    odd = ["2024-02-30 00:00:00 +0000", "2024-09-04 +0000", "yesterday", "", "2024-09-04 07:20:11"]
    result = table(Product, [{"created": text} for text in odd])
    assert result["created"].null_count == len(odd)
    assert [rest_of(result, row) for row in range(len(odd))] == [{"created": text} for text in odd]


def test_a_field_that_first_occurs_late_is_null_before() -> None:
    tables = TableBuilder(Product)
    tables.add([encode({"id": number}) for number in range(600)])
    tables.add([encode({"id": 600, "sku": "A", "media": {"images": [{"id": "0"}]}})])
    result = tables.take()
    assert result["id"].to_pylist() == list(range(601))
    assert result["sku"].null_count == 600
    assert result["media"][600].as_py()["images"][0]["id"] == "0"


def test_repeated_and_unique_objects_are_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, most in {"_CHUNK_SIZE": 3, "_BATCH_SIZE": 7, "_CACHE_SIZE": 5}.items():
        monkeypatch.setattr(f"ecwid_async.tables.arrow.{limit}", most)
    items = [
        {
            "id": number,
            "media": {"images": [{"id": str(number % 3), "new": number % 4}]},
            "shipping": {"flatRate": number, "odd": True} if number % 9 == 0 else {"flatRate": number},
            "tax": {"taxable": number % 2 == 0},
            "options": None if number % 5 == 0 else [],
            "newField": number,
        }
        for number in range(60)
    ]
    assert_nothing_lost(Product, items)


def test_a_value_in_all_rows_of_a_batch_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in ("_CHUNK_SIZE", "_BATCH_SIZE"):
        monkeypatch.setattr(f"ecwid_async.tables.arrow.{size}", 4)
    taxes = [{"taxable": True}] * 6 + [{"taxable": False, "new": 1}] * 9 + [None] * 5 + [{"taxable": True}] * 9
    assert_nothing_lost(Product, [{"id": number, "tax": tax} for number, tax in enumerate(taxes)])


SMALL_BATCHES = {"_CHUNK_SIZE": 2, "_BATCH_SIZE": 4}


def read_in_small_batches(items: list[bytes]) -> tuple[Any, set[DecodeProblem]]:
    codec = Codec()
    builder = TableBuilder(Product, codec=codec)
    try:
        with patch.multiple("ecwid_async.tables.arrow", **SMALL_BATCHES):
            for item in items:
                builder.add([item])
            result = builder.take()
    except DecodeError as error:
        return str(error), set()
    result.validate(full=True)
    return result, set(codec.problems)


@pytest.mark.chaos
@given(st.lists(odd_items, min_size=1, max_size=3), st.integers(0, 12))
def test_opened_columns_are_the_same(odd: list[bytes], position: int) -> None:
    images = [{"images": [{"id": str(number), "orderBy": number}]} for number in range(12)]
    items = [
        encode({"id": number, "price": number, "media": media, "options": [{"name": str(number)}], "tax": {}})
        for number, media in enumerate(images)
    ]
    items[position:position] = odd
    read = read_in_small_batches(items)
    with patch("ecwid_async.tables.rows.RowReader.open_columns"):
        assert read == read_in_small_batches(items)


@pytest.mark.parametrize(
    "member",
    [
        b'"media":{"images":[{"id":"7","orderBy":"1"}]}',
        b'"media":{"images":[{"id":"7","new":[ 1 ]}]}',
        b'"media":{"images":[{"id":7,"alt":null}]},"glow":1',
        b'"media":[],"nameTranslated":{ "en":"a" }',
        b'"options":[{"choices":[{"priceModifier":1e30}]}]',
        b'"price":1e30',
        b'"updated":"2024-02-30"',
        b'"glow":{}',
    ],
)
def test_an_odd_item_does_not_change_others(member: bytes) -> None:
    items = [
        b'{"id":%d,"nameTranslated":{ },"media":{"images":[{"id":"%d"}]},"options":[{"name":"%d"}]}'
        % (number, number, number)
        for number in range(16)
    ]
    expected = table(Product, items).to_pylist()
    items[9] = b'{"id":9,%b}' % member
    [expected[9]] = table(Product, [items[9]]).to_pylist()
    result, _ = read_in_small_batches(items)
    assert result.to_pylist() == expected


def test_a_number_that_does_not_fit_empties_only_its_own_cell() -> None:
    items = [{"id": number, "price": number} for number in range(300)]
    items[211]["price"] = Decimal("0.1234567890123456789")  # type: ignore[assignment]
    result = table(Product, items)
    assert result["id"].to_pylist() == list(range(300))
    assert result["price"].null_count == 1
    assert rest_of(result, 211) == {"price": 0.1234567890123456789}


@pytest.mark.parametrize("item", [b"", b"[]", b'"x"', b"{", b'{"id":\xff}', b"null"])
def test_an_item_that_is_not_an_object_is_refused_without_its_value(item: bytes) -> None:
    with pytest.raises(DecodeError, match="items"):
        table(Product, [b'{"id":1}', item])


def test_garbage_collection_is_restored() -> None:
    table(Product, [{"id": 1}])
    assert gc.isenabled()
    with pytest.raises(DecodeError):
        table(Product, [b"["])
    assert gc.isenabled()
    gc.disable()
    try:
        table(Product, [{"id": 1}])
        assert not gc.isenabled()
    finally:
        gc.enable()


# Selected fields


def test_fields_may_be_wire_names_or_attribute_names() -> None:
    result = table(
        Product, [{"id": 1, "defaultCombinationId": 2, "sku": "A"}], fields=("id", "default_combination_id", "name")
    )
    assert result.schema.names == ["id", "defaultCombinationId", "name", "_extra"]
    assert result.to_pylist() == [{"id": 1, "defaultCombinationId": 2, "name": None, "_extra": None}]


def test_fields_may_select_inside_objects_and_lists() -> None:
    result = table(
        Product,
        [{"id": 1, "media": {"images": [{"id": "0", "orderBy": 1}], "videos": []}}],
        fields=("media(images(id))",),
    )
    assert result.to_pylist() == [{"media": {"images": [{"id": "0"}]}, "_extra": None}]


# Searches and scans


async def test_a_search_returns_a_table_of_the_selected_fields(ecwid_store: Store) -> None:
    result = await ecwid_store.products.search(response_fields="items(id,name,media(images(id)))").to_arrow()
    assert result.schema.names == ["id", "name", "media", "_extra"]
    assert result["_extra"].null_count == result.num_rows == 40


async def test_a_scan_returns_a_table_with_the_columns_of_its_class(ecwid_store: Store) -> None:
    @frozen
    class Row:
        id: int
        price: Decimal | None

    async with ecwid_store.products.scan() as scan:
        whole = await scan.to_arrow()
    assert whole.num_rows == 40
    assert whole["_extra"].null_count == 40
    async with ecwid_store.products.scan(into=Row) as scan:
        result = await scan.to_arrow(decimals="float64")
    assert result.schema.names == ["id", "price", "_extra"]
    assert result.schema.field("price").type == pa.float64()
    assert sorted(result["id"].to_pylist()) == sorted(whole["id"].to_pylist())


async def test_a_polars_frame_has_the_same_rows(ecwid_store: Store) -> None:
    pytest.importorskip("polars")
    frame = await ecwid_store.carts.search().to_polars()
    assert frame["cartId"].to_list() == [cart.cart_id async for cart in ecwid_store.carts.search()]
    async with ecwid_store.carts.scan() as scan:
        assert set((await scan.to_polars())["cartId"]) >= set(frame["cartId"])


async def test_a_pandas_frame_keeps_integer_ids_next_to_missing_values(ecwid_store: Store) -> None:
    pytest.importorskip("pandas")
    frame = await ecwid_store.products.search().to_pandas()
    assert str(frame["id"].dtype) == "int64[pyarrow]"
    assert frame["id"].tolist() == [product.id async for product in ecwid_store.products.search()]
    async with ecwid_store.products.scan() as scan:
        assert len(await scan.to_pandas()) == 40


@pytest.mark.parametrize("library", ["polars", "pandas"])
async def test_a_missing_library_is_named(ecwid_store: Store, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError, match=f"pip install {library}"):
        await getattr(ecwid_store.carts.search(), f"to_{library}")()


async def test_the_missing_extra_is_named_without_pyarrow(ecwid_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ecwid_async.tables.arrow")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'ecwid-async\[arrow\]'"):
        await ecwid_store.carts.search().to_arrow()


@pytest.mark.parametrize("model", [Order, Cart])
def test_extra_fields_of_an_order_are_a_json_column(model: type[Model]) -> None:
    values = '{"ecwid_order_delivery_time_interval_start":"2024-09-04 07:20:11 +0000","lead":"x", "gift":{"a":1.50}}'
    result = table(model, [f'{{"extraFields":{values}}}'.encode(), b"{}"])
    assert result["extraFields"].to_pylist() == [values, None]
    assert result["_extra"].null_count == 2


async def test_an_invalid_decimals_option_is_refused(ecwid_store: Store) -> None:
    wrong: Any = "float"
    with pytest.raises(ConfigError, match='decimals must be "exact" or "float64", not \'float\''):
        await ecwid_store.carts.search().to_arrow(decimals=wrong)


@data_class
class Notes(Model):
    """A model with fields and free keys."""

    start: datetime | None = None
    own: dict[str, str] | None = prefixed_fields("", default=None)


@frozen
class Noted:
    """A class with a nested `Notes`."""

    id: int | None = None
    notes: Notes | None = None


def test_an_object_with_free_keys_is_json() -> None:
    notes = '{"start":"2024-09-04 07:20:11 +0000","lead":"x", "gift":"y"}'
    result = table(Noted, [f'{{"id":1,"notes":{notes}}}'.encode()])
    assert result.to_pylist() == [{"id": 1, "notes": notes, "_extra": None}]


# Unusual and invalid values

HALF = rb'{"id":1,"name":"nice \ud83d","options":[{"name":"\udead"}],"glow":"\ud83d"}'


def search_of(*items: bytes, codec: Codec | None = None) -> Any:
    body = b'{"total":%d,"items":[%b]}' % (len(items), b",".join(items))
    transport = MemoryTransport([evolve(make_response({}), body=body)])
    return Store(1003, Channel(transport, Codec() if codec is None else codec)).products.search()


async def test_half_an_emoji_is_replaced_in_columns_and_reported() -> None:
    codec = Codec()
    result = await search_of(HALF, b'{"id":2}', codec=codec).to_arrow()
    assert result["name"].to_pylist() == ["nice \ufffd", None]
    assert rest_of(result) == {"glow": "\ufffd"}
    assert codec.problems == {
        DecodeProblem("GET /products", path, "Unicode text", "half of a surrogate pair"): 1
        for path in ("items[].name", "items[].options[].name", "items[].glow")
    }


async def test_values_that_do_not_fit_are_reported_as_for_models() -> None:
    items = [
        {"id": 1, "price": "0.5", "enabled": 1, "options": {"a": 1}, "tax": [], "created": "2024-09-04"},
        {"id": 2, "updated": "2024-09-04 07:20:11.123456789 +0000", "options": [{"required": "no"}]},
    ]
    columns, models = Codec(), Codec()
    result = await search_of(*map(encode, items), codec=columns).to_arrow()
    assert rest_of(result, 1) == {"updated": items[1]["updated"], "options": [{"required": "no"}]}
    read = await search_of(*map(encode, items), codec=models).all()
    assert read[1].extra["updated"] == items[1]["updated"]

    def where(codec: Codec) -> dict[tuple[str, str], int]:
        return {(problem.path, problem.found): count for problem, count in codec.problems.items()}

    assert where(columns) == where(models)
    assert len(columns.problems) == 7


async def test_a_strict_client_refuses_values_that_do_not_fit() -> None:
    for item in (HALF, b'{"id":"1"}', b'{"updated":"2024-09-04 07:20:11.123456789 +0000"}'):
        with pytest.raises(DecodeError):
            await search_of(item, codec=Codec(strict=True)).to_arrow()
    # Values that only columns can't hold are not errors of the server.
    result = await search_of(b'{"id":1,"price":1e30,"glow":2}', codec=Codec(strict=True)).to_arrow()
    assert rest_of(result) == {"price": 1e30, "glow": 2}


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01 00:00:00 +0300",
        "9999-12-31 23:00:00 -0300",
        "0000-06-01 00:00:00 +0000",
        "12024-01-01 00:00:00 +0000",
        "-001-01-01 00:00:00 +0000",
        "2024-09-04 07:20:11.123456789 +0000",
        "2024-09-04T07:20:11.1234567Z",
        "2024-09-04 07:20:60 +0000",
        " 2024-09-04 07:20:11 +0000",
        "2024-09-04 07:20:11 +0000 +0000",
    ],
)
def test_a_datetime_that_no_column_can_hold_is_kept(text: str) -> None:
    result = table(Product, [{"updated": text}, {"updated": "2024-09-04 07:20:11 +0000"}])
    assert [moment and moment.year for moment in result["updated"].to_pylist()] == [None, 2024]
    assert [rest_of(result, row) for row in range(2)] == [{"updated": text}, None]
    assert [row["_extra"] for row in through_parquet(result)] == result["_extra"].to_pylist()


@pytest.mark.parametrize("text", ["0000-01-01", "2024-02-30", "12024-01-01", "2024-09-04 07:20:11 +0000"])
def test_a_date_that_no_column_can_hold_is_kept(text: str) -> None:
    result = table(Event, [{"day": text}, {"day": "2024-09-04"}])
    assert result["day"].to_pylist() == [None, date(2024, 9, 4)]
    assert rest_of(result) == {"day": text}


@frozen
class Event:
    """A class with a date."""

    day: date | None = None


@pytest.mark.parametrize("known", [[], [b'{"id":2,"nameTranslated":{"a":"b"},"name":"c","glow":1}']])
@pytest.mark.parametrize("name", [b"name", b"nameTranslated", b"glow", b"media"])
def test_the_error_names_the_item_that_is_not_utf_8(known: list[bytes], name: bytes) -> None:
    with pytest.raises(DecodeError, match=r"not UTF-8, in the item with the id 7\."):
        table(Product, [*known, b'{"id":7,"%b":"\xff"}' % name])


ODD_FIELDS = ("id", "price", "name", "created", "enabled", "options", "media", "nameTranslated", "categoryIds", "tax")


@pytest.mark.chaos
@given(st.lists(odd_items, min_size=1, max_size=4), st.sampled_from(["exact", "float64"]))
def test_any_json_is_in_the_table_or_a_decode_error(items: list[bytes], decimals: str) -> None:
    columns = build_columns(Product, ODD_FIELDS, keep_unknown=True)
    try:
        read = [tolerant.parse(item, "test") for item in items]
    except DecodeError:
        read = []
    try:
        result = table(Product, items, fields=ODD_FIELDS, keep_unknown=True, decimals=decimals)
    except DecodeError:
        # Nested values are read again at a deeper recursion level.
        assert any(not isinstance(item, dict) for item in read) or not read or any(b"[" * 900 in item for item in items)
        return
    assert all(isinstance(item, dict) for item in read)
    if decimals == "exact":
        for row, item in zip(through_parquet(result), read, strict=True):
            rest = row.pop("_extra")
            whole = merge_extra(
                parsed_cell(columns, row), None if rest is None else tolerant.parse(rest.encode(), "test")
            )
            assert whole == normalized(columns, item)
    for library, convert in (("polars", to_polars), ("pandas", to_pandas)):
        pytest.importorskip(library)
        assert len(convert(result)) == len(items)


# Several stores


@pytest.mark.parametrize("scanned", [False, True])
async def test_a_table_has_a_store_id_column_on_request(ecwid_store: Store, scanned: bool) -> None:
    for library in ("polars", "pandas"):
        pytest.importorskip(library)
    pages = ecwid_store.carts.search()
    async with AsyncExitStack() as stack:

        async def source() -> Any:
            return await stack.enter_async_context(pages.scan()) if scanned else pages

        plain = await (await source()).to_arrow()
        result = await (await source()).to_arrow(with_store_id=True)
        assert result.schema.names == ["store_id", *plain.schema.names]
        assert result.schema.field("store_id").type == pa.int64()
        assert result["store_id"].to_pylist() == [ecwid_store.store_id] * plain.num_rows
        assert (await (await source()).to_polars(with_store_id=True))["store_id"].to_list() == result[
            "store_id"
        ].to_pylist()
        assert (await (await source()).to_pandas(with_store_id=True))["store_id"].tolist() == result[
            "store_id"
        ].to_pylist()


@pytest.mark.parametrize("library", ["polars", "pandas"])
@pytest.mark.parametrize("reads", ["search", "scan"])
async def test_a_missing_library_is_reported_before_anything_is_read(
    library: str, reads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    transport = MemoryTransport([])
    products = Ecwid(transport=transport, quota=None).store(1003, "secret_x").products
    async with AsyncExitStack() as stack:
        source = products.search() if reads == "search" else await stack.enter_async_context(products.scan())
        with pytest.raises(ConfigError, match=f"{library} is missing: pip install {library}"):
            await getattr(source, f"to_{library}")()
    assert transport.requests == []


async def test_an_empty_table_has_the_store_id_column() -> None:
    result = await search_of().to_arrow(with_store_id=True)
    assert result.schema.names[0] == "store_id"
    assert result.num_rows == 0


_BUILD_TABLE = """
import sys
from ecwid_async.models.products import Product
from ecwid_async.tables.arrow import TableBuilder
tables = TableBuilder(Product, store_id=1)
tables.add([b'{"id":1,"name":"a","price":1.5,"created":"2024-09-04 07:20:11 +0000","categoryIds":[1]}'])
tables.add([b'{"id":2,"x":0}'])
assert tables.take().num_rows == 2
print("pandas" in sys.modules)
"""


def test_pandas_is_not_imported_to_build_a_table() -> None:
    pytest.importorskip("pandas")
    done = subprocess.run([sys.executable, "-c", _BUILD_TABLE], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("text", ["\x1e", "\x1f", "a\x1eb", "\x1f\x1e", "\x00", ""])
def test_a_text_may_have_any_character_beside_missing_ones(text: str) -> None:
    names = [text, None, "b", "", text]
    assert table(Product, [{"name": name} for name in names])["name"].to_pylist() == names
