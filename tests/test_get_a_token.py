"""The table of scopes in `docs/get-a-token.md` agrees with the API's tables."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecwid_async import Ecwid
from ecwid_async.cli.introspect import Method, list_methods, offline_store
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.spec import load
from ecwid_async.sync import Mirror

PAGE = Path(__file__).parents[1] / "docs" / "get-a-token.md"
# They have a body, and change nothing.
READING_POSTS = {"POST /order/calculate", "POST /products/filters", "POST /images/main-colors"}


def rows() -> Iterator[tuple[str, list[str], list[str]]]:
    """A scope, what it reads, and what it changes."""
    table = PAGE.read_text(encoding="utf-8").partition("| scope | opens |\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[1:]:
        scope, opens = line.split("|")[1:3]
        reads, _, changes = opens.partition("changes ")
        yield scope.strip(" *`"), re.findall(r"`([\w.]+)`", reads), re.findall(r"`([\w.]+)`", changes)


def methods_of(scope: str, *, reading: bool) -> list[Method]:
    endpoints = load().endpoints
    return [
        method
        for method in list_methods(offline_store())
        if scope in endpoints[method.endpoint].scopes + endpoints[method.endpoint].optional_scopes
        and (method.http_method == "GET" or method.endpoint in READING_POSTS) is reading
    ]


def test_every_scope_is_a_row() -> None:
    endpoints = load().endpoints.values()
    scopes = [scope for scope, _, _ in rows()]
    assert len(scopes) == len(set(scopes))
    assert set(scopes) == {scope for endpoint in endpoints for scope in endpoint.scopes + endpoint.optional_scopes}


@pytest.mark.parametrize(
    ("scope", "reads", "changes"), list(rows()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_scope_opens_what_its_row_names(scope: str, reads: list[str], changes: list[str]) -> None:
    for names, reading in [(reads, True), (changes, False)]:
        methods = methods_of(scope, reading=reading)
        assert {name.partition(".")[0] for name in names} == {method.section for method in methods}
        for name in names:
            assert any(f"{method.name}.".startswith(f"{name}.") for method in methods), name


def test_calls_without_a_scope_are_named() -> None:
    endpoints = load().endpoints
    free = {method.name for method in list_methods(offline_store()) if not endpoints[method.endpoint].scopes}
    text = re.search(r"^(.*) need no scope;", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert text is not None
    named = re.findall(r"`([\w.]+)`", text[1])
    assert {name for name in free if not any(f"{name}.".startswith(f"{each}.") for each in named)} == set()
    assert all(any(f"{name}.".startswith(f"{each}.") for name in free) for each in named)


async def test_the_scopes_named_for_sync_are_those_that_it_needs(tmp_path: Path) -> None:
    row = re.search(r"^\| `ecwid sync` .*\|(.*)\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert row is not None
    scopes = set(re.findall(r"`(\w+)`", row[1]))
    sandbox = Sandbox()
    sandbox.add_store(1003, token="secret_custom", scopes=scopes)
    mirror = Mirror(f"sqlite:///{tmp_path}/mirror.db")
    async with mirror, Ecwid(transport=sandbox, quota=None) as ecwid:
        await mirror.sync(ecwid.store(1003, "secret_custom"))
        (status,) = await mirror.status()
    assert {name for name, section in status.sections.items() if section.skipped} == set()
    used = [
        method.endpoint
        for method in list_methods(offline_store())
        for request in sandbox.requests
        if method.matches(request.method, request.path.split("/")[2:])
    ]
    assert {scope for endpoint in used for scope in load().endpoints[endpoint].scopes} == scopes
