"""The state of a fleet, as its schedule and the mirror's tables have it."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import asdict, field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sync.database import (
    ScheduledStore,
    ScheduleTotals,
    SectionTotals,
    database_time,
    list_fleets,
    load_schedule,
    load_schedule_totals,
    load_section_totals,
    wake_stores,
)
from ecwid_async.sync.mirror import Mirror, database_of

__all__ = ["FleetStatus", "fleet_names", "fleet_status", "wake"]

# An interval that is so much longer than the one asked for is reported.
_STRETCHED: Final = 1.5


@frozen(kw_only=True)
class FleetStatus:
    """The status of a fleet.

    - `totals`: counts and times of the schedule: how many stores there are, in which condition, how many are due, how
      long they have been, and how long the last intervals were. See `ScheduleTotals`.
    - `sections`: for each section, in how many stores it has an error, and the totals of what audits found.
    - `worst`: up to so many stores as were asked for that fail or are refused, longest due first.
    - `now`: the time by the clock of the database, as the times of the stores.
    """

    name: str
    now: float = 0.0
    totals: ScheduleTotals
    sections: Mapping[str, SectionTotals] = field(factory=dict)
    worst: list[ScheduledStore] = field(factory=list)

    @property
    def stretch(self) -> float | None:
        """The mean interval of the rounds as a multiple of the one that was asked for. None before the second round."""
        totals = self.totals
        return None if totals.mean_interval is None or not totals.every else totals.mean_interval / totals.every

    @property
    def problems(self) -> list[str]:
        """What a monitor should report, a sentence each."""
        totals, found = self.totals, []
        if not totals.stores:
            found.append(f"fleet {self.name} has no stores: has it been started?")
        if totals.refused:
            found.append(f"{_count(totals.refused)} can't be read until somebody acts: see the errors")
        if totals.failing:
            found.append(f"{_count(totals.failing)} failed, and will be tried again")
        if self.stretch is not None and self.stretch >= _STRETCHED and totals.mean_interval is not None:
            found.append(
                f"stores are synchronized every {totals.mean_interval:,.0f} s instead of every {totals.every:,.0f} s: "
                "ask for a longer interval, or add processes on other addresses"
            )
        if totals.every and totals.longest_late > max(totals.every, 2 * (totals.mean_interval or 0.0)) + 60:
            found.append(
                f"a store has been due for {totals.longest_late:,.0f} s: is the fleet running, or does it have too "
                "much to do?"
            )
        failing = sum(section.failing for section in self.sections.values())
        if failing:
            names = ", ".join(name for name, section in self.sections.items() if section.failing)
            found.append(f"{failing:,} sections of stores have an error or are stopped: {names}")
        return found

    @property
    def healthy(self) -> bool:
        """Whether there are no problems."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return the status as values of JSON."""
        return {**asdict(self), "stretch": self.stretch, "healthy": self.healthy, "problems": self.problems}


async def fleet_names(mirror: Mirror) -> list[str]:
    """Return the names of the fleets of a database. Raises `DatabaseError`."""
    database = database_of(mirror)
    async with database.read() as connection:
        return await list_fleets(connection, database.schema)


async def fleet_status(mirror: Mirror, name: str = "default", *, worst: int = 20, sections: bool = True) -> FleetStatus:
    """Return the status of a fleet, with up to `worst` stores that fail or are refused. No request is sent.

    Any process may ask. Without `sections`, it has no totals of sections, which take most of the time if there are
    thousands of stores. Raises `DatabaseError`.
    """
    database = database_of(mirror)
    async with database.read() as connection:
        return FleetStatus(
            name=name,
            now=await database_time(connection, database),
            totals=await load_schedule_totals(connection, database, name),
            sections=await load_section_totals(connection, database.schema, name) if sections else {},
            worst=await load_schedule(
                connection, database.schema, name, conditions=("refused", "failing"), limit=worst
            ),
        )


async def wake(mirror: Mirror, *store_ids: int) -> int:
    """Make stores due at once in each fleet of a database, as `Fleet.wake` does. Return in how many places they were.

    For programs that run no fleet, such as a receiver of webhooks. Raises `DatabaseError`.
    """
    database = database_of(mirror)
    async with database.write() as connection:
        return await wake_stores(connection, database, store_ids)


def _count(stores: int) -> str:
    return f"{stores:,} store{'' if stores == 1 else 's'}"
