"""Durations on the command line."""

import pytest

from ecwid_async.cli.durations import format_age, format_duration, parse_duration
from ecwid_async.cli.exit_codes import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("2m", 120), ("1h", 3600), ("1d", 86400), ("1.5m", 90), (" 10 S ", 10)]
)
def test_a_duration_is_a_number_with_a_unit(text, seconds):
    assert parse_duration(text, option="--watch") == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5w", "1e3s", "nan", "5s5s", "9999999s", "٥s"])
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(UsageError, match=r"--watch takes .*30s"):
        parse_duration(text, option="--watch")


def test_a_duration_outside_the_bounds_is_refused_with_the_bounds():
    with pytest.raises(UsageError, match="takes 1s to 7d"):
        parse_duration("0.5s", option="--watch", least=1.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (5, "5s"), (90, "90s"), (120, "2m"), (7200, "2h"), (1.5, "1.5s")]
)
def test_a_duration_is_written_in_its_largest_whole_unit(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (8.9, "8 s"), (300, "5 min"), (3 * 3600, "3 h"), (12 * 86400, "12 d")]
)
def test_an_age_is_rounded_down(seconds, text):
    assert format_age(seconds) == text
