"""A header can only shorten the limit of a request."""

import pytest

from ecwid_async import ConfigError
from ecwid_async.apps.web import RequestTimeLimit


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2.5", 2.5), ("0", 0), ("60", 10), ("-1", 10), ("nan", 10), ("inf", 10), ("soon", 10), ("", 10), ("1" * 30, 10)],
)
def test_an_invalid_header_is_ignored(header: str, seconds: float) -> None:
    assert RequestTimeLimit(10, "X-Time-Left").seconds({"X-Time-Left": header}) == seconds


def test_milliseconds() -> None:
    assert RequestTimeLimit(10, "X-Time-Left", "milliseconds").seconds({"X-Time-Left": "1500"}) == 1.5


def test_without_a_header_the_limit_is_fixed() -> None:
    assert RequestTimeLimit(10).seconds({"X-Time-Left": "1"}) == 10
    assert RequestTimeLimit(10, "X-Time-Left").seconds({}) == 10


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_limit_is_above_zero(seconds: float) -> None:
    with pytest.raises(ConfigError):
        RequestTimeLimit(seconds)
