"""Jobs are only wake-ups: bounded, one per store, and finished for a worker that has died."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from procrastinate.jobs import Job, Status

from ecwid_async import ConfigError
from ecwid_async.errors import EcwidError
from ecwid_async.jobs import Connector, cron_of, prepare_tables
from ecwid_async.sync.database import PostgreSQL, find_backend
from ecwid_async.sync.fleet import Fleet
from ecwid_async.sync.worker.jobs import FleetJobs
from ecwid_async.sync.worker.settings import WorkerSettings
from tests.sync.worker.shops import WORKER, Database, Shops, wait_until


@asynccontextmanager
async def open_connector(url: str) -> AsyncIterator[Connector]:
    backend = find_backend(url)
    assert isinstance(backend, PostgreSQL)
    connector = Connector(backend, connections=2)
    await connector.open_async()
    try:
        yield connector
    finally:
        await connector.close_async()


async def raise_error(kind: str, error: EcwidError | OSError) -> None:
    raise error


def jobs_of(fleet: Fleet, connector: Connector, settings: WorkerSettings = WORKER) -> FleetJobs:
    return FleetJobs(fleet, connector, settings, on_error=raise_error, on_lost=lambda: None)


async def fetch(jobs: FleetJobs) -> tuple[Job | None, int]:
    """Fetch a job as a worker of its own."""
    manager = jobs.app.job_manager
    worker_id = await manager.register_worker()
    return await manager.fetch_job([jobs.queue], worker_id), worker_id


def kill(database: Database, worker_id: int) -> None:
    """Do as if a worker had sent no heartbeat for long."""
    database.execute(
        f"UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = {worker_id}"
    )


async def test_a_worker_that_was_killed_while_the_successor_of_its_job_is_queued(url: str) -> None:
    """`retry_job` of Procrastinate would fail, and the store would be locked for ever (procrastinate #1446)."""
    shops, database = Shops(1), Database(url)
    async with shops.worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await worker.fleet.refresh()
        assert await jobs.enqueue(1003)
        killed, worker_id = await fetch(jobs)
        assert killed is not None
        assert await jobs.enqueue(1003)
        assert not await jobs.enqueue(1003)  # one that waits is enough
        assert (await fetch(jobs))[0] is None  # the lock
        kill(database, worker_id)
        await jobs.rescue()
        assert database.jobs() == [("ecwid.sync_store 1003", "todo")]
        successor, _ = await fetch(jobs)
        assert successor is not None
        assert successor.id != killed.id


async def test_a_worker_that_was_stopped_and_continued_does_not_free_the_lock_of_its_replacement(url: str) -> None:
    shops, database = Shops(1), Database(url)
    async with shops.worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await jobs.enqueue(1003)
        stopped, worker_id = await fetch(jobs)
        assert stopped is not None
        kill(database, worker_id)
        await jobs.rescue()
        await jobs.enqueue(1003)
        replacement, _ = await fetch(jobs)
        assert replacement is not None
        await jobs.app.job_manager.finish_job(stopped, Status.SUCCEEDED, delete_job=True)
        assert database.jobs() == [("ecwid.sync_store 1003", "doing")]
        await jobs.enqueue(1003)
        assert (await fetch(jobs))[0] is None


async def test_a_rescue_that_was_killed_itself_is_rescued(url: str) -> None:
    shops, database = Shops(1), Database(url)
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status) VALUES "
        "('ecwid_default', 'ecwid.rescue', NULL, 'ecwid_default:ecwid.rescue', '{}', 'doing'),"
        "('ecwid_default', 'ecwid.refresh', 'ecwid_default:refresh', 'ecwid_default:ecwid.refresh', '{}', 'doing'),"
        "('ecwid_default', 'ecwid.sync_store', 'ecwid_store:1003', 'ecwid_default:store:1003', "
        "'{\"store_id\": 1003}', 'doing')"
    )
    async with shops.running(url):
        await database.wait_for_rounds(shops)
        await wait_until(lambda: database.execute("SELECT * FROM procrastinate_jobs WHERE id <= 3") == [])


async def test_jobs_of_others_are_left_alone(url: str) -> None:
    database = Database(url)
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('mail', 'send', '{}', 'doing')"
    )
    async with Shops(1).worker(url) as worker, open_connector(url) as connector:
        await jobs_of(worker.fleet, connector).rescue()
    assert database.execute("SELECT queue_name, status::text FROM procrastinate_jobs") == [("mail", "doing")]


async def test_no_more_jobs_wait_than_the_workers_can_take_and_the_longest_due_come_first(url: str) -> None:
    shops, database = Shops(1), Database(url)
    async with shops.worker(url, stores=range(2000, 2150)) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await worker.fleet.refresh()
        database.execute("UPDATE ecwid_store_schedule SET due_at = due_at - (store_id - 2000)")
        await jobs.enqueue_due()
        # A hundred for a second of one worker.
        assert [name for name, _ in database.jobs()] == [f"ecwid.sync_store {2149 - nth}" for nth in range(100)]
        await jobs.enqueue_due()
        assert len(database.jobs()) == 100
        job, _ = await fetch(jobs)
        assert job is not None
        assert job.task_kwargs == {"store_id": 2149}
        await jobs.app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
        # The job did nothing, so the store is still due, and comes after all that waited before.
        await jobs.enqueue_due()
        names = [name for name, _ in database.jobs()]
        assert (len(names), names[0], names[99]) == (100, "ecwid.sync_store 2148", "ecwid.sync_store 2149")


async def test_a_store_that_continues_comes_after_those_that_are_due_for_longer(url: str) -> None:
    shops, database = Shops(3), Database(url)
    async with shops.worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await worker.fleet.refresh()
        worker.fleet.stop()  # each slice pauses as soon as it can
        await jobs.enqueue(1003)
        job, _ = await fetch(jobs)
        assert job is not None
        await jobs.sync_store(1003)
        assert database.schedule("condition")[1003] == "continues"
        await jobs.app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
    assert [name for name, _ in database.jobs()] == [f"ecwid.sync_store {store}" for store in (1004, 1005, 1003)]


async def test_enqueuing_that_takes_longer_than_its_interval_is_not_begun_a_second_time(url: str) -> None:
    database = Database(url)
    async with Shops(1).worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await worker.fleet.refresh()
        async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "")) as other:
            await other.execute("LOCK TABLE ecwid_store_schedule")
            first = asyncio.create_task(jobs.enqueue_due())
            await asyncio.sleep(0)
            await asyncio.wait_for(jobs.enqueue_due(), 10)
            assert not first.done()
        await first
    assert [name for name, _ in database.jobs()] == ["ecwid.sync_store 1003"]


async def test_a_job_of_a_store_that_is_not_due_does_nothing(url: str) -> None:
    shops = Shops(1)
    shops.sandbox.requests.clear()
    async with shops.worker(url) as worker, open_connector(url) as connector:
        await jobs_of(worker.fleet, connector).sync_store(1003)
    assert shops.requests(1003) == 0


async def test_a_worker_that_counts_as_dead_gets_no_job(url: str) -> None:
    async with Shops(1).worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await jobs.enqueue(1003)
        with pytest.raises(Exception, match="it counted as dead"):
            await jobs.app.job_manager.fetch_job([jobs.queue], 4711)


async def test_nothing_of_jobs_belongs_to_the_session_so_that_a_pooler_may_change_it(url: str) -> None:
    async with Shops(1).worker(url) as worker, open_connector(url) as connector:
        jobs = jobs_of(worker.fleet, connector)
        await worker.fleet.refresh()
        for _ in range(10):  # psycopg would prepare a statement at its fifth execution
            await jobs.enqueue_due()
            await jobs.rescue()
        checks = (
            "SELECT count(*) AS found FROM pg_prepared_statements",
            "SELECT count(*) AS found FROM pg_listening_channels()",
            "SELECT count(*) AS found FROM pg_locks WHERE locktype = 'advisory'",
            "SELECT count(*) AS found FROM pg_settings WHERE source = 'session' AND name <> 'application_name'",
        )
        assert [(await connector.execute_query_one_async(check))["found"] for check in checks] == [0, 0, 0, 0]


async def test_many_workers_create_the_tables_at_the_same_time(postgresql_url: str) -> None:
    async def prepare() -> None:
        async with open_connector(postgresql_url) as connector:
            await prepare_tables(connector)

    await asyncio.gather(*(prepare() for _ in range(4)))
    assert Database(postgresql_url).execute("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_tables_of_another_version_are_refused(postgresql_url: str) -> None:
    async with open_connector(postgresql_url) as connector:
        await prepare_tables(connector)
        Database(postgresql_url).execute("DROP FUNCTION procrastinate_fetch_job_v2")
        with pytest.raises(ConfigError, match="procrastinate_fetch_job_v2 are missing"):
            await prepare_tables(connector)


@pytest.mark.parametrize(
    ("interval", "cron"),
    [
        (1.0, "* * * * * */1"),
        (2.4, "* * * * * */2"),
        (60.0, "*/1 * * * *"),
        (300.0, "*/5 * * * *"),
        (7200.0, "0 */2 * * *"),
    ],
)
def test_intervals_of_periodic_jobs(interval: float, cron: str) -> None:
    assert cron_of(interval) == cron
