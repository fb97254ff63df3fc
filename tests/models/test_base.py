"""The base classes of models and drafts."""

import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal

import attrs
import pytest

from ecwid_async.codec import dumps, loads
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import wire_name
from tests.codec.models import (
    COMPLETE_ITEM,
    Form,
    FormDraft,
    Item,
    ItemDraft,
    Label,
    LabelDraft,
    Other,
    Select,
    Tax,
    TaxDraft,
    Text,
    read_item,
)


def test_models_are_frozen_slotted_and_keyword_only() -> None:
    for item in (Item(sku="A"), read_item({"sku": "A"})):
        assert type(item) is Item
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            item.sku = "B"  # type: ignore[misc]
        with pytest.raises((AttributeError, attrs.exceptions.FrozenInstanceError)):
            item.new = 1  # type: ignore[attr-defined]
        with pytest.raises(TypeError):
            item.extra["x"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        Item(7)  # type: ignore[misc]


def test_a_repr_shows_only_fields_that_are_set() -> None:
    assert repr(read_item({"sku": "A", "new": 1})) == "Item(sku='A', extra={'new': 1})"
    assert repr(ItemDraft(sku=None)) == "ItemDraft(sku=None)"


@pytest.mark.parametrize(
    "value", [read_item(COMPLETE_ITEM), read_item({"new": 1}), Item(), ItemDraft(sku="A"), ItemDraft()]
)
def test_models_and_drafts_pickle(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value


def test_a_model_round_trips_through_plain_data_and_json() -> None:
    item = read_item(
        {**COMPLETE_ITEM, "newField": {"deep": [Decimal("1.10")]}, "created": "2024-09-04 07:22:09.000250 +0200"}
    )
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


def test_from_dict_reads_tolerantly_or_strictly_and_exactly() -> None:
    assert Item.from_dict({"id": "x", "price": 1}).extra == {"id": "x"}
    with pytest.raises(DecodeError, match=r"Item.from_dict: expected int at id, found text\. If the API changed"):
        Item.from_dict({"id": "x"}, strict=True)
    with pytest.raises(TypeError, match=r"^\['tax'\]\['value'\]: a float can't hold an amount exactly"):
        Item.from_dict({"tax": {"value": 1.1}})
    with pytest.raises(DecodeError, match="expected Item, found a list"):
        Item.from_dict([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not JSON"):
        Item.from_json("{")


def test_a_draft_round_trips_with_only_the_fields_given() -> None:
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
    with pytest.raises(DecodeError, match=r"expected str at sku, found a whole number\. Correct the value"):
        ItemDraft.from_dict({"sku": 7})


def test_a_draft_from_a_model_keeps_unknown_fields_and_converts_nested_models() -> None:
    item = read_item({"id": 7, "sku": "A", "taxes": [{"name": "VAT", "new": 1}], "newer": 2})
    draft = ItemDraft.from_(item)
    assert draft == ItemDraft(sku="A", taxes=[TaxDraft(name="VAT", extra={"new": 1})], extra={"newer": 2})
    assert loads(dumps(draft)) == {"sku": "A", "taxes": [{"name": "VAT", "new": 1}], "newer": 2}


def test_a_draft_from_a_model_omits_read_only_fields_at_any_depth() -> None:
    assert LabelDraft.from_(read_item({"tax": {"name": "VAT", "value": 1, "new": 2}})) == LabelDraft(
        tax=Label(name="VAT", extra={"new": 2})
    )


@pytest.mark.parametrize(
    ("attribute", "wire"),
    [
        ("id", "id"),
        ("payment_status", "paymentStatus"),
        ("hd_thumbnail_url", "hdThumbnailUrl"),
        ("b2b_b2c", "b2b_b2c"),
        ("mon", "MON"),
        ("business_registration_id", "businessRegistrationID"),
    ],
)
def test_wire_names_are_camel_case_with_a_table_of_exceptions(attribute: str, wire: str) -> None:
    (field,) = attrs.fields(attrs.make_class("Any", [attribute]))
    assert wire_name(field) == wire


def test_a_draft_from_a_model_keeps_members_of_tagged_unions() -> None:
    form = Form(fields=[Text(type="TEXT"), Other(type="MAP", extra={"zoom": 1}), Select(type="SELECT", choices=[1])])
    assert FormDraft.from_(form).fields == form.fields
