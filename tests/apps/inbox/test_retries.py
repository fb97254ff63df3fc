"""The delays of retries, and what is stored of errors."""

import time

import pytest

from ecwid_async import ConfigError
from ecwid_async.apps.inbox import InboxSettings
from ecwid_async.apps.inbox.retries import describe_error, retry_delay
from ecwid_async.errors import Conflict
from ecwid_async.wire import Options, Request


def test_delays_double_up_to_the_limit_and_are_random() -> None:
    settings = InboxSettings(first_delay=10, max_delay=100)
    assert [retry_delay(attempts, settings, lambda: 1.0) for attempts in range(1, 6)] == [10, 20, 40, 80, 100]
    assert retry_delay(10_000, settings, lambda: 0.5) == 50
    assert retry_delay(3, settings, lambda: 0.0) == 0


def test_by_default_events_are_retried_for_days() -> None:
    settings = InboxSettings()
    average = sum(retry_delay(attempts, settings, lambda: 0.5) for attempts in range(1, settings.max_attempts))
    assert 1.5 * 24 * 3600 < average < 3 * 24 * 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no row for ann@example.com", "no row for …"),
        ("invalid literal for int() with base 10: 'Ann Smith'", "invalid literal for int() with base 10: …"),
        ('duplicate key "Ann" and "Bob\nDETAIL: (ann@example.com)', "duplicate key … and …"),
        ("call +49 151 2345678 about order 4711", "call … about order 4711"),
        ("the token secret_abc123 isn't valid, it's old", "the token … isn't valid, it's old"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("x" * 1000, "x" * 299 + "…"),
        ("", ""),
    ],
)
def test_messages_are_one_line_without_values(text: str, expected: str) -> None:
    assert describe_error(ValueError(text)) == ("ValueError", expected)


def test_the_place_of_an_error_is_told() -> None:
    try:
        int("Ann")
    except ValueError as error:
        message = describe_error(error)[1]
    assert message.startswith("invalid literal for int() with base 10: … (test_retries.py:")


def test_ids_in_errors_of_the_library_are_kept() -> None:
    assert describe_error(ConfigError("store 10031003 has no token"))[1] == "store 10031003 has no token"


def test_what_errors_quote_of_a_response_is_masked() -> None:
    request = Request(method="PUT", path="/customers/7", options=Options(operation="PUT /customers/{customerId}"))
    said = "ann@example.com, +49 151 2345678 or 'Ann Smith' exists, see secret_abc"
    message = describe_error(Conflict(status=409, code="EXISTS", message=said, request=request))[1]
    assert message.startswith("PUT /customers/{customerId} returned 409 EXISTS: … … or … exists, see … [request ")
    page = "<p>Ann Smith, 0151 2345678</p>"
    assert "Ann" not in describe_error(Conflict(status=409, excerpt=page, request=request))[1]


@pytest.mark.parametrize("part", ["a", "1", "1-", "'", "a@", "ann@example.com", "x "])
def test_a_long_message_is_masked_in_no_time(part: str) -> None:
    started = time.process_time()
    message = describe_error(ValueError(part * 100_000))[1]
    assert time.process_time() - started < 2
    assert len(message) <= 300
    assert "@example" not in message


def test_an_error_whose_text_fails_has_no_message() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    name, message = describe_error(Odd())
    assert (name.endswith("Odd"), message) == (True, "")


@pytest.mark.parametrize(
    "change",
    [
        {"lease": 0},
        {"poll_interval": 10.0},
        {"max_attempts": 0},
        {"kept": 24 * 3600},
        {"stores_at_once": True},
        {"first_delay": float("nan")},
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="InboxSettings"):
        InboxSettings(**change)  # type: ignore[arg-type]
