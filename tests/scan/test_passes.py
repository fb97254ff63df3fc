"""Two passes over a list without times agree if both found the same ids, as many as the total."""

import pytest

from ecwid_async.scan.assumptions import BrokenAssumption
from ecwid_async.scan.coverage import Slice
from ecwid_async.scan.passes import MAX_IDLE_SWEEPS, RepeatedPasses


def run(passes: RepeatedPasses, *pieces: Slice) -> tuple[int, int | None]:
    begin = passes.begin_sweep()
    for piece in pieces:
        if not passes.add(piece):
            break
    passes.end_sweep()
    return begin


def test_two_passes_with_the_same_ids_agree() -> None:
    passes = RepeatedPasses(Slice(0, 3, [1, 2], []))
    assert run(passes, Slice(2, 3, [3], [])) == (2, 3)
    assert not passes.agree
    assert run(passes, Slice(0, 3, [1, 2], []), Slice(2, 3, [3], [])) == (0, None)
    assert passes.agree
    assert passes.total == 3


def test_passes_with_different_ids_do_not_agree() -> None:
    passes = RepeatedPasses(Slice(0, 3, [1, 2], []))
    run(passes, Slice(2, 3, [3], []))
    run(passes, Slice(0, 3, [1, 2], []), Slice(2, 3, [4], []))
    assert not passes.agree
    run(passes, Slice(0, 3, [1, 2], []), Slice(2, 3, [4], []))
    assert passes.agree


def test_a_pass_in_which_the_total_changes_does_not_count() -> None:
    passes = RepeatedPasses(Slice(0, 3, [1, 2], []))
    run(passes, Slice(2, 3, [3], []))
    run(passes, Slice(0, 3, [1, 2], []), Slice(2, 2, [], []))
    run(passes, Slice(0, 3, [1, 2, 3], []))
    assert not passes.agree
    run(passes, Slice(0, 3, [1, 2, 3], []))
    assert passes.agree


def test_a_total_that_stays_above_the_number_of_items_is_reported() -> None:
    passes = RepeatedPasses(Slice(0, 3, [1, 2], []))
    for _ in range(MAX_IDLE_SWEEPS - 1):
        run(passes, Slice(0, 3, [1, 2], []))
    with pytest.raises(BrokenAssumption, match="no page holds"):
        run(passes, Slice(0, 3, [1, 2], []))
