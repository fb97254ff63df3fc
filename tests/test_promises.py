"""`docs/promises.md` promises only tested behaviour, and names the tests."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED_TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def promises() -> list[str]:
    """The items of the lists, except those under "Not promised"."""
    promised = re.sub(r"^Not promised:$.*?(?=^## |\Z)", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^- .*?(?=^- |^$)", promised, flags=re.MULTILINE | re.DOTALL)


@cache
def function_names(path: str) -> set[str]:
    """The names of the functions and methods in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("promise", promises(), ids=lambda text: text[:60])
def test_each_promise_names_a_test(promise: str) -> None:
    assert re.search(r"`tests/[\w/]+\.py::test_\w+`", promise)


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_each_named_test_exists(path: str, name: str) -> None:
    assert name in function_names(path)


def test_each_part_lists_unpromised_behaviour() -> None:
    parts = TEXT.split("\n## ")[1:]
    assert len(parts) >= 7
    assert [part.splitlines()[0] for part in parts if "Not promised:" not in part] == []
