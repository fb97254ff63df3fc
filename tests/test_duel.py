"""The judge of the duel finds what a rule loses and nothing else, and the rules do what their documentation says."""

import hashlib
from collections import Counter

import pytest

pytest.importorskip("aiosqlite", reason="needs the extra `sync`")
pytest.importorskip("sqlalchemy", reason="needs the extra `sync`")

from attrs import define, field, frozen

from benchmarks.duel.judge import (
    CHANGES,
    MIRROR,
    RULES,
    Differences,
    Entry,
    compare,
    compare_overdue,
    run_promised,
    run_reader,
    run_rules,
    run_store,
)
from benchmarks.duel.ours import ChangesCopy, MirrorDatabase
from benchmarks.duel.rules import Airbyte, Dlt, Item, Meltano, OffsetPaging
from benchmarks.duel.scenario import PAGE, is_promised, make_scenario
from benchmarks.duel.world import World

NOTHING = Differences()


# The stores.


def test_the_stores_are_those_that_were_chosen_before_anything_was_run():
    digest = hashlib.sha256()
    for number in range(0, 1000, 20):
        scenario = make_scenario(number)
        digest.update(repr((scenario.rows, scenario.feed_lag, scenario.rounds, scenario.events)).encode())
    assert digest.hexdigest() == "9f11cabda3c2b9c54b21c24d199ada03a59411cf82747dce4f761b6e438d8f91"


def test_the_stores_have_everything_that_makes_readers_lose_rows():
    scenarios = [make_scenario(number) for number in range(50)]
    events = [event for scenario in scenarios for event in scenario.events]
    assert {event.kind for event in events} == {"create", "edit", "late create", "late edit", "silent edit", "delete"}
    lags = [event.lag for event in events]
    assert min(lags) == 0
    assert any(600 < lag < 2400 for lag in lags)
    assert any(lag > 3600 for lag in lags)
    assert 0.6 < sum(map(is_promised, scenarios)) / len(scenarios) < 0.9
    tie = max(max(Counter(int(event.at) for event in scenario.events).values()) for scenario in scenarios)
    assert tie > 100
    during = [event for each in scenarios for event in each.events if any(0 < event.at - t < 16 for t in each.rounds)]
    assert len(during) > len(events) / 20


# The judge.


def test_a_copy_is_compared_with_the_store():
    truth = {1: 0, 2: 3, 3: 1}
    assert compare(truth, dict(truth)) == NOTHING
    assert compare(truth, {2: 3, 3: 0, 4: 0}) == Differences(missing=1, stale=1, kept=1)


def test_what_is_overdue_was_changed_before_the_previous_round_ended():
    before, truth = {1: 1, 2: 1, 3: 1, 4: 1}, {1: 1, 2: 2, 3: 1, 5: 0}
    # 2 was changed since, 4 deleted and 5 created.
    assert compare_overdue(before, truth, {1: 1, 2: 1, 3: 1, 4: 1}) == NOTHING
    assert compare_overdue(before, truth, {1: 0, 2: 0, 4: 1, 6: 0}) == Differences(missing=1, stale=2, kept=1)


@define
class Lossy:
    """Reads everything, but loses the rows with some numbers, or keeps an old state of them, or keeps what is gone."""

    loses: str
    whole: OffsetPaging = field(factory=OffsetPaging)
    copy: dict[int, int] = field(factory=dict)

    def read(self, now, *, refresh):
        yield from self.whole.read(now, refresh=refresh)
        found = dict(self.whole.copy)
        match self.loses:
            case "rows":
                found.pop(min(found))
            case "changes":
                found |= {number: 0 for number in self.copy if number in found}
            case "deletions":
                found = self.copy | found
        self.copy = found


def test_a_rule_that_loses_something_is_found_out_and_one_that_reads_everything_is_not():
    entries = {loses: Entry(lambda loses=loses: Lossy(loses)) for loses in ("nothing", "rows", "changes", "deletions")}
    scenario = make_scenario(0)
    outcomes, _ = run_rules(scenario, entries)
    assert outcomes["nothing"].after_last == outcomes["nothing"].at_end == NOTHING
    deleted = sum(event.kind == "delete" for event in scenario.events)
    changed = len({event.number for event in scenario.events if "edit" in event.kind})
    for found in (outcomes["rows"].after_last, outcomes["rows"].at_end):
        assert found == Differences(missing=1)
    for found in (outcomes["deletions"].after_last, outcomes["deletions"].at_end):
        assert found == Differences(kept=deleted)
    stale = outcomes["changes"].at_end
    assert (stale.missing, stale.kept) == (0, 0)
    assert 0 < stale.stale <= changed
    for loses in ("rows", "changes", "deletions"):
        assert outcomes[loses].overdue.total > outcomes["nothing"].overdue.total


@define
class Perfect:
    """Knows the store without reading it."""

    world: World
    failed: int = 0

    @property
    def copy(self):
        return dict(self.world.truth)

    async def read(self):
        pass


async def test_a_perfect_copy_has_no_differences_at_any_time():
    scenario = make_scenario(1)
    _, states = run_rules(scenario, {})
    outcome = await run_reader(scenario, Perfect(World(scenario)), states)
    assert outcome.overdue == outcome.after_last == outcome.at_end == NOTHING
    assert outcome.rows > 0


async def test_all_rules_and_readers_read_the_same_store():
    scenario = make_scenario(0)
    together, states = run_rules(scenario, RULES)
    for name, entry in RULES.items():
        alone, states_alone = run_rules(scenario, {name: entry})
        assert states_alone == states
        assert alone[name] == together[name]
    with pytest.raises(RuntimeError, match="not the same"):
        await run_reader(scenario, ChangesCopy(World(make_scenario(3))), states)


async def test_within_its_lag_the_cursor_of_this_library_loses_nothing_and_a_maximum_does():
    numbers = [number for number in range(5) if is_promised(make_scenario(number))]
    lost = dict.fromkeys((*RULES, CHANGES), 0)
    for number in numbers:
        for name, outcome in (await run_promised(make_scenario(number))).items():
            lost[name] += outcome.after_last.missing + outcome.after_last.stale
            if name == CHANGES:
                assert outcome.overdue == outcome.after_last == NOTHING
                assert not outcome.failed
    assert lost["Airbyte: maximum"] > 0


@pytest.mark.slow
async def test_a_mirror_with_audits_ends_equal_to_a_store_where_its_cursor_loses_rows(tmp_path):
    scenario = next(
        found for found in map(make_scenario, range(100)) if not is_promised(found) and 20 < found.rows < 60
    )
    async with MirrorDatabase.open(tmp_path) as database:
        outcomes = await run_store(scenario, database)
    mirror = outcomes[MIRROR]
    assert outcomes[CHANGES].at_end.total > 0
    assert mirror.at_end == NOTHING
    assert not mirror.failed
    assert mirror.late > 0
    assert mirror.silent > 0
    assert len(mirror.late_delays) > 0
    # Weekly work takes up to a week, and is done by the next round.
    assert max(mirror.silent_delays) <= 8.1 * 24 * 3600


# The rules.


@frozen
class Sent:
    queries: list[dict[str, object]]
    copy: dict[int, int]


def read(rule, now, *pages, refresh=False):
    """Let a rule read pages, and return its queries without what pages them, and its copy."""
    queries, reading = [], rule.read(now, refresh=refresh)
    query = next(reading)
    for page in pages:
        queries.append(query)
        try:
            query = reading.send([Item(*item) for item in page])
        except StopIteration:
            break
    return Sent(
        [{name: value for name, value in query.items() if name not in ("limit", "sortBy")} for query in queries],
        rule.copy,
    )


def test_pages_are_read_by_offset_until_one_is_not_full():
    full = [(number, 0, 100) for number in range(PAGE)]
    assert read(OffsetPaging(), 0, full, [(99, 0, 100)]).queries == [{"offset": 0}, {"offset": PAGE}]


def test_airbyte_reads_from_the_maximum_on_and_from_before_it_with_a_lookback():
    for lookback in (0, 50):
        rule = Airbyte(lookback=lookback)
        assert read(rule, 1000, [(1, 0, 100), (2, 0, 200)]).queries == [{"offset": 0}]
        assert read(rule, 2000, [(2, 1, 200)]).queries == [{"offset": 0, "updatedFrom": 200 - lookback}]
        assert read(rule, 3000, []).copy == {1: 0, 2: 1}
        assert read(rule, 4000, [(2, 1, 200)]).queries == [{"offset": 0, "updatedFrom": 200 - lookback}]


def test_dlt_drops_the_rows_that_it_loaded_with_the_last_value():
    rule = Dlt()
    read(rule, 1000, [(1, 0, 100), (2, 0, 200)])
    sent = read(rule, 2000, [(2, 1, 200), (3, 0, 200)])
    assert sent.queries == [{"offset": 0, "updatedFrom": 200}]
    assert sent.copy == {1: 0, 2: 0, 3: 0}
    assert read(rule, 3000, [(2, 1, 200), (3, 1, 200), (1, 1, 300)]).copy == {1: 1, 2: 0, 3: 0}
    assert read(rule, 4000, [(1, 2, 300), (2, 2, 400)]).copy == {1: 1, 2: 2, 3: 0}


def test_dlt_drops_nothing_with_a_lag():
    rule = Dlt(lag=50)
    read(rule, 1000, [(1, 0, 100), (2, 0, 200)])
    sent = read(rule, 2000, [(2, 1, 200)])
    assert sent.queries == [{"offset": 0, "updatedFrom": 150}]
    assert sent.copy == {1: 0, 2: 1}


def test_meltano_never_passes_the_beginning_of_the_read():
    rule = Meltano()
    read(rule, 1000, [(1, 0, 100), (2, 0, 1005)])
    assert read(rule, 2000, [(2, 0, 1005)]).queries == [{"offset": 0, "updatedFrom": 1000}]
    assert read(rule, 3000, []).queries == [{"offset": 0, "updatedFrom": 1005}]


@pytest.mark.parametrize("make", [Airbyte, Dlt, Meltano, OffsetPaging])
def test_a_refresh_reads_everything_and_replaces_the_copy(make):
    rule = make()
    read(rule, 1000, [(1, 0, 100), (2, 0, 200)])
    sent = read(rule, 2000, [(2, 1, 200)], refresh=True)
    assert sent.queries == [{"offset": 0}]
    assert sent.copy == {2: 1}
