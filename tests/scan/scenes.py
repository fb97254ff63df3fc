"""Scenes drawn by Hypothesis: short lists in small pages, many rows in one second, changes of every kind.

Because drawing is slow, a row, a move or a step is drawn as one number, which `Choices` splits.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeVar

from attrs import evolve
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from ecwid_async.sandbox.switches import UnsortedOrder
from tests.scan.lists import Filter, Kind, Row, between
from tests.scan.world import ACTIONS, DAY, START, Move, Output, Scene, Step

T = TypeVar("T")

MAX_ROWS: Final = 60
MAX_STEPS: Final = 60

_OUTPUTS: Final[tuple[Output, ...]] = ("typed", "dicts", "raw")
_LAGS: Final = (0.0, 0.7, 2.0, 5.0, 20.0)
_SECONDS: Final = (0.0, 0.1, 0.5, 1.0, 3.0, 7.0, 20.0)
_PICKS: Final = range(16)
_MOVES: Final = (0, 1, 2, 0, 1)
_COUNTS: Final = (1, 1, 1, 2, 5)
_PLACES: Final = range(MAX_ROWS)
_TIME_SHIFTS: Final = (0, 0, 1, -1, 5, -5, 60, -60, DAY, -DAY, 10 * DAY, -10 * DAY, -START)
_AGES: Final = range(31)
_RANKS: Final = range(6)
_SCALES: Final = (0, 1, 1, 7, 600, 5 * DAY)
_LONG_SCALES: Final = (1, 7, 600, 5 * DAY)
# The age of the youngest rows. Most lists have been quiet for a while; in others, rows were written just before.
_YOUNGEST: Final = (400, 400, 30, 1, 0)
_BOUNDS: Final = (0, 10, 100, 400, 405, 420, 500, 5000, 30 * DAY, -10, -DAY)
_PAGES: Final = (2, 3, 3, 4, 5, 7, 10, None)
# For unordered lists: the rows of longer pages don't look ordered by chance.
_LONG_PAGES: Final = (7, 8, 10, None)


class Choices:
    """Splits a number into choices. The number 0 chooses the first option each time."""

    def __init__(self, number: int) -> None:
        self._number = number

    def pick(self, several: Sequence[T]) -> T:
        self._number, at = divmod(self._number, len(several))
        return several[at]


_CHOICES: Final = st.integers(0, (1 << 32) - 1).map(Choices)


@st.composite
def lists(draw: st.DrawFn, *, shared_seconds: bool) -> tuple[Row, ...]:
    """Draw the rows of a list, created within a second, minutes or months. Some were updated since."""
    scale, youngest = (
        draw(st.sampled_from(_SCALES if shared_seconds else _LONG_SCALES)),
        draw(st.sampled_from(_YOUNGEST)),
    )
    rows = []
    for nth in range(draw(st.sampled_from(range(MAX_ROWS + 1)))):
        chosen = draw(_CHOICES)
        created = START - youngest - chosen.pick(_AGES) * scale
        updated = min(START - youngest, created + chosen.pick(_AGES) * scale)
        rank = chosen.pick(_RANKS)
        # Numbers are not in the order of creation.
        rows.append(Row(number=1 + nth * 37 % 101, created=created, updated=updated, rank=rank, hidden=rank == 5))
    return tuple(rows)


@st.composite
def steps(draw: st.DrawFn, max_steps: int) -> tuple[Step, ...]:
    """Draw up to this many steps, each with a few moves."""
    drawn = []
    for _ in range(draw(st.sampled_from(range(max_steps + 1)))):
        chosen = draw(_CHOICES)
        moves = tuple(_move(draw(_CHOICES)) for _ in range(chosen.pick(_MOVES)))
        drawn.append(Step(moves, chosen.pick(_SECONDS), chosen.pick(_PICKS)))
    return tuple(drawn)


def _move(chosen: Choices) -> Move:
    return Move(
        chosen.pick(ACTIONS),
        at=chosen.pick(_PLACES),
        count=chosen.pick(_COUNTS),
        near=chosen.pick(_PLACES),
        time_shift=chosen.pick(_TIME_SHIFTS),
    )


def in_order(kind: Kind, unsorted: UnsortedOrder | None) -> bool:
    """Return whether a list is in an order that the scan uses, or is read without using its order."""
    return not kind.has_times or kind.is_sortable or unsorted in {"newest", "oldest"}


@st.composite
def switches(draw: st.DrawFn, kind: Kind) -> Switches:
    """Draw the undocumented behaviour of the server."""
    unsorted: UnsortedOrder | None = draw(st.sampled_from((None, "newest", "oldest", "arbitrary", "unstable")))
    return Switches(
        inclusive_bounds=draw(st.booleans()),
        millisecond_sections=frozenset(draw(st.sampled_from(((), (kind.section,))))),
        ties=draw(st.sampled_from(("created", "newest", "unstable"))),
        unsorted=unsorted,
        page_size=draw(st.sampled_from(_PAGES if in_order(kind, unsorted) else _LONG_PAGES)),
        upsert_lag=draw(st.sampled_from(_LAGS)),
        delete_lag=draw(st.sampled_from(_LAGS)),
    )


@st.composite
def filters(draw: st.DrawFn, kind: Kind) -> Filter | None:
    """Draw a filter, or more often None."""
    how = draw(st.sampled_from(("", "", "", "other", "created", "updated")))
    if how == "other":
        return kind.filter
    if not how or not kind.has_times:
        return None
    low, high = sorted((START - draw(st.sampled_from(_BOUNDS)), START - draw(st.sampled_from(_BOUNDS))))
    ends = draw(st.sampled_from((("low",), ("high",), ("low", "high"))))
    column: Literal["created", "updated"] = "created" if how == "created" else "updated"
    return between(column, low if "low" in ends else None, high if "high" in ends else None)


@st.composite
def scenes(draw: st.DrawFn, kind: Kind) -> Scene:
    """Draw a scene."""
    switched = draw(switches(kind))
    return Scene(
        rows=draw(lists(shared_seconds=in_order(kind, switched.unsorted))),
        switches=switched,
        before=draw(steps(5)),
        steps=draw(steps(MAX_STEPS)),
        rounds=draw(st.integers(1, 3)),
        concurrency=draw(st.integers(1, 8)),
        ordered=draw(st.booleans()),
        output=draw(st.sampled_from(_OUTPUTS)),
        filter=draw(filters(kind)),
        omits=kind.default_filter is not None and draw(st.booleans()),
        only_keys=draw(st.sampled_from((False, False, False, True))),
        lag_margin=draw(st.sampled_from((1.0, 2.0, 10.0, 120.0))),
    )


@st.composite
def quiet_scenes(draw: st.DrawFn, kind: Kind) -> Scene:
    """Draw a scene without changes. Requests still take time and overtake each other."""
    scene = draw(scenes(kind))
    return evolve(scene, before=(), steps=tuple(evolve(step, moves=()) for step in scene.steps))
