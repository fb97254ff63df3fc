"""Every sample response round-trips through its class, and every sample body can be written."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs

from ecwid_async.codec import Codec, dumps, loads, parse_datetime
from ecwid_async.models.base import Draft, Model, Unset, wire_name
from tests.models.spec import SAMPLES, Sample, Spec


def unread(value: object, path: str) -> Iterator[str]:
    """The paths of values that a model keeps in `extra`."""
    if isinstance(value, Model):
        yield from (f"{path}.{name}" for name in value.extra)
        for field in attrs.fields(type(value)):
            if field.name != "extra":
                yield from unread(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, list):
        for element in value:
            yield from unread(element, f"{path}[]")
    elif isinstance(value, dict):
        for key, element in value.items():
            yield from unread(element, f"{path}.{key}")


def comparable(value: Any) -> Any:
    """JSON without null fields, which read like absent ones, and with JSON text parsed."""
    if isinstance(value, dict):
        return {key: comparable(element) for key, element in value.items() if element is not None}
    if isinstance(value, list):
        return [comparable(element) for element in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value


def test_a_sample_round_trips_through_its_class(response_sample: Sample, spec: Spec) -> None:
    codec = Codec(strict=True)
    for item in response_sample.items():
        read = codec.structure(item, spec.class_of(response_sample.schema), response_sample.path.name)
        assert list(unread(read, response_sample.schema)) == []
        assert comparable(loads(dumps(read))) == comparable(item)


def options(declared: Any) -> list[Any]:
    parts = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    return [part for part in parts if part not in (NoneType, Unset)]


def fits(value: object, declared: Any) -> bool:
    """Whether a field can hold a value of a body unchanged."""
    origin = get_origin(declared)
    if declared is object:
        return True
    if origin is list:
        return isinstance(value, list) and all(fits_one(element, get_args(declared)[0]) for element in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits_one(element, get_args(declared)[1]) for element in value.values())
    if issubclass(declared, Model | Draft):
        fields = {wire_name(field): field.type for field in attrs.fields(declared) if field.name != "extra"}
        return isinstance(value, dict) and all(
            key in fields and fits_one(element, fields[key]) for key, element in value.items()
        )
    if declared is datetime:
        return isinstance(value, str) and parse_datetime(value) is not None
    if declared is date:
        return isinstance(value, str) and date.fromisoformat(value) is not None
    if declared is Decimal:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if issubclass(declared, StrEnum):
        return value in list(declared)
    return type(value) is declared


def fits_one(value: object, declared: Any) -> bool:
    return any(fits(value, option) for option in options(declared))


def test_every_key_of_a_sample_body_can_be_written(request_sample: Sample, spec: Spec) -> None:
    (body,) = request_sample.items()
    cls = spec.class_of(request_sample.schema)
    fields = {wire_name(field): field.type for field in attrs.fields(cls) if field.name != "extra"}
    for key, value in body.items():
        assert key in fields
        assert fits_one(value, fields[key]), f"{key}: {value!r} is not a {fields[key]}"


def test_every_sample_is_tested(spec: Spec) -> None:
    """The others contain only plain arguments or results of methods."""
    walked = {sample.path.name for kind in ("request", "response") for sample in spec.samples(kind)}
    plain = {
        f"{endpoint['id']}.{kind}.json"
        for endpoint in spec.endpoints
        for kind in ("request", "response")
        if (schema := endpoint[kind].get("schema")) and spec.deviation("no_class", schema)
    }
    assert {path.name for path in SAMPLES.glob("*.json")} <= walked | plain
