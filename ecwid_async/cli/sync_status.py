"""``ecwid sync status``: how a mirror is, for people and monitors."""

import asyncio
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Final

from attrs import field
from cyclopts import Parameter

from ecwid_async.cli.durations import parse_duration
from ecwid_async.cli.exit_codes import NEEDS_ATTENTION, UsageError
from ecwid_async.cli.sync import DatabaseURL, existing_database_url, print_json
from ecwid_async.primitives.lazy_attrs import frozen

if TYPE_CHECKING:
    from ecwid_async.sync import FleetStatus, MirrorSummary, StoreStatus

__all__ = ["status"]

# So many stores that need attention are shown.
_MAX_SHOWN: Final = 20
# JSON and metrics have every store up to this number of stores, and otherwise so many that need attention.
_MAX_RECORDS: Final = 100


def status(
    *,
    to: DatabaseURL = None,
    store: Annotated[
        list[int] | None, Parameter(negative=(), help="Show only this store, with all its sections. Repeatable.")
    ] = None,
    everything: Annotated[
        bool, Parameter(name="--all", help="Show every store with all its sections, however many there are.")
    ] = False,
    stale_after: Annotated[
        str, Parameter(help="A mirror without a complete round for longer than this needs attention.")
    ] = "15m",
    json: Annotated[bool, Parameter(help="Print one JSON object.")] = False,
    prometheus: Annotated[bool, Parameter(help="Print metrics in the text format of Prometheus.")] = False,
) -> int:
    """Show the state of the mirror of each store. Sends no requests.

    One store is shown with the cursor, the counters and the problems of each section; of several, the totals and those
    that need attention. JSON and metrics have every store if there are 100 or fewer.

    The exit code is 0 if all is well, and 6 if a store needs attention. With any other, the status is unknown.
    """
    from ecwid_async.sync import to_prometheus

    if json and prometheus:
        raise UsageError("--json and --prometheus exclude each other: leave one out.")
    if store and everything:
        raise UsageError("--store and --all exclude each other: leave one out.")
    seconds = parse_duration(stale_after, option="--stale-after", least=1.0, most=366 * 86400.0)
    limit = _MAX_RECORDS if json or prometheus else 1
    found = asyncio.run(_load(existing_database_url(to), seconds, store or (), everything=everything, limit=limit))
    if json:
        print_json(found.to_dict())
    elif prometheus:
        sys.stdout.write(to_prometheus(found.stores, fleets=found.fleets, summary=found.summary))
    else:
        _print(found)
    return 0 if found.healthy else NEEDS_ATTENTION


@frozen(kw_only=True)
class _Found:
    """What is shown. `is_complete` is whether `stores` are all of the database; `summary` is None with --store."""

    summary: "MirrorSummary | None" = None
    fleets: "list[FleetStatus]" = field(factory=list)
    stores: "list[StoreStatus]"
    is_complete: bool

    @property
    def healthy(self) -> bool:
        if self.summary is None:
            return all(store.healthy for store in self.stores)
        in_step = bool(self.summary.stores) and not self.summary.unhealthy
        return in_step and all(fleet.healthy for fleet in self.fleets)

    def to_dict(self) -> dict[str, object]:
        record: dict[str, object] = {"healthy": self.healthy}
        if self.summary is not None:
            record |= {"stores_total": self.summary.stores, "stores_unhealthy": self.summary.unhealthy}
            record |= {"stores_new": self.summary.new}
            record |= {"fleets": [fleet.to_dict() for fleet in self.fleets]}
        return record | {"complete": self.is_complete, "stores": [store.to_dict() for store in self.stores]}


async def _load(url: str, stale_after: float, ids: Collection[int], *, everything: bool, limit: int) -> _Found:
    """Load the chosen stores, or all if there are `limit` or fewer, or else those that need attention."""
    from ecwid_async.sync import Mirror, fleet_names, fleet_status

    async with Mirror(url, create=False) as mirror:
        if ids:
            stores = [(await mirror.status(store_id, stale_after=stale_after))[0] for store_id in dict.fromkeys(ids)]
            return _Found(stores=stores, is_complete=False)
        shown = max(limit, _MAX_SHOWN)
        summary = await mirror.summary(stale_after=stale_after, worst=shown)
        fleets = [await fleet_status(mirror, name, worst=shown) for name in await fleet_names(mirror)]
        is_complete = everything or summary.stores <= limit
        stores = await mirror.status(stale_after=stale_after) if is_complete else summary.worst
    return _Found(summary=summary, fleets=fleets, stores=stores, is_complete=is_complete)


def _print(found: _Found) -> None:
    from ecwid_async.cli.render import write_table
    from ecwid_async.cli.sync_tables import fleet_table, status_table

    for fleet in found.fleets:
        write_table(fleet_table(fleet))
        sys.stdout.write("\n")
    if found.summary is not None and not found.summary.stores:
        sys.stdout.write("The database has no store yet: run ecwid sync.\n")
    if found.is_complete or found.summary is None:
        for number, store in enumerate(found.stores):
            if number:
                sys.stdout.write("\n")
            write_table(status_table(store))
        return
    failing = {store.store_id for fleet in found.fleets for store in fleet.worst}
    _print_unhealthy(found.summary, [store for store in found.stores if store.store_id not in failing])


def _print_unhealthy(summary: "MirrorSummary", stores: "Sequence[StoreStatus]") -> None:
    """Print the stores that need attention for another reason than that they fail."""
    from ecwid_async.cli.render import escape_for_terminal

    if summary.new:
        sys.stdout.write(f"! {summary.new:,} stores: the first round has not ended yet\n")
    for store in stores:
        if store.synced_at is None and not store.error:
            continue
        first, *others = store.problems
        # The first words of some problems are the store.
        first = first.removeprefix(f"store {store.store_id}").removeprefix(":").strip()
        more = f" (and {len(others):,} more)" if others else ""
        sys.stdout.write(f"! store {store.store_id}: {escape_for_terminal(first)}{more}\n")
    if summary.unhealthy:
        sys.stdout.write(
            f"{summary.unhealthy:,} of {summary.stores:,} stores need attention: --store ID shows one in full.\n"
        )
    else:
        sys.stdout.write(f"✓ {summary.stores:,} stores in step\n")
