"""Lets every rule read the same store, and compares the copies with it."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Final, Protocol

from attrs import define, field, frozen

from benchmarks.duel.ours import ChangesCopy, MirrorCopy, MirrorDatabase
from benchmarks.duel.rules import Airbyte, Dlt, Item, Meltano, OffsetPaging, Query, Rule
from benchmarks.duel.scenario import DAY, DRIFT, LAST_ROUND, MINUTE, REQUEST_SECONDS, Scenario, keep_promised
from benchmarks.duel.world import START, World

__all__ = [
    "CHANGES",
    "MIRROR",
    "RULES",
    "Differences",
    "Entry",
    "Outcome",
    "Reader",
    "add_outcomes",
    "compare",
    "compare_overdue",
    "run_promised",
    "run_reader",
    "run_rules",
    "run_store",
]

# The time after the start of a round when all of them have ended, and the copies are compared.
_COMPARED: Final = 5 * MINUTE
_LAG: Final = 5 * MINUTE


@frozen
class Entry:
    """A rule that takes part. With `refreshes`, it reads the whole list again once a day.

    `finds_deletions` is whether it removes rows from its copy.
    """

    make: Callable[[], Rule]
    refreshes: bool = False
    finds_deletions: bool = False


RULES: Final[Mapping[str, Entry]] = {
    "Airbyte: maximum": Entry(Airbyte),
    "Airbyte: maximum, lookback of 2 days": Entry(lambda: Airbyte(lookback=2 * DAY)),
    "dlt: inclusive start, deduplication": Entry(Dlt),
    "Meltano: maximum up to the signpost": Entry(Meltano),
    "the whole list by offset, each round": Entry(OffsetPaging, finds_deletions=True),
    "Airbyte, our lag, daily full refresh": Entry(lambda: Airbyte(lookback=_LAG), refreshes=True, finds_deletions=True),
    "dlt, our lag, daily full refresh": Entry(lambda: Dlt(lag=_LAG), refreshes=True, finds_deletions=True),
    "Meltano, our lag, daily full refresh": Entry(lambda: Meltano(lag=_LAG), refreshes=True, finds_deletions=True),
}
CHANGES: Final = "ecwid_async: cursor alone"
MIRROR: Final = "ecwid_async: mirror with audits"


class Reader(Protocol):
    """A reader of this library."""

    world: World
    copy: dict[int, int]
    failed: int

    async def read(self) -> None:
        """Read what is due."""
        ...


@define
class Differences:
    """The number of rows that a copy lacks, has in an older state, or has although they were deleted."""

    missing: int = 0
    stale: int = 0
    kept: int = 0

    def add(self, other: "Differences") -> None:
        """Add the numbers of another copy."""
        self.missing += other.missing
        self.stale += other.stale
        self.kept += other.kept

    @property
    def total(self) -> int:
        """The number of rows that differ."""
        return self.missing + self.stale + self.kept


def compare(truth: Mapping[int, int], copy: Mapping[int, int]) -> Differences:
    """Return how a copy differs from the store. Both are versions by number."""
    if truth == copy:
        return Differences()
    return Differences(
        missing=len(truth.keys() - copy.keys()),
        stale=sum(copy[number] != version for number, version in truth.items() if number in copy),
        kept=len(copy.keys() - truth.keys()),
    )


def compare_overdue(before: Mapping[int, int], truth: Mapping[int, int], copy: Mapping[int, int]) -> Differences:
    """Return in what a copy differs from the store as it was `before` the round, and as it still is."""
    return Differences(
        missing=sum(number in truth and number not in copy for number in before),
        stale=sum(copy[number] < version for number, version in before.items() if number in truth and number in copy),
        kept=sum(number not in before and number not in truth for number in copy),
    )


@define
class Outcome:
    """What became of a rule, in one store or in several.

    `overdue` counts the differences after each round of the drift, out of `rows`: changes made before the round before
    it, and not in the copy yet. `after_last` counts the differences once all lags were over and every rule had read
    once more, `at_end` those after nine quiet days. The rest is as in `MirrorCopy`.
    """

    requests: int = 0
    rounds: int = 0
    failed: int = 0
    rows: int = 0
    overdue: Differences = field(factory=Differences)
    after_last: Differences = field(factory=Differences)
    at_end: Differences = field(factory=Differences)
    late: int = 0
    silent: int = 0
    late_delays: list[float] = field(factory=list)
    silent_delays: list[float] = field(factory=list)
    deletion_delays: list[float] = field(factory=list)

    def add(self, other: "Outcome") -> None:
        """Add the outcome of another store."""
        for name in ("requests", "rounds", "failed", "rows", "late", "silent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.overdue.add(other.overdue)
        self.after_last.add(other.after_last)
        self.at_end.add(other.at_end)
        self.late_delays += other.late_delays
        self.silent_delays += other.silent_delays
        self.deletion_delays += other.deletion_delays

    def record(self, time: float, states: Sequence[Mapping[int, int]], copy: Mapping[int, int]) -> None:
        """Record the state of a copy after the round that began at `time`. `states` are the store's, up to now."""
        self.rounds += 1
        truth = states[-1]
        if 0 < time <= DRIFT:
            self.rows += len(truth)
            self.overdue.add(compare_overdue(states[-2], truth, copy))
        self.at_end = compare(truth, copy)
        if time == LAST_ROUND:
            self.after_last = self.at_end


def run_rules(scenario: Scenario, entries: Mapping[str, Entry]) -> tuple[dict[str, Outcome], list[dict[int, int]]]:
    """Let the rules read a store side by side. Return what became of each, and the store's rows after each round."""
    world = World(scenario)
    rules = {name: entry.make() for name, entry in entries.items()}
    outcomes = {name: Outcome() for name in entries}
    states: list[dict[int, int]] = []
    for time in scenario.rounds:
        reads = {
            name: rule.read(int(START + time), refresh=entries[name].refreshes and time in scenario.refreshes)
            for name, rule in rules.items()
        }
        for name, count in _read_together(world, time, reads).items():
            outcomes[name].requests += count
        world.advance(time + _COMPARED)
        states.append(dict(world.truth))
        for name, rule in rules.items():
            outcomes[name].record(time, states, rule.copy)
    return outcomes, states


def _read_together(
    world: World, time: float, reads: Mapping[str, Generator[Query, list[Item], None]]
) -> dict[str, int]:
    """Serve the first query of each read, then the second, and so on. Return how many each had."""
    counts: dict[str, int] = defaultdict(int)
    queries: dict[str, Query] = {}
    for name, read in reads.items():
        queries[name] = next(read)
    for nth in itertools.count():
        if not queries:
            return counts
        world.advance(time + nth * REQUEST_SECONDS)
        for name, query in list(queries.items()):
            counts[name] += 1
            try:
                queries[name] = reads[name].send(world.read(query))
            except StopIteration:
                del queries[name]
    raise AssertionError("reads never end")


async def run_store(
    scenario: Scenario, database: MirrorDatabase, entries: Mapping[str, Entry] = RULES
) -> dict[str, Outcome]:
    """Let the rules and the readers of this library read a store. Return what became of each."""
    outcomes, states = run_rules(scenario, entries)
    changes = ChangesCopy(World(scenario))
    outcomes[CHANGES] = await run_reader(scenario, changes, states)
    mirror = MirrorCopy(World(scenario), database)
    outcome = outcomes[MIRROR] = await run_reader(scenario, mirror, states)
    outcome.late, outcome.silent = mirror.late, mirror.silent
    outcome.late_delays, outcome.silent_delays = mirror.late_delays, mirror.silent_delays
    outcome.deletion_delays = mirror.deletion_delays
    return outcomes


async def run_promised(scenario: Scenario) -> dict[str, Outcome]:
    """Let the rules and `changes` read what the cursor promises to find of a store."""
    scenario = keep_promised(scenario)
    outcomes, states = run_rules(scenario, RULES)
    outcomes[CHANGES] = await run_reader(scenario, ChangesCopy(World(scenario)), states)
    return outcomes


async def run_reader(scenario: Scenario, reader: Reader, states: Sequence[dict[int, int]]) -> Outcome:
    """Let a reader of this library read a store of its own. `states` are the rows that the rules read.

    Raises `RuntimeError` if that store is another one.
    """
    outcome = Outcome()
    for nth, time in enumerate(scenario.rounds):
        reader.world.advance(time)
        await reader.read()
        reader.world.advance(time + _COMPARED)
        if reader.world.truth != states[nth]:
            raise RuntimeError(f"store {scenario.number} is not the same for all")
        outcome.record(time, states[: nth + 1], reader.copy)
    outcome.requests = reader.world.requests
    outcome.failed = reader.failed
    return outcome


def add_outcomes(stores: Iterable[Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """Return the outcome of each rule over several stores."""
    sums: dict[str, Outcome] = defaultdict(Outcome)
    for outcomes in stores:
        for name, outcome in outcomes.items():
            sums[name].add(outcome)
    return dict(sums)
