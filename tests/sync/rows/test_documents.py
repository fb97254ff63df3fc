import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Ecwid, Pages, Store
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sections import SECTIONS
from ecwid_async.sync.rows.columns import Column, Dialect, StoredColumn
from ecwid_async.sync.rows.documents import (
    DerivedRow,
    DocumentReader,
    clean_json_text,
    document_hash,
    json_text,
    reader_for,
    same_content,
)
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS, ChildTable, MirrorSection
from ecwid_async.transport.memory import MemoryTransport

PRODUCTS = MIRROR_SECTIONS["products"]
ITEMS = MirrorSection(
    name="items",
    operation="GET /items",
    columns=(
        Column("name", "name", "text"),
        Column("count", "count", "integer"),
        Column("price", "price", "decimal"),
        Column("enabled", "enabled", "boolean"),
        Column("created_at", "created", "time"),
        Column("city", "person.city", "text"),
        Column("zip", "person.address.zip", "text"),
    ),
    children=(
        ChildTable(
            name="lines",
            parent_key="item_id",
            path="lines",
            columns=(Column("sku", "sku", "text"), Column("price", "price", "decimal")),
        ),
        ChildTable(name="tags", parent_key="item_id", path="tags", columns=(Column("tag", "", "integer"),)),
    ),
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 65), 1 << 65),
    st.text(max_size=5),
    st.sampled_from(["12", "-3", "1.50", "NaN", "1e5", "2024-09-04 07:20:11 +0000", "2024-13-04 07:20:11 +0000", "\0"]),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from([Decimal("1e400"), Decimal("1.0"), Decimal("1e2"), Decimal("1e-400")]),
    st.sampled_from([1725434411, 1725434411000, 1 << 62]),
)
_lines = st.lists(st.one_of(_scalars, st.dictionaries(st.sampled_from(["sku", "price"]), _scalars)), max_size=3)
_items = st.fixed_dictionaries(
    {},
    optional={
        "name": _scalars,
        "count": _scalars,
        "price": _scalars,
        "enabled": _scalars,
        "created": _scalars,
        "person": st.one_of(
            _scalars,
            st.fixed_dictionaries(
                {},
                optional={"city": _scalars, "address": st.one_of(_scalars, st.fixed_dictionaries({"zip": _scalars}))},
            ),
        ),
        "lines": st.one_of(_scalars, _lines),
        "tags": st.one_of(_scalars, st.lists(_scalars, max_size=3)),
        "other": _scalars,
    },
)
_encode = msgspec.json.Encoder(decimal_format="number").encode


@given(item=st.one_of(_items, _scalars, _lines), dialect=st.sampled_from(["postgresql", "sqlite"]))
def test_both_ways_of_reading_a_document_derive_the_same(item: Any, dialect: Dialect) -> None:
    reader = reader_for(ITEMS, dialect)
    document = _encode(item)
    row = reader.read(document)
    assert _plain(row) == _plain(reader._read_tolerantly(document))
    assert len(row.values) == len(reader.columns)
    assert all(
        len(line) == 1 + len(columns)
        for lines, columns in zip(row.children, reader.child_columns, strict=True)
        for line in lines
    )


def _plain(row: DerivedRow) -> str:
    return repr((row.values, row.children))  # 1.0 and 1, or True and 1, differ


@given(document=st.binary())
def test_nothing_is_derived_from_bytes_that_are_not_json(document: bytes) -> None:
    row = DocumentReader(ITEMS, "sqlite").read(b"\xff" + document)
    assert row == DerivedRow((None,) * 8, ([], []))
    assert clean_json_text(b"\xff[" + document) is None


def test_values_of_the_expected_types_are_in_their_columns() -> None:
    document = _encode(
        {
            "name": "Apple",
            "count": 3,
            "price": Decimal("12345678901234.123456789"),
            "enabled": False,
            "created": "2024-09-04 07:20:11 +0000",
            "person": {"city": "Berlin", "address": {"zip": "10178"}},
            "lines": [{"sku": "A"}, {"price": 2}],
            "tags": [7, 8],
        }
    )
    row = reader_for(ITEMS, "sqlite").read(document)
    assert row.values == (
        "Apple",
        3,
        12345678901234.123,
        "12345678901234.123456789",
        False,
        "2024-09-04 07:20:11",
        "Berlin",
        "10178",
    )
    assert row.children == ([(0, "A", None, None), (1, None, 2.0, "2")], [(0, 7), (1, 8)])
    values = reader_for(ITEMS, "postgresql").read(document).values
    assert values[2] == Decimal("12345678901234.123456789")
    assert values[4].isoformat() == "2024-09-04T07:20:11+00:00"


@pytest.mark.parametrize(
    ("field", "json_value", "expected"),
    [
        ("name", "12", "12"),
        ("name", "12.50", "12.50"),
        ("name", "true", None),
        ("name", "{}", None),
        ("name", r'"a\u0000b"', "a\ufffdb"),
        ("name", r'"nice \ud83d"', "nice \ufffd"),
        ("count", '"12"', 12),
        ("count", "12.0", 12),
        ("count", "12.5", None),
        ("count", "9223372036854775807", (1 << 63) - 1),
        ("count", "9223372036854775808", None),
        ("count", "true", None),
        ("price", '"9.99"', Decimal("9.99")),
        ("price", '"cheap"', None),
        ("price", '"Infinity"', None),
        ("price", "1e400000", None),
        ("price", "1e1000000000000000000000", None),
        ("enabled", "1", None),
        ("created", "1725434411", "2024-09-04 07:20:11+00:00"),
        ("created", "1725434411000", "2024-09-04 07:20:11+00:00"),
        ("created", '"2024-09-04T09:20:11+02:00"', "2024-09-04 07:20:11+00:00"),
        ("created", '"yesterday"', None),
        ("created", '"0001-01-01 00:00:00 +0500"', None),
    ],
)
def test_an_odd_value_is_converted_if_nothing_is_lost_and_null_otherwise(
    field: str, json_value: str, expected: object
) -> None:
    reader = reader_for(ITEMS, "postgresql")
    values = dict(
        zip(
            [column.source.path for column in reader.columns],
            reader.read(f'{{"{field}": {json_value}}}'.encode()).values,
            strict=True,
        )
    )
    assert (str(values[field]) if field == "created" and values[field] else values[field]) == expected


def test_the_last_of_duplicate_fields_counts() -> None:
    document = b'{"name": "a", "name": "b", "person": {"city": "x"}, "person": {"city": "y"}}'
    assert reader_for(ITEMS, "postgresql").read(document).values[:6:5] == ("b", "y")
    assert reader_for(ITEMS, "postgresql").read(document[:-1] + b', "count": "1"}').values[:6:5] == ("b", "y")


def test_nesting_of_any_depth_is_read_without_an_error() -> None:
    document = b'{"other": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert len(reader_for(ITEMS, "sqlite").read(document).values) == 8
    assert clean_json_text(document) is None
    assert not same_content(ITEMS, document, document + b" ", same_kind=True)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (rb'{"a": "x\u0000y"}', '{"a": "x\\ufffdy"}'),
        (rb'{"a": "x\\u0000y"}', '{"a": "x\\\\u0000y"}'),
        (rb'{"a": "\ud83d"}', '{"a": "\\ufffd"}'),
        (rb'{"a": "\ud83d\ude00"}', '{"a": "\\ud83d\\ude00"}'),
        (rb'{"a": "\ude00\ud83d"}', '{"a": "\\ufffd\\ufffd"}'),
        (rb'{"a": "\\ud83d"}', '{"a": "\\\\ud83d"}'),
        (b'{"a": "\xff"}', '{"a": "\ufffd"}'),
        (b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'),
    ],
)
def test_what_postgresql_refuses_in_texts_is_replaced(document: bytes, text: str) -> None:
    assert json_text(document) == text
    cleaned = clean_json_text(document)
    assert cleaned is not None
    assert json.loads(cleaned) == json.loads(text)


def test_numbers_that_postgresql_refuses_become_text() -> None:
    document = b'{"a": 1e400000, "b": [1e-20000, 1.50], "c": 1e1000000000000000000000, "a": 2, "d": 123456789012345678}'
    assert clean_json_text(document) == (
        '{"a":2,"b":["1E-20000",1.50],"c":"1e1000000000000000000000","d":123456789012345678}'
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('{"id": 1, "name": "a"}', '{"name":"a","id":1}', True),
        ('{"price": 10}', '{"price": 10.0}', True),
        ('{"price": 10}', '{"price": 10.01}', False),
        ('{"price": 0.1}', '{"price": 0.1000000000000000000000000000000000001}', False),
        ('{"enabled": 1}', '{"enabled": true}', False),
        ('{"name": null}', "{}", True),
        ('{"options": [1, 2]}', '{"options": [2, 1]}', False),
        ('{"rating": 4}', '{"rating": 5}', True),
        ('{"categories": [{"id": 1, "name": "a"}]}', '{"categories": [{"id": 1, "name": "b"}]}', True),
        ('{"categories": [{"id": 1, "name": "a"}]}', '{"categories": [{"id": 2, "name": "a"}]}', False),
        ("{", '{"id": 1}', False),
    ],
)
def test_documents_are_compared_by_their_content(old: str, new: str, *, expected: bool) -> None:
    assert same_content(PRODUCTS, old.encode(), new.encode(), same_kind=True) is expected


def test_only_shared_fields_of_a_search_and_a_get_are_compared() -> None:
    assert same_content(PRODUCTS, b'{"id": 1, "url": "/a"}', b'{"id": 1, "url": "/a-1", "files": []}', same_kind=False)
    assert not same_content(PRODUCTS, b'{"id": 1, "sku": "a"}', b'{"id": 1, "sku": "b"}', same_kind=False)


def test_the_hash_is_of_the_exact_bytes() -> None:
    assert len(document_hash(b"{}")) == 16
    assert document_hash(b"{}") != document_hash(b"{ }")


# What no item of the demo store has.
_NEVER_FILLED = {
    "cancelled_at",
    "compare_to_price",
    "cost_price",
    "ends_at",
    "external_reference_id",
    "is_preorder",
    "is_sample_category",
    "name",
    "recovered_public_uid",
    "subscription_id",
}


async def test_the_documents_of_a_store_fill_the_columns() -> None:
    sandbox = demo_sandbox(products=60, orders=40, requests_per_minute=None)
    async with Ecwid(transport=MemoryTransport(sandbox.handle), quota=None) as ecwid:
        store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
        for section in MIRROR_SECTIONS.values():
            reader = reader_for(section, "sqlite")
            filled: set[str] = set()
            for document in await _read_all(store, section.name):
                row = reader.read(document)
                filled |= _filled(reader.columns, [row.values])
                for columns, lines in zip(reader.child_columns, row.children, strict=True):
                    filled |= _filled(columns, [line[1:] for line in lines])
            columns = [*reader.columns, *(column for columns in reader.child_columns for column in columns)]
            never = {column.source.name for column in columns if column.name not in filled}
            assert never <= _NEVER_FILLED, section.name


async def _read_all(store: Store, name: str) -> list[bytes]:
    section = SECTIONS[name]
    call = section.read_method(store)()
    if not isinstance(call, Pages):
        return [bytes(item) for item in section.split_response((await call.response()).body, name)]
    async with call.scan() as scan:
        return [bytes(item) async for items in scan.raw() for item in items]


def _filled(columns: list[StoredColumn], rows: list[tuple[Any, ...]]) -> set[str]:
    return {column.name for row in rows for column, value in zip(columns, row, strict=True) if value is not None}
