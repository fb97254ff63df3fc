"""The API's tables: every endpoint with its scopes and parameters, and the schema of every request body.

The sandbox has its own tables, in JSON beside this file: a mistake in the client must fail against it.
``endpoints.json`` and ``schemas.json`` contain the documented API. Each ``vendor_….json`` contains additions from the
vendor's own client: ``endpoints`` and ``schemas``, and ``params`` and fields of documented ones. ``additions.json`` is
read last and overrides the others: it contains additions from newer pages of the documentation and from other clients.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

__all__ = ["Endpoint", "Parameter", "Shape", "Tables", "load"]

_VENDOR: Final = "vendor_"
_ADDITIONS: Final = "additions.json"

Shape = str | list[str] | dict[str, str]
"""The name of a type or a schema, in a list for an array of it, under ``*`` for a map of it.

A list with ``alone`` as its second element also accepts a single element without the array.
"""


class Parameter(msgspec.Struct, frozen=True):
    """A query parameter. `multiple` means a comma-separated list."""

    type: str
    multiple: bool = False
    required: bool = False
    enum: tuple[str, ...] = ()


class Endpoint(msgspec.Struct, frozen=True):
    """An HTTP method on a path.

    `body` names the schema of a JSON body, or with `many` of each element of an array. `limit` is the default page
    size. Only some fields of the response need `optional_scopes`.
    """

    section: str
    scopes: tuple[str, ...]
    params: dict[str, Parameter]
    content: Literal["json", "binary", "none"]
    body: str | None = None
    many: bool = False
    limit: int = 100
    optional_scopes: tuple[str, ...] = ()


class Tables(msgspec.Struct, frozen=True):
    """Endpoints by operation (``GET /products``), and the fields of each body schema."""

    endpoints: dict[str, Endpoint]
    schemas: dict[str, dict[str, Shape]]


@cache
def load() -> Tables:
    """Read the tables. Later calls return the same object."""
    here = files(__name__)
    endpoints: dict[str, dict[str, Any]] = msgspec.json.decode((here / "endpoints.json").read_bytes())
    schemas: dict[str, dict[str, Any]] = msgspec.json.decode((here / "schemas.json").read_bytes())
    vendor = (file for file in here.iterdir() if file.name.startswith(_VENDOR))
    for file in (*sorted(vendor, key=lambda file: file.name), here / _ADDITIONS):
        added = msgspec.json.decode(file.read_bytes())
        endpoints |= added.get("endpoints", {})
        for operation, params in added.get("params", {}).items():
            endpoints[operation]["params"] |= params
        for name, fields in added.get("schemas", {}).items():
            schemas[name] = schemas.get(name, {}) | fields
    return msgspec.convert({"endpoints": endpoints, "schemas": schemas}, Tables)
