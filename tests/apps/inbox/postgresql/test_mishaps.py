"""Functions that are not what they should be, databases with other settings, and a server that does not respond."""

import asyncio
from typing import Any

import psycopg
import pytest

from ecwid_async.apps import NotRetryable
from ecwid_async.apps.errors import InboxError
from ecwid_async.apps.inbox import InboxSettings
from ecwid_async.apps.inbox.postgresql import PostgreSQLInbox
from ecwid_async.apps.inbox.postgresql.database import InboxDatabase
from tests.apps.inbox.clock import new_event
from tests.postgresql import PostgreSQL

SETTINGS = InboxSettings(lease=3.0, poll_interval=0.05, grace=0.1)


async def test_what_a_call_of_a_handler_raises_is_an_error_of_the_handler(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(group: Any) -> Any:  # not asynchronous
        raise NotRetryable("no order of jane@example.com")

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1))
        await inbox.run(handle, until_idle=True)
        (dead,) = [event async for event in inbox.dead()]
    assert (dead.error_class, dead.attempts) == ("NotRetryable", 1)
    assert "jane" not in caplog.text + dead.error_message


async def test_an_error_of_coalesces_ends_the_run_and_not_only_the_job(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def coalesces(event_type: str) -> bool:
        raise LookupError(event_type)

    async def handle(group: Any) -> None:
        raise AssertionError

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1))
        with pytest.raises(InboxError, match="LookupError"):
            await inbox.run(handle, coalesces=coalesces, until_idle=True)
        assert (await inbox.status()).waiting == 1
    assert not [record for record in caplog.records if record.name.startswith("procrastinate")]


async def test_a_run_ends_although_the_server_does_not_respond(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.postgresql.inbox_run._END_TIMEOUT", 0.2)
    monkeypatch.setattr("ecwid_async.apps.inbox.postgresql.store_handler._MARK_DELAYS", (0.01, 0.05))
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def handle(group: Any) -> None:
        begun.set()
        await may_end.wait()

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(handle))
        await begun.wait()
        with psycopg.connect(url.replace("+psycopg", "")) as blocker:
            blocker.execute("LOCK TABLE ecwid_inbox_events, procrastinate_jobs, procrastinate_workers")
            inbox.stop()
            may_end.set()
            async with asyncio.timeout(20):
                await run
        # The next run continues.
        async with asyncio.timeout(20):
            while (await inbox.status()).handled == 0:
                await inbox.run(handle, until_idle=True)
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_lacks_characters_is_refused(postgresql_server: PostgreSQL, encoding: str) -> None:
    name = f"in_{encoding.lower()}"
    await postgresql_server.execute(
        f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    async with PostgreSQLInbox(postgresql_server.url(name)) as inbox:
        with pytest.raises(InboxError, match=f"encoding {encoding}.*UTF8"):
            await inbox.put(new_event(1))


async def test_the_encoding_of_the_environment_does_not_count(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    handled = []

    async def handle(group: Any) -> None:
        handled.append(group.entity_id)

    async with PostgreSQLInbox(url, SETTINGS) as inbox:
        await inbox.put(new_event(1, entity="漢"))
        await inbox.run(handle, until_idle=True)
    assert handled == ["漢"]


async def test_processes_that_start_at_once_create_the_tables_once_in_any_isolation(
    postgresql_server: PostgreSQL,
) -> None:
    await postgresql_server.execute("CREATE DATABASE strict")
    await postgresql_server.execute("ALTER DATABASE strict SET default_transaction_isolation = 'serializable'")
    inboxes = [PostgreSQLInbox(postgresql_server.url("strict")) for _ in range(6)]
    found = await asyncio.gather(*(inbox.status() for inbox in inboxes))
    assert [status.waiting for status in found] == [0] * 6
    for inbox in inboxes:
        await inbox.aclose()


def test_a_server_that_is_gone_is_not_waited_for_a_quarter_of_an_hour() -> None:
    assert InboxDatabase("postgresql://h/d").connection_arguments()["tcp_user_timeout"] == 15_000
    changed = InboxDatabase("postgresql://h/d?tcp_user_timeout=5000").connection_arguments()
    assert changed["tcp_user_timeout"] == "5000"
