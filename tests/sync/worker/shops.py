"""Stores that are served over loopback and change, and workers that mirror them: in this process, or as real ones."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from attrs import evolve
from sqlalchemy.engine import make_url

from ecwid_async import Ecwid
from ecwid_async.sandbox import Sandbox
from ecwid_async.sync import (
    Fleet,
    FleetEvent,
    FleetSettings,
    Mirror,
    MirrorSettings,
    StoreSource,
    Worker,
    WorkerSettings,
)
from ecwid_async.tokens import MemoryTokens
from tests.processes import ChildProcess, start_process
from tests.sandbox.api import Api

__all__ = ["FLEET", "MIRROR", "SECTIONS", "SHORT_LEASE", "WORKER", "Database", "Shops", "wait_until"]

SECTIONS: Final = ("products", "coupons")
MIRROR: Final = MirrorSettings(lag=3, lookups_per_minute=100_000, retry_delay=0.1)
# Long enough for a busy machine, short enough for tests that wait for its end.
SHORT_LEASE: Final = evolve(MIRROR, lease=4.0)
FLEET: Final = FleetSettings(every=1.0, slice=5.0, stores_at_once=4, retry_delay=0.5)
WORKER: Final = WorkerSettings(
    heartbeat=0.4, stalled_after=1.2, enqueue_interval=1.0, rescue_interval=1.0, poll_interval=0.3
)

PROGRAM: Final = """
import asyncio, signal, sys
from ecwid_async import Ecwid
from ecwid_async.sync import Fleet, Mirror, SliceEnded, SliceStarted, Worker
from ecwid_async.tokens import FileTokens
from tests.sync.worker.shops import FLEET, SECTIONS, SHORT_LEASE, WORKER

async def main(url, base_url, file, log):
    def note(event):
        if isinstance(event, SliceStarted):
            print(event.store_id, "started", file=events, flush=True)
        if isinstance(event, SliceEnded):
            print(event.store_id, event.result.outcome, file=events, flush=True)

    tokens = FileTokens(file)
    ecwid = Ecwid(base_url=base_url, quota=None, tokens=tokens)
    with open(log, "a") as events:
        async with ecwid, Mirror(url, settings=SHORT_LEASE) as mirror:
            fleet = Fleet(mirror, ecwid, tokens.store_ids, settings=FLEET, only=SECTIONS, on_event=note)
            worker = Worker(fleet, settings=WORKER)
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
            await worker.run()

asyncio.run(main(*sys.argv[1:]))
"""


class Shops:
    """Some stores with products and coupons, on a clock that tests can set forward."""

    def __init__(self, count: int, *, items: int = 12) -> None:
        self.skew = 0.0
        self.sandbox = Sandbox(clock=lambda: time.time() + self.skew, requests_per_minute=None)
        self.tokens = {store_id: f"secret_Tk7fQ2mZ9x_{store_id}" for store_id in range(1003, 1003 + count)}
        self.apis: dict[int, Api] = {}
        self._names = 0
        for store_id, token in self.tokens.items():
            self.sandbox.add_store(store_id, token=token)
            self.apis[store_id] = Api(self.sandbox, store_id=store_id, token=token)
            for _ in range(items):
                self.create(store_id, "products")
                self.create(store_id, "coupons")

    # Changes.

    def create(self, store_id: int, section: str) -> None:
        self._names += 1
        if section == "products":
            self.apis[store_id].post("/products", {"name": f"Product {self._names}", "price": 10})
        else:
            body = {"name": f"Coupon {self._names}", "code": f"C{self._names}", "discountType": "ABS", "discount": 1}
            self.apis[store_id].post("/discount_coupons", body)

    def items(self, store_id: int, section: str) -> dict[int, Any]:
        """The items of a list as the store has them now, by id."""
        path = "/products" if section == "products" else "/discount_coupons"
        found: list[Any] = []
        while True:
            page = self.apis[store_id].get(path, limit=100, offset=len(found))["items"]
            if not page:
                return {item["id"]: item for item in found}
            found += page

    def change(self, choices: random.Random) -> None:
        """Create, edit or delete a random product of a random store."""
        store_id = choices.choice([*self.tokens])
        kind = choices.choice(("create", "edit", "edit", "delete"))
        ids = [*self.items(store_id, "products")] if kind != "create" else []
        if kind == "create" or not ids:
            self.create(store_id, choices.choice(SECTIONS))
        elif kind == "edit":
            self._names += 1
            self.apis[store_id].put(f"/products/{choices.choice(ids)}", {"name": f"Product {self._names}"})
        else:
            self.apis[store_id].delete(f"/products/{choices.choice(ids)}")

    async def change_all_the_time(self, choices: random.Random) -> None:
        while True:
            await asyncio.sleep(0.03)
            self.change(choices)

    def requests(self, store_id: int) -> int:
        """The number of requests to a store."""
        return sum(exchange.path.startswith(f"/{store_id}/") for exchange in self.sandbox.requests)

    # Workers in this process.

    @asynccontextmanager
    async def worker(
        self,
        url: str,
        *,
        stores: StoreSource | None = None,
        fleet_settings: FleetSettings = FLEET,
        settings: WorkerSettings = WORKER,
        mirror_settings: MirrorSettings = MIRROR,
        tokens: MemoryTokens | None = None,
        on_event: Callable[[FleetEvent], None] | None = None,
    ) -> AsyncIterator[Worker]:
        """A worker that has not begun to run."""
        tokens = tokens or MemoryTokens(self.tokens)
        client = Ecwid(transport=self.sandbox, quota=None, tokens=tokens)
        async with client as ecwid, Mirror(url, settings=mirror_settings) as mirror:
            ids = sorted(self.tokens) if stores is None else stores
            fleet = Fleet(mirror, ecwid, ids, settings=fleet_settings, only=SECTIONS, on_event=on_event)
            yield Worker(fleet, settings=settings, on_event=on_event)

    @asynccontextmanager
    async def running(self, url: str, **options: Any) -> AsyncIterator[Worker]:
        """A worker that runs within the block, and is stopped at its end."""
        async with self.worker(url, **options) as worker:
            task = asyncio.create_task(worker.run())
            try:
                yield worker
            finally:
                worker.stop()
                await asyncio.wait_for(task, 180)

    # Workers as processes.

    def write_tokens(self, folder: Path) -> Path:
        """Write the file with the tokens."""
        file = folder / "stores.txt"
        file.touch(mode=0o600)
        file.write_text("".join(f"{store_id} {token}\n" for store_id, token in self.tokens.items()))
        return file

    def start(self, url: str, base_url: str, folder: Path, name: str = "worker") -> ChildProcess:
        """Start a process, whose slices are noted in a file of this name."""
        tokens = folder / "stores.txt"
        return start_process(PROGRAM, url, base_url, str(tokens), str(folder / name), cwd=folder)


class Database:
    """The database of a mirror and of jobs, without the mirror."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def execute(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def jobs(self) -> list[tuple[str, str]]:
        """The tasks and states of all jobs that wake up stores."""
        return self.execute(
            "SELECT task_name || ' ' || coalesce(args ->> 'store_id', ''), status::text FROM procrastinate_jobs "
            "WHERE task_name = 'ecwid.sync_store' ORDER BY id"
        )

    def now(self) -> float:
        return float(self.execute("SELECT extract(epoch FROM clock_timestamp())")[0][0])

    def schedule(self, column: str) -> dict[int, Any]:
        return dict(self.execute(f"SELECT store_id, {column} FROM ecwid_store_schedule ORDER BY store_id"))

    def texts(self) -> str:
        """Everything in the database, as text."""
        tables = self.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        found = []
        for (table,) in tables:
            found.append(table)
            for (row,) in self.execute(f'SELECT row_to_json(each)::text FROM "{table}" AS each'):
                found.append(row)
            columns = self.execute(
                f"SELECT attname FROM pg_attribute WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 "
                "AND atttypid = 'bytea'::regtype AND NOT attisdropped"
            )
            for (column,) in columns:
                found += [
                    bytes(value).decode(errors="replace")
                    for (value,) in self.execute(f'SELECT {column} FROM "{table}"')
                    if value
                ]
        return "\n".join(found)

    def differences(self, shops: Shops) -> list[str]:
        """How the mirror differs from the stores as they are now."""
        found = []
        for store_id in shops.tokens:
            for section in SECTIONS:
                rows = self.execute(
                    f"SELECT id, document FROM ecwid_{section} WHERE store_id = {store_id} AND deleted_at IS NULL"
                )
                mirrored = {item_id: json.loads(bytes(document)) for item_id, document in rows}
                items = shops.items(store_id, section)
                found += [
                    f"{section} {item_id} of {store_id}: {mirrored.get(item_id)} instead of {items.get(item_id)}"
                    for item_id in sorted(items.keys() | mirrored.keys())
                    if items.get(item_id) != mirrored.get(item_id)
                ]
        return found

    async def wait_for_rounds(self, shops: Shops, count: int = 1, *, seconds: float = 120.0) -> None:
        """Wait until each store has had so many complete rounds that have begun from now on."""
        for _ in range(count):
            since = self.now()

            def is_done(since: float = since) -> bool:
                starts = self.schedule("completed_start")
                return len(starts) == len(shops.tokens) and all(start and start > since for start in starts.values())

            await wait_until(is_done, seconds=seconds)


async def wait_until(condition: Callable[[], object], *, seconds: float = 120.0) -> None:
    """Wait until a condition holds. `seconds` is for a test that fails."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"timed out waiting for {condition}"
        await asyncio.sleep(0.05)
