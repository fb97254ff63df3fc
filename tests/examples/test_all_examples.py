"""What holds for every example: it is listed, short, and uses public names only. `nox -s lint` checks their types."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tests.examples.running_app import EXAMPLES

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")
FILES = sorted(EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_example_is_short_and_uses_public_names_only(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 80
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "ecwid_async":
            module = import_module(str(node.module))
            assert [alias.name for alias in node.names if alias.name not in module.__all__] == []
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_") or node.attr.endswith("__")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_example_is_listed_and_shown_in_the_docs(file: Path) -> None:
    assert f"\n| [{file.name}](../examples/{file.name}) |" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    page = EXAMPLES.parent / "docs" / "examples.md"
    # Not `--8<-- "…"`, which looks like Python and would be formatted as such.
    block = f"\n## {file.name}\n\n```python\n--8<--\nexamples/{file.name}\n--8<--\n```\n"
    assert block in page.read_text(encoding="utf-8")


def test_the_lint_session_checks_the_types_of_all_examples() -> None:
    assert 'session.run("mypy", "examples")' in (EXAMPLES.parent / "noxfile.py").read_text(encoding="utf-8")
