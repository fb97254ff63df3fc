"""Odd JSON affects no other item and raises only our errors: deep nesting, huge numbers, half emojis, damaged bytes."""

import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async import Store
from ecwid_async.calls import Channel
from ecwid_async.codec import Codec, DecodeProblem
from ecwid_async.errors import DecodeError, EcwidError
from ecwid_async.models.application import ApplicationToken
from ecwid_async.models.base import wire_name
from ecwid_async.models.coupons import DiscountCoupon
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from ecwid_async.models.profile import Profile
from ecwid_async.models.reports import LatestStats
from ecwid_async.models.results import DeletedItem
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.primitives.json_strategies import documents, numbers, spelled, texts

HALF = b"\\ud83d"


@pytest.mark.parametrize("depth", [1_000, 2_000, 100_000])
@pytest.mark.parametrize("nest", [(b"[", b"]"), (b'{"a":', b"}"), (b"[", b"")])
def test_deeply_nested_json_raises_one_of_our_errors(depth: int, nest: tuple[bytes, bytes]) -> None:
    """The limit depends on the interpreter: later ones decode a few thousand levels."""

    def refused() -> AbstractContextManager[object]:
        return pytest.raises(DecodeError, match="nested too deeply") if depth > 10_000 else suppress(DecodeError)

    body = nest[0] * depth + b"1" + nest[1] * depth
    page = b'{"total":1,"items":[{"id":1,"unknown":%b}]}' % body
    codec = Codec()
    for reading in (
        lambda: codec.parse(page, "GET /products"),
        lambda: codec.split_page(page, "GET /products"),
        lambda: codec.decode_page(page, Product, "GET /products"),
        lambda: codec.read_total(b'{"x":%b}' % body, "GET /products"),
        lambda: codec.decode(body, Product, "GET /products/{productId}"),
    ):
        with refused():
            reading()


@pytest.mark.parametrize("number", ["1e400000", "1e999999", "-1E+999999999", "1e9999999999999999999999", "9" * 100_000])
@pytest.mark.parametrize("field", ["quantity", "price", "sku", "enabled", "created", "options", "unknown"])
def test_no_number_blocks_a_model_or_raises_a_foreign_error(number: str, field: str) -> None:
    codec = Codec()
    start = time.process_time()
    product = codec.decode(f'{{"id":7,"{field}":{number}}}'.encode(), Product, "GET /products/{productId}")
    assert product.id == 7
    repr(product)
    hash(Codec().decode(number.encode(), object, "GET /x"))
    assert time.process_time() - start < 2
    if field in ("quantity", "enabled", "created", "options"):
        assert getattr(product, field) is None
        assert field in product.extra
        assert [problem.path for problem in codec.problems][-1:] == [field]


def test_unrepresentable_numbers_are_reported_and_refused_when_strict() -> None:
    body = b'{"attributes":[{"id":1}],"unknown":{"deep":[1,1e9999999999999999999999]}}'
    codec = Codec()
    product = codec.decode(body, Product, "GET /p")
    assert product.extra == {"unknown": {"deep": [1, "1e9999999999999999999999"]}}
    assert [problem.path for problem in codec.problems] == ["unknown.deep[]"]
    with pytest.raises(DecodeError) as caught:
        Codec(strict=True).decode(body, Product, "GET /p")
    assert caught.value.path == "unknown.deep[1]"


def test_half_an_emoji_is_reported_and_other_items_are_unaffected() -> None:
    body = b'{"total":3,"items":[{"id":1,"name":"a"}, {"id":2,"name":"nice %b"},{"id":3,"new":{"x":"%b"}}]}' % (
        HALF,
        HALF,
    )
    codec = Codec()
    items, total = codec.decode_page(body, Product, "GET /products")
    assert [item.id for item in items] == [1, 2, 3]
    assert (items[1].name, items[2].extra, total) == ("nice \ufffd", {"new": {"x": "\ufffd"}}, 3)
    found = {
        DecodeProblem("GET /products", "items[].name", "Unicode text", "half of a surrogate pair"): 1,
        DecodeProblem("GET /products", "items[].new.x", "Unicode text", "half of a surrogate pair"): 1,
    }
    assert codec.problems == found
    raws, total = codec.split_page(body, "GET /products")
    assert (total, bytes(raws[1])) == (3, b'{"id":2,"name":"nice %b"}' % HALF), "byte for byte"
    one_by_one = Codec()
    for position, raw in enumerate(raws):
        data = one_by_one.parse(raw, "GET /products", position)
        assert one_by_one.structure(data, Product, "GET /products", position) == items[position]
    assert one_by_one.problems == found
    assert codec.read_total(body.replace(b'"total":3,', b"").replace(b"}]}", b'}],"total":3}'), "GET /products") == 3
    with pytest.raises(DecodeError) as caught:
        Codec(strict=True).decode_page(body, Product, "GET /products")
    assert caught.value.path == "items[1].name"


@pytest.mark.parametrize("scanned", [False, True])
async def test_a_list_with_odd_items_is_read_completely_in_every_way(scanned: bool) -> None:
    items = [
        rb'{"id":1,"name":"nice \ud83d"}',
        b'{"id":2,"quantity":1e400000,"updated":"0001-01-01 00:00:00 +0300"}',
        b'{"id":3,"created":"2024-09-04 07:20:11.123456789 +0000","price":1e9999999999999999999999}',
    ]
    body = b'{"total":3,"count":3,"offset":0,"limit":100,"items":[%b]}' % b",".join(items)
    codec = Codec()

    @asynccontextmanager
    async def products() -> AsyncIterator[Any]:
        pages = Store(
            1003, Channel(MemoryTransport([attrs.evolve(make_response({}), body=body)] * 3), codec)
        ).products.search()
        if scanned:
            async with pages.scan() as scan:
                yield scan
        else:
            yield pages

    async with products() as source:
        models = [item async for item in source]
    async with products() as source:
        dicts = [item async for item in source.dicts()]
    async with products() as source:
        sent = [bytes(item) async for page in source.raw() for item in (page if scanned else page.items)]
    assert [item.id for item in models] == [item["id"] for item in dicts] == [1, 2, 3]
    assert models[0].name == dicts[0]["name"] == "nice \ufffd"
    assert [item.to_dict() for item in models] == dicts
    assert sent == items
    found = {problem.path.rpartition(".")[2] for problem in codec.problems}
    assert found == {"name", "quantity", "updated", "created", "price"}


def test_a_page_is_split_at_its_items_despite_similar_text() -> None:
    first, last = b'{"x":"\\ufffd"}', b'{"x":"\\udead"}'
    body = b'{"items" : [ %b , %b,1,"%b"] ,"facets":[%b], "total" : 4}' % (first, last, HALF, last)
    raws, total = Codec().split_page(body, "GET /x")
    assert ([bytes(raw) for raw in raws], total) == ([first, last, b"1", b'"%b"' % HALF], 4)


@pytest.mark.parametrize("broken", [b"\xff", b"\xed\xa0\xbd", b"caf\xe9", b"\xc3"])
def test_the_error_names_the_item_that_is_not_utf_8(broken: bytes) -> None:
    body = b'{"total":2,"items":[{"id":1},{"id":4397,"name":"%b"}]}' % broken
    with pytest.raises(DecodeError, match="not UTF-8, in the item with the id 4397") as caught:
        Codec().decode_page(body, Product, "GET /products")
    assert caught.value.path == "items[1]"
    raws, _ = Codec().split_page(body, "GET /products")
    with pytest.raises(DecodeError, match="not UTF-8"):
        Codec().parse(raws[1], "GET /products", 1)


def test_a_byte_order_mark_is_skipped() -> None:
    body = b'\xef\xbb\xbf{"total":1,"items":[{"id":1}]}'
    assert Codec().decode_page(body, Product, "GET /products") == ([Product(id=1)], 1)
    raws, total = Codec().split_page(body, "GET /products")
    assert ([bytes(raw) for raw in raws], total) == ([b'{"id":1}'], 1)


times = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}".format,
    *(st.sampled_from(["0000", "0001", "2024", "9999", "99999"]), st.sampled_from(["00", "01", "12", "٠١"])),
    *(st.sampled_from(["01", "29", "31", "32"]), st.sampled_from([" ", "T", ""]), st.sampled_from(["00", "23", "24"])),
    *(st.sampled_from(["00", "59", "60"]), st.sampled_from(["00", "59", "5"])),
    st.sampled_from(["", ".5", ".123456789", "." + "9" * 50]),
    st.sampled_from(["", "Z", " +0000", " +0300", " -0300", "+2359", "-2400", " +9999"]),
)
odd_values = (
    texts
    | times
    | times.map(lambda text: text[:10])
    | st.sampled_from(["12", "-0", "00", "1" * 18, "1" * 19, "1.5", "1e5", "true", "True", "NaN", "{}", "[", '{"a":'])
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: (repr(number),))
    | numbers.map(lambda number: (number,))
)


@pytest.mark.chaos
@given(
    documents.map(str.encode) | st.binary(max_size=40),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=2),
    st.booleans(),
)
def test_any_response_is_data_or_one_of_our_errors(body: bytes, damage: list[tuple[int, int]], strict: bool) -> None:
    changed = bytearray(body)
    for at, byte in damage:
        if at < len(changed):
            changed[at] = byte
    body = bytes(changed)
    codec = Codec(strict=strict)
    for read_as in (Product, Order, Profile, DeletedItem, list[Product], dict[str, int]):
        for reading in (
            lambda reads=read_as: codec.decode(body, reads, "GET /x"),
            lambda reads=read_as: codec.decode_page(body, reads, "GET /x"),
        ):
            try:
                repr(reading())
            except EcwidError as error:
                str(error)
    for other in (codec.split_page, codec.read_total):
        try:
            other(body, "GET /x")
        except EcwidError as error:
            str(error)


def _fields(model: type[Any]) -> list[str]:
    return [wire_name(field) for field in attrs.fields(model) if field.name != "extra"]


@pytest.mark.chaos
@given(st.data(), st.sampled_from([Product, Order, DeletedItem, DiscountCoupon, ApplicationToken, LatestStats]))
def test_no_value_of_any_field_raises_or_gets_lost(data: st.DataObject, model: type[Any]) -> None:
    sent = data.draw(st.dictionaries(st.sampled_from(_fields(model)), odd_values | st.lists(odd_values, max_size=2)))
    body = spelled(sent).encode()
    codec = Codec()
    item = codec.decode(body, model, "GET /x")
    assert {name for name, value in sent.items() if value is not None} <= item.to_dict().keys()
    assert model.from_json(item.to_json()) == item
    assert set(item.extra) <= {problem.path.partition("[")[0].partition(".")[0] for problem in codec.problems}
    if codec.problems:
        with pytest.raises(DecodeError):
            Codec(strict=True).decode(body, model, "GET /x")
    else:
        assert Codec(strict=True).decode(body, model, "GET /x") == item


@pytest.mark.chaos
@given(st.lists(documents, max_size=4), st.sampled_from(["", " ", "\n "]))
def test_a_page_is_split_byte_for_byte(items: list[str], space: str) -> None:
    body = f'{{"total":4,"items":{space}[{space}{f"{space},".join(items)}{space}]{space}}}'.encode()
    raws, total = Codec().split_page(body, "GET /x")
    assert [bytes(raw) for raw in raws] == [item.encode() for item in items]
    assert total == 4
    assert all(isinstance(raw, msgspec.Raw) for raw in raws)
