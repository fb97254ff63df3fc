"""Writing models and drafts: exactly, or not at all."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ecwid_async.codec import dumps, loads, to_plain_data
from ecwid_async.models.base import UNSET
from tests.codec.models import COMPLETE_ITEM, Item, ItemDraft, Status, Tax, TaxDraft, read_item


def test_models_are_written_back_digit_by_digit() -> None:
    assert loads(dumps(read_item(COMPLETE_ITEM))) == COMPLETE_ITEM
    assert b"642.404477130936" in dumps(read_item(COMPLETE_ITEM))


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


def test_drafts_send_datetimes_in_the_api_s_format_and_enums_by_value() -> None:
    moment = datetime(2024, 9, 4, 9, 22, 9, 500, tzinfo=timezone(timedelta(hours=2)))
    assert loads(dumps(ItemDraft(created=moment, status=Status.PAID, hours=Tax(name="Mon")))) == {
        "created": "2024-09-04 09:22:09 +0200",
        "status": "PAID",
        "hours": '{"name":"Mon"}',
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (12.5, r"a float can't hold an amount exactly"),
        (Decimal("NaN"), "JSON can't represent the number NaN"),
        (datetime(2024, 9, 4), "without a time zone"),
        (object(), "a value of type object can't be sent as JSON"),
        (b"bytes", "a value of type bytes can't be sent as JSON"),
        (bytearray(b"bytes"), "a value of type bytearray can't be sent as JSON"),
        (float("nan"), "a float can't hold an amount exactly"),
        (Decimal("Infinity"), "JSON can't represent the number Infinity"),
        (UNSET, "UNSET means nothing inside a list or a dict"),
        ([10**5000], "more than 4,300 digits"),
        ("nice \ud83d", "half of a surrogate pair"),
        ({(1, 2): 3}, "a key of type tuple can't be sent as JSON"),
        ({"\ud83d": 3}, "half of a surrogate pair"),
    ],
)
def test_values_that_json_cannot_represent_are_refused_with_their_path(value: object, message: str) -> None:
    paths: list[tuple[object, str]] = [
        (ItemDraft(price=value), r"^ItemDraft\.price"),  # type: ignore[arg-type]
        (ItemDraft(extra={"a": [1, {"b": value}]}), r"^ItemDraft\.extra\['a'\]\[1\]\['b'\]"),
        (ItemDraft(taxes=[TaxDraft(name="x"), TaxDraft(extra={"a": value})]), r"^ItemDraft\.taxes\[1\]\.extra\['a'\]"),
        (Item(extra={"a": value}), r"^Item\.extra\['a'\]"),
        ([{"x": ItemDraft(taxes=[value])}], r"^\[0\]\['x'\]\.taxes\[0\]"),  # type: ignore[list-item]
    ]
    for item, path in paths:
        if value is UNSET and path == r"^ItemDraft\.price":
            continue  # nothing is sent
        for write in (dumps, to_plain_data):
            with pytest.raises(TypeError, match=rf"{path}(\[.*\])?: .*{message}"):
                write(item)


def test_a_draft_that_contains_itself_is_refused() -> None:
    draft = ItemDraft(extra={})
    draft.extra = {"again": [draft]}
    with pytest.raises(TypeError, match="nested too deeply, or contains itself"):
        dumps(draft)


class Markup(str):
    """Like MarkupSafe's class: its methods return other text."""

    def __str__(self) -> str:
        return "<b>"


class Cents(Decimal):
    """A user's number type."""


class Id(int):
    """A user's id type."""

    def __str__(self) -> str:
        return "Id"


def test_subclasses_of_str_and_numbers_are_sent_as_their_base_type() -> None:
    sent = ItemDraft(sku=Markup("Größe"), price=Cents("1.50"), extra={Markup("a"): [Id(7), Status.PAID]})
    assert dumps(sent) == '{"sku":"Größe","price":1.50,"a":[7,"PAID"]}'.encode()
    assert [type(value) for value in sent.to_dict().values()] == [str, Decimal, list]
