"""Reading and writing models: exact, tolerant, and nothing lost."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.codec import Codec, DecodeProblem, dumps, format_datetime, loads, parse_datetime, plain, warm_up
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, json_text, model, named, prefixed, wire_name
from ecwid_async.models.common import DeletedItem
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product


class Status(StrEnum):
    PAID = "PAID"
    CANCELLED = "CANCELLED"


@model
class Tax(Model):
    """A part of a part."""

    name: str | None = None
    value: Decimal | None = None


@model
class Item(Model):
    """One field of each kind."""

    id: int | None = None
    sku: str | None = None
    price: Decimal | None = None
    enabled: bool | None = None
    status: Status | str | None = None
    created: datetime | None = None
    day: date | None = None
    tax: Tax | None = None
    taxes: list[Tax] | None = None
    category_ids: list[int] | None = None
    days: list[int | None] | None = None
    amounts: list[Decimal] | None = None
    points: list[list[Decimal]] | None = None
    names: dict[str, str] | None = None
    settings: dict[str, object] | None = None
    transit: str | Decimal | None = None
    hours: Tax | None = json_text(default=None)
    options: dict[str, Tax] | None = prefixed("option_", default=None)
    anything: object = None
    tracking_number: str | None = named("tracking_number", default=None)
    b2b_b2c: str | None = None


@model
class Select(Model):
    """A shape told apart by its type."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SELECT")

    type: str | None = None
    choices: list[int] | None = None


@model
class Text(Model):
    """Another one."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXT")

    type: str | None = None


@model
class Other(Model):
    """Whatever has no shape of its own."""

    type: str | None = None


@model
class Form(Model):
    """What holds them."""

    fields: list[Select | Text | Other] | None = None
    main: Select | Text | Other | None = None


@draft
class FormDraft(Draft):
    """What it is changed to."""

    fields: list[Select | Text | Other] | Unset | None = UNSET


@model
class Label(Model):
    """Another part, with less in it."""

    name: str | None = None


@draft
class LabelDraft(Draft):
    """What is written about a tax, which is read as `Tax`."""

    tax: Label | Unset | None = UNSET


@draft
class TaxDraft(Draft):
    """A part to write."""

    name: str | Unset | None = UNSET


@draft
class ItemDraft(Draft):
    """What is written."""

    sku: str | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    status: Status | str | Unset | None = UNSET
    created: datetime | Unset | None = UNSET
    taxes: list[TaxDraft] | Unset | None = UNSET
    tax: Tax | Unset | None = UNSET
    hours: Tax | Unset | None = json_text(default=UNSET)


WHOLE = {
    "id": 7,
    "sku": "A",
    "price": Decimal("642.404477130936"),
    "enabled": False,
    "status": "PAID",
    "created": "2024-09-04 07:22:09 +0000",
    "day": "2024-09-04",
    "tax": {"name": "VAT", "value": 10},
    "taxes": [{"name": "VAT"}, {"value": Decimal("0.10")}],
    "categoryIds": [1, 2],
    "days": [None, 3],
    "amounts": [1, Decimal("2.5")],
    "points": [[1, Decimal("2.5")], []],
    "names": {"en": "Toy", "cs": "Hračka"},
    "settings": {"a": [1, {"b": None}]},
    "transit": "2-3",
    "hours": '{"name":"Mon"}',
    "option_Size": {"name": "L"},
    "anything": [True],
    "tracking_number": "T1",
    "b2b_b2c": "b2c",
}


def read(data: object, codec: Codec | None = None) -> Item:
    return (codec or Codec()).structure(data, Item, "GET /items/{itemId}")


def test_every_kind_of_field_is_read_as_its_type() -> None:
    item = Codec(strict=True).decode(dumps(WHOLE), Item, "GET /items/{itemId}")
    assert item == Item(
        id=7,
        sku="A",
        price=Decimal("642.404477130936"),
        enabled=False,
        status=Status.PAID,
        created=datetime(2024, 9, 4, 7, 22, 9, tzinfo=UTC),
        day=date(2024, 9, 4),
        tax=Tax(name="VAT", value=Decimal(10)),
        taxes=[Tax(name="VAT"), Tax(value=Decimal("0.10"))],
        category_ids=[1, 2],
        days=[None, 3],
        amounts=[Decimal(1), Decimal("2.5")],
        points=[[Decimal(1), Decimal("2.5")], []],
        names={"en": "Toy", "cs": "Hračka"},
        settings={"a": [1, {"b": None}]},
        transit="2-3",
        hours=Tax(name="Mon"),
        options={"Size": Tax(name="L")},
        anything=[True],
        tracking_number="T1",
        b2b_b2c="b2c",
    )
    assert isinstance(item.status, Status)
    assert isinstance(item.tax.value if item.tax else None, Decimal)


def test_what_was_read_is_written_back_digit_by_digit() -> None:
    assert loads(dumps(read(WHOLE))) == WHOLE
    assert b"642.404477130936" in dumps(read(WHOLE))


def test_a_missing_field_and_a_null_are_both_none() -> None:
    assert read({}) == read({"id": None, "taxes": None}) == Item()


def test_unknown_fields_are_kept_and_written_back() -> None:
    data = {"sku": "A", "newField": {"deep": [1]}, "tax": {"name": "VAT", "newer": None}}
    item = read(data)
    assert item.extra == {"newField": {"deep": [1]}}
    assert item.tax is not None
    assert item.tax.extra == {"newer": None}
    assert loads(dumps(item)) == data


def test_unknown_fields_are_no_problem_even_when_strict() -> None:
    assert read({"newField": 1}, Codec(strict=True)).extra == {"newField": 1}


def test_an_unknown_member_of_an_enum_stays_text() -> None:
    assert read({"status": "CUSTOM_9"}).status == "CUSTOM_9"
    assert type(read({"status": "CUSTOM_9"}).status) is str


@pytest.mark.parametrize(
    ("field", "value", "read_as"),
    [
        ("id", Decimal("12.0"), 12),
        ("created", "2024-09-04T07:22:09Z", datetime(2024, 9, 4, 7, 22, 9, tzinfo=UTC)),
        ("created", "2024-09-04 07:22:09.5 +0000", datetime(2024, 9, 4, 7, 22, 9, 500_000, tzinfo=UTC)),
        ("created", "2024-09-04 07:22:09.123456000 UTC", datetime(2024, 9, 4, 7, 22, 9, 123_456, tzinfo=UTC)),
        ("transit", 3, Decimal(3)),
        ("transit", Decimal("1.5"), Decimal("1.5")),
    ],
)
def test_another_spelling_of_the_same_value_is_no_problem(field: str, value: object, read_as: object) -> None:
    for codec in (Codec(), Codec(strict=True)):
        result = getattr(read({field: value}, codec), field)
        assert result == read_as
        assert type(result) is type(read_as)
        assert not codec.problems


@pytest.mark.parametrize(
    ("field", "value", "read_as", "expected", "found"),
    [
        ("id", "12", 12, "int", "text"),
        ("price", "12.50", Decimal("12.50"), "Decimal", "text"),
        ("sku", 12, "12", "str", "a whole number"),
        ("sku", Decimal("1.50"), "1.50", "str", "a number"),
        ("enabled", "true", True, "bool", "text"),
        ("created", "2024-09-04", datetime(2024, 9, 4, tzinfo=UTC), "datetime", "a date without a time"),
    ],
)
def test_a_value_of_another_type_is_turned_and_reported_where_nothing_is_lost(
    field: str, value: object, read_as: object, expected: str, found: str
) -> None:
    codec = Codec()
    for _ in range(2):
        item = read({field: value, "b2b_b2c": "b2b"}, codec)
        assert getattr(item, field) == read_as
        assert type(getattr(item, field)) is type(read_as)
        assert not item.extra
    assert codec.problems == {DecodeProblem("GET /items/{itemId}", field, expected, found): 2}
    with pytest.raises(DecodeError) as caught:
        read({"taxes": [], field: value}, Codec(strict=True))
    assert (caught.value.path, caught.value.expected, caught.value.found) == (field, expected, found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0001-01-01 00:00:00 +0300", "a time outside the years 1 to 9999"),
        ("9999-12-31 23:59:59 -0001", "a time outside the years 1 to 9999"),
        ("2024-09-04 07:20:11.123456789 +0000", "a time finer than microseconds"),
        ("2024-09-04 07:20:11 +9999", "text"),
        ("２０24-09-04 07:20:11 +0300", "text"),
    ],
)
def test_a_time_that_nothing_holds_exactly_is_kept_raw_and_reported(text: str, found: str) -> None:
    codec = Codec()
    item = read({"created": text}, codec)
    assert (item.created, item.extra) == (None, {"created": text})
    assert codec.problems == {DecodeProblem("GET /items/{itemId}", "created", "datetime", found): 1}
    assert loads(dumps(item)) == {"created": text}


def test_an_old_store_s_numbers_for_text_are_read_and_reported() -> None:
    codec = Codec()
    order = codec.structure({"id": 1234, "discountCoupon": {"code": 5678}}, Order, "GET /orders/{orderId}")
    assert (order.id, order.discount_coupon and order.discount_coupon.code) == ("1234", "5678")
    assert {problem.path for problem in codec.problems} == {"id", "discountCoupon.code"}
    product = codec.structure({"created": "2015-09-20"}, Product, "GET /products/{productId}")
    gone = codec.structure({"id": 7, "date": "2015-09-20"}, DeletedItem, "GET /products/deleted")
    assert product.created == gone.date == datetime(2015, 9, 20, tzinfo=UTC)
    for reads, data in ((Order, {"id": 1234}), (Product, {"created": "2015-09-20"})):
        with pytest.raises(DecodeError):
            Codec(strict=True).structure(data, reads, "GET /x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "twelve"),
        ("id", "007"),
        ("price", "007.5"),
        ("id", True),
        ("id", Decimal("1.5")),
        ("price", "a lot"),
        ("price", []),
        ("sku", {"a": 1}),
        ("enabled", 1),
        ("created", "2024-09-04 07:22:09"),
        ("created", "yesterday at noon +0000"),
        ("day", "someday"),
        ("tax", "VAT"),
        ("tax", []),
        ("taxes", {"name": "VAT"}),
        ("taxes", [{"name": "VAT"}, None]),
        ("categoryIds", [1, "x"]),
        ("categoryIds", [1, None]),
        ("days", [None, "x"]),
        ("names", {"en": ["Toy"]}),
        ("names", []),
        ("hours", "no json"),
        ("hours", 7),
    ],
)
def test_a_value_that_fits_nowhere_is_kept_raw_counted_once_and_written_back(field: str, value: object) -> None:
    heard: list[DecodeProblem] = []
    codec = Codec(on_problem=heard.append)
    for _ in range(2):
        item = read({field: value, "sku" if field != "sku" else "id": None, "b2b_b2c": "b2b"}, codec)
        assert item.extra == {field: value}
        assert item.b2b_b2c == "b2b"
    assert loads(dumps(item)) == {field: value, "b2b_b2c": "b2b"}
    (problem,) = codec.problems
    assert problem.operation == "GET /items/{itemId}"
    assert problem.path.startswith(field)
    assert codec.problems[problem] == 2
    assert heard == [problem]
    with pytest.raises(DecodeError) as caught:
        read({field: value}, Codec(strict=True))
    assert caught.value.path.startswith(field)


def test_a_problem_names_the_path_without_positions_and_an_error_with_them() -> None:
    data = {"taxes": [{"value": 1}, {"value": "secret amount"}]}
    codec = Codec()
    read(data, codec)
    assert list(codec.problems) == [DecodeProblem("GET /items/{itemId}", "taxes[].value", "Decimal", "text")]
    with pytest.raises(DecodeError) as caught:
        read(data, Codec(strict=True))
    assert (caught.value.path, caught.value.expected, caught.value.found) == ("taxes[1].value", "Decimal", "text")
    assert "secret amount" not in str(caught.value)


def test_an_odd_field_behind_a_prefix_is_reported_and_kept() -> None:
    codec = Codec()
    item = read({"option_Size": "L", "option_Color": {"name": "red"}}, codec)
    assert item.options == {"Color": Tax(name="red")}
    assert item.extra == {"option_Size": "L"}
    assert [problem.path for problem in codec.problems] == ["option_*"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": 1', b"\xff"])
def test_a_body_that_is_no_json_is_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"GET /x: expected JSON"):
        Codec().decode(body, Item, "GET /x")


def test_an_answer_of_another_shape_is_an_error_even_when_tolerant() -> None:
    with pytest.raises(DecodeError, match="expected Item, found a list"):
        read([])
    assert read({}) == Item(), "one failure does not mark the next reading"


def test_a_subclass_of_nothing_leaks_between_readings() -> None:
    codec = Codec()
    with pytest.raises(DecodeError):
        codec.structure([{"id": "x"}, 7], list[Item], "GET /items")
    codec.structure([{"id": 1}], list[Item], "GET /items")
    assert not codec.problems


def test_models_are_frozen_slotted_and_keyword_only() -> None:
    for item in (Item(sku="A"), read({"sku": "A"})):
        assert type(item) is Item
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            item.sku = "B"  # type: ignore[misc]
        with pytest.raises((AttributeError, attrs.exceptions.FrozenInstanceError)):
            item.new = 1  # type: ignore[attr-defined]
        with pytest.raises(TypeError):
            item.extra["x"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        Item(7)  # type: ignore[misc]


def test_a_repr_shows_only_what_is_there() -> None:
    assert repr(read({"sku": "A", "new": 1})) == "Item(sku='A', extra={'new': 1})"
    assert repr(ItemDraft(sku=None)) == "ItemDraft(sku=None)"


@pytest.mark.parametrize("value", [read(WHOLE), read({"new": 1}), Item(), ItemDraft(sku="A"), ItemDraft()])
def test_models_and_drafts_pickle(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value


def test_unset_sends_nothing_and_none_sends_null() -> None:
    assert loads(dumps(ItemDraft(sku=None, price=Decimal("12.50"), tax=Tax(name="VAT")))) == {
        "sku": None,
        "price": Decimal("12.50"),
        "tax": {"name": "VAT"},
    }
    assert dumps(ItemDraft(hours=UNSET)) == b"{}"
    assert dumps(ItemDraft(hours=None)) == b'{"hours":null}'
    assert not UNSET
    assert repr(UNSET) == "UNSET"


def test_a_draft_sends_moments_in_the_api_s_form_and_enums_by_value() -> None:
    moment = datetime(2024, 9, 4, 9, 22, 9, 500, tzinfo=timezone(timedelta(hours=2)))
    assert loads(dumps(ItemDraft(created=moment, status=Status.PAID, hours=Tax(name="Mon")))) == {
        "created": "2024-09-04 09:22:09 +0200",
        "status": "PAID",
        "hours": '{"name":"Mon"}',
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (12.5, r"a float can't hold an amount exactly"),
        (Decimal("NaN"), "NaN is no number that JSON can hold"),
        (datetime(2024, 9, 4), "without a zone"),
        (object(), "a object can't be sent as JSON"),
        (b"bytes", "a bytes can't be sent as JSON"),
        (bytearray(b"bytes"), "a bytearray can't be sent as JSON"),
        (float("nan"), "a float can't hold an amount exactly"),
        (Decimal("Infinity"), "Infinity is no number that JSON can hold"),
        (UNSET, "UNSET inside a list or a dict says nothing"),
        ([10**5000], "more than 4,300 digits"),
        ("nice \ud83d", "half of a surrogate pair"),
        ({(1, 2): 3}, "a tuple can't be a key in JSON"),
        ({"\ud83d": 3}, "half of a surrogate pair"),
    ],
)
def test_what_can_not_be_sent_exactly_is_refused_with_its_place_before_it_is_sent(value: object, said: str) -> None:
    places: list[tuple[object, str]] = [
        (ItemDraft(price=value), r"^ItemDraft\.price"),  # type: ignore[arg-type]
        (ItemDraft(extra={"a": [1, {"b": value}]}), r"^ItemDraft\.extra\['a'\]\[1\]\['b'\]"),
        (ItemDraft(taxes=[TaxDraft(name="x"), TaxDraft(extra={"a": value})]), r"^ItemDraft\.taxes\[1\]\.extra\['a'\]"),
        (Item(extra={"a": value}), r"^Item\.extra\['a'\]"),
        ([{"x": ItemDraft(taxes=[value])}], r"^\[0\]\['x'\]\.taxes\[0\]"),  # type: ignore[list-item]
    ]
    for item, place in places:
        if value is UNSET and place == r"^ItemDraft\.price":
            continue  # nothing is sent
        for write in (dumps, plain):
            with pytest.raises(TypeError, match=rf"{place}(\[.*\])?: .*{said}"):
                write(item)


def test_a_draft_inside_itself_is_refused() -> None:
    draft = ItemDraft(extra={})
    draft.extra = {"again": [draft]}
    with pytest.raises(TypeError, match="nested too deeply, or inside itself"):
        dumps(draft)


class Markup(str):
    """As of MarkupSafe: text that changes what is done with it."""

    def __str__(self) -> str:
        return "<b>"


class Cents(Decimal):
    """A number of the caller's."""


class Id(int):
    """Another one."""

    def __str__(self) -> str:
        return "Id"


def test_subclasses_of_text_and_numbers_are_sent_as_what_they_are() -> None:
    sent = ItemDraft(sku=Markup("Größe"), price=Cents("1.50"), extra={Markup("a"): [Id(7), Status.PAID]})
    assert dumps(sent) == '{"sku":"Größe","price":1.50,"a":[7,"PAID"]}'.encode()
    assert [type(value) for value in sent.to_dict().values()] == [str, Decimal, list]


# Plain data and back


def test_a_model_gives_plain_data_of_its_own_and_reads_it_back() -> None:
    item = read({**WHOLE, "newField": {"deep": [Decimal("1.10")]}, "created": "2024-09-04 07:22:09.000250 +0200"})
    data = item.to_dict()
    assert data["created"] == "2024-09-04 07:22:09.000250 +0200"
    assert data["newField"] == {"deep": [Decimal("1.10")]}
    assert Item.from_dict(data) == item
    assert Item.from_json(item.to_json()) == item
    assert loads(item.to_json()) == data
    assert '"price":642.404477130936' in item.to_json()
    data["settings"]["a"] = 1  # type: ignore[index]
    assert item.settings == {"a": [1, {"b": None}]}, "a copy"
    assert json.loads(item.to_json(), parse_float=Decimal) == item.to_dict()


def test_plain_data_of_the_caller_s_is_read_tolerantly_or_strictly_and_exactly() -> None:
    assert Item.from_dict({"id": "x", "price": 1}).extra == {"id": "x"}
    with pytest.raises(DecodeError, match=r"Item.from_dict: expected int at id, found text"):
        Item.from_dict({"id": "x"}, strict=True)
    with pytest.raises(TypeError, match=r"^\['tax'\]\['value'\]: a float can't hold an amount exactly"):
        Item.from_dict({"tax": {"value": 1.1}})
    with pytest.raises(DecodeError, match="expected Item, found a list"):
        Item.from_dict([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not JSON"):
        Item.from_json("{")


def test_a_draft_comes_back_with_what_was_given_and_nothing_else() -> None:
    sent = ItemDraft(
        sku=None,
        price=Decimal("12.50"),
        created=datetime(2024, 9, 4, tzinfo=UTC),
        taxes=[TaxDraft(name="VAT", extra={"new": 1})],
        hours=Tax(name="Mon"),
        extra={"newer": [2]},
    )
    assert ItemDraft.from_dict(sent.to_dict()) == ItemDraft.from_json(sent.to_json()) == sent
    assert ItemDraft.from_dict({}) == ItemDraft()
    with pytest.raises(DecodeError, match=r"expected TaxDraft at taxes\[0\], found text"):
        ItemDraft.from_dict({"taxes": ["VAT"]})
    with pytest.raises(DecodeError, match="expected str at sku, found a whole number"):
        ItemDraft.from_dict({"sku": 7})


def test_the_seconds_of_an_old_offset_are_not_sent() -> None:
    moment = datetime(1890, 1, 1, tzinfo=timezone(timedelta(minutes=57, seconds=44)))
    assert parse_datetime(format_datetime(moment)) == moment


# Bounds


def test_problems_under_keys_that_a_store_chose_are_of_one_kind() -> None:
    codec = Codec()
    for number in range(5):
        read({f"option_{number}": 7, "names": {f"key {number}": []}}, codec)
    assert codec.problems == {
        DecodeProblem("GET /items/{itemId}", "option_*", "Tax", "a whole number"): 5,
        DecodeProblem("GET /items/{itemId}", "names.*", "str", "a list"): 5,
    }
    with pytest.raises(DecodeError) as caught:
        read({"names": {"cs\n\x1b[2J": []}}, Codec(strict=True))
    assert caught.value.path == r"names.cs \x1b[2J"


def test_the_kinds_of_problems_that_are_kept_are_bounded() -> None:
    heard: list[DecodeProblem] = []
    codec = Codec(on_problem=heard.append)
    for number in range(3000):
        codec.structure({"id": "x"}, Item, f"GET /storage/{number}")
    assert len(codec.problems) == len(heard) == 1001
    assert sum(codec.problems.values()) == 3000
    assert "more kinds" in heard[-1].found


def test_a_draft_of_a_model_keeps_unknown_fields_and_drafts_what_is_inside() -> None:
    item = read({"id": 7, "sku": "A", "taxes": [{"name": "VAT", "new": 1}], "newer": 2})
    again = ItemDraft.from_(item)
    assert again == ItemDraft(sku="A", taxes=[TaxDraft(name="VAT", extra={"new": 1})], extra={"newer": 2})
    assert loads(dumps(again)) == {"sku": "A", "taxes": [{"name": "VAT", "new": 1}], "newer": 2}


def test_a_draft_of_a_model_leaves_out_what_can_not_be_written_at_any_depth() -> None:
    assert LabelDraft.from_(read({"tax": {"name": "VAT", "value": 1, "new": 2}})) == LabelDraft(
        tax=Label(name="VAT", extra={"new": 2})
    )


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024-09-04 07:22:09 +0000", 0),
        ("2024-09-04 07:22:09 +0300", 3),
        ("2024-09-04T07:22:09+03:00", 3),
        ("2024-09-04T07:22:09Z", 0),
        ("2024-09-04 07:22:09 UTC", 0),
    ],
)
def test_moments_are_read_with_their_zone(text: str, offset: int) -> None:
    moment = parse_datetime(text)
    assert moment == datetime(2024, 9, 4, 7, 22, 9, tzinfo=timezone(timedelta(hours=offset)))


@pytest.mark.parametrize("text", ["", "2024-09-04", "2024-09-04 07:22:09", "2024-13-04 07:22:09 +0000", "1725434529"])
def test_a_time_without_a_zone_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|month must be"):
        parse_datetime(text)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])))
def test_moments_survive_the_way_out_and_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_datetime(format_datetime(moment)) == whole
    assert parse_datetime(format_datetime(moment)).utcoffset() == whole.utcoffset()


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(TypeError, match="without a zone"):
        format_datetime(datetime(2024, 9, 4))


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("id", "id"),
        ("payment_status", "paymentStatus"),
        ("hd_thumbnail_url", "hdThumbnailUrl"),
        ("b2b_b2c", "b2b_b2c"),
        ("mon", "MON"),
        ("business_registration_id", "businessRegistrationID"),
    ],
)
def test_wire_names_follow_a_rule_but_for_a_table(name: str, wire: str) -> None:
    (field,) = attrs.fields(attrs.make_class("Any", [name]))
    assert wire_name(field) == wire


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)) | st.text(), json_values))
def test_no_json_object_loses_anything_on_the_way_through_a_model(data: dict[str, object]) -> None:
    """Tolerant reading keeps every value: as a typed one equal to it, as text of it, or raw."""
    data = loads(dumps(data))
    back = loads(dumps(read(data)))
    for name, value in data.items():
        if value is None and name not in read(data).extra:
            assert name not in back
        elif isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            assert str(back[name]) == str(value) or loads(str(value)) == back[name] or back[name] == value
        else:
            assert name in back


def test_a_shape_is_told_by_its_tag_and_an_unknown_one_is_kept_whole() -> None:
    data = {
        "fields": [{"type": "select", "choices": [1]}, {"type": "TEXT", "max": 3}, {"type": "MAP", "zoom": 1}, {}],
        "main": {"type": "SELECT"},
    }
    form = Codec(strict=True).structure(data, Form, "GET /form")
    assert form.fields == [
        Select(type="select", choices=[1]),
        Text(type="TEXT", extra={"max": 3}),
        Other(type="MAP", extra={"zoom": 1}),
        Other(),
    ]
    assert form.main == Select(type="SELECT")
    assert loads(dumps(form)) == data


def test_a_draft_of_a_model_keeps_tagged_shapes_as_they_are() -> None:
    form = Form(fields=[Text(type="TEXT"), Other(type="MAP", extra={"zoom": 1}), Select(type="SELECT", choices=[1])])
    assert FormDraft.from_(form).fields == form.fields


def test_an_odd_value_inside_a_tagged_shape_is_named_with_its_path() -> None:
    codec = Codec()
    data = {"fields": [{"type": "TEXT"}, {"type": "SELECT", "choices": [1, "x"]}, 7]}
    assert codec.structure(data, Form, "GET /form").extra == data
    codec.structure({"main": {"type": "SELECT", "choices": "x"}}, Form, "GET /form")
    assert {problem.path for problem in codec.problems} == {"fields[].choices[]", "fields[]", "main.choices"}


def test_hooks_can_be_built_ahead() -> None:
    @model
    class Fresh(Model):
        """Seen by no hook yet."""

        tax: Tax | None = None

    warm_up(Fresh)
    assert Codec().structure({"tax": {}}, Fresh, "GET /x") == Fresh(tax=Tax())
