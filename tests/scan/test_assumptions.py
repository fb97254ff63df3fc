"""The checks of totals, pages, bounds and the request budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.scan.assumptions import BrokenAssumption, ListPart, RequestBudget


def test_received_items_raise_the_request_limit_and_a_reported_total_does_not() -> None:
    budget = RequestBudget(initial_total=10**9, largest_page=100)
    assert budget.limit(0) == RequestBudget(initial_total=1, largest_page=100).limit(0)
    assert budget.limit(450) - budget.limit(0) == 32 * 5
    assert RequestBudget(initial_total=450, largest_page=100).limit(10**9) == RequestBudget(
        initial_total=450, largest_page=100
    ).limit(900)


@given(st.integers(0, 10**9), st.integers(1, 1000), st.integers(0, 10**9))
def test_the_initial_total_bounds_the_number_of_requests(size: int, page: int, rows: int) -> None:
    assert RequestBudget(initial_total=size, largest_page=page).limit(rows) <= 400 + 32 * (2 * size // page + 1)


def receive(part: ListPart, *totals: int) -> list[int]:
    return [part.record_total(part.start_request(0.0), total, 0.0) for total in totals]


def test_equal_totals_are_one_version_until_the_total_rises() -> None:
    assert receive(ListPart(), 9, 9, 8, 7, 7) == [0, 0, 0, 0, 0]
    assert receive(ListPart(), 9, 8, 9, 8, 9) == [0, 0, 1, 1, 2]


def test_a_page_requested_before_the_total_rose_matches_no_other_page() -> None:
    part = ListPart()
    first, second, third = part.start_request(0.0), part.start_request(0.0), part.start_request(0.0)
    assert part.record_total(first, 8, 0.0) == 0
    receive(part, 9)
    epochs = {part.record_total(second, 9, 0.0), part.record_total(third, 9, 0.0)}
    assert len(epochs) == 2
    assert epochs.isdisjoint({0, 1})


def test_a_settled_part_may_grow_only_within_the_lag() -> None:
    part = ListPart(lag=10.0)
    part.record_total(part.start_request(0.0), 5, 1.0)
    part.record_total(part.start_request(10.0), 6, 12.0)
    with pytest.raises(BrokenAssumption, match="not one clock"):
        part.record_total(part.start_request(11.5), 6, 12.0)
    # A part that isn't settled may grow.
    part = ListPart()
    part.record_total(part.start_request(0.0), 5, 1.0)
    part.record_total(part.start_request(100.0), 6, 101.0)


@pytest.mark.parametrize(
    ("offset", "total", "ids", "expected"),
    [
        (0, 10, [1, 2, 1], "the same item twice"),
        (8, 10, [1, 2, 3], "ended at item 11 of 10"),
        (0, 0, [1], "ended at item 1 of 0"),
    ],
)
def test_a_page_that_contradicts_itself_is_reported(
    offset: int, total: int, ids: list[int | str], expected: str
) -> None:
    with pytest.raises(BrokenAssumption, match=expected):
        ListPart().check_page(offset, total, ids, 100)


def test_a_list_that_ends_with_a_full_page_may_continue_past_its_end() -> None:
    part = ListPart()
    part.check_page(0, 3, [1, 2, 3], capacity=3)
    assert part.ends_with_full_page
    part.check_page(0, 3, [1, 2, 3], capacity=100)
    assert not part.ends_with_full_page
    part.check_page(0, 0, [], capacity=3)
    assert not part.ends_with_full_page


def test_a_filter_counts_as_ignored_if_several_rows_are_outside_its_bounds() -> None:
    part = ListPart((("createdFrom", "100"), ("createdTo", "200")))
    part.check_created([100, 150, 200])
    part.check_created([99, 201, 150])
    part.check_created([])
    part.check_created([150, 150, 150, 90])
    for times, name in (([98, 150], "createdFrom"), ([150, 150, 202, 300], "createdTo")):
        with pytest.raises(BrokenAssumption, match=name):
            part.check_created(times)


def test_rows_outside_the_update_bounds_are_a_sign_and_show_that_a_part_moved() -> None:
    assert ListPart((("updatedFrom", "100"),)).violated_update_bound([1, 2, 3]) == "updatedFrom"
    assert ListPart((("updatedTo", "100"),)).violated_update_bound([200, 2, 300]) == "updatedTo"
    assert ListPart((("updatedTo", "100"),)).violated_update_bound([100, 101]) == ""
    settled = ListPart((("updatedTo", "100"),), lag=1.0)
    settled.record_latest_update(100)
    settled.record_latest_update(None)
    assert not settled.moved
    settled.record_latest_update(101)
    assert settled.moved
