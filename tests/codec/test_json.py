"""JSON bytes, plain data and pages."""

from decimal import Decimal

import pytest

from ecwid_async.codec import Codec, loads
from ecwid_async.errors import DecodeError

PAGE = b'{"total":2,"count":1,"items":[{"id":1, "price":1.50}]}'


def test_fractions_are_exact_decimals_and_integers_are_int() -> None:
    data = loads('{"price":642.404477130936,"id":7,"big":1.0}')
    assert data == {"price": Decimal("642.404477130936"), "id": 7, "big": Decimal("1.0")}
    assert [type(value) for value in data.values()] == [Decimal, int, Decimal]


@pytest.mark.parametrize("text", ["", "{", "nope", b"\xff", "[" * 100_000, '"\\ud83d"'])
def test_anything_but_json_is_a_value_error(text: bytes | str) -> None:
    with pytest.raises(ValueError, match="not JSON that can be read exactly"):
        loads(text)


def test_a_page_is_split_into_unparsed_items() -> None:
    items, total = Codec().split_page(PAGE, "GET /x")
    assert [bytes(item) for item in items] == [b'{"id":1, "price":1.50}']
    assert total == 2


def test_items_with_half_of_a_surrogate_pair_are_split_byte_for_byte() -> None:
    items, total = Codec().split_page(rb'{"items":[{"name":"\ud83d"},{"id":2}],"total":"2"}', "GET /x")
    assert [bytes(item) for item in items] == [rb'{"name":"\ud83d"}', b'{"id":2}']
    assert total is None, "a total must be an integer"


@pytest.mark.parametrize(
    ("body", "found"), [(b"[]", "none in a list"), (b"{}", "none in an object"), (b'{"items":7}', "none in an object")]
)
def test_a_body_without_items_is_not_a_page(body: bytes, found: str) -> None:
    with pytest.raises(DecodeError, match=f"expected a list at items, found {found}"):
        Codec().split_page(body, "GET /x")


@pytest.mark.parametrize(
    ("body", "total"),
    [(PAGE, 2), (b' { "total" : 12 , "items":[{', 12), (b'{"items":[],"total":3}', 3), (b"{}", None), (b"[]", None)],
)
def test_a_total_is_read_from_a_page(body: bytes, total: int | None) -> None:
    assert Codec().read_total(body, "GET /x") == total


def test_the_unreadable_item_of_a_page_is_named() -> None:
    body = b'{"items":[{"id":1},{"id":7,"name":"\xff"}]}'
    with pytest.raises(DecodeError, match=r"expected JSON at items\[1\], found .* in the item with the id 7"):
        Codec().parse(body, "GET /x")
