"""Times of items and servers become Unix seconds, however they are written."""

import pytest

from ecwid_async.scan.item_times import all_seconds, latest_second, seconds, server_time


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (1_700_000_000, 1_700_000_000),
        (1_700_000_000_999, 1_700_000_000),
        (1_700_000_000.9, 1_700_000_000),
        ("2023-11-14 22:13:20 +0000", 1_700_000_000),
        (-1, -1),
        (None, None),
        (True, None),
        ([], None),
        ("soon", None),
        (1e300, None),
        (10**30, None),
        (-(10**30), None),
    ],
)
def test_a_time_in_seconds_milliseconds_or_text_becomes_seconds(time: object, expected: int | None) -> None:
    assert seconds(time) == expected
    assert all_seconds([time]) == ([] if expected is None else [expected])


def test_values_that_are_not_times_are_left_out() -> None:
    assert all_seconds([1, None, "2023-11-14 22:13:20 +0000", "soon", 1_700_000_000_999]) == [
        1,
        1_700_000_000,
        1_700_000_000,
    ]
    assert all_seconds([]) == []


def test_the_latest_time_is_found_among_values_of_any_type() -> None:
    assert latest_second([3, 9, 4]) == 9
    assert latest_second(["2023-11-14 22:13:20 +0000", "2020-01-01 00:00:00 +0000"]) == 1_700_000_000
    assert latest_second([3, None, "2023-11-14 22:13:20 +0000"]) == 1_700_000_000
    assert latest_second([None, []]) is None
    assert latest_second([]) is None


@pytest.mark.parametrize("date", ["", "soon", "Fri, 01 Jan 1999 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -0100"])
def test_the_clock_replaces_a_missing_or_absurd_date_header(date: str) -> None:
    assert server_time(date, lambda: 5.0) == 5.0
    assert server_time("Tue, 14 Nov 2023 22:13:20 GMT", lambda: 5.0) == 1_700_000_000
