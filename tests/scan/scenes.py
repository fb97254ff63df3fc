"""Scenes as Hypothesis draws them: small lists in small pages, crowds in one second, everything moving."""

from typing import Any, Final

from attrs import evolve
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from tests.scan.lists import Kind, Row
from tests.scan.world import DAY, DOINGS, START, Beat, Move, Scene, Way

MOST_ROWS: Final = 60
MOST_BEATS: Final = 60

_WAYS: Final[tuple[Way, ...]] = ("typed", "dicts", "raw")
_SECONDS: Final = st.sampled_from((0.0, 0.0, 0.1, 0.5, 1.0, 3.0, 7.0, 20.0))
_LAGS: Final = st.sampled_from((0.0, 0.0, 0.7, 2.0, 5.0, 20.0))
_OFF: Final = st.sampled_from((0, 0, 1, -1, 5, -5, 60, -60, DAY, -DAY, 10 * DAY, -10 * DAY, -START))

_MOVES: Final = st.builds(
    Move,
    st.sampled_from(DOINGS),
    st.integers(0, MOST_ROWS),
    st.sampled_from((1, 1, 1, 2, 5)),
    st.integers(0, MOST_ROWS),
    _OFF,
)
_BEATS: Final = st.builds(
    Beat,
    st.lists(_MOVES, max_size=2).map(tuple),
    _SECONDS,
    st.integers(0, 15),
)


def _several(element: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Any number of them: a list that Hypothesis draws without a hint is mostly short."""
    return st.integers(0, most).flatmap(lambda size: st.lists(element, min_size=size, max_size=size)).map(tuple)


@st.composite
def lists(draw: st.DrawFn) -> tuple[Row, ...]:
    """The rows of a list, made over a second, minutes or months up to now, and some of them changed since."""
    scale = draw(st.sampled_from((0, 1, 1, 7, 600, 5 * DAY)))
    ages = draw(_several(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 5)), MOST_ROWS))
    youngest = draw(st.sampled_from((400, 400, 30, 1, 0)))
    rows = []
    for nth, (age, since, rank) in enumerate(ages):
        created = START - youngest - age * scale
        rows.append(
            # Numbers tell nothing about the order of creation.
            Row(
                number=1 + nth * 37 % 101,
                created=created,
                updated=min(START - youngest, created + since * scale),
                rank=rank,
                hidden=rank == 5,
            )
        )
    return tuple(rows)


@st.composite
def switches(draw: st.DrawFn, kind: Kind) -> Switches:
    """Every position of what nobody has documented."""
    return Switches(
        inclusive_bounds=draw(st.booleans()),
        milliseconds=frozenset(draw(st.sampled_from(((), (kind.section,))))),
        ties=draw(st.sampled_from(("created", "newest", "unstable"))),
        unsorted=draw(st.sampled_from((None, "newest", "oldest", "arbitrary", "unstable"))),
        page_size=draw(st.none() | st.integers(2, 10)),
        upsert_lag=draw(_LAGS),
        delete_lag=draw(_LAGS),
    )


@st.composite
def scenes(draw: st.DrawFn, kind: Kind) -> Scene:
    """Any scene."""
    return Scene(
        rows=draw(lists()),
        switches=draw(switches(kind)),
        before=tuple(draw(st.lists(_BEATS, max_size=3))),
        beats=draw(_several(_BEATS, MOST_BEATS)),
        rounds=draw(st.integers(1, 3)),
        concurrency=draw(st.integers(1, 8)),
        ordered=draw(st.booleans()),
        way=draw(st.sampled_from(_WAYS)),
        narrow=kind.narrow is not None and draw(st.sampled_from((False, False, True))),
        margin=draw(st.sampled_from((1.0, 2.0, 10.0, 120.0))),
    )


@st.composite
def calm_scenes(draw: st.DrawFn, kind: Kind) -> Scene:
    """Any scene in which nothing happens: requests take their time, and overtake one another."""
    scene = draw(scenes(kind))
    beats = tuple(evolve(beat, moves=()) for beat in scene.beats)
    return evolve(scene, before=(), beats=beats)
