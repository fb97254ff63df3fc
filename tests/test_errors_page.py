"""`docs/errors.md` lists every error once, with the status, the codes and the outcome that it has."""

import json
import re
from pathlib import Path

import pytest

from ecwid_async import apps, errors, export, sync
from ecwid_async.errors import APIError, EcwidError
from ecwid_async.transport.responses import parse_error
from ecwid_async.wire import Headers, Options, Request, Response

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
READ = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}"))
WRITE = Request(method="POST", path="/orders", options=Options(operation="POST /orders"))
DOCUMENTED = json.loads((ROOT / "tests" / "spec" / "errors.json").read_text(encoding="utf-8"))


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = re.split(rf"^#+ {heading}\n", TEXT, flags=re.MULTILINE)[1]
    table = re.search(r"(?:^\|.*\n)+", part, flags=re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", cell)


def error_classes(module: object) -> set[str]:
    found = [getattr(module, name) for name in dir(module)]
    return {each.__name__ for each in found if isinstance(each, type) and issubclass(each, EcwidError)}


def parse(request: Request, status: int, code: str | None = None) -> APIError:
    body = json.dumps({"errorCode": code}).encode() if code else b""
    return parse_error(request, Response(status, Headers(), body))


ERRORS = {quoted(row[0])[0]: row for row in rows("All errors")}
CODES = {quoted(row[0])[0]: quoted(row[1]) for row in rows("Codes")}


def test_every_error_is_listed_once() -> None:
    listed = [quoted(row[0])[0] for row in rows("All errors")]
    assert sorted(listed) == sorted(error_classes(errors))


def test_every_error_of_the_other_parts_is_listed_once() -> None:
    listed = [quoted(row[0])[0] for row in rows("Other parts")]
    public = {
        f"{module.__name__}.{name}"
        for module in (apps, export, sync)
        for name in error_classes(module) - error_classes(errors)
    }
    assert sorted(listed) == sorted(public)


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_names_its_base_classes(name: str) -> None:
    bases = {base.__name__ for base in getattr(errors, name).__bases__} - {"EcwidError", "Exception", "APIError"}
    assert set(quoted(ERRORS[name][0])[1:]) == bases


def test_each_status_has_the_class_of_its_row() -> None:
    """Of several classes with a status, the base class: the others need a code."""
    for status in range(400, 500):
        listed = [name for name, row in ERRORS.items() if str(status) in row[1]]
        expected = min(listed, key=lambda name: len(getattr(errors, name).__mro__), default="APIError")
        assert type(parse(READ, status)).__name__ == expected, status
    assert {type(parse(READ, status)).__name__ for status in range(500, 600)} == {"ServerError"}


def test_each_documented_code_is_in_the_row_of_its_class() -> None:
    own = {code: name for name, row in ERRORS.items() for code in quoted(row[1])}
    listed = own | {code: name for name, codes in CODES.items() for code in codes}
    found = {
        each["code"]: type(parse(READ, each["status"], each["code"])).__name__ for each in DOCUMENTED if each["code"]
    }
    assert listed == found
    # A code in the first table decides whatever the status is.
    assert {code: name for code in found if (name := type(parse(READ, 418, code)).__name__) != "APIError"} == own


@pytest.mark.parametrize("name", [name for name, row in ERRORS.items() if row[1]])
def test_each_error_of_the_api_has_the_outcome_of_its_row(name: str) -> None:
    _, status_and_code, outcome, _ = ERRORS[name]
    status = 418 if name == "APIError" else int(status_and_code[:3].replace("5xx", "500"))
    code = next(iter(quoted(status_and_code)), None)
    expected = ("refused", "unknown") if outcome == "write: unknown, read: refused" else (outcome, outcome)
    assert (parse(READ, status, code).outcome, parse(WRITE, status, code).outcome) == expected


@pytest.mark.parametrize("name", [name for name, row in ERRORS.items() if row[2] and not row[1] and " " not in row[2]])
def test_each_other_error_has_the_outcome_of_its_row(name: str) -> None:
    outcome = getattr(errors, name).outcome
    assert ERRORS[name][2].strip("`") == str(outcome)
