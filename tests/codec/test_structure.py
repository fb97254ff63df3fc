"""Reading models: exactly, tolerantly and without loss."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.codec import Codec, DecodeProblem, dumps, loads, warm_up
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import Model, model
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product
from ecwid_async.models.results import DeletedItem
from tests.codec.models import COMPLETE_ITEM, Form, Item, Other, Select, Status, Tax, Text, read_item


def test_every_kind_of_field_is_read_as_its_type() -> None:
    item = Codec(strict=True).decode(dumps(COMPLETE_ITEM), Item, "GET /items/{itemId}")
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


def test_a_missing_field_and_a_null_are_both_none() -> None:
    assert read_item({}) == read_item({"id": None, "taxes": None}) == Item()


def test_unknown_fields_are_kept_and_written_back() -> None:
    data = {"sku": "A", "newField": {"deep": [1]}, "tax": {"name": "VAT", "newer": None}}
    item = read_item(data)
    assert item.extra == {"newField": {"deep": [1]}}
    assert item.tax is not None
    assert item.tax.extra == {"newer": None}
    assert loads(dumps(item)) == data


def test_unknown_fields_are_allowed_in_strict_mode() -> None:
    assert read_item({"newField": 1}, Codec(strict=True)).extra == {"newField": 1}


def test_an_unknown_enum_value_stays_text() -> None:
    assert read_item({"status": "CUSTOM_9"}).status == "CUSTOM_9"
    assert type(read_item({"status": "CUSTOM_9"}).status) is str


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
def test_other_spellings_of_a_value_are_not_problems(field: str, value: object, read_as: object) -> None:
    for codec in (Codec(), Codec(strict=True)):
        result = getattr(read_item({field: value}, codec), field)
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
def test_a_value_of_another_type_is_converted_and_reported_if_nothing_is_lost(
    field: str, value: object, read_as: object, expected: str, found: str
) -> None:
    codec = Codec()
    for _ in range(2):
        item = read_item({field: value, "b2b_b2c": "b2b"}, codec)
        assert getattr(item, field) == read_as
        assert type(getattr(item, field)) is type(read_as)
        assert not item.extra
    assert codec.problems == {DecodeProblem("GET /items/{itemId}", field, expected, found): 2}
    with pytest.raises(DecodeError) as caught:
        read_item({"taxes": [], field: value}, Codec(strict=True))
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
def test_a_time_that_datetime_cannot_hold_is_kept_raw_and_reported(text: str, found: str) -> None:
    codec = Codec()
    item = read_item({"created": text}, codec)
    assert (item.created, item.extra) == (None, {"created": text})
    assert codec.problems == {DecodeProblem("GET /items/{itemId}", "created", "datetime", found): 1}
    assert loads(dumps(item)) == {"created": text}


def test_numbers_that_old_stores_send_for_text_are_read_and_reported() -> None:
    codec = Codec()
    order = codec.structure({"id": 1234, "discountCoupon": {"code": 5678}}, Order, "GET /orders/{orderId}")
    assert (order.id, order.discount_coupon and order.discount_coupon.code) == ("1234", "5678")
    assert {problem.path for problem in codec.problems} == {"id", "discountCoupon.code"}
    product = codec.structure({"created": "2015-09-20"}, Product, "GET /products/{productId}")
    deleted = codec.structure({"id": 7, "date": "2015-09-20"}, DeletedItem, "GET /products/deleted")
    assert product.created == deleted.date == datetime(2015, 9, 20, tzinfo=UTC)
    for reads, data in ((Order, {"id": 1234}), (Product, {"created": "2015-09-20"})):
        with pytest.raises(DecodeError):
            Codec(strict=True).structure(data, reads, "GET /x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(COMPLETE_ITEM)) | st.text(), json_values))
def test_no_json_object_loses_data_when_read_and_written(data: dict[str, object]) -> None:
    """Each value is kept: equal and typed, as text, or raw."""
    data = loads(dumps(data))
    back = loads(dumps(read_item(data)))
    for name, value in data.items():
        if value is None and name not in read_item(data).extra:
            assert name not in back
        elif isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            assert str(back[name]) == str(value) or loads(str(value)) == back[name] or back[name] == value
        else:
            assert name in back


def test_a_tag_selects_the_model_and_an_unknown_tag_keeps_all_data() -> None:
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


def test_hooks_can_be_built_ahead_of_use() -> None:
    @model
    class Fresh(Model):
        """A model without a hook yet."""

        tax: Tax | None = None

    warm_up(Fresh)
    assert Codec().structure({"tax": {}}, Fresh, "GET /x") == Fresh(tax=Tax())
