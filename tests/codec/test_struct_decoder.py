"""JSON that is decoded straight to models gives what its plain data gives."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import repeat
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ecwid_async.codec import Codec, DecodeProblem, dumps, get_projection, loads
from ecwid_async.codec.struct_decoder import Refused, StructDecoder, get_struct_decoder
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import Model, model
from ecwid_async.models.orders import Order
from ecwid_async.models.product_filters import ProductFilterSet
from ecwid_async.models.product_options import ProductOption, RadioOption
from ecwid_async.models.products import Product
from tests.codec.models import COMPLETE_ITEM, Form, Item
from tests.models.test_fuzzed_responses import responses, spec
from tests.odd_items import odd_items

OPERATION = "GET /x"
PLAIN = {name: value for name, value in COMPLETE_ITEM.items() if not name.startswith("option_")}


@model
class Plain(Model):
    """A model with a Struct, around one without."""

    name: str | None = None
    item: Item | None = None
    form: Form | None = None
    forms: list[Form | None] | None = None


Outcome = tuple[object, Counter[DecodeProblem] | None]


def outcome(codec: Codec, read: Callable[[], Any]) -> Outcome:
    try:
        items = read()
    except DecodeError as error:
        return (str(error), error.path, error.expected, error.found), None
    # The text shows types that compare equal, such as text and an open enum, and the order of `extra`.
    return (items, repr(items)), codec.problems


def read_directly(body: bytes, target: Any, *, strict: bool = False) -> Outcome:
    codec = Codec(strict=strict)
    return outcome(codec, lambda: codec.decode(body, target, OPERATION))


def read_plain_data(body: bytes, target: Any, *, strict: bool = False) -> Outcome:
    codec = Codec(strict=strict)
    return outcome(codec, lambda: codec.structure(codec.parse(body, OPERATION), target, OPERATION))


def read_page_directly(body: bytes, target: Any, *, strict: bool = False) -> Outcome:
    codec = Codec(strict=strict)
    return outcome(codec, lambda: codec.decode_page(body, target, OPERATION)[0])


def read_page_as_plain_data(body: bytes, target: Any, *, strict: bool = False) -> Outcome:
    codec = Codec(strict=strict)

    def read() -> list[Any]:
        items = codec.parse(body, OPERATION)["items"]
        return [codec.structure(item, target, OPERATION, position) for position, item in enumerate(items)]

    return outcome(codec, read)


def read_page_lazily(body: bytes, target: Any, *, strict: bool = False) -> Outcome:
    codec = Codec(strict=strict)

    def read() -> list[Any]:
        page = codec.open_page(body, target, ("id",), OPERATION)
        assert page is not None
        return list(page.items(repeat(True)))

    return outcome(codec, read)


def is_refused(data: object, target: Any) -> bool:
    decoder = get_struct_decoder(target)
    assert decoder is not None
    try:
        StructDecoder(decoder.layout).decode(dumps(data))
    except Refused:
        return True
    return False


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(responses, st.booleans())
def test_any_response_gives_the_same_model_and_problems(response: tuple[str, dict[str, Any]], strict: bool) -> None:
    schema, wire = response
    body, target = dumps(wire), spec.class_of(schema)
    for _ in range(2):  # the second time with the fields learned from the first
        assert read_directly(body, target, strict=strict) == read_plain_data(body, target, strict=strict)


@quick
@given(st.lists(odd_items, max_size=4), st.booleans())
def test_odd_items_of_a_page_give_the_same_models_problems_and_errors(items: list[bytes], strict: bool) -> None:
    # How deep is too deep depends on the depth at which an item is read.
    assume(not any(b"[" * 900 in item for item in items))
    body = b'{"total":7,"count":1,"items":[%b]}' % b",".join(items)
    for _ in range(2):
        assert read_page_directly(body, Product, strict=strict) == read_page_as_plain_data(body, Product, strict=strict)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": None, "item": None},
        {"item": COMPLETE_ITEM},
        {"item": {"id": "7"}, "name": 8},
        {"form": {"fields": [{"type": "SELECT", "choices": [1]}, {"choices": [2], "type": "SELECT"}]}},
        {"form": {"fields": [{"type": "TEXT", "choices": [1]}, {"type": "select"}, {"type": "MAP"}, {}, {"type": 1}]}},
        {"form": {"main": {"type": "TEXT", "max": 3}}},
        {"forms": [None, {}]},
    ],
)
def test_nested_models_and_unions_are_the_same(data: dict[str, object]) -> None:
    for _ in range(2):
        assert read_directly(dumps(data), Plain) == read_plain_data(dumps(data), Plain)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(
    "value",
    [
        *("7", "7.50", "true", "2024-09-04", "2024-09-04 07:22:09 +0000", "2024-99-04 07:22:09 +0000", "{}", ""),
        *(7, 10**30, True, None, [], {}, [None], [7], ["7"], [True], {"a": None}, {"a": "b"}, {"a": 7}),
        *(loads("1.50"), loads("12.0"), loads("1e3"), loads("9007199254740993.0"), loads("-0.0")),
    ],
)
def test_a_value_of_any_type_in_any_field_is_the_same(name: str, value: object) -> None:
    body = dumps({"item": {**PLAIN, name: value}, "name": "x"})
    assert read_directly(body, Plain) == read_plain_data(body, Plain)
    assert read_directly(body, Plain, strict=True) == read_plain_data(body, Plain, strict=True)


def test_documented_data_is_decoded_directly() -> None:
    """Else both ways were one."""
    assert not is_refused({"id": 7, "price": 12, "options": [{"type": "RADIO", "choices": [{"text": "a"}]}]}, Product)
    assert is_refused({"price": "12"}, Product)
    product = Codec(strict=True).decode(b'{"options":[{"name":"a","type":"RADIO"}]}', Product, OPERATION)
    assert product.options == [RadioOption(name="a")]


def test_fields_that_a_model_lacks_are_decoded_directly_from_the_second_item_on() -> None:
    @model
    class Inner(Model):
        name: str | None = None

    @model
    class Outer(Model):
        inner: list[Inner] | None = None

    data = {"b": 1, "inner": [{"c": None}], "a": {"x": [loads("1.50")]}}
    assert is_refused(data, Outer)
    first = Codec(strict=True).decode(dumps(data), Outer, OPERATION)
    assert not is_refused(data, Outer)
    second = Codec(strict=True).decode(dumps(data), Outer, OPERATION)
    assert repr(second) == repr(first)
    assert second.extra == {"b": 1, "a": {"x": [loads("1.50")]}}
    assert second.inner == [Inner(extra={"c": None})]
    assert Codec().decode(b"{}", Outer, OPERATION).extra == {}
    # In the order of an item that has more of them.
    more = {"b": 1, "between": 2, "a": 3}
    Codec().decode(dumps(more), Outer, OPERATION)
    assert list(Codec().decode(dumps(more), Outer, OPERATION).extra) == ["b", "between", "a"]


def test_extra_has_the_order_of_its_item_whatever_was_read_before() -> None:
    @model
    class Fixed(Model):
        name: str | None = None

    items = [["a"], ["b"], ["c"], ["a", "c"], ["a", "b"], ["b", "c"], ["a", "b", "c"]]
    for _ in range(3):
        for names in items:
            body = dumps(dict.fromkeys(names, 1))
            assert dumps(Codec().decode(body, Fixed, OPERATION)) == body
            Codec().decode(b"{}", Fixed, OPERATION)  # after too many refusals in a row there is a pause
    assert not any(is_refused(dict.fromkeys(names), Fixed) for names in items), "each order was seen"


def test_fields_without_a_fixed_order_are_not_decoded_directly_for_long() -> None:
    @model
    class Shuffled(Model):
        name: str | None = None

    for names in (["a", "b"], ["b", "c"], ["c", "a"]):
        body = dumps(dict.fromkeys(names, 1))
        for _ in range(3):
            assert dumps(Codec().decode(body, Shuffled, OPERATION)) == body
    assert is_refused({"a": 1, "b": 1}, Shuffled)
    assert not is_refused({"a": 1}, Shuffled)


def test_names_that_a_store_chose_are_learned_up_to_a_limit() -> None:
    @model
    class Loose(Model):
        name: str | None = None

    for number in range(200):
        data = {"name": "x", f"field{number}": number, "long" * 100: 1, "\x02": 2, "a b": 3}
        assert Codec(strict=True).decode(dumps(data), Loose, OPERATION).extra == {
            k: data[k] for k in data if k != "name"
        }
    decoder = get_struct_decoder(Loose)
    assert decoder is not None
    for number in range(200):
        Codec(strict=True).decode(dumps({f"field{number}": number}), Loose, OPERATION)
    for number in range(200):
        assert Codec().decode(dumps({f"field{number}": number}), Loose, OPERATION).extra == {f"field{number}": number}


def test_a_field_that_is_always_of_another_type_is_reported_each_time() -> None:
    @model
    class Mistaken(Model):
        id: int | None = None

    codec = Codec()
    for _ in range(500):
        assert codec.decode(b'{"id":"7"}', Mistaken, OPERATION) == Mistaken(id=7)
    assert codec.problems == {DecodeProblem(OPERATION, "id", "int", "text"): 500}
    for _ in range(200):
        codec.decode(b'{"id":7}', Mistaken, OPERATION)
    assert not is_refused({"id": 7}, Mistaken), "it is tried again"


# Items that a Struct accepts, and from which no model is built directly.
ODD_VALUES: tuple[dict[str, object], ...] = (
    {"price": "12"},
    {"price": True},
    {"created": "2024-99-04"},
    {"created": "2024-09-04", "price": []},
)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("odd", ODD_VALUES, ids=str)
def test_one_odd_item_of_a_page_is_read_again_and_no_other(odd: dict[str, object], strict: bool) -> None:
    @model
    class Listed(Model):
        id: int | None = None
        price: Decimal | None = None
        created: datetime | None = None

    plain: list[dict[str, object]] = [{"id": number, "price": 12} for number in range(100)]
    for position in range(100):
        items = [*plain]
        items[position] = {**items[position], **odd}
        body = dumps({"total": 100, "items": items})
        assert read_page_lazily(body, Listed, strict=strict) == read_page_as_plain_data(body, Listed, strict=strict)


@quick
@given(
    st.lists(st.sampled_from([{}, {"c": 1}, {"d": 1}, {"d": 1, "c": 2}, *ODD_VALUES]), max_size=12),
    st.booleans(),
)
def test_odd_items_and_unknown_fields_of_a_page_that_is_built_by_item(odd: list[dict[str, Any]], strict: bool) -> None:
    @model
    class Known(Model):
        price: Decimal | None = None
        created: datetime | None = None

    for name in ("c", "d"):  # learned, but not the order of both
        Codec().decode(dumps({name: 1}), Known, OPERATION)
    body = dumps({"total": 100, "items": odd})
    assert read_page_lazily(body, Known, strict=strict) == read_page_as_plain_data(body, Known, strict=strict)


def test_items_of_a_page_are_built_if_they_are_selected_and_when_they_are_requested() -> None:
    @model
    class Selected(Model):
        id: int | None = None
        sku: str | None = None
        price: Decimal | None = None

    body = b'{"items":[{"id":1,"sku":"a"},{"id":2,"price":"3"},{"id":3},{"id":4,"price":"4"}]}'
    page = Codec(strict=True).open_page(body, Selected, ("id", "sku", "weight"), OPERATION)
    assert page is not None
    assert page.values == [[1, 2, 3, 4], ["a", None, None, None], [None] * 4]
    items = page.items([True, False, True, True])
    assert next(items) == Selected(id=1, sku="a")
    assert next(items) == Selected(id=3)
    with pytest.raises(DecodeError) as caught:
        next(items)
    assert caught.value.path == "items[3].price"


def test_values_of_a_field_that_a_model_lacks_are_not_taken_for_absent() -> None:
    @model
    class Untimed(Model):
        id: int | None = None

    without, with_time = b'{"items":[{"id":1}]}', b'{"items":[{"id":1,"updated":5}]}'
    page = Codec().open_page(without, Untimed, ("id", "updated"), OPERATION)
    assert page is not None
    assert page.values == [[1], [None]]
    assert Codec().open_page(with_time, Untimed, ("id", "updated"), OPERATION) is None
    assert Codec().decode_page(with_time, Untimed, OPERATION)[0][0].extra == {"updated": 5}
    assert Codec().open_page(with_time, Untimed, ("id", "updated"), OPERATION) is None


def test_odd_items_between_others_do_not_pause_the_direct_way() -> None:
    @model
    class Amount(Model):
        value: Decimal | None = None

    body = b'{"items":[{"value":"1"},{"value":2},{"value":"3"},{"value":4}]}'
    for _ in range(20):
        page = Codec().open_page(body, Amount, ("value",), OPERATION)
        assert page is not None
        assert [item.value for item in page.items(repeat(True))] == [1, 2, 3, 4]
    odd = b'{"items":[{"value":"1"},{"value":"2"},{"value":"3"},{"value":"4"},{"value":"5"}]}'
    page = Codec().open_page(odd, Amount, ("value",), OPERATION)
    assert page is not None
    assert [item.value for item in page.items(repeat(True))] == [1, 2, 3, 4, 5]
    assert Codec().open_page(odd, Amount, ("value",), OPERATION) is None


def test_many_pages_give_the_same_models_whatever_the_order_of_their_fields() -> None:
    @model
    class Part(Model):
        first: int | None = None
        second: int | None = None

    @model
    class Ordered(Model):
        id: int | None = None
        name: str | None = None
        part: Part | None = None
        parts: list[Part] | None = None
        options: list[ProductOption] | None = None

    option = {"name": "a", "choices": [{"text": "b"}], "type": "RADIO"}
    wire = {"options": [option], "new": 1, "parts": [{"second": 1}, {"second": 2, "first": 1}], "name": "a", "id": 1}
    pages = [
        dumps({"items": [wire, {"id": 2}, dict(reversed(wire.items()))]}),
        dumps({"items": [{"part": {"second": 1, "newer": 2, "first": 3}, **wire, "newest": None}, {}]}),
        dumps({"items": [{**wire, "options": [{**option, "type": "CHECKBOX"}, {**option, "new": 1}]}]}),
    ]
    expected = [read_page_as_plain_data(body, Ordered) for body in pages]
    for number in range(3000):  # 6,000 items: meanwhile, the Structs are built again
        assert read_page_directly(pages[number % 3], Ordered) == expected[number % 3]


def test_many_objects_give_the_same_models_whatever_the_order_of_their_fields() -> None:
    @model
    class Single(Model):
        id: int | None = None
        name: str | None = None
        options: list[ProductOption] | None = None

    bodies = [
        dumps({"options": [{"name": "a", "type": "RADIO"}], "name": "a", "id": 1}),
        dumps({"name": "a", "options": [{"choices": [{"text": "a"}], "type": "RADIO"}, {"type": "SELECT"}]}),
    ]
    expected = [read_plain_data(body, Single) for body in bodies]
    for number in range(6000):
        assert read_directly(bodies[number % 2], Single) == expected[number % 2]


def test_what_is_outside_the_items_of_a_page_is_checked() -> None:
    items = b'"items":[{"id":1},{"id":"2"}]'
    for odd in (b'"other":"\xff"', b'"total":"\xff"'):
        with pytest.raises(DecodeError, match="UTF-8"):
            Codec().decode_page(b"{%b,%b}" % (items, odd), Product, OPERATION)
    with pytest.raises(DecodeError, match="UTF-8"):
        Codec().decode_page(b'{"items":[{"name":"\xff"}],"items":[]}', Product, OPERATION)
    codec = Codec()
    page, total = codec.decode_page(b'{"total":2,%b,"other":{"a":1}}' % items, Product, OPERATION)
    assert (page, total) == ([Product(id=1), Product(id=2)], 2)
    assert codec.problems == {DecodeProblem(OPERATION, "items[].id", "int", "text"): 1}
    assert Codec().decode_page(b'{"items":[],"total":"2"}', Product, OPERATION) == ([], None)
    assert Codec().decode_page(b'{"items":[],"total":true}', Product, OPERATION) == ([], None)


def test_models_that_collect_fields_by_prefix_have_no_struct() -> None:
    for target in (ProductFilterSet, list[Order], object, dict[str, object]):
        assert get_struct_decoder(target) is None  # type: ignore[arg-type]
    assert json.loads(dumps(Codec(strict=True).decode(b'{"option_Size":{}}', Item, OPERATION))) == {"option_Size": {}}


# Users' classes


@attrs.frozen
class Translation:
    """A class that is read within `fields`."""

    name: str
    value: str | None = "none"


_FIELD_TYPES: dict[str, tuple[Any, object]] = {
    "id": (int, 7),
    "price": (Decimal, Decimal("1.50")),
    "name": (str, "a name"),
    "created": (datetime, None),
    "enabled": (bool, True),
    "options": (list[ProductOption], None),
    "attributes": (list[Translation], None),
    "name_translated": (dict[str, str], None),
    "category_ids": (list[int], None),
    "tax": (object, None),
}


@st.composite
def filled_classes(draw: st.DrawFn) -> type:
    """A frozen attrs class with some fields of a product: required ones, with a default, or that can be None."""
    fields: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(list(_FIELD_TYPES)), min_size=1, max_size=5, unique=True)):
        declared, default = _FIELD_TYPES[name]
        declared = declared | None if draw(st.booleans()) and declared is not object else declared
        settings = {"default": default} if draw(st.booleans()) else {}
        fields[name] = attrs.field(type=declared, kw_only=True, **settings)
    return attrs.make_class("Row", fields, frozen=True, slots=draw(st.booleans()))


@settings(quick, max_examples=300)
@given(filled_classes(), st.lists(odd_items, max_size=4), st.booleans())
def test_odd_items_give_the_same_instances_problems_and_errors(
    into: type[Any], items: list[bytes], strict: bool
) -> None:
    assume(not any(b"[" * 900 in item for item in items))
    projection: Any = get_projection(into, (Product,))
    assert get_struct_decoder(projection) is not None
    body = b'{"total":7,"count":1,"items":[%b]}' % b",".join(items)
    for _ in range(2):
        assert read_page_directly(body, projection, strict=strict) == read_page_as_plain_data(
            body, projection, strict=strict
        )
        for item in items:
            assert read_directly(item, projection, strict=strict) == read_plain_data(item, projection, strict=strict)


_values_of_fields = st.sampled_from(
    [
        *(None, 7, loads("7.5"), True, "7", "x", "2024-09-04 07:22:09 +0000", "2024-99-04"),
        *([], [7], [None], {}, {"en": "a"}, [{"value": "b"}], [{"name": "a"}, {"name": "b", "value": None}]),
        [{"type": "RADIO", "name": "a", "new": 1}],
    ]
)


@settings(quick, max_examples=300)
@given(
    filled_classes(),
    st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("nameTranslated", "categoryIds", *_FIELD_TYPES), _values_of_fields)
        ),
        max_size=3,
    ),
    st.booleans(),
)
def test_any_value_of_a_field_gives_the_same_instances_problems_and_errors(
    into: type[Any], items: list[dict[str, object]], strict: bool
) -> None:
    projection: Any = get_projection(into, (Product,))
    known = {member.wire_name for member in projection.members}
    items = [{name: value for name, value in item.items() if name in known} for item in items]
    body = dumps({"total": 7, "items": items})
    for _ in range(2):
        assert read_page_directly(body, projection, strict=strict) == read_page_as_plain_data(
            body, projection, strict=strict
        )


@attrs.frozen
class Filled:
    id: int
    price: Decimal | None = Decimal(1)
    options: list[ProductOption] | None = None
    attributes: list[Translation] | None = None


def test_a_class_that_is_filled_by_assignment_is_decoded_directly() -> None:
    projection: Any = get_projection(Filled, (Product,))
    assert not is_refused({"id": 7, "price": 12, "attributes": [{"name": "a"}]}, projection)
    assert is_refused({"price": 12}, projection)
    assert is_refused({"id": 7, "sku": "not requested"}, projection)
    read = Codec(strict=True).decode
    assert read(b'{"id":7}', projection, OPERATION) == Filled(7)
    assert read(b'{"id":7,"price":null}', projection, OPERATION) == Filled(7, None)
    odd_option = {"id": 7, "options": [{"type": "RADIO", "unheard": 1}]}
    assert is_refused(odd_option, projection)
    read(dumps(odd_option), projection, OPERATION)
    assert not is_refused(odd_option, projection), "learned"


def test_a_class_whose_init_is_called_has_no_struct_nor_has_one_around_it() -> None:
    @attrs.define
    class Inner:
        name: str

    outer = attrs.make_class("Outer", {"attributes": attrs.field(type=list[Inner] | None)}, frozen=True)
    assert get_struct_decoder(get_projection(Inner, (Product,))) is None  # type: ignore[arg-type]
    assert get_struct_decoder(get_projection(outer, (Product,))) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("odd", [b'"\xff"', b'"\\x"', b'"\\ud83d"', b"1e9999999999999999999999", b"[" * 5000])
def test_fields_that_a_class_lacks_are_checked(odd: bytes) -> None:
    projection: Any = get_projection(Filled, (Product,))
    body = b'{"items":[{"id":1},{"id":2,"unknown":%b}]}' % odd
    assert read_page_directly(body, projection) == read_page_as_plain_data(body, projection)
    assert read_page_directly(body, projection)[1] != Counter()
