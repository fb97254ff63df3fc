"""What a slice of a store's round costs: CPU time, requests, and what the database does for it.

Passes over a fleet without a rate limit; each figure is the mean over its slices. All sections of the stores are read.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import field, frozen, mutable
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine

from benchmarks.fleet.stores import PRODUCT_ID, store_ids, tokens_of
from benchmarks.fleet.usage import Usage, children_cpu
from benchmarks.harness.settings import UNLIMITED_QUOTA
from ecwid_async import Ecwid
from ecwid_async.models.products import ProductDraft
from ecwid_async.sync import Mirror, MirrorSettings
from ecwid_async.sync.fleet import Fleet, FleetSettings

__all__ = ["CHANGE", "FIRST", "FIRST_COMPARISON", "HOURLY", "QUIET", "SliceCost", "measure_slices"]

FIRST = "first round of a small store"
FIRST_COMPARISON = "second round, which compares all ids"
QUIET = "quiet slice"
CHANGE = "slice with one change"
HOURLY = "hourly slice, which polls and audits all sections"

# All that is due once an hour is due at once, and an audit begins where the poll before ended.
_HOURLY: Final = MirrorSettings(poll_interval=0.01, audit_interval=0.01, audit_delay=0.0, rolling_interval=0.01)


@frozen(kw_only=True)
class SliceCost:
    """The cost of a slice, the mean over a pass. Times are in milliseconds.

    `server_cpu` is that of PostgreSQL's processes; SQLite is part of `cpu`. `transactions` and `statements` are those
    of the client. `wal` is in bytes.
    """

    requests: float
    cpu: float
    transactions: float
    statements: float
    server_cpu: float = 0.0
    wal: float = 0.0


@mutable
class _Counter:
    transactions: int = 0
    statements: int = 0


@contextmanager
def _counted() -> Iterator[_Counter]:
    counter = _Counter()

    def on_commit(connection: Any) -> None:
        counter.transactions += 1

    def on_statement(*arguments: Any) -> None:
        counter.statements += 1

    event.listen(Engine, "commit", on_commit)
    event.listen(Engine, "before_cursor_execute", on_statement)
    try:
        yield counter
    finally:
        event.remove(Engine, "commit", on_commit)
        event.remove(Engine, "before_cursor_execute", on_statement)


@frozen
class _PostgreSQL:
    """The position in the WAL and the CPU time of a server, if the database is PostgreSQL."""

    connection: Any = field(default=None)
    pid: int = 0

    @classmethod
    async def connect(cls, database: str) -> "_PostgreSQL":
        if not database.startswith("postgresql"):
            return cls()
        import psycopg

        url = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        cursor = await connection.execute("SELECT pg_read_file('postmaster.pid')")
        row = await cursor.fetchone()
        return cls(connection, int(str(row[0]).split()[0]) if row else 0)

    async def wal(self) -> int:
        if self.connection is None:
            return 0
        cursor = await self.connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return int((await cursor.fetchone())[0])

    async def checkpoint(self) -> None:
        if self.connection is not None:
            await self.connection.execute("CHECKPOINT")

    def cpu(self) -> float:
        return children_cpu(self.pid) if self.pid else 0.0

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()


async def measure_slices(base_url: str, database: str, stores: int, *, rounds: int) -> dict[str, list[SliceCost]]:
    """Return the costs of each kind of slice, of one or of several passes over so many stores."""
    costs: dict[str, list[SliceCost]] = {}
    tokens, server = tokens_of(stores), await _PostgreSQL.connect(database)
    settings = FleetSettings(stores_at_once=20)
    async with (
        Ecwid(base_url=base_url, tokens=tokens, quota=UNLIMITED_QUOTA) as ecwid,
        Ecwid(base_url=base_url, tokens=tokens, quota=UNLIMITED_QUOTA) as shopkeeper,
        Mirror(database) as mirror,
        Mirror(database, settings=_HOURLY) as hourly_mirror,
    ):
        fleet = Fleet(mirror, ecwid, store_ids(stores), settings=settings)
        hourly = Fleet(hourly_mirror, ecwid, store_ids(stores), settings=settings)

        async def change_products() -> None:
            for store_id in store_ids(stores):
                number = len(costs.get(CHANGE, ()))
                await shopkeeper.store(store_id).products.update(PRODUCT_ID, ProductDraft(quantity=1000 + number))

        async def measure(name: str, fleet: Fleet, prepare: Callable[[], Awaitable[None]] | None = None) -> None:
            if prepare is not None:
                await prepare()
            wal, server_cpu = await server.wal(), server.cpu()
            with _counted() as counter:
                before = Usage.now()
                report = await fleet.sync()
                usage = Usage.now() - before
            if report.outcomes["ok"] != stores:
                raise RuntimeError(f"{report.outcomes} of {stores} stores: {dict(list(report.errors.items())[:3])}")
            cost = SliceCost(
                requests=report.requests / stores,
                cpu=1000 * usage.cpu / stores,
                transactions=counter.transactions / stores,
                statements=counter.statements / stores,
                server_cpu=1000 * (server.cpu() - server_cpu) / stores,
                wal=(await server.wal() - wal) / stores,
            )
            costs.setdefault(name, []).append(cost)

        await measure(FIRST, fleet)
        await measure(FIRST_COMPARISON, fleet)
        # After a checkpoint, the first change of a page writes all of it to the WAL. The figures are those without.
        await server.checkpoint()
        await fleet.sync()
        for _ in range(rounds):
            await measure(QUIET, fleet)
        for _ in range(rounds):
            await measure(HOURLY, hourly)
        for _ in range(rounds):
            await measure(CHANGE, fleet, change_products)
    await server.close()
    return costs
