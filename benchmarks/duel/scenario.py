"""The stores, what happens to them, and when they are read: all of it follows from the number of a store.

Times are seconds after the start of the drift: three days in which a store changes. Copies are up to a week old by
then, so that weekly work is due at any time. Afterwards nothing changes for nine days.

Searches show a write after a lag. Most stores have one within two minutes, some one of 10 to 40 minutes, and a few one
of up to six hours. Almost half of the changes are made in the quarter of an hour before a round and a tenth during it:
rounds are eight hours apart to save time, and most changes of a store that is read often are close to a round.
"""

from collections.abc import Iterator
from random import Random
from typing import Final, Literal

from attrs import evolve, frozen

__all__ = [
    "DAY",
    "DRIFT",
    "HOUR",
    "LAST_ROUND",
    "MINUTE",
    "PAGE",
    "REQUEST_SECONDS",
    "STORES",
    "Event",
    "Kind",
    "Scenario",
    "is_promised",
    "keep_promised",
    "make_scenario",
]

STORES: Final = 1000
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
PAGE: Final = 25
"""The most items that the server returns at once: few, so that most of these small stores have several pages."""
REQUEST_SECONDS: Final = 2.0
"""The time of the server from one request of a reader to its next."""
DRIFT: Final = 3 * DAY
_EVERY: Final = 8 * HOUR
LAST_ROUND: Final = DRIFT + _EVERY
"""The round before which all lags are over. After it there is one round a day."""
_QUIET_DAYS: Final = 9
_READ_SECONDS: Final = 16.0

Kind = Literal["create", "edit", "late create", "late edit", "silent edit", "delete"]
# The lag of the searches of most stores, from and to.
_FAST: Final = (0, 2 * MINUTE)
# The number of events of each kind, relative to the number of rows. There are bulk edits besides.
_SHARES: Final[dict[Kind, float]] = {
    "edit": 0.5,
    "create": 0.1,
    "delete": 0.06,
    "late edit": 0.04,
    "late create": 0.02,
    "silent edit": 0.05,
}


@frozen(kw_only=True)
class Event:
    """A change of one row at a time.

    `updated` is the update time that the row has then. It is earlier than `at` for a *late* event, such as the end of a
    long transaction, and unchanged for a *silent* one, such as a change of a child. Searches show the change `lag`
    seconds after `at`.
    """

    at: float
    kind: Kind
    number: int
    updated: int
    lag: float


@frozen(kw_only=True)
class Scenario:
    """One store. `rows` is the number of its rows before the drift, with the numbers from 1 on.

    `rounds` are the times at which each rule begins to read, `refreshes` those of them that are daily full refreshes.
    `feed_lag` is how many seconds the list of deleted items is behind.
    """

    number: int
    rows: int
    feed_lag: float
    rounds: tuple[float, ...]
    refreshes: frozenset[float]
    events: tuple[Event, ...]


def is_promised(scenario: Scenario) -> bool:
    """Return whether the store is within the lag of five minutes that this library's cursor allows for."""
    return scenario.feed_lag <= _FAST[1]


def keep_promised(scenario: Scenario) -> Scenario:
    """Return the scenario without late and silent changes, which no cursor promises to find."""
    kept: tuple[Kind, ...] = ("create", "edit", "delete")
    return evolve(scenario, events=tuple(event for event in scenario.events if event.kind in kept))


def make_scenario(number: int) -> Scenario:
    """Return the scenario of a store, the same in each run."""
    random = Random(f"duel {number}")
    rows = random.randint(20, 200)
    lags = random.choices((_FAST, (10 * MINUTE, 40 * MINUTE), (HOUR, 6 * HOUR)), (80, 15, 5))[0]
    first = -float(random.randint(DAY // HOUR, 7 * DAY // HOUR) * HOUR)
    rounds = [float(time) for time in range(_EVERY, LAST_ROUND + 1, _EVERY)]
    days = [float(time) for time in range(4 * DAY, 4 * DAY + _QUIET_DAYS * DAY, DAY)]
    return Scenario(
        number=number,
        rows=rows,
        feed_lag=random.uniform(*lags),
        rounds=(first, first + HOUR, *rounds, *days),
        refreshes=frozenset(time for time in (*rounds, *days) if time % DAY == 0),
        events=tuple(_make_events(random, rows, lags, rounds[:-1])),
    )


def _make_events(random: Random, rows: int, lags: tuple[int, int], rounds: list[float]) -> Iterator[Event]:
    """Yield the events in order of time."""
    plans: list[tuple[float, Kind | Literal["bulk edit"]]] = []
    for planned, share in _SHARES.items():
        count = int(rows * share + random.random())
        plans += [(_pick_time(random, rounds), planned) for _ in range(count)]
    for _ in range(random.randint(1, 2)):
        # Half of them during a read, half at another time.
        during = random.choice(rounds) + float(random.randint(0, int(_READ_SECONDS)))
        plans.append((random.choice((during, float(int(_pick_time(random, rounds))))), "bulk edit"))
    plans.sort()
    updated = dict.fromkeys(range(1, rows + 1), -30 * DAY)
    highest = rows
    events: list[Event] = []
    for at, kind in plans:
        if kind == "bulk edit":
            # All in one second, in two parts: a request can be served between them.
            numbers = sorted(updated)
            size = min(len(numbers), random.randint(20, 200))
            start = random.randint(0, len(numbers) - size)
            half = size // 2
            for part, moment in ((numbers[start : start + half], at), (numbers[start + half : start + size], at + 0.5)):
                lag = _pick_lag(random, lags)
                for number in part:
                    updated[number] = int(at)
                    events.append(Event(at=moment, kind="edit", number=number, updated=int(at), lag=lag))
            continue
        late = random.uniform(MINUTE, 30 * MINUTE) if kind.startswith("late") else 0.0
        lag = _pick_lag(random, lags)
        if kind.endswith("create"):
            highest += 1
            number, time = highest, int(at - late)
        else:
            number = random.choice(list(updated))
            time = updated[number] if kind == "silent edit" else max(updated[number], int(at - late))
        if kind == "delete":
            del updated[number]
        else:
            updated[number] = time
        events.append(Event(at=at, kind=kind, number=number, updated=time, lag=lag))
    yield from sorted(events, key=lambda event: event.at)


def _pick_time(random: Random, rounds: list[float]) -> float:
    chance = random.random()
    if chance < 0.45:
        return random.uniform(0, DRIFT)
    if chance < 0.9:
        return random.choice(rounds) - random.uniform(0, 15 * MINUTE)
    return random.choice(rounds) + random.uniform(0, _READ_SECONDS)


def _pick_lag(random: Random, lags: tuple[int, int]) -> float:
    # Fast stores show every other write at once.
    if lags[0] == 0 and random.random() < 0.5:
        return 0.0
    return random.uniform(*lags)
