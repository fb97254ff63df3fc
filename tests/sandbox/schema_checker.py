"""Compares items with the field tables of the API's documentation."""

import json
import re
from pathlib import Path
from typing import Any

Item = dict[str, Any]

SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "spec" / "schemas.json").read_text())


# Numbers of more than 32 bits, according to the vendor's own client; timestamps of subscriptions are milliseconds.
LARGE = ("galleryImages[].id", "ticket", "subscriptions.createTimestamp", "subscriptions.updateTimestamp")


DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$")


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "datetime": (str,),
    "date": (str,),
    "object": (dict,),
    "map": (dict,),
    "array": (list,),
}


class Checker:
    """Checks items against the documented fields: `wrong` has the differences, `seen` the fields found, by schema."""

    def __init__(self, schemas: dict[str, Any] = SCHEMAS) -> None:
        self.schemas = schemas
        self.wrong: set[tuple[str, ...]] = set()
        self.seen: dict[str, set[str]] = {}

    def entity(self, path: str, item: Item, schema: str) -> None:
        fields = {field["name"]: field for field in self.schemas[schema]["fields"]}
        for name, value in item.items():
            field = fields.get(name) or fields.get("*")
            if field is None:
                self.wrong.add((f"{path}.{name}", "is not documented"))
                continue
            self.seen.setdefault(schema, set()).add(field["name"])
            self.value(f"{path}.{name}", value, field)

    def value(self, path: str, value: Any, field: Item) -> None:
        if value is None:
            if not field.get("nullable"):
                self.wrong.add((path, "is null"))
            return
        kind = field["type"]
        if kind == "any":
            return
        if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            self.wrong.add((path, f"is {type(value).__name__}, not {kind}"))
            return
        if kind == "datetime" and not DATE.match(value):
            self.wrong.add((path, f"is not a date: {value}"))
        if kind == "string" and not field.get("enum_open") and value not in field.get("enum", [value]):
            self.wrong.add((path, f"may not be {value}"))
        if kind == "integer" and not -(2**31) <= value < 2**31 and not path.endswith(LARGE):
            self.wrong.add((path, "does not fit into 32 bits"))
        self.inside(path, value, field)

    def inside(self, path: str, value: Any, field: Item) -> None:
        elements = value if field["type"] == "array" else []
        if field.get("ref"):
            for element in elements if field["type"] == "array" else [value]:
                self.entity(path + "[]" * (field["type"] == "array"), element, field["ref"])
        elif isinstance(field.get("item"), str):
            for element in value.values() if field["type"] == "map" else elements:
                self.value(f"{path}[]", element, {"type": field["item"]})
