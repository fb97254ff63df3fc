"""Events and their jobs in PostgreSQL: stored at once, one job per store, and beside the jobs of others."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import evolve

from ecwid_async import ConfigError
from ecwid_async.apps.errors import InboxError, NotRetryable
from ecwid_async.apps.inbox import ClaimedEvents, InboxSettings
from ecwid_async.apps.inbox.postgresql import PostgreSQLInbox, put_queue
from ecwid_async.apps.inbox.postgresql.inbox_run import InboxRun
from ecwid_async.apps.inbox.postgresql.put_queue import put_arguments
from ecwid_async.apps.inbox.postgresql.statements import Statements
from tests.apps.inbox.clock import FakeTime, Recorder, new_event
from tests.postgresql import USER_WITH_PASSWORD, PostgreSQL

# Without notifications, all would be handled late.
SETTINGS = InboxSettings(lease=30.0, poll_interval=10.0)
QUICK = InboxSettings(lease=1.0, poll_interval=0.05, first_delay=10.0)


def execute(url: str, statement: str) -> list[Any]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def jobs(url: str) -> list[tuple[str, str]]:
    return execute(url, "SELECT lock, status::text FROM procrastinate_jobs ORDER BY id")


async def until(condition: Callable[[], object], *, timeout: float = 20.0) -> None:  # noqa: ASYNC109
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_waiting_events_of_a_store_share_one_job_under_a_lock_of_the_inbox(url: str) -> None:
    async with PostgreSQLInbox(url) as inbox:
        assert await inbox.put(new_event(1))
        assert await inbox.put(new_event(2))
        assert not await inbox.put(new_event(2))
        assert await inbox.put(new_event(1, store=1004))
        assert jobs(url) == [("ecwid_inbox:1003", "todo"), ("ecwid_inbox:1004", "todo")]
        recorder = Recorder()
        await inbox.run(recorder, until_idle=True)
    assert sorted(recorder.ids) == ["event-1", "event-1", "event-2"]
    # Finished jobs are deleted, workers are forgotten, and so is the body.
    assert jobs(url) == []
    assert execute(url, "SELECT id FROM procrastinate_workers") == []
    assert execute(url, "SELECT DISTINCT body FROM ecwid_inbox_events") == [(b"",)]


async def test_the_body_of_a_dead_event_is_deleted_with_it(url: str) -> None:
    async def give_up(group: ClaimedEvents) -> None:
        raise NotRetryable("no")

    async with PostgreSQLInbox(url) as inbox:
        await inbox.put(new_event(1, body=b'{"data": {"customerEmail": "ann@example.com"}}'))
        await inbox.run(give_up, until_idle=True)
        assert await inbox.delete("all") == 1
    assert execute(url, "SELECT body FROM ecwid_inbox_events") == [(b"",)]


async def test_an_event_that_is_put_many_times_at_once_is_accepted_once(url: str) -> None:
    async with PostgreSQLInbox(url) as first, PostgreSQLInbox(url) as second:
        inboxes = [first, second] * 20
        results = await asyncio.gather(*(inbox.put(new_event(number // 4)) for number, inbox in enumerate(inboxes)))
    assert sum(results) == 10


async def test_events_that_are_put_at_once_share_transactions_and_keep_their_order(url: str) -> None:
    recorder = Recorder()
    async with PostgreSQLInbox(url) as inbox:
        await inbox.put(new_event(0))
        numbers = [*range(150), 5, 7]
        results = await asyncio.gather(*(inbox.put(new_event(number)) for number in numbers))
        assert results == [False, *[True] * 149, False, False]
        written = execute(url, "SELECT count(DISTINCT xmin::text) FROM ecwid_inbox_events")
        assert written[0][0] <= 4
        await inbox.run(recorder, until_idle=True)
    assert recorder.ids == [f"event-{number}" for number in range(150)]


async def test_a_put_that_was_cancelled_while_it_waited_is_not_stored(url: str) -> None:
    async with PostgreSQLInbox(url) as inbox:
        await inbox.status()
        first, second = (asyncio.create_task(inbox.put(new_event(number))) for number in (1, 2))
        third = asyncio.create_task(inbox.put(new_event(3)))
        await asyncio.sleep(0)
        second.cancel()
        assert await first
        assert await third
        with pytest.raises(asyncio.CancelledError):
            await second
        assert (await inbox.status()).waiting == 2
        assert await inbox.put(new_event(2))


@pytest.mark.parametrize(("limit", "size"), [("_MAX_WAITING", 20), ("_MAX_WAITING_BYTES", 20_000)])
async def test_more_events_than_memory_may_hold_are_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, limit: str, size: int
) -> None:
    monkeypatch.setattr(put_queue, limit, size)
    async with PostgreSQLInbox(url) as inbox:
        puts = [inbox.put(new_event(number, body=b"x" * 1000)) for number in range(30)]
        results = await asyncio.gather(*puts, return_exceptions=True)
        refused = [result for result in results if isinstance(result, InboxError)]
        assert results.count(True) == 20
        assert {(error.problem, error.status) for error in refused} == {("busy", 503)}
        # Nothing is lost: Ecwid repeats it.
        assert await inbox.put(new_event(29))


async def test_an_event_whose_job_begins_before_it_is_committed_is_handled_by_this_job(url: str) -> None:
    """It needs no new job, because that one is still waiting when the event is stored."""
    statements = Statements("ecwid_inbox")
    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1))
        async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "")) as connection:
            await connection.execute(statements.put, put_arguments([new_event(2)]))  # type: ignore[call-overload]
            assert execute(url, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]
            recorder = Recorder()
            run = asyncio.create_task(inbox.run(recorder))
            await until(lambda: jobs(url) == [("ecwid_inbox:1003", "doing")])
            await until(lambda: execute(url, "SELECT pid FROM pg_locks WHERE NOT granted"))
            assert recorder.ids == []
            await connection.commit()
        await until(lambda: recorder.ids == ["event-1", "event-2"])
        inbox.stop()
        await run


async def test_an_event_is_handled_at_once_though_the_job_before_it_had_the_lock(url: str) -> None:
    started, may_end = asyncio.Event(), asyncio.Event()
    ids: list[str] = []

    async def handle(group: ClaimedEvents) -> None:
        ids.extend(group.event_ids)
        started.set()
        await may_end.wait()

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        run = asyncio.create_task(inbox.run(handle))
        await inbox.put(new_event(1))
        await started.wait()
        await inbox.put(new_event(2))
        assert jobs(url) == [("ecwid_inbox:1003", "doing"), ("ecwid_inbox:1003", "todo")]
        may_end.set()
        await until(lambda: ids == ["event-1", "event-2"])
        await until(lambda: jobs(url) == [])
        inbox.stop()
        await run


async def test_two_processes_handle_each_store_one_event_at_a_time(url: str) -> None:
    busy: set[int] = set()
    ids: dict[int, list[str]] = {}

    async def handle(group: ClaimedEvents) -> None:
        assert group.store_id not in busy
        busy.add(group.store_id)
        await asyncio.sleep(0.002)
        ids.setdefault(group.store_id, []).extend(group.event_ids)
        busy.discard(group.store_id)

    async with PostgreSQLInbox(url) as acceptor, PostgreSQLInbox(url) as first, PostgreSQLInbox(url) as second:
        runs = [asyncio.create_task(inbox.run(handle)) for inbox in (first, second)]
        for number in range(15):
            await asyncio.gather(*(acceptor.put(new_event(number, store=store)) for store in range(1, 6)))
        await until(lambda: sum(map(len, ids.values())) == 75)
        first.stop()
        second.stop()
        await asyncio.gather(*runs)
        assert (await acceptor.status()).dead == 0
    assert all(found == [f"event-{number}" for number in range(15)] for found in ids.values())


async def test_the_jobs_of_others_are_left_alone(url: str) -> None:
    async with PostgreSQLInbox(url, QUICK) as inbox:
        await inbox.put(new_event(1))
        execute(
            url,
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status) VALUES "
            "('ecwid_default', 'ecwid.sync_store', 'ecwid_store:1003', '{\"store_id\": 1003}', 'doing'),"
            "('ecwid_default', 'ecwid.sync_store', 'ecwid_store:1004', '{\"store_id\": 1004}', 'todo');"
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')",
        )
        recorder = Recorder()
        await inbox.run(recorder, until_idle=True)
        assert recorder.ids == ["event-1"]
        assert jobs(url) == [("ecwid_store:1003", "doing"), ("ecwid_store:1004", "todo")]
        # A worker of the sync that is late keeps its jobs.
        assert execute(url, "SELECT count(*) FROM procrastinate_workers") == [(1,)]


async def test_two_apps_share_a_database(url: str) -> None:
    recorder = Recorder()
    async with PostgreSQLInbox(url) as first, PostgreSQLInbox(url, name="reviews_inbox") as second:
        await first.put(new_event(1))
        await second.put(new_event(1))
        await second.put(new_event(2))
        await first.run(recorder, until_idle=True)
        assert recorder.ids == ["event-1"]
        assert (await second.status()).waiting == 2
    for table in ("reviews_inbox_events", "reviews_inbox_workers"):
        execute(url, f"DROP TABLE {table}")


async def test_a_dead_process_is_replaced_and_what_it_had_claimed_is_repeated(url: str) -> None:
    """Its attempt counts, and from the second one on there is a delay: the event may be what killed it."""
    time, recorder = FakeTime(), Recorder()
    settings = evolve(QUICK, max_attempts=3)
    async with PostgreSQLInbox(url, settings, clock=time, random=lambda: 1.0) as inbox:
        await inbox.put(new_event(1))
        await inbox.put(new_event(2))

        async def die(attempts: int) -> None:
            execute(
                url,
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL;"
                f"UPDATE ecwid_inbox_events SET state = 'claimed', job_id = 1, attempts = {attempts} "
                "WHERE event_id = 'event-1'",
            )

        await die(1)
        await inbox.run(recorder, until_idle=True)
        assert [event.attempts for group in recorder.groups for event in group.events] == [2, 1]
        await inbox.put(new_event(3))
        execute(url, "UPDATE ecwid_inbox_events SET state = 'waiting' WHERE event_id = 'event-1'")
        await die(2)
        await inbox.run(recorder, until_idle=True)
        assert recorder.ids[2:] == ["event-3"]
        time.advance(10.1)
        await inbox.run(recorder, until_idle=True)
        assert recorder.ids[3:] == ["event-1"]
        await inbox.put(new_event(4))
        await die(3)
        await inbox.run(recorder, until_idle=True)
        (dead,) = [each async for each in inbox.dead()]
        assert (dead.event_id, dead.error_class, dead.attempts) == ("event-1", "Interrupted", 3)


async def test_a_process_that_counted_as_dead_marks_nothing_and_cancels_its_handlers(url: str) -> None:
    started, cancelled, recorder = asyncio.Event(), asyncio.Event(), Recorder()

    async def handle(group: ClaimedEvents) -> None:
        if started.is_set():
            await recorder(group)
            return
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            # It does not release the event before it is taken over.
            await until(lambda: recorder.ids == ["event-1"])
            raise

    async with PostgreSQLInbox(url, QUICK) as stopped, PostgreSQLInbox(url, QUICK) as other:
        await stopped.put(new_event(1))
        runs = [asyncio.create_task(stopped.run(handle))]
        await started.wait()
        # As if it had sent no heartbeat for long: a process finishes its job.
        execute(url, "UPDATE procrastinate_jobs SET worker_id = NULL")
        runs.append(asyncio.create_task(other.run(handle)))
        await until(lambda: recorder.ids == ["event-1"])
        await asyncio.wait_for(cancelled.wait(), 10)
        for inbox in (stopped, other):
            inbox.stop()
        await asyncio.gather(*runs)
        assert recorder.groups[0].events[0].attempts == 2
        assert (await other.status()).handled == 1


async def test_a_process_alone_that_was_stopped_goes_on_with_its_event(url: str) -> None:
    """Nobody has taken it over, so that it need not be handled again."""
    started, may_end, ids = asyncio.Event(), asyncio.Event(), list[str]()

    async def handle(group: ClaimedEvents) -> None:
        started.set()
        await may_end.wait()
        ids.extend(group.event_ids)

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(handle))
        await started.wait()
        # As if the event loop had been blocked.
        execute(url, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        assert inbox._run is not None
        await inbox._run._rescue()
        assert jobs(url) == [("ecwid_inbox:1003", "doing")]
        may_end.set()
        await until(lambda: ids)
        inbox.stop()
        await run
        status = await inbox.status()
    assert ids == ["event-1"]
    assert (status.handled, status.retrying, status.waiting) == (1, 0, 0)


async def test_the_inbox_begins_again_after_an_unexpected_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, failures = Recorder(), iter([RuntimeError("a mistake")])

    async def maintain_once(run: InboxRun) -> None:
        for error in failures:
            raise error
        await original(run)

    original = InboxRun._maintain_once
    monkeypatch.setattr(InboxRun, "_maintain_once", maintain_once)
    async with PostgreSQLInbox(url, QUICK) as inbox:
        run = asyncio.create_task(inbox.run(recorder))
        await inbox.put(new_event(1))
        await until(lambda: recorder.ids == ["event-1"] and next(failures, None) is None)
        inbox.stop()
        await run


async def test_handlers_that_outlast_the_grace_time_are_cancelled_and_their_events_released(url: str) -> None:
    started = asyncio.Event()

    async def hang(group: ClaimedEvents) -> None:
        started.set()
        await asyncio.Event().wait()

    async with PostgreSQLInbox(url, evolve(QUICK, grace=0.05)) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(hang))
        await started.wait()
        inbox.stop()
        await asyncio.wait_for(run, 10)
        status = await inbox.status()
        assert (status.waiting, status.in_progress) == (1, 0)
        # Another process need not search for it.
        assert jobs(url) == [("ecwid_inbox:1003", "todo")]
        recorder = Recorder()
        await inbox.run(recorder, until_idle=True)
        assert recorder.groups[0].events[0].attempts == 1


async def test_a_restart_of_the_server_loses_nothing(url: str, postgresql_server: PostgreSQL) -> None:
    recorder = Recorder()
    async with PostgreSQLInbox(url, QUICK) as inbox:
        run = asyncio.create_task(inbox.run(recorder))
        await inbox.put(new_event(1))
        await until(lambda: recorder.ids == ["event-1"])
        postgresql_server.stop()
        with pytest.raises(InboxError, match="Check that the server runs") as caught:
            await inbox.put(new_event(2))
        assert (caught.value.status, caught.value.problem) == (503, "unavailable")
        postgresql_server.start()
        await inbox.put(new_event(2))
        # The outcome of the first one may be lost, as commits of this server are not durable by default.
        await until(lambda: recorder.ids[-1] == "event-2")
        assert recorder.ids in (["event-1", "event-2"], ["event-1", "event-1", "event-2"])
        inbox.stop()
        await run


async def test_an_event_is_durable_also_if_commits_of_the_server_are_not_by_default(
    url: str, postgresql_server: PostgreSQL
) -> None:
    """The server of the tests has `synchronous_commit=off`, and loses its last second when it crashes."""
    async with PostgreSQLInbox(url) as inbox:
        assert execute(url, "SHOW synchronous_commit") == [("off",)]
        for number in range(20):
            await inbox.put(new_event(number))
        postgresql_server.stop()
        postgresql_server.start()
        assert (await inbox.status()).waiting == 20


async def test_an_event_is_stored_though_the_connections_were_lost_meanwhile(
    url: str, postgresql_server: PostgreSQL
) -> None:
    async with PostgreSQLInbox(url, connections=3) as inbox:
        await asyncio.gather(*(inbox.put(new_event(number)) for number in range(6)))
        await postgresql_server.disconnect_all("inboxes")
        assert await inbox.put(new_event(9))


async def test_a_wrong_password_is_a_clear_error_that_does_not_show_it(url: str, postgresql_server: PostgreSQL) -> None:
    with suppress(Exception):
        await postgresql_server.execute(f"CREATE ROLE {USER_WITH_PASSWORD} LOGIN PASSWORD 'right'")
    inbox = PostgreSQLInbox(url.replace("postgres@", f"{USER_WITH_PASSWORD}:hunter2@"))
    with pytest.raises(InboxError, match="Check the user and the password") as caught:
        await inbox.put(new_event(1))
    assert caught.value.status == 503
    assert "hunter2" not in f"{caught.value} {inbox!r} {inbox._database!r}"
    with pytest.raises(InboxError, match="Check the user and the password"):
        await inbox.run(Recorder(), until_idle=True)


async def test_no_such_database_is_a_clear_error(url: str) -> None:
    with pytest.raises(InboxError, match="Create the database, or correct its name"):
        await PostgreSQLInbox(url.replace("/inboxes", "/nowhere")).status()


@pytest.mark.parametrize(
    "bad", ["", "sqlite:///inbox.db", "postgresql:/x", "postgresql://user:hunter2@[host/b", None, 7]
)
def test_an_invalid_url_is_a_clear_error_that_does_not_show_it(bad: Any) -> None:
    with pytest.raises(ConfigError, match="postgresql://user:password@host/database") as caught:
        PostgreSQLInbox(bad)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("password", ["pass@hunter2", "5/hunter2"])
def test_a_password_that_is_not_encoded_is_an_error_that_does_not_show_it(password: str) -> None:
    with pytest.raises(ConfigError, match="write them as %40 and %2F") as caught:
        PostgreSQLInbox(f"postgresql://user:{password}@host/inbox")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "Inbox", "my inbox", f"{'a' * 36}inbox", "1inbox", "a;--inbox", "ecwid_store", "ecwid_default"]
)
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="name of an inbox"):
        PostgreSQLInbox("postgresql://host/database", name=name)


@pytest.mark.parametrize(
    ("comment", "problem"), [("'ecwid_async inbox, version 99'", "version"), ("'mine'", "foreign"), ("NULL", "foreign")]
)
async def test_tables_of_another_version_or_program_are_refused(url: str, comment: str, problem: str) -> None:
    async with PostgreSQLInbox(url, name="other_inbox") as inbox:
        await inbox.status()
    try:
        execute(url, f"COMMENT ON TABLE other_inbox_events IS {comment}")
        inbox = PostgreSQLInbox(url, name="other_inbox")
        with pytest.raises(InboxError) as caught:
            await inbox.put(new_event(1))
        assert caught.value.problem == problem
        # It does not pass by itself.
        with pytest.raises(InboxError):
            await inbox.run(Recorder())
    finally:
        execute(url, "DROP TABLE other_inbox_events, other_inbox_workers")


async def test_tables_of_another_procrastinate_are_a_clear_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(connector: object) -> None:
        raise ConfigError("the tables of Procrastinate are not those of this version")

    monkeypatch.setattr("ecwid_async.apps.inbox.postgresql.tables.prepare_tables", refuse)
    with pytest.raises(InboxError, match="not those of this version") as caught:
        await PostgreSQLInbox(url).put(new_event(1))
    assert caught.value.problem == "version"


async def test_a_store_that_is_forgotten_while_a_handler_runs_is_forgotten(url: str) -> None:
    async def forget(group: ClaimedEvents) -> None:
        assert await inbox.forget(group.store_id) == 2

    async with PostgreSQLInbox(url) as inbox:
        await inbox.put(new_event(1))
        await inbox.put(new_event(2))
        await inbox.run(forget, until_idle=True)
        status = await inbox.status()
    assert (status.waiting, status.in_progress, status.handled) == (0, 0, 0)


async def test_nothing_belongs_to_the_session_so_that_a_pooler_may_change_it(url: str) -> None:
    """PgBouncer in transaction mode gives each transaction another session."""
    async with PostgreSQLInbox(url, connections=1) as inbox:
        for number in range(10):  # psycopg would prepare a statement at its fifth execution
            await inbox.put(new_event(number))
        await inbox.run(Recorder(), until_idle=True)
        connector = await inbox._connections().open()
        for query in (
            "SELECT name FROM pg_prepared_statements",
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'",
            "SELECT name FROM pg_settings WHERE source = 'session'",
        ):
            assert await connector.execute(query, {}) == []


async def test_what_was_put_before_the_inbox_is_closed_is_stored_and_leaves_no_connection(url: str) -> None:
    inbox = PostgreSQLInbox(url)
    puts = [asyncio.create_task(inbox.put(new_event(number))) for number in range(20)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(inbox.aclose())
    assert await asyncio.gather(*puts) == [True] * 20
    await closing
    connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ecwid_async inbox'"
    await until(lambda: execute(url, connections) == [(0,)])
    assert not await inbox.put(new_event(1))
    await inbox.aclose()


async def test_the_inbox_can_be_used_in_several_event_loops(url: str) -> None:
    inbox = PostgreSQLInbox(url)

    async def put(number: int) -> bool:
        async with inbox:
            return await inbox.put(new_event(number))

    assert await put(1)
    assert await asyncio.to_thread(lambda: asyncio.run(put(2)))
    assert not await put(2)


async def test_the_example_of_the_docs_runs(url: str) -> None:
    page = (Path(__file__).parents[4] / "docs" / "inbox.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```py\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert '"postgresql://shop@db.example.com/shop"' in code
    names: dict[str, Any] = {}
    exec(code.replace('"postgresql://shop@db.example.com/shop"', repr(url)), names)
    async with names["inbox"] as inbox:
        assert (await inbox.status()).waiting == 0
