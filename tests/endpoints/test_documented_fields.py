"""Every method reads all documented fields of its response."""

from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

import pytest

from ecwid_async.codec import dumps, loads
from ecwid_async.pages import Pages
from ecwid_async.transport.memory import MemoryTransport, make_response
from tests.endpoints.recorder import SPEC
from tests.models.test_samples import comparable, unread
from tests.resources.conftest import FILE, METHODS, make_store

# Endpoints without a documented JSON response, tested in `tests/resources/test_responses.py`.
NO_SCHEMA: Final = {
    "DELETE /application",
    "DELETE /products",
    "GET /orders/{orderId}/invoice",
    "GET /orders/{orderId}/invoice-pdf",
    "GET /products/{productId}/files/{fileId}",
    "POST /domains/reset_domain_password",
    "POST /domains/send_domain_verification_email",
    "POST /orders/tax-invoice-preview",
    "PUT /products/{productId}/media",
}
SCALARS: Final = {
    "any": "anything",
    "boolean": True,
    "date": "2024-09-04",
    "datetime": "2024-09-04 07:20:11 +0000",
    "integer": 7,
    "number": Decimal("12.50"),
    "object": {"key": "value"},
    "string": "Größe + M",
}


def document(schema: str, parents: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with every field of a schema, except recursive ones."""
    variants = SPEC.variants(schema)
    if variants:
        return document(variants[0], (*parents, schema))
    filled = {}
    for field in SPEC.fields[schema]:
        # Deviations from the tables are tested separately.
        if SPEC.deviation("types", f"{schema}.{field['name']}") is None and field.get("ref") not in (*parents, schema):
            filled[field["name"].replace("{", "").replace("}", "").replace("*", "any")] = value(
                field, (*parents, schema)
            )
    tag = SPEC.schemas[schema].get("tag")
    return {**filled, tag[0]: tag[1]} if tag else filled


def value(field: dict[str, Any], parents: tuple[str, ...]) -> Any:
    """A value for a field of the last of these schemas."""
    reference = field.get("ref") or field.get("json_ref")
    kind = field["type"]
    if field["name"] == "*":
        # A polygon under its own name: a list of points.
        return [[SCALARS["number"], SCALARS["number"]]]
    if kind in ("array", "map"):
        item = document(reference, parents) if reference else SCALARS.get(field.get("item", "string"), ["text"])
        return [item] if kind == "array" else {"key": item}
    if reference:
        nested = document(reference, parents)
        return dumps(nested).decode() if field.get("format") == "json" else nested
    return field["enum"][0] if "enum" in field else SCALARS[kind]


@pytest.mark.parametrize(
    "method", [method for method in METHODS if method.endpoint not in NO_SCHEMA], ids=lambda m: m.name
)
async def test_every_documented_field_of_a_response_is_read(method: Any) -> None:
    response = method.row["response"]
    sent: Any = document(response["schema"])
    if response["list"]:
        sent = [sent]
    call = attrgetter(method.name)(make_store(MemoryTransport([make_response(dumps(sent))])))
    result = call(**method.required(), **({"source": FILE} if method.uploads else {}))
    if isinstance(result, Pages):
        read = (await anext(result.pages())).items
    else:
        read = await result
    if isinstance(sent, dict) and isinstance(read, list | dict):
        # The method returns only the content of the response's one field.
        sent = sent["items"] if "items" in sent else next(iter(sent.values()))
    assert list(unread(read, method.name)) == []
    assert comparable(loads(dumps(read))) == comparable(loads(dumps(sent)))


def test_every_exception_is_needed() -> None:
    documented = {f"{row['method']} {row['path']}": row["response"] for row in SPEC.endpoints}
    assert {name for name in documented if not documented[name].get("schema")} == NO_SCHEMA
