"""Which read wins, by cases and against a simulated server."""

from math import floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.changes import ReadInterval, ReadKind
from ecwid_async.sync.rows.precedence import Decision, ItemVersion, decide_deletion, decide_item

LAG = 300.0
STORED = ItemVersion(updated=1000, begin=1100.0, end=1200.0)


def _read(updated: int | None, begin: float, end: float) -> ItemVersion:
    return ItemVersion(updated=updated, begin=begin, end=end)


@pytest.mark.parametrize(
    ("read", "kind", "decision"),
    [
        # It began after the stored read ended.
        (_read(1000, 1201, 1300), "search", Decision.STORE),
        (_read(1250, 1201, 1300), "search", Decision.STORE),
        (_read(None, 1201, 1300), "search", Decision.STORE),
        (_read(999, 1201, 1300), "search", Decision.ASK),
        (_read(999, 1201, 1300), "get", Decision.STORE_LOWER),
        # It ended before the stored read began.
        (_read(1000, 900, 1099), "get", Decision.KEEP),
        (_read(900, 900, 1099), "search", Decision.KEEP),
        (_read(1001, 900, 1099), "search", Decision.ASK),
        # They overlap.
        (_read(1200, 1150, 1250), "search", Decision.STORE),
        (_read(1199, 1150, 1250), "search", Decision.STORE_AND_ASK),
        (_read(1001, 1050, 1150), "get", Decision.STORE_AND_ASK),
        (_read(1000, 1150, 1250), "search", Decision.STORE_AND_ASK),
        (_read(1000, 1100, 1250), "search", Decision.KEEP),
        (_read(1000, 1100, 1250), "get", Decision.ASK),
        (_read(None, 1150, 1250), "search", Decision.STORE_AND_ASK),
        (_read(999, 1150, 1250), "search", Decision.KEEP),
        (_read(999, 1150, 1250), "get", Decision.ASK),
    ],
)
def test_the_newer_of_two_states_wins(read: ItemVersion, kind: ReadKind, decision: Decision) -> None:
    assert decide_item(STORED, read, kind) is decision


def test_the_first_read_of_an_item_is_stored() -> None:
    assert decide_item(None, STORED, "search") is Decision.STORE


DELETED = ItemVersion(updated=1000, begin=1100.0, end=1100.0, is_deleted=True)


@pytest.mark.parametrize(
    ("read", "kind", "decision"),
    [
        (_read(1000, 1101, 1102), "get", Decision.STORE),
        (_read(1000, 1101, 1402), "search", Decision.STORE),
        (_read(1000, 1100.5, 1102), "get", Decision.ASK),
        (_read(1000, 1090, 1099), "get", Decision.KEEP),
        (_read(1000, 900, 1201), "search", Decision.KEEP),
        (_read(1100, 900, 1201), "search", Decision.ASK),
        (_read(None, 900, 1201), "search", Decision.KEEP),
    ],
)
def test_a_deleted_item_is_back_only_after_a_read_that_began_later(
    read: ItemVersion, kind: ReadKind, decision: Decision
) -> None:
    assert decide_item(DELETED, read, kind) is decision


@pytest.mark.parametrize(
    ("deleted_at", "decision"),
    [
        (1099, Decision.KEEP),
        (1100, Decision.STORE_AND_ASK),
        (1200, Decision.STORE_AND_ASK),
        (1201, Decision.STORE),
    ],
)
def test_a_deletion_before_the_stored_read_changes_nothing(deleted_at: int, decision: Decision) -> None:
    assert decide_deletion(STORED, deleted_at) is decision


def test_of_two_deletions_the_later_one_counts() -> None:
    assert decide_deletion(None, 1) is Decision.STORE
    assert decide_deletion(DELETED, 1100) is Decision.KEEP
    assert decide_deletion(DELETED, 1101) is Decision.STORE


class Server:
    """An item on a server with a clock of real numbers. `edits` are the time and the update time of each state.

    An update time of None is the time of the edit, in whole seconds. A state without an update time is a deletion.
    """

    def __init__(self, gaps: list[tuple[float, str]]) -> None:
        self.times: list[float] = []
        self.updated: list[int | None] = []
        time = 10_000.0
        for gap, edit in gaps:
            time += gap
            if edit == "delete" and self.updated and self.updated[-1] is None:
                continue  # what is deleted can't be deleted again: both would be one state
            previous = next((updated for updated in reversed(self.updated) if updated is not None), floor(time))
            self.times.append(time)
            match edit:
                case "edit":
                    self.updated.append(floor(time))
                case "silent":
                    self.updated.append(previous)
                case "back":
                    self.updated.append(previous - 50)
                case _:
                    self.updated.append(None)
        self.end = time

    def state_at(self, time: float) -> int:
        """Return the number of the state at a time, -1 before the first."""
        return max((number for number, edited in enumerate(self.times) if edited <= time), default=-1)

    def read(self, sent: float, duration: float, where: float, date: float, lag: float) -> tuple[int, ReadInterval]:
        """Return the state that a read shows, which is `lag` seconds old, and its interval."""
        state = self.state_at(sent + where * duration - lag)
        server_time = floor(sent + date * duration)
        return state, ReadInterval.at(server_time, duration, lag=LAG if lag else 0.0)


class Row:
    """The row of the item in a mirror."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.state = -1
        self.version: ItemVersion | None = None
        self.is_marked = False

    def apply(self, state: int, interval: ReadInterval, kind: ReadKind) -> None:
        """Apply a response. A GET without the item is a 404; a search without it shows nothing."""
        updated = self.server.updated[state] if state >= 0 else None
        if updated is None:
            if kind == "search" or state < 0:
                return
            deleted_at = floor(interval.end)
            decision = decide_deletion(self.version, deleted_at)
            version = ItemVersion(None, deleted_at, deleted_at, is_deleted=True)
        elif state == self.state and self.version is not None and not self.version.is_deleted:
            if interval.begin > self.version.end:
                self.version = ItemVersion(updated, interval.begin, interval.end)
            return
        else:
            version = ItemVersion(updated, interval.begin, interval.end)
            decision = decide_item(self.version, version, kind)
        self.is_marked |= decision in (Decision.ASK, Decision.STORE_AND_ASK)
        if decision in (Decision.STORE, Decision.STORE_AND_ASK, Decision.STORE_LOWER):
            self._store(version, state)

    def _store(self, version: ItemVersion, state: int) -> None:
        if self.version is not None and self.version.is_deleted and version.is_deleted:
            state = max(self.state, state)  # both show the same: nothing
        self.version, self.state = version, state

    def apply_feed(self, state: int) -> None:
        """Apply an entry in the list of deleted items, which has the second of the deletion."""
        deleted_at = floor(self.server.times[state])
        decision = decide_deletion(self.version, deleted_at)
        self.is_marked |= decision is Decision.STORE_AND_ASK
        if decision in (Decision.STORE, Decision.STORE_AND_ASK):
            self._store(ItemVersion(None, deleted_at, deleted_at, is_deleted=True), state)

    def settle(self, sent: float) -> float:
        """Read marked items by GET until none is marked; return the time after it."""
        for _ in range(4):
            if not self.is_marked:
                return sent
            self.is_marked = False
            sent += 3
            self.apply(*self.server.read(sent, 0.1, 0.5, 0.5, 0), "get")
        raise AssertionError("GETs without an end")


_gaps = st.one_of(st.floats(0.01, 3), st.floats(0.01, 700))
_fractions = st.floats(0, 1)


@st.composite
def _reads(draw: st.DrawFn, server: Server, max_lag: float = LAG) -> tuple[int, ReadInterval, ReadKind]:
    kind: ReadKind = draw(st.sampled_from(["search", "get"]))
    near = draw(st.sampled_from(server.times)) + draw(st.one_of(st.floats(-2, 3), st.floats(-50, 700)))
    lag = draw(st.one_of(st.floats(0.001, 5), st.floats(0.001, max_lag))) if kind == "search" else 0.0
    duration = draw(st.floats(0, 2))
    state, interval = server.read(near, duration, draw(_fractions), draw(_fractions), lag)
    return state, interval, kind


def _edits(*kinds: str) -> st.SearchStrategy[list[tuple[float, str]]]:
    return st.lists(st.tuples(_gaps, st.sampled_from(kinds)), min_size=1, max_size=6).map(
        lambda gaps: [(gaps[0][0], "edit"), *gaps[1:]]
    )


@given(gaps=_edits("edit", "silent", "back", "delete"), data=st.data())
def test_a_replaced_state_is_back_once_marked_items_were_read(
    gaps: list[tuple[float, str]], data: st.DataObject
) -> None:
    """Reads arrive in any order. An older state may replace a newer one only until the GET that it asks for."""
    server = Server(gaps)
    row = Row(server)
    newest = -1
    deletions = [number for number, updated in enumerate(server.updated) if updated is None]
    for _ in range(data.draw(st.integers(1, 12))):
        before = row.state
        if deletions and data.draw(st.booleans()):
            row.apply_feed(data.draw(st.sampled_from(deletions)))
        else:
            row.apply(*data.draw(_reads(server)))
        newest = max(newest, row.state)
        assert row.state >= before or row.is_marked
    row.settle(server.end + 2000)
    assert row.state >= newest


@given(gaps=st.lists(st.floats(1.01, 700), min_size=1, max_size=6), data=st.data())
def test_a_search_whose_index_is_further_behind_replaces_nothing(gaps: list[float], data: st.DataObject) -> None:
    server = Server([(gap, "edit") for gap in gaps])
    row = Row(server)
    for _ in range(data.draw(st.integers(1, 12))):
        before = row.state
        row.apply(*data.draw(_reads(server, 5 * LAG)))
        assert row.state >= before


@given(gaps=_edits("edit", "silent", "back", "delete"), data=st.data())
def test_a_get_after_everything_else_is_decisive(gaps: list[tuple[float, str]], data: st.DataObject) -> None:
    server = Server(gaps)
    row = Row(server)
    for _ in range(data.draw(st.integers(0, 12))):
        row.apply(*data.draw(_reads(server)))
    sent = server.end + 2000
    row.apply(*server.read(sent, 0.1, 0.5, 0.5, 0), "get")
    row.settle(sent)
    assert row.state == len(server.times) - 1


@given(gaps=_edits("edit"), seed=st.integers(0, 1 << 32))
def test_polls_alone_follow_every_edit_that_moves_the_update_time(gaps: list[tuple[float, str]], seed: int) -> None:
    """Each poll reads what was updated since the lag before the previous one, and late GETs come in between."""
    random = Random(seed)
    server = Server(gaps)
    row = Row(server)
    cursor = floor(server.times[0]) - 1
    sent = server.times[0] - 1
    while sent < server.end + 2 * LAG + 10:
        state, interval = server.read(sent, 0.2, 0.5, random.random(), random.uniform(0.001, LAG))
        if state >= 0 and (server.updated[state] or 0) >= cursor:
            row.apply(state, interval, "search")
        cursor = floor(interval.begin)
        if random.random() < 0.5:
            row.apply(*server.read(sent - random.uniform(0, 100), 0.2, 0.5, 0.5, 0), "get")
        sent = row.settle(sent) + random.uniform(10, LAG)
    assert row.state == len(server.times) - 1
