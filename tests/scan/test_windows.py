"""Windows of creation times are complete or halved; windows of update times are narrowed to a page."""

import pytest

from ecwid_async.scan.assumptions import BrokenAssumption
from ecwid_async.scan.coverage import Slice
from ecwid_async.scan.passes import MAX_IDLE_SWEEPS
from ecwid_async.scan.windows import CreationWindow, UpdateWindow


def piece(ids: list[int | str], times: list[int], total: int) -> Slice:
    return Slice(0, total, ids, times)


def sweep(window: CreationWindow, *pieces: Slice, moved: bool = False) -> tuple[int, int | None]:
    begin = window.begin_sweep()
    for each in pieces:
        if not window.add(each):
            break
    window.end_sweep(moved=moved)
    return begin


def test_a_window_is_complete_once_all_items_of_its_total_were_seen() -> None:
    window = CreationWindow()
    assert sweep(window, piece([1, 2], [10, 90], 3), piece([3], [50], 3)) == (0, None)
    assert window.complete
    assert window.middle is None
    assert window.bounds == ()


def test_a_window_that_moves_is_halved_at_its_median_item() -> None:
    window = CreationWindow()
    sweep(window, piece([1, 2, 3], [10, 20, 90], 5), piece([4], [95], 4), moved=True)
    assert window.middle == 90
    earlier, later = window.halves()
    assert earlier.bounds == (("createdTo", "90"),)
    assert later.bounds == (("createdFrom", "89"),)


def test_a_window_at_rest_is_swept_once_more_before_it_is_halved() -> None:
    window = CreationWindow(5, 100)
    sweep(window, piece([1, 2], [10, 90], 3))
    assert window.middle is None
    assert sweep(window, piece([1, 2], [10, 90], 3)) == (0, 3)
    assert window.middle == 89


def test_a_window_of_a_few_seconds_is_swept_until_nothing_new_is_found() -> None:
    window = CreationWindow()
    for _ in range(MAX_IDLE_SWEEPS):
        sweep(window, piece([1, 2], [10, 11], 3))
    with pytest.raises(BrokenAssumption, match="no page holds"):
        sweep(window, piece([1, 2], [10, 11], 3))
    assert window.middle is None


def test_the_first_page_of_the_whole_list_begins_the_window_if_the_totals_agree() -> None:
    window = CreationWindow(first_slice=piece([1, 2], [10, 20], 4))
    assert sweep(window, Slice(2, 4, [3, 4], [30, 40])) == (2, None)
    assert window.complete


def test_a_first_page_with_another_total_is_discarded_without_halving() -> None:
    window = CreationWindow(first_slice=piece([1, 2], [10, 20], 5))
    sweep(window, Slice(2, 4, [3, 4], [30, 40]))
    assert window.middle is None
    assert not window.complete
    assert sweep(window, Slice(0, 4, [1, 2, 3, 4], [10, 20, 30, 40])) == (0, None)
    assert window.complete


def test_an_undecided_window_has_no_halves() -> None:
    with pytest.raises(RuntimeError, match="middle"):
        CreationWindow().halves()


def test_an_update_window_is_narrowed_to_two_thirds_of_a_page() -> None:
    window = UpdateWindow(100)
    assert window.bounds == (("updatedFrom", "100"),)
    window.narrow(list(range(100, 200)), 100, 200)
    assert window.bounds == (("updatedFrom", "100"), ("updatedTo", "133"))
    assert not window.is_narrowest
    assert window.next_window().bounds == (("updatedFrom", "132"),)


def test_after_a_window_that_was_too_narrow_the_next_one_is_wider() -> None:
    window, changes, pages = UpdateWindow(0), range(1000), 0
    # The list is in the order of the updates, so the first page has the earliest times.
    while len(times := [time for time in changes if time >= window.low]) > 100:
        window.narrow(times[:100], 100, len(times))
        window = window.next_window(sum(time <= (window.high or 0) for time in times))
        pages += 1
    assert pages < 25


def test_a_window_that_holds_too_much_is_narrowed_as_the_first_one() -> None:
    window = UpdateWindow(0)
    window.narrow(list(range(100)), 100, 1000)
    window = window.next_window(7)
    assert window.low == 5
    wide = window.narrow(list(range(5, 105)), 100, 1000)
    assert wide > 60
    assert window.narrow(list(range(5, 105)), 100, 200) == 38


def test_an_update_window_without_earlier_times_shrinks_in_doubling_steps() -> None:
    window = UpdateWindow(100)
    window.narrow([500] * 10, 10, 20)
    assert [window.narrow([600] * 10, 10, 20) for _ in range(4)] == [499, 497, 493, 485]


def test_an_update_window_is_at_least_two_seconds_long() -> None:
    window = UpdateWindow(100)
    assert window.narrow([100] * 10, 10, 20) == 102
    assert window.is_narrowest
    assert UpdateWindow(100).narrow([], 10, 20) == 102
