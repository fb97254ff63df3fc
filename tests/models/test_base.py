"""The base classes of models and drafts."""

import inspect
import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier
from types import FunctionType

import attrs
import pytest

from ecwid_async.codec import dumps, loads
from ecwid_async.errors import DecodeError
from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model, wire_name
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


def _new_model() -> type[Model]:
    @model
    class Base(Model):
        name: str | None = None
        part: "Tax | None" = None

    @model
    class Fresh(Base):
        name: str | int | None = "A"

    return Fresh


def _new_draft() -> type[Draft]:
    @draft
    class Fresh(Draft):
        name: str | Unset | None = UNSET
        part: "Tax | Unset | None" = UNSET

    return Fresh


@pytest.mark.parametrize("create", [_new_model, _new_draft])
def test_a_class_is_an_attrs_class_whatever_is_used_first(create: Callable[[], type[Model | Draft]]) -> None:
    uses: list[Callable[[type[Model | Draft]], object]] = [
        lambda cls: cls(),
        lambda cls: cls() == cls(),
        attrs.fields,
        lambda cls: attrs.resolve_types(cls, globals()),
        lambda cls: attrs.evolve(cls(), extra={"new": 1}),
        inspect.signature,
        lambda cls: attrs.define(type("Sub", (cls,), {"__annotations__": {"more": int}}))(more=1),
    ]
    for use in uses:
        cls = create()
        use(cls)
        assert attrs.has(cls)
        assert {field.name for field in attrs.fields(cls)} == {"extra", "name", "part"}
        assert attrs.fields(cls).name.default in ("A", UNSET)
        parameters = inspect.signature(cls).parameters.values()
        assert {parameter.name for parameter in parameters} == {"extra", "name", "part"}
        assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
        first, second = cls(extra={"a": 1}), cls(extra={"a": 2})
        assert first == cls(extra={"a": 1})
        assert first != second
        assert first != "A"
        assert not hasattr(first, "__dict__")
        with pytest.raises(TypeError, match=r"Fresh\.__init__\(\) got an unexpected keyword argument 'size'"):
            cls(size=1)


def test_a_draft_is_mutable_and_has_no_hash_while_a_model_is_hashed_by_its_values() -> None:
    change = _new_draft()()
    change.extra = {"a": 1}
    with pytest.raises(TypeError, match="unhashable"):
        hash(change)
    assert hash(_new_model()(extra=())) != hash(_new_model()(extra=(1,)))  # type: ignore[arg-type]


def test_reading_compiles_no_comparison_of_a_model() -> None:
    cls = _new_model()
    attrs.resolve_types(cls, globals())
    assert repr(cls.from_dict({"name": 1, "part": {"name": "VAT"}})) == "Fresh(part=Tax(name='VAT'), name=1)"
    assert not isinstance(vars(cls)["__eq__"], FunctionType)
    assert cls(extra={}) == cls()
    assert isinstance(vars(cls)["__eq__"], FunctionType)
    assert attrs.fields(cls).part.type == Tax | None, "still resolved"


def test_threads_that_use_a_class_first_at_the_same_time_share_its_fields() -> None:
    threads = 8
    barrier = Barrier(threads)

    def use(number: int, cls: type[Model]) -> object:
        barrier.wait()
        item = cls() if number % 2 else None
        return attrs.fields(cls) if item is None else type(item).__attrs_attrs__

    with ThreadPoolExecutor(threads) as pool:
        for _ in range(20):
            cls = _new_model()
            results = list(pool.map(use, range(threads), [cls] * threads))
            assert all(result is attrs.fields(cls) for result in results)
