"""The tables of the API for the sections that have models, and which class stands for which schema."""

import importlib
import json
import os
import re
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ecwid_async.codec import loads
from ecwid_async.data import Draft, Model

SECTIONS = ("carts", "categories", "customers", "orders", "products", "profile")
MODULES = ("brands", "carts", "categories", "common", "customers", "orders", "products", "profile", "swatches")
# Deleted orders, products and customers are listed in a section of its own.
ALSO = ("DeletedItem",)


class Spec:
    """The tables in `tests/spec`, and what deliberately differs from them."""

    def __init__(self) -> None:
        folder = Path(__file__).parents[1] / "spec"
        self.all_endpoints: list[dict[str, Any]] = json.loads((folder / "endpoints.json").read_text("utf-8"))
        self.endpoints = [endpoint for endpoint in self.all_endpoints if endpoint["section"] in SECTIONS]
        self.fields: dict[str, list[dict[str, Any]]] = {
            name: schema["fields"] for name, schema in json.loads((folder / "schemas.json").read_text("utf-8")).items()
        }
        self.deviations: dict[str, dict[str, Any]] = json.loads((folder / "deviations.json").read_text("utf-8"))

    @cached_property
    def public(self) -> dict[str, type]:
        modules = [importlib.import_module(f"ecwid_async.models.{module}") for module in MODULES]
        return {name: getattr(module, name) for module in modules for name in module.__all__}

    @property
    def classes(self) -> dict[str, type[Model] | type[Draft]]:
        return {name: value for name, value in self.public.items() if issubclass(value, Model | Draft)}

    @property
    def enums(self) -> list[type[StrEnum]]:
        return [value for value in self.public.values() if issubclass(value, StrEnum)]

    @cached_property
    def reachable(self) -> list[str]:
        """The schemas that the endpoints answer with or take, and all that these hold."""
        found: set[str] = set()
        left: list[str | None] = [*ALSO]
        for endpoint in self.endpoints:
            left += [endpoint["response"].get("item_schema"), endpoint["response"].get("schema")]
            if endpoint["request"]["content_type"] == "json":
                left.append(endpoint["request"].get("schema"))
        while left:
            schema = left.pop()
            if schema is None or schema in found:
                continue
            found.add(schema)
            for field in self.fields[schema]:
                left += [field.get("ref"), field.get("json_ref")]
        return sorted(found)

    @property
    def with_class(self) -> list[str]:
        return [schema for schema in self.reachable if self.deviating("no_class", schema) is None]

    def deviating(self, kind: str, name: str) -> Any:
        """What the list of deviations says about a schema or ``Schema.field``, or None."""
        return next((said for pattern, said in self.deviations[kind].items() if fnmatchcase(name, pattern)), None)

    def class_name(self, schema: str) -> str:
        """A schema's class bears its name; what is created or updated is one draft."""
        renamed = self.deviating("classes", schema)
        if renamed is not None:
            return str(renamed[0])
        written = re.fullmatch(r"(\w+?)(?:Create|Update)(\w*)", schema)
        return schema if written is None or schema.endswith("Result") else f"{written[1]}{written[2]}Draft"

    def class_of(self, schema: str) -> type[Model] | type[Draft]:
        return self.classes[self.class_name(schema)]

    def samples(self, kind: str) -> list["Sample"]:
        """The documentation's samples of answers (``response``) or bodies (``request``) of what has a class."""
        folder = Path(os.environ.get("ECWID_SHARED", Path(__file__).parents[3] / "shared")) / "api" / "samples"
        found = [
            Sample(folder / f"{endpoint['id']}.{kind}.json", schema, "item_schema" in endpoint[kind])
            for endpoint in self.all_endpoints
            if (schema := endpoint[kind].get("item_schema") or endpoint[kind].get("schema")) in self.with_class
        ]
        return [sample for sample in found if sample.path.exists()]


class Sample(NamedTuple):
    """A file, the schema of what it holds, and whether that is a list in an envelope."""

    path: Path
    schema: str
    enveloped: bool

    def items(self) -> list[Any]:
        data = loads(self.path.read_bytes())
        if self.enveloped:
            data = data["items"]
        return data if isinstance(data, list) else [data]
