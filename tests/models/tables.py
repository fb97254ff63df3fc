"""The tables of the API for the sections that have models, and which class stands for which schema."""

import importlib
import json
import re
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from ecwid_async.codec import Draft, Model

SECTIONS = ("carts", "categories", "customers", "orders", "products", "profile")
MODULES = ("brands", "carts", "categories", "common", "customers", "orders", "products", "profile", "swatches")
# Deleted orders, products and customers are listed in a section of its own.
ALSO = ("DeletedItem",)


class Spec:
    """The tables in `tests/spec`, and what deliberately differs from them."""

    def __init__(self) -> None:
        folder = Path(__file__).parents[1] / "spec"
        self.endpoints: list[dict[str, Any]] = [
            endpoint
            for endpoint in json.loads((folder / "endpoints.json").read_text("utf-8"))
            if endpoint["section"] in SECTIONS
        ]
        self.fields: dict[str, list[dict[str, Any]]] = {
            name: schema["fields"] for name, schema in json.loads((folder / "schemas.json").read_text("utf-8")).items()
        }
        self.deviations: dict[str, dict[str, Any]] = json.loads((folder / "deviations.json").read_text("utf-8"))

    @cached_property
    def classes(self) -> dict[str, type[Model] | type[Draft]]:
        found = {}
        for module in MODULES:
            models = importlib.import_module(f"ecwid_async.models.{module}")
            for name in models.__all__:
                value = getattr(models, name)
                if issubclass(value, Model | Draft):
                    found[name] = value
        return found

    @cached_property
    def reachable(self) -> list[str]:
        """The schemas that the endpoints answer with or take, and all that these hold."""
        found: set[str] = set()
        left = [*ALSO]
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
