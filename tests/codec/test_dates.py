"""Datetimes in the API's format."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.codec import format_datetime, parse_datetime


def test_an_offset_with_seconds_is_sent_as_utc() -> None:
    moment = datetime(1890, 1, 1, tzinfo=timezone(timedelta(minutes=57, seconds=44)))
    assert parse_datetime(format_datetime(moment)) == moment


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024-09-04 07:22:09 +0000", 0),
        ("2024-09-04 07:22:09 +0300", 3),
        ("2024-09-04T07:22:09+03:00", 3),
        ("2024-09-04T07:22:09Z", 0),
        ("2024-09-04 07:22:09 UTC", 0),
    ],
)
def test_datetimes_are_parsed_with_their_time_zone(text: str, offset: int) -> None:
    moment = parse_datetime(text)
    assert moment == datetime(2024, 9, 4, 7, 22, 9, tzinfo=timezone(timedelta(hours=offset)))


@pytest.mark.parametrize("text", ["", "2024-09-04", "2024-09-04 07:22:09", "2024-13-04 07:22:09 +0000", "1725434529"])
def test_a_time_without_a_time_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|month must be"):
        parse_datetime(text)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])))
def test_datetimes_survive_a_round_trip(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_datetime(format_datetime(moment)) == whole
    assert parse_datetime(format_datetime(moment)).utcoffset() == whole.utcoffset()


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(TypeError, match="without a time zone"):
        format_datetime(datetime(2024, 9, 4))
