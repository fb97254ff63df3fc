"""The recorded responses of the sandbox have all fields of the documented samples, with the same types."""

from collections import defaultdict
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import pytest

from ecwid_async.codec import loads
from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine.validation import read_document
from tests.endpoints.recorder import RECORDED, SPEC
from tests.models.spec import SAMPLES

RESPONSE_ROWS: Final = {row["id"]: row for row in SPEC.endpoints if (SAMPLES / f"{row['id']}.response.json").exists()}
# Fields of samples that the sandbox never returns, with the reason.
EXCEPTIONS: Final = {
    "calculate_order.discountInfo.#*": "the tests of Ecwid's own client expect an empty list",
    "calculate_order.handlingFee.*ax*": "the tests of Ecwid's own client expect a fee of 0, on which there is no tax",
    "calculate_order.taxesOnShipping.#*": "the sandbox does not tax shipping",
    "search_orders.*.discountCoupon.repeatCustomerOnly*": "in no table; other examples of a used coupon lack it",
    "search_orders.*.shippingOption.isShippingLimit*": "in no table, and in this example only",
    "search_reviews.*.orderId*": "Ecwid's own client reads a number",
    "*cart*.customSurcharges.#.taxes.#*": "tips, the only surcharge of demo stores, are not taxed",
    "*cart*.recurringChargeSettings*": "no cart of a demo store contains a subscription",
}

# Objects with arbitrary fields, chosen by payment apps.
MAPS: Final = ("additionalInfo", "paymentParams")

REQUEST_ROWS: Final = {row["id"]: row for row in SPEC.endpoints if (SAMPLES / f"{row['id']}.request.json").exists()}

Shape = dict[str, set[str]]


def shape_of(values: list[Any], schema: str | None) -> Shape:
    """The JSON types at each path in any of the values. Elements of a list share a path, and so do values of a map."""
    shape: defaultdict[str, set[str]] = defaultdict(set)
    for value in values:
        _walk(value, schema, "", shape)
    return dict(shape)


def _walk(value: Any, schema: str | None, path: str, shape: defaultdict[str, set[str]]) -> None:
    if value is None:
        return
    shape[path].add(_kind(value))
    if isinstance(value, list):
        for item in value:
            _walk(item, schema, f"{path}.#", shape)
    elif isinstance(value, dict):
        fields = {field["name"]: field for field in SPEC.fields.get(schema or "", ())}
        for name, inner in value.items():
            field = fields.get(name, {})
            if isinstance(inner, dict) and (name.endswith("Translated") or field.get("type") == "map" or name in MAPS):
                for entry in inner.values():
                    _walk(entry, field.get("ref"), f"{path}.{name}.*", shape)
            else:
                _walk(inner, field.get("ref"), f"{path}.{name}", shape)


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", Decimal: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]


def missing_paths(sample: Shape, received: Shape) -> list[str]:
    """The paths of a sample that are missing in responses or have other types there."""
    return [
        f"{path} ({', '.join(sorted(kinds))})"
        for path, kinds in sample.items()
        if not kinds & received.get(path, set())
    ]


@cache
def missing_in_responses(name: str) -> list[str]:
    """The paths in the sample of an endpoint that are missing in its recorded responses."""
    row = RESPONSE_ROWS[name]
    responses = [loads(body) for body in RECORDED[f"{row['method']} {row['path']}"]]
    schema = row["response"]["schema"]
    sample = loads((SAMPLES / f"{name}.response.json").read_bytes())
    return [f"{name}{path}" for path in missing_paths(shape_of([sample], schema), shape_of(responses, schema))]


@pytest.mark.parametrize("name", RESPONSE_ROWS)
def test_responses_have_the_shape_of_the_sample(complete_run: None, name: str) -> None:
    excused = [path for path in missing_in_responses(name) for pattern in EXCEPTIONS if fnmatchcase(path, pattern)]
    assert [path for path in missing_in_responses(name) if path not in excused] == []


@pytest.mark.parametrize("pattern", EXCEPTIONS)
def test_every_exception_is_needed(complete_run: None, pattern: str) -> None:
    assert any(fnmatchcase(path, pattern) for name in RESPONSE_ROWS for path in missing_in_responses(name))


@pytest.mark.parametrize("name", REQUEST_ROWS)
def test_the_sandbox_accepts_the_documented_request_bodies(name: str) -> None:
    row = REQUEST_ROWS[name]
    endpoint = spec.load().endpoints[f"{row['method']} {row['path']}"]
    body = (SAMPLES / f"{name}.request.json").read_bytes()
    assert read_document(body, endpoint.body, many=endpoint.many, reject_unknown=True)
