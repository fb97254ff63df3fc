"""What the sandbox answered has the shape of the documentation's examples: each name at its level, of the same type."""

from collections import defaultdict
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest

from ecwid_async.codec import loads
from tests.inventory.ledger import LEDGER, SPEC
from tests.models.tables import samples_folder

ROWS: Final = {row["id"]: row for row in SPEC.endpoints if (samples_folder() / f"{row['id']}.response.json").exists()}
# What an example has and the sandbox never answers, with the reason.
EXCEPTIONS: dict[str, str] = {}

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
            _walk(item, schema, f"{path}[]", shape)
    elif isinstance(value, dict):
        fields = {field["name"]: field for field in SPEC.fields.get(schema or "", ())}
        for name, inner in value.items():
            field = fields.get(name, {})
            if isinstance(inner, dict) and (field.get("type") == "map" or name.endswith("Translated")):
                for entry in inner.values():
                    _walk(entry, field.get("ref"), f"{path}.{name}{{}}", shape)
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


@pytest.mark.parametrize("name", ROWS)
def test_the_sandbox_answers_the_shape_of_the_example(scenarios: None, name: str) -> None:
    row = ROWS[name]
    answers = [loads(body) for body in LEDGER.answers[f"{row['method']} {row['path']}"]]
    schema = row["response"]["schema"]
    sample = loads((samples_folder() / f"{name}.response.json").read_bytes())
    missing = [
        f"{name}{path}"
        for path in differing(shape_of([sample], schema), shape_of(answers, schema))
        if not any(fnmatchcase(f"{name}{path}", pattern) for pattern in EXCEPTIONS)
    ]
    assert missing == []
