"""Help, advice and error messages name only options of their command, and address its user."""

import re
from collections.abc import Iterator

import pytest

from ecwid_async import errors
from ecwid_async.cli.exit_codes import describe
from ecwid_async.errors import APIError, EcwidError, TransportError
from ecwid_async.wire import Options, Request

COMMANDS = (
    [],
    ["call"],
    ["coverage"],
    ["doctor"],
    ["export"],
    ["get"],
    ["list"],
    ["profile"],
    ["profile", "add"],
    ["profile", "default"],
    ["report"],
    ["sandbox"],
    ["sandbox", "serve"],
)
SMALL = ["--sandbox", "--products", "3", "--orders", "3", "--carts", "0", "--categories", "1", "--customers", "2"]


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_mentions_only_options_of_the_command(ecwid, command):
    help_text = ecwid(*command, "--help").out
    panels = "\n".join(line for line in help_text.splitlines() if line.startswith("│"))
    prose = "\n".join(line for line in help_text.splitlines() if not line.startswith("│"))
    if command:
        assert options(prose) <= options(panels)
        return
    # The main help names the commands that have --sandbox.
    (named,) = re.findall(r"add --sandbox to ([\w, ]+)\.", " ".join(prose.split()))
    for other in re.findall(r"\w+", named.replace(" or ", " ")):
        assert "--sandbox" in options(ecwid(other, "--help").out)


MISTAKES = [
    ("get", "profile"),
    ("get", "profile", "--products", "5"),
    ("get", "orders", *SMALL),
    ("get", "profile", "7", *SMALL),
    ("get", "staffs", *SMALL),
    ("get", "promotions", "7", *SMALL),
    ("get", "orders", "7", "--fields", "totl"),
    ("list", "profile"),
    ("list", "orders"),
    ("report", "sales"),
    ("report", "sals"),
    ("report", "sales", "--metric", "orders"),
    ("report", "sales", "--from", "2024"),
    ("list", "orders", "--fields", "totl"),
    ("list", "orders", "--where", "paid"),
    ("call", "FETCH", "/profile", *SMALL),
    ("call", "GET", "/", *SMALL),
    ("call", "GET", "/products//image", *SMALL),
    ("call", "GET", "/products/../profile", *SMALL),
    ("call", "GET", "https://elsewhere.example/api/v3/1003/profile", *SMALL),
    ("call", "GET", "/profile", "-q", "limit", *SMALL),
    ("call", "POST", "/products", "-d", "{", *SMALL),
    ("call", "POST", "/products", "-d", "@missing.json", *SMALL),
    ("call", "POST", "/products", "-d", "x", "-t", "text", *SMALL),
    ("call", "DELETE", "/products", *SMALL),
    ("doctor", "--products", "5"),
    ("doctor",),
    ("export", "--all", "products"),
    ("export", "--sandbox", "--store", "5"),
    ("export", "--store", "5"),
    ("export", "--store", "5", "--out", "-"),
    ("export", "--products", "5"),
    ("export", "product"),
    ("export", "products", "--where", "created_from=2024"),
    ("export", "products", "--where", "keyword"),
    ("export", "products", "--where", "keyword=a", "--where", "keyword=b"),
    ("export", "products", "--where", "options=L"),
    ("export", "products", "--where", "options.Size=38,5"),
    ("export", "products", "orders", "--where", "enabled=true"),
    ("export", "products", "orders", "--where", "staff:enabled=true"),
    ("export", "products", "--fields", "nam"),
    ("export", "products", "--level", "3"),
    ("export", "products", "--json", "--out", "-", *SMALL),
    ("export", "products", "--out", "x.json"),
    ("sandbox", "serve", "--host", "192.0.2.1"),
]


@pytest.mark.parametrize("line", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line_that_names_only_options_of_its_command(ecwid, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = line[:2] if line[0] == "sandbox" else line[:1]
    result = ecwid(*line)
    assert result.code == 2
    message = result.err if line[0] != "doctor" or result.err else result.out
    assert message.strip()
    assert options(message) <= options(ecwid(*command, "--help").out)
    assert "`" not in message, "the message contains a Python name"


def test_the_suggestion_without_an_account_works(ecwid):
    assert "add --sandbox to use a demo store" in ecwid("get", "profile").err
    assert ecwid("get", "profile", *SMALL).code == 0


def test_missing_variables_are_named(ecwid, monkeypatch):
    error = ecwid("get", "profile").err
    assert error.startswith("ecwid: ECWID_STORE_ID and ECWID_TOKEN are not set.")
    assert all(way in error for way in ("--profile NAME", "--sandbox", "ecwid sandbox serve"))
    monkeypatch.setenv("ECWID_STORE_ID", "1003")
    assert ecwid("get", "profile").err.startswith("ecwid: ECWID_TOKEN is not set.")
    assert "ECWID_TOKEN is not set" in ecwid("doctor").out


def call_errors() -> Iterator[EcwidError]:
    """Yield an error of each class that a call may raise."""
    request = Request(method="GET", path="/products", options=Options(operation="GET /products"))
    for cls in vars(errors).values():
        if isinstance(cls, type) and issubclass(cls, TransportError):
            yield cls("something happened", request=request)
        elif isinstance(cls, type) and issubclass(cls, APIError):
            yield cls(status=400, request=request, retry_after=7.0)


@pytest.mark.parametrize("error", list(call_errors()), ids=lambda error: type(error).__name__)
def test_hints_address_the_user_of_the_command_line(error):
    message = describe(error)
    assert not re.search(r"`|await|retry_after|deadline|fewer at once|Give the call", message)
    if isinstance(error, errors.RateLimited):
        assert message.endswith("Wait 7 seconds, then run the command again.")
