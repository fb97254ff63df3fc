"""Times in the formats of the API."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state import format_time, parse_time


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
def test_a_formatted_time_parses_to_the_same_time(moment):
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert parse_time(format_time(seconds)) == seconds
    assert parse_time(str(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2024-09-04 07:20:11",
        "2024-09-04 07:20:11 +0000",
        "2024-09-04 10:20:11 +03:00",
        "2024-09-04 07:20:11 UTC",
        "2024-09-04 10:20:11 MSK",
        "2024-09-04 02:20:11 EST",
        "2024-09-04 10:20:11 GMT+03:00",
        "2024-09-04 09:20:11 Europe/Berlin",
        "2024-09-04T07:20:11+00:00",
        "2024-09-04T07:20:11Z",
        "1725434411",
    ],
)
def test_offsets_and_time_zone_names_are_parsed(text):
    assert parse_time(text) == 1_725_434_411


def test_a_date_is_its_first_second():
    assert parse_time("1970-01-02") == 24 * 3600


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01", "2024-09-04 07:20", "2024-09-04 07:20:11 XYZ", "1.5"])
def test_an_invalid_time_is_an_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)
