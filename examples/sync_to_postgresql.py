"""Keep a PostgreSQL database in step with a store: one round per run, from cron.

    pip install '.[postgres]'
    export ECWID_STORE_ID=1003 ECWID_TOKEN=secret_...
    export ECWID_SYNC_URL=postgresql+psycopg://shop@db.example.com/shop  # its password: PGPASSWORD or ~/.pgpass
    python examples/sync_to_postgresql.py

In a crontab: `*/5 * * * * python sync_to_postgresql.py >> ecwid-sync.log`. Each run prints one line, and to stderr what
needs attention, which cron sends by mail. If a run takes longer than the interval, the next one sees that the store is
reserved, and does nothing. A run that was killed is continued by the next one.

Exit codes: 0 all is well, 1 somebody has to act, 75 failed for now and the next run tries again.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ecwid_async import Ecwid, EcwidError, RateLimited, ServerError, TransportError
from ecwid_async.sync import DatabaseLocked, LeaseLost, Mirror, StoreBusy

TEMPORARY = (TransportError, ServerError, RateLimited, DatabaseLocked, LeaseLost)


async def sync(url: str, stale_after: float) -> int:
    """Sync once, and return the exit code. A temporary failure counts once the mirror is older than `stale_after`."""
    async with Ecwid() as ecwid, Mirror(url) as mirror:
        store = ecwid.store()
        try:
            report = await mirror.sync(store)
        except StoreBusy as error:
            log(str(error))
        except TEMPORARY as error:
            if not await is_recent(mirror, store.store_id, stale_after):
                raise
            log(f"the next run tries again: {error}")
            return 75
        else:
            log(f"{report.changed} items stored, {report.deleted} deleted, {report.requests} requests")
        (status,) = await mirror.status(store.store_id, stale_after=stale_after)
    if status.age is None or status.healthy:  # no age: another run is still reading the store for the first time
        return 0
    print(*status.problems, sep="\n", file=sys.stderr)
    return 1


async def is_recent(mirror: Mirror, store_id: int, stale_after: float) -> bool:
    """Whether a round has ended within the last `stale_after` seconds."""
    known = {status.store_id: status.age for status in await mirror.status()}
    age = known.get(store_id)
    return age is not None and age <= stale_after


def log(text: str) -> None:
    """Print a line with the time."""
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(description="Bring a PostgreSQL database in step with a store.")
    parser.add_argument("--to", default=os.environ.get("ECWID_SYNC_URL"), help="by default ECWID_SYNC_URL")
    parser.add_argument("--stale-after", type=float, default=3600, help="report a mirror that is older, in seconds")
    options = parser.parse_args(arguments)
    if not options.to:
        parser.error("name the database with --to, or set ECWID_SYNC_URL")
    try:
        return asyncio.run(sync(options.to, options.stale_after))
    except EcwidError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
