"""Which of two responses certainly shows the newer state."""

from ecwid_async.changes import ReadInterval


def test_the_second_of_the_date_and_the_duration_widen_the_interval() -> None:
    assert ReadInterval.at(100, 0.5) == ReadInterval(99.5, 101.5)


def test_a_search_may_show_a_state_that_is_older_by_the_lag() -> None:
    assert ReadInterval.at(1000, 0.5, lag=300) == ReadInterval(699.5, 1001.5)


def test_only_a_state_that_begins_after_the_end_of_another_is_certainly_newer() -> None:
    first = ReadInterval(100, 102)
    assert ReadInterval(102.5, 103).is_after(first)
    assert not ReadInterval(102, 103).is_after(first)
    assert not first.is_after(ReadInterval(102.5, 103))
