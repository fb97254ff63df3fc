"""Fields of orders and related models that have two forms, free names, or no documentation."""

from typing import Any

import pytest

from ecwid_async.codec import Codec, dumps
from ecwid_async.models.carts import Cart, CartItem, CartItemSelectedOption
from ecwid_async.models.categories import Category
from ecwid_async.models.order_extra_fields import CartExtraFields, OrderExtraFieldValues
from ecwid_async.models.order_items import OrderItem
from ecwid_async.models.orders import Order, OrderDraft, OrderUtmData
from ecwid_async.models.products import Product
from ecwid_async.models.reviews import Review
from ecwid_async.tables import build_columns


@pytest.mark.parametrize("cls", [Order, Cart])
def test_utm_data_is_read_from_a_list_and_from_an_object(cls: type[Order] | type[Cart]) -> None:
    codec = Codec(strict=True)
    for body, campaign in (
        (b'{"utmData": {"source": "mail"}}', OrderUtmData(source="mail")),
        (b'{"utmData": [{"source": "mail"}]}', [OrderUtmData(source="mail")]),
        (b'{"utmData": []}', []),
    ):
        assert codec.decode(body, cls, "GET").utm_data == campaign
    assert "utmData" in build_columns(cls).fields


def test_utm_data_is_written_as_a_list_or_as_an_object() -> None:
    campaign = OrderUtmData(source="mail")
    assert OrderDraft(utm_data=campaign).utm_data == campaign
    assert OrderDraft(utm_data=[campaign]).utm_data == [campaign]


@pytest.mark.parametrize(
    ("body", "order"), [(b'{"orderId": 500000044}', 500000044), (b'{"orderId": "2D31G"}', "2D31G")]
)
def test_a_review_has_the_number_or_the_text_id_of_its_order(body: bytes, order: int | str) -> None:
    assert Codec(strict=True).decode(body, Review, "GET").order_id == order


@pytest.mark.parametrize(("cls", "held"), [(Order, OrderExtraFieldValues), (Cart, CartExtraFields)])
def test_custom_extra_fields_are_read_by_name(cls: type[Order] | type[Cart], held: Any) -> None:
    codec = Codec(strict=True)
    sent = {"ecwid_order_delivery_time_display_format": "DATE", "gift_note": "Happy birthday", "Größe, cm": "38,5"}
    read = codec.decode(dumps({"extraFields": sent}), cls, "GET").extra_fields
    assert read == held(
        ecwid_order_delivery_time_display_format="DATE",
        custom={"gift_note": "Happy birthday", "Größe, cm": "38,5"},
    )
    assert not read.extra
    assert read.to_dict() == sent
    assert held.from_dict(read.to_dict()) == read
    assert codec.decode(b'{"extraFields": {}}', cls, "GET").extra_fields == held()


def test_an_extra_field_of_an_unexpected_type_is_kept_and_reported() -> None:
    codec = Codec()
    read = codec.decode(b'{"extraFields": {"note": "a", "odd": {"b": 1}}}', Order, "GET").extra_fields
    assert read is not None
    assert (read.custom, dict(read.extra)) == ({"note": "a"}, {"odd": {"b": 1}})
    assert [(problem.path, problem.found) for problem in codec.problems] == [("extraFields.*", "an object")]


def test_extra_fields_are_written_by_name() -> None:
    draft = OrderDraft(extra_fields=CartExtraFields(custom={"gift_note": "Happy birthday"}))
    assert draft.to_dict() == {"extraFields": {"gift_note": "Happy birthday"}}


@pytest.mark.parametrize(
    ("cls", "wire", "attribute", "value"),
    [
        (Cart, "customDiscount", "custom_discount", [5]),
        (CartItem, "discountsAllowed", "discounts_allowed", True),
        (CartItem, "taxable", "taxable", False),
        (CartItemSelectedOption, "nameTranslated", "name_translated", {"en": "Size"}),
        (CartItemSelectedOption, "valueTranslated", "value_translated", {"en": "L"}),
        (CartItemSelectedOption, "valuesArrayTranslated", "values_array_translated", {"en": ["L"]}),
        (OrderItem, "isGiftCard", "is_gift_card", True),
        (OrderItem, "imageId", "image_id", "4021"),
        (OrderItem, "tangible", "tangible", False),
        (Order, "extTransactionId", "ext_transaction_id", "ch_1"),
        (Product, "descriptionTruncated", "description_truncated", True),
        (Category, "descriptionTruncated", "description_truncated", True),
    ],
)
def test_undocumented_fields_of_real_stores_are_typed(cls: type[Any], wire: str, attribute: str, value: object) -> None:
    read = Codec(strict=True).decode(dumps({wire: value}), cls, "GET")
    assert getattr(read, attribute) == value
    assert not read.extra
