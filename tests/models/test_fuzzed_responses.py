"""Models keep all data of random responses, documented or not."""

import pickle
from datetime import date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecwid_async.codec import Codec, dumps, loads
from ecwid_async.models.base import Draft
from tests.models.spec import Spec

SCHEMAS = (
    "Category",
    "CheckoutExtraField",
    "Customer",
    "DiscountCoupon",
    "Order",
    "OrderStatus",
    "Product",
    "ProductFilterSet",
    "ProfileZone",
    "Promotion",
    "Report",
    "Review",
    "ShippingOption",
    "Subscription",
    "YandexMarketDbsFeedConfig",
)

spec = Spec()
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Nd"]), max_size=5)
whole = st.integers(-(2**53), 2**53)
amounts = st.decimals(-(10**9), 10**9, places=2)
scalars = st.none() | st.booleans() | whole | amounts | texts | (whole | amounts).map(str)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2))


def values(field: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    """Values that the table allows for a field."""
    held = None
    if field.get("ref") or field.get("json_ref"):
        held = objects(field.get("ref") or field["json_ref"], depth - 1) if depth else st.just({})
    if field.get("format") == "json" and held is not None:
        return held.map(lambda value: dumps(value).decode())
    kind = field["type"]
    if kind in ("array", "map"):
        inner = held if held is not None else values({"type": field["item"], "item": "string"}, depth)
        return st.lists(inner, max_size=2) if kind == "array" else st.dictionaries(texts, inner, max_size=2)
    plain = {
        "any": anything,
        "boolean": st.booleans(),
        "date": st.dates(date(1970, 1, 1)).map(str),
        "datetime": st.datetimes(datetime(1970, 1, 1)).map(lambda time: f"{time.replace(microsecond=0)} +0000"),
        "integer": whole,
        "number": amounts | whole,
        "object": st.dictionaries(texts, anything, max_size=2) if held is None else held,
        "string": st.sampled_from(field["enum"]) | texts if "enum" in field else texts,
    }
    return plain[kind]


def objects(schema: str, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some fields of a schema, with valid, null or arbitrary values, and with unknown fields."""
    fields = {
        field["name"].replace("{attrName}", "Brand").replace("{optionName}", "Size"): values(field, depth) | anything
        for field in spec.fields[schema]
    }
    some = st.lists(st.sampled_from(sorted(fields)), max_size=6, unique=True)
    known = some.flatmap(lambda names: st.fixed_dictionaries({name: fields[name] for name in names}))
    unknown = st.dictionaries(texts.map(lambda name: f"new{name}"), anything, max_size=2)
    return st.builds(lambda first, second: {**second, **first}, known, unknown)


responses = st.sampled_from(SCHEMAS).flatmap(lambda schema: st.tuples(st.just(schema), objects(schema, 3)))
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same(before: Any, after: Any) -> bool:
    """Whether two values are equal, ignoring nulls and numbers in text."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(same(before.get(key), after.get(key)) for key in before.keys() | after.keys())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, str) and isinstance(after, str) and before.startswith(("{", "[")):
        return before == after or same(loads(before), loads(after))
    return bool(before == after or str(before).lower() == str(after).lower())


@quick
@given(responses)
def test_tolerant_decoding_loses_nothing(response: tuple[str, dict[str, Any]]) -> None:
    schema, wire = response
    data = loads(dumps(wire))
    read = Codec().structure(data, spec.class_of(schema), "GET /anything")
    assert same(data, loads(dumps(read)))


@quick
@given(responses)
def test_decoded_models_survive_pickling(response: tuple[str, dict[str, Any]]) -> None:
    schema, wire = response
    read = Codec().structure(loads(dumps(wire)), spec.class_of(schema), "GET /anything")
    again = pickle.loads(pickle.dumps(read))
    assert again == read
    assert type(again) is type(read)


def test_models_are_frozen_and_drafts_are_not(name: str) -> None:
    cls = spec.classes[name]
    item = cls()
    for field in attrs.fields(cls):
        if issubclass(cls, Draft):
            setattr(item, field.name, None)
            assert getattr(item, field.name) is None
        else:
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(item, field.name, None)
