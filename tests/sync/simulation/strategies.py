"""What Hypothesis draws for a simulated store: changes, moments, interruptions and the behaviour of the server.

As drawing is slow, a change or a moment is drawn as one number, which `Choices` splits.
"""

from typing import Final, Literal

from attrs import frozen
from hypothesis import strategies as st

from ecwid_async.sandbox import Switches
from tests.scan.faulty_server import Faults
from tests.scan.scenes import Choices
from tests.sync.simulation.changes import ACTIONS, HTTP_FAULTS, Change, Moment
from tests.sync.simulation.inline_sqlite import StatementFault
from tests.sync.simulation.world import DAY, LISTS

__all__ = ["Interruption", "changes", "dishonest", "interruptions", "moments", "section_sets", "switches", "waits"]

# How far searches may be behind: within what the mirror allows for, and beyond.
_LAGS: Final = (0.0, 0.0, 1.0, 20.0, 200.0)
_LONG_LAGS: Final = (*_LAGS, 900.0, 5000.0)
_COUNTS: Final = (1, 1, 1, 2, 5, 12)
_PLACES: Final = range(32)
_SECONDS: Final = (0.05, 0.0, 0.3, 1.0, 2.0, 10.0, 40.0)
_PICKS: Final = range(16)
_FAULTS: Final = (None, None, None, None, None, None, None, None, *HTTP_FAULTS)
_NUMBERS: Final = st.integers(0, (1 << 32) - 1).map(Choices)


def _change(chosen: Choices) -> Change:
    return Change(
        chosen.pick(ACTIONS),
        section=chosen.pick(range(4)),
        at=chosen.pick(_PLACES),
        count=chosen.pick(_COUNTS),
        rank=chosen.pick(range(6)),
    )


changes: Final = st.lists(_NUMBERS.map(_change), min_size=1, max_size=5)


def _moment(chosen: Choices) -> Moment:
    several = tuple(_change(Choices(chosen.pick(range(1 << 20)))) for _ in range(chosen.pick((0, 0, 0, 1, 2))))
    return Moment(several, chosen.pick(_SECONDS), chosen.pick(_PICKS), chosen.pick(_FAULTS))


moments: Final = st.lists(st.integers(0, (1 << 64) - 1).map(Choices).map(_moment), max_size=30)
waits: Final = st.sampled_from((1.0, 30.0, 290.0, 310.0, 1000.0, 3700.0, 6 * 3600.0, DAY + 1.0))
section_sets: Final = st.lists(st.sampled_from(tuple(LISTS)), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def switches(draw: st.DrawFn, *, long_lags: bool = True) -> Switches:
    """Draw the undocumented behaviour of the server."""
    chosen = draw(_NUMBERS)
    lags = _LONG_LAGS if long_lags else _LAGS
    return Switches(
        inclusive_bounds=chosen.pick((True, False)),
        millisecond_sections=frozenset(chosen.pick(((), ("products",), ("orders", "reviews")))),
        ties=chosen.pick(("created", "newest", "unstable")),
        unsorted=chosen.pick((None, "newest", "oldest", "arbitrary", "unstable")),
        page_size=chosen.pick((None, 10, 7)),
        upsert_lag=chosen.pick(lags),
        delete_lag=chosen.pick(lags),
        history_lag=chosen.pick(lags),
        stats_show_deletions=chosen.pick((True, False)),
    )


@st.composite
def dishonest(draw: st.DrawFn) -> Faults | None:
    """Draw how a server breaks what the mirror relies on; often not at all."""
    chosen = draw(_NUMBERS)
    return chosen.pick(
        (
            None,
            Faults(ignores=frozenset({"updatedFrom"})),
            Faults(ignores=frozenset({"updatedTo"})),
            Faults(ignores=frozenset({"offset"})),
            Faults(total="more", by=chosen.pick((1, 3))),
            Faults(total="fewer", by=chosen.pick((1, 3))),
            Faults(total="clipped", by=chosen.pick((0, 1, 5))),
            Faults(total="zero", rows="empty"),
            Faults(rows="empty", every=chosen.pick((1, 2, 3))),
            Faults(rows="short", every=chosen.pick((1, 2))),
            Faults(rows="repeated", every=2),
            Faults(rows="doubled"),
            Faults(ahead=chosen.pick((2, 30, 100))),
            Faults(date="yesterday"),
        )
    )


@frozen
class Interruption:
    """How a round ends early: at the `after`-th turn of the event loop, or statement."""

    kind: Literal["none", "cancelled", "statement"] = "none"
    after: int = 0
    fault: StatementFault = "refused"


_AFTER: Final = st.one_of(st.integers(1, 60), st.integers(1, 600))
interruptions: Final = st.one_of(
    st.just(Interruption()),
    st.just(Interruption()),
    st.builds(Interruption, st.just("cancelled"), _AFTER),
    st.builds(
        Interruption,
        st.just("statement"),
        _AFTER,
        st.sampled_from(("refused", "full", "unacknowledged", "killed", "killed before")),
    ),
)
