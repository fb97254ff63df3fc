"""``ecwid sync status``: how a mirror is, for people and monitors."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.durations import parse_duration
from ecwid_async.cli.exit_codes import NEEDS_ATTENTION, UsageError
from ecwid_async.cli.sync import DatabaseURL, existing_database_url, print_json

if TYPE_CHECKING:
    from ecwid_async.sync import StoreStatus

__all__ = ["status"]


def status(
    *,
    to: DatabaseURL = None,
    stale_after: Annotated[
        str, Parameter(help="A mirror without a complete round for longer than this needs attention.")
    ] = "15m",
    json: Annotated[bool, Parameter(help="Print one JSON object.")] = False,
    prometheus: Annotated[bool, Parameter(help="Print metrics in the text format of Prometheus.")] = False,
) -> int:
    """Show the cursor, the counters and the problems of each section of each store. Sends no requests.

    The exit code is 0 if all is well, and 6 if a store needs attention. With any other, the status is unknown.
    """
    from ecwid_async.sync import to_prometheus

    if json and prometheus:
        raise UsageError("--json and --prometheus exclude each other: leave one out.")
    seconds = parse_duration(stale_after, option="--stale-after", least=1.0, most=366 * 86400.0)
    stores = asyncio.run(_load(existing_database_url(to), seconds))
    healthy = bool(stores) and all(store.healthy for store in stores)
    if json:
        print_json({"healthy": healthy, "stores": [store.to_dict() for store in stores]})
    elif prometheus:
        sys.stdout.write(to_prometheus(stores))
    else:
        _print(stores)
    return 0 if healthy else NEEDS_ATTENTION


async def _load(url: str, stale_after: float) -> "list[StoreStatus]":
    from ecwid_async.sync import Mirror

    async with Mirror(url, create=False) as mirror:
        return await mirror.status(stale_after=stale_after)


def _print(stores: "Sequence[StoreStatus]") -> None:
    from ecwid_async.cli.render import write_table
    from ecwid_async.cli.sync_tables import status_table

    if not stores:
        sys.stdout.write("The database has no store yet: run ecwid sync.\n")
    for number, store in enumerate(stores):
        if number:
            sys.stdout.write("\n")
        write_table(status_table(store))
