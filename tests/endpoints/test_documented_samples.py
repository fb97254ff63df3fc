"""What the sandbox answered has the shape of the samples: each name at its level, of the same type."""

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
from tests.models.tables import SAMPLES

ROWS: Final = {row["id"]: row for row in SPEC.endpoints if (SAMPLES / f"{row['id']}.response.json").exists()}
# What an example has and the sandbox never answers, with the reason.
EXCEPTIONS: Final = {
    "calculate_order.discountInfo.#*": "the vendor's own tests expect an empty list",
    "calculate_order.handlingFee.*ax*": "the vendor's own tests expect a fee of 0, on which there is no tax",
    "calculate_order.taxesOnShipping.#*": "the sandbox takes no tax on shipping",
    "search_orders.*.discountCoupon.repeatCustomerOnly*": "in no table; other examples of a used coupon lack it",
    "search_orders.*.shippingOption.isShippingLimit*": "in no table, and in this example only",
    "search_reviews.*.orderId*": "the vendor's own client reads a number",
    "*cart*.customSurcharges.#.taxes.#*": "tips, the one surcharge of demo stores, are not taxed",
    "*cart*.recurringChargeSettings*": "nobody leaves a subscription behind in a demo store",
}

# Objects whose members are no names of the API: each way to pay puts in what it likes.
MAPS: Final = ("additionalInfo", "paymentParams")

WRITTEN: Final = {row["id"]: row for row in SPEC.endpoints if (SAMPLES / f"{row['id']}.request.json").exists()}

Shape = dict[str, set[str]]


def shape_of(values: list[Any], schema: str | None) -> Shape:
    """The JSON types at each path, over all these values; items of a list and entries of a map share one path."""
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


def differing(sample: Shape, answered: Shape) -> list[str]:
    """What of a sample the answers lack, or have as another type."""
    return [
        f"{path} ({', '.join(sorted(kinds))})"
        for path, kinds in sample.items()
        if not kinds & answered.get(path, set())
    ]


@cache
def missing(name: str) -> list[str]:
    """What of an endpoint's example no answer had."""
    row = ROWS[name]
    answers = [loads(body) for body in RECORDED[f"{row['method']} {row['path']}"]]
    schema = row["response"]["schema"]
    sample = loads((SAMPLES / f"{name}.response.json").read_bytes())
    return [f"{name}{path}" for path in differing(shape_of([sample], schema), shape_of(answers, schema))]


@pytest.mark.parametrize("name", ROWS)
def test_the_sandbox_answers_the_shape_of_the_example(complete_run: None, name: str) -> None:
    excused = [one for one in missing(name) for pattern in EXCEPTIONS if fnmatchcase(one, pattern)]
    assert [one for one in missing(name) if one not in excused] == []


@pytest.mark.parametrize("pattern", EXCEPTIONS)
def test_no_exception_is_left_over(complete_run: None, pattern: str) -> None:
    assert any(fnmatchcase(one, pattern) for name in ROWS for one in missing(name))


@pytest.mark.parametrize("name", WRITTEN)
def test_the_sandbox_takes_the_body_of_the_example(name: str) -> None:
    row = WRITTEN[name]
    endpoint = spec.load().endpoints[f"{row['method']} {row['path']}"]
    body = (SAMPLES / f"{name}.request.json").read_bytes()
    assert read_document(body, endpoint.body, many=endpoint.many, refuse_unknown=True)
