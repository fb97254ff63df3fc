"""What a slice costs on Procrastinate, compared with `Fleet` in one process: CPU, transactions and WAL of PostgreSQL.

A pass is one quiet round of each of many stores, each a single request to a sandbox in this process. The difference is
the jobs: enqueue, fetch, finish, and the periodic ones meanwhile. On a busy machine it drowns in the noise, so the jobs
are measured alone as well. `python -m benchmarks.fleet.worker_overhead` prints a table.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
from attrs import frozen
from procrastinate.jobs import Status
from sqlalchemy.engine import make_url

from benchmarks.harness.postgresql import run_postgresql
from benchmarks.harness.report import Grid, parse_arguments, print_report
from ecwid_async import Ecwid
from ecwid_async.jobs import Connector, prepare_tables
from ecwid_async.sandbox import Sandbox
from ecwid_async.sync import Fleet, FleetEvent, FleetSettings, Mirror, SliceEnded, Worker, WorkerSettings
from ecwid_async.sync.database import PostgreSQL, find_backend
from ecwid_async.sync.worker.jobs import FleetJobs
from ecwid_async.tokens import MemoryTokens

__all__ = ["PassCost", "measure_jobs", "measure_overhead"]

FLEET, WORKER = "Fleet in one process", "Worker on Procrastinate"
_FIRST_STORE: Final = 1003
# Nothing is due by itself meanwhile.
_SETTINGS: Final = FleetSettings(every=24 * 3600.0, slice=3600.0, stores_at_once=20)


@frozen(kw_only=True)
class PassCost:
    """What a pass costs, per store. `seconds` is the duration of the whole pass.

    `client_ms` and `server_ms` are CPU time, of this process with the sandbox, and of PostgreSQL. `wal` is in bytes.
    """

    client_ms: float
    server_ms: float
    transactions: float
    wal: float
    seconds: float


async def measure_overhead(url: str, *, stores: int, rounds: int) -> dict[str, list[PassCost]]:
    """Run `rounds` passes over `stores` quiet stores with each of the two, in turn, in the empty database of `url`."""
    sandbox = Sandbox(requests_per_minute=None)
    tokens = {store_id: f"secret_{store_id}" for store_id in range(_FIRST_STORE, _FIRST_STORE + stores)}
    for store_id, token in tokens.items():
        sandbox.add_store(store_id, token=token)
    costs: dict[str, list[PassCost]] = {FLEET: [], WORKER: []}
    async with Mirror(url) as mirror, Ecwid(transport=sandbox, tokens=MemoryTokens(tokens), quota=None) as ecwid:
        ended = asyncio.Semaphore(0)

        def count(event: FleetEvent) -> None:
            if isinstance(event, SliceEnded):
                assert event.result.outcome == "ok", event
                ended.release()

        async def one_pass(fleet: Fleet) -> None:
            await fleet.wake(*tokens)
            for _ in tokens:
                await ended.acquire()

        def new_fleet() -> Fleet:
            return Fleet(mirror, ecwid, list(tokens), settings=_SETTINGS, only=["products"], on_event=count)

        # The first passes read everything.
        for _ in range(2):
            await new_fleet().sync()
        ended = asyncio.Semaphore(0)
        for _ in range(rounds):
            fleet = new_fleet()
            await _run_beside(fleet.watch, fleet.stop, partial(one_pass, fleet), costs[FLEET], url, stores)
            worker = Worker(new_fleet())
            await _run_beside(worker.run, worker.stop, partial(one_pass, worker.fleet), costs[WORKER], url, stores)
    return costs


async def measure_jobs(url: str, *, count: int) -> PassCost:
    """Enqueue, fetch and finish so many jobs one by one, without slices, in the empty database of `url`."""
    backend = find_backend(url)
    assert isinstance(backend, PostgreSQL)
    connector = Connector(backend, connections=1)
    async with Mirror(url) as mirror, Ecwid(transport=Sandbox(), quota=None) as ecwid:
        await connector.open_async()
        await prepare_tables(connector)
        fleet = Fleet(mirror, ecwid, [_FIRST_STORE])
        jobs = FleetJobs(fleet, connector, WorkerSettings(), on_error=_raise, on_lost=lambda: None)
        manager = jobs.app.job_manager
        worker_id = await manager.register_worker()
        before, started = _Counters.read(url), time.perf_counter()
        for store_id in range(_FIRST_STORE, _FIRST_STORE + count):
            await jobs.enqueue(store_id)
            job = await manager.fetch_job([jobs.queue], worker_id)
            assert job is not None
            await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
        seconds = time.perf_counter() - started
        after = _Counters.read(url)
        await manager.unregister_worker(worker_id)
        await connector.close_async()
    return _cost(before, after, count, seconds)


async def _raise(kind: str, error: Exception) -> None:
    raise error


async def _run_beside(
    run: Callable[[], Awaitable[None]],
    stop: Callable[[], None],
    one_pass: Callable[[], Awaitable[None]],
    costs: list[PassCost],
    url: str,
    stores: int,
) -> None:
    running = asyncio.ensure_future(run())
    await asyncio.sleep(2.0)  # the list of the stores has been read
    before, started = _Counters.read(url), time.perf_counter()
    await one_pass()
    seconds = time.perf_counter() - started
    after = _Counters.read(url)
    stop()
    await running
    costs.append(_cost(before, after, stores, seconds))


def _cost(before: "_Counters", after: "_Counters", count: int, seconds: float) -> PassCost:
    return PassCost(
        client_ms=1000 * (after.client - before.client) / count,
        server_ms=1000 * (after.server - before.server) / count,
        transactions=(after.transactions - before.transactions) / count,
        wal=(after.wal - before.wal) / count,
        seconds=seconds,
    )


@frozen(kw_only=True)
class _Counters:
    """CPU seconds of this process and of PostgreSQL, transactions, and bytes of WAL, since they began."""

    client: float
    server: float
    transactions: int
    wal: int

    @classmethod
    def read(cls, url: str) -> "_Counters":
        time.sleep(1.1)  # processes of PostgreSQL report their transactions once a second
        client = time.process_time()
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute(
                "SELECT sum(xact_commit + xact_rollback)::bigint, "
                "(SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint) FROM pg_stat_database"
            ).fetchone()
        assert row is not None
        return cls(client=client, server=_server_cpu(), transactions=row[0], wal=row[1])


def _server_cpu() -> float:
    """The CPU seconds of the processes of PostgreSQL that descend from this one, also of those that have ended."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name == "postgres" and _is_ours(folder):
            fields = rest.split()
            total += sum(int(value) for value in fields[11:15]) / ticks
    return total


def _is_ours(folder: Path) -> bool:
    try:
        return (folder / "cwd").resolve() == Path(os.environ["BENCHMARK_POSTGRESQL"]).resolve()
    except (OSError, KeyError):
        return True


def _row(cost: PassCost, count: int) -> list[float | str]:
    return [cost.client_ms, cost.server_ms, cost.transactions, cost.wal, count / cost.seconds]


def main() -> None:
    """Print the costs."""
    arguments = parse_arguments(__doc__)
    stores, rounds = (10, 1) if arguments.quick else (60, 3)
    with run_postgresql() as url:
        os.environ["BENCHMARK_POSTGRESQL"] = str(make_url(url).query["host"])
        jobs = asyncio.run(measure_jobs(url, count=10 * stores))
        costs = asyncio.run(measure_overhead(url, stores=stores, rounds=rounds))
    columns = ("client CPU ms", "PostgreSQL CPU ms", "transactions", "WAL bytes", "per second")
    rows: dict[str, list[float | str]] = {"a job alone: enqueue, fetch, finish": _row(jobs, 10 * stores)}
    for name, passes in costs.items():
        best = min(passes, key=lambda cost: cost.client_ms + cost.server_ms)
        rows[f"a quiet round: {name}"] = _row(best, stores)
    grid = Grid(f"{stores} stores, the best of {rounds} passes", columns, rows)
    print_report("fleet.worker_overhead", [], [], grids=[grid], as_json=arguments.json)


if __name__ == "__main__":
    main()
