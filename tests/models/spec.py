"""The documented endpoints and schemas of the API, and the class of each schema."""

import importlib
import json
import os
import re
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple

from ecwid_async import models
from ecwid_async.codec import loads
from ecwid_async.models.base import Draft, Model

SAMPLES = Path(__file__).parents[1] / "samples"
"""Responses and bodies with the shapes of the documentation's samples, but our own values."""

MODULES = sorted(module.name for module in iter_modules(models.__path__) if module.name != "base")


class Spec:
    """The tables in `tests/spec`, with the deliberate deviations from them."""

    def __init__(self) -> None:
        self._folder = Path(__file__).parents[1] / "spec"
        rows = [*self._table("endpoints"), *self._table("vendor"), *self._table("newer_endpoints")]
        self.endpoints: list[dict[str, Any]] = list({row["id"]: row for row in rows}.values())
        self.schemas: dict[str, dict[str, Any]] = self._table("schemas")
        tables = map(self._table, ("vendor_schemas", "newer_schemas", "event_schemas"))
        for name, schema in chain.from_iterable(table.items() for table in tables):
            # Further schemas and fields, from Ecwid's own client, newer documentation, real stores, and webhooks.
            known = self.schemas[name]["fields"] if schema.get("extends") else []
            self.schemas[name] = {**schema, "fields": [*known, *schema["fields"]]}
        self.fields: dict[str, list[dict[str, Any]]] = {name: schema["fields"] for name, schema in self.schemas.items()}
        self.deviations: dict[str, dict[str, Any]] = self._table("deviations")

    def _table(self, name: str) -> Any:
        return json.loads((self._folder / f"{name}.json").read_text("utf-8"))

    @cached_property
    def public(self) -> dict[str, Any]:
        modules = [importlib.import_module(f"ecwid_async.models.{module}") for module in MODULES]
        return {name: getattr(module, name) for module in modules for name in module.__all__}

    @cached_property
    def classes(self) -> dict[str, type[Model] | type[Draft]]:
        return {name: value for name, value in self.public.items() if self._is_a(value, Model | Draft)}

    @property
    def enums(self) -> list[type[StrEnum]]:
        return [value for value in self.public.values() if self._is_a(value, StrEnum)]

    @staticmethod
    def _is_a(value: object, base: Any) -> bool:
        return isinstance(value, type) and issubclass(value, base)

    @cached_property
    def schemas_with_class(self) -> list[str]:
        return [schema for schema in sorted(self.fields) if self.deviation("no_class", schema) is None]

    def variants(self, schema: str) -> list[str]:
        """The schemas of the tagged variants of a schema."""
        return [name for name, variant in self.schemas.items() if variant.get("variant_of") == schema]

    def deviation(self, kind: str, name: str) -> Any:
        """The entry for a schema or ``Schema.field`` in the deviations, or None."""
        return next((entry for pattern, entry in self.deviations[kind].items() if fnmatchcase(name, pattern)), None)

    def class_name(self, schema: str) -> str:
        """The name of a schema's class: the same name, except that ``…Create`` and ``…Update`` share one ``…Draft``."""
        renamed = self.deviation("classes", schema)
        if renamed is not None:
            return str(renamed[0])
        match = re.fullmatch(r"(\w+?)(?:Create|Update)(\w*)", schema)
        return schema if match is None or schema.endswith("Result") else f"{match[1]}{match[2]}Draft"

    def class_of(self, schema: str) -> type[Model] | type[Draft]:
        return self.classes[self.class_name(schema)]

    def samples(self, kind: str) -> list["Sample"]:
        """The samples of responses (``response``) or bodies (``request``) with a class."""
        found = [
            self._sample(folder / f"{endpoint['id']}.{kind}.json", endpoint[kind])
            for folder in (SAMPLES, *documentation())
            for endpoint in self.endpoints
        ]
        return [sample for sample in found if sample.path.exists() and sample.schema in self.schemas_with_class]

    def _sample(self, path: Path, shape: dict[str, Any]) -> "Sample":
        schema = shape.get("schema")
        if schema is not None and self.deviation("no_class", schema) is not None:
            for field in self.fields[schema]:
                if field["type"] == "array" and "ref" in field:
                    return Sample(path, field["ref"], field["name"])
        return Sample(path, schema, None)


def documentation() -> list[Path]:
    """The folder of the documentation's samples, if present. `SAMPLES` has the same file names."""
    folder = Path(os.environ.get("ECWID_SHARED", Path(__file__).parents[3] / "shared")) / "api" / "samples"
    return [folder] if folder.is_dir() else []


class Sample(NamedTuple):
    """A file, the schema of its content, and the member that holds the content."""

    path: Path
    schema: Any
    member: str | None

    def items(self) -> list[Any]:
        data = loads(self.path.read_bytes())
        if self.member is not None:
            data = data[self.member]
        return data if isinstance(data, list) else [data]
