"""The file of an inbox: who can read it, what else it may be, and what happens when it fails."""

import asyncio
import os
import pickle
import sqlite3
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ecwid_async import ConfigError
from ecwid_async.apps import InboxError, NotRetryable
from ecwid_async.apps.inbox import ClaimedEvents, InboxSettings, SQLiteInbox, StoredEvent
from ecwid_async.apps.inbox.table import EventTable
from tests.apps.inbox.clock import Recorder, new_event

SETTINGS = InboxSettings(poll_interval=0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.db"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def fails(inbox: SQLiteInbox, number: int = 1, body: bytes = b"{}") -> InboxError:
    with pytest.raises(InboxError) as caught:
        await inbox.put(new_event(number, body=body))
    assert caught.value.status == 503
    assert pickle.loads(pickle.dumps(caught.value)).problem == caught.value.problem
    return caught.value


@pytest.mark.skipif(os.name != "posix", reason="file modes")
async def test_only_the_user_can_read_the_files(path: Path) -> None:
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(1))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == dict.fromkeys(["inbox.db", "inbox.db-shm", "inbox.db-wal"], 0o600)


async def test_a_body_is_deleted_when_its_event_is_handled_and_when_a_dead_one_is_deleted(path: Path) -> None:
    body = b'{"data": {"customerEmail": "ann@example.com"}}'

    async def give_up_on_the_second(group: ClaimedEvents) -> None:
        if group.event_ids == ("event-2",):
            raise NotRetryable("no")

    async with SQLiteInbox(path, SETTINGS) as inbox:

        async def bodies() -> list[bytes]:
            query = "SELECT body FROM events ORDER BY id"
            return await inbox._thread.run(lambda connection: [row[0] for row in connection.execute(query)])

        for number in (1, 2, 3):
            await inbox.put(new_event(number, body=body))
        await inbox.run(give_up_on_the_second, until_idle=True)
        assert await bodies() == [b"", body, b""]
        assert await inbox.delete("all") == 1
        assert await bodies() == [b"", b"", b""]
        assert await inbox.forget(1003) == 3
        assert await bodies() == []


async def test_every_commit_is_synchronized_to_the_disk(path: Path) -> None:
    async with SQLiteInbox(path) as inbox:
        settings = await inbox._thread.run(
            lambda connection: [
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
            ]
        )
    assert settings == ["wal", 2]


async def test_events_survive_the_end_of_the_process(path: Path) -> None:
    recorder = Recorder()
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(1))
    async with SQLiteInbox(str(path)) as inbox:
        assert not await inbox.put(new_event(1))
        await inbox.run(recorder, until_idle=True)
    assert recorder.ids == ["event-1"]


async def test_events_that_are_put_at_once_share_transactions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    insert = EventTable.insert

    def count(table: EventTable, connection: sqlite3.Connection, events: Sequence[StoredEvent]) -> list[bool]:
        sizes.append(len(events))
        return insert(table, connection, events)

    monkeypatch.setattr(EventTable, "insert", count)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(0))
        results = await asyncio.gather(*(inbox.put(new_event(number // 2)) for number in range(400)))
        # Each event was put twice, and one of them before.
        assert results.count(True) == 199
        assert len(sizes) < 40
        assert (await inbox.status()).waiting == 200


@pytest.mark.parametrize("path", ["", ":memory:", "file:inbox.db", "sqlite:///inbox.db"])
def test_what_is_no_path_of_a_file_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match="path of a file"):
        SQLiteInbox(path)


async def test_a_database_of_another_program_is_refused_and_not_changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (id)")
    before = path.read_bytes()
    async with SQLiteInbox(path) as inbox:
        assert (await fails(inbox)).problem == "foreign"
        with pytest.raises(InboxError, match="a file of its own"):
            await inbox.run(Recorder())
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_refused_and_not_changed(path: Path) -> None:
    path.write_bytes(b"some text" * 1000)
    async with SQLiteInbox(path) as inbox:
        assert (await fails(inbox)).problem == "foreign"
    assert path.read_bytes() == b"some text" * 1000


async def test_an_inbox_of_another_version_is_refused(path: Path) -> None:
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    async with SQLiteInbox(path) as inbox:
        error = await fails(inbox)
    assert error.problem == "version"
    assert "another version of ecwid_async" in str(error)


@pytest.mark.skipif(os.name != "posix", reason="links")
async def test_a_link_is_not_followed(path: Path) -> None:
    target = path.with_name("target")
    target.touch()
    path.symlink_to(target)
    async with SQLiteInbox(path) as inbox:
        assert (await fails(inbox)).problem == "read_only"
    assert target.read_bytes() == b""


async def test_a_missing_folder_is_reported_and_the_inbox_works_once_it_exists(path: Path) -> None:
    path = path.parent / "missing" / "inbox.db"
    async with SQLiteInbox(path) as inbox:
        assert (await fails(inbox)).problem == "unavailable"
        path.parent.mkdir()
        assert await inbox.put(new_event(1))


async def test_a_full_inbox_refuses_events_and_works_again_once_some_are_handled(path: Path) -> None:
    recorder = Recorder()
    async with SQLiteInbox(path, SETTINGS, max_bytes=1024 * 1024) as inbox:
        stored = 0
        error = None
        while error is None:
            try:
                await inbox.put(new_event(stored, body=b"x" * 50_000))
                stored += 1
            except InboxError as caught:
                error = caught
        assert error.problem == "full"
        assert "max_bytes" in str(error)
        assert (await inbox.status()).waiting == stored
        await inbox.run(recorder, until_idle=True)
        assert len(recorder.ids) == stored
        assert await inbox.put(new_event(stored, body=b"x" * 50_000))


async def test_all_events_of_a_full_inbox_are_handled_and_retried(path: Path) -> None:
    """Small events leave no room: their claims and errors need some more."""
    attempts: dict[str, int] = {}

    async def handle(events: ClaimedEvents) -> None:
        (event,) = events.events
        attempts[event.event_id] = event.attempts
        if event.attempts == 1:
            raise ValueError("x" * 200)

    settings = InboxSettings(poll_interval=0.01, stores_at_once=1000)
    async with SQLiteInbox(path, settings, max_bytes=1024 * 1024, random=lambda: 0.0) as inbox:
        results: list[object] = [True]
        stored = 0
        while all(result is True for result in results):
            puts = (inbox.put(new_event(stored + each, store=each + 1, body=b"x" * 900)) for each in range(200))
            results = await asyncio.gather(*puts, return_exceptions=True)
            stored += results.count(True)
        # A put that fails must not keep a claim from being stored, either.
        run = asyncio.create_task(inbox.run(handle, until_idle=True))
        await asyncio.gather(
            *(inbox.put(new_event(100_000 + each, store=9999)) for each in range(500)), return_exceptions=True
        )
        await run
        status = await inbox.status()
        assert status.handled == len(attempts) >= stored
        assert set(attempts.values()) == {2}


async def test_an_inbox_that_is_locked_refuses_events_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.sqlite._LOCK_TIMEOUT", 0.05)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(0))
        with locked(path):
            assert (await fails(inbox)).problem == "locked"
        assert await inbox.put(new_event(1))


async def test_a_short_lock_is_waited_for(path: Path) -> None:
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(0))
        with locked(path):
            task = asyncio.create_task(inbox.put(new_event(1)))
            await asyncio.wait([task], timeout=0.05)
            assert not task.done()
        assert await task


async def test_a_damaged_file_is_reported_and_ends_the_run(path: Path) -> None:
    async with SQLiteInbox(path) as inbox:
        for number in range(100):
            await inbox.put(new_event(number, body=b"x" * 1000))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    async with SQLiteInbox(path, SETTINGS) as inbox:
        assert (await fails(inbox, 1000)).problem == "damaged"
        with pytest.raises(InboxError, match="damaged"):
            await inbox.run(Recorder())


async def test_a_file_that_was_deleted_is_not_written_any_more(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.database_thread._CHECK_INTERVAL", 0.0)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(1))
        for each in path.parent.iterdir():
            each.unlink()
        await inbox.put(new_event(2))
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT event_id FROM events").fetchall() == [("event-2",)]


async def test_too_many_waiting_events_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.database_thread._MAX_WAITING", 10)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(0))
        with locked(path):
            tasks = [asyncio.create_task(inbox.put(new_event(number))) for number in range(30)]
            await asyncio.wait(tasks, timeout=0.05)
        results = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [each for each in results if isinstance(each, InboxError)]
    assert {each.problem for each in refused} == {"busy"}
    assert 15 <= len(refused) <= 20
    assert results[0] is False
    assert results.count(True) == 29 - len(refused)


async def test_bodies_that_wait_to_be_stored_are_limited_in_total(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.embedded._MAX_WAITING_BYTES", 10_000)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(new_event(0))
        with locked(path):
            tasks = [asyncio.create_task(inbox.put(new_event(number, body=b"x" * 4_000))) for number in range(1, 4)]
            await asyncio.wait(tasks, timeout=0.05)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[:2] == [True, True]
        assert isinstance(results[2], InboxError)
        assert await inbox.put(new_event(3, body=b"x" * 4_000))


async def test_many_processes_and_threads_may_create_the_file_at_once(path: Path) -> None:
    inboxes = [SQLiteInbox(path) for _ in range(8)]
    results = await asyncio.gather(*(inbox.put(new_event(1)) for inbox in inboxes))
    for inbox in inboxes:
        await inbox.aclose()
    assert results.count(True) == 1


async def test_a_closed_inbox_has_no_thread_and_can_be_used_again(path: Path) -> None:
    inbox = SQLiteInbox(path)
    before = set(threading.enumerate())
    await inbox.put(new_event(1))
    (thread,) = (each for each in set(threading.enumerate()) - before if each.name == "ecwid inbox")
    await inbox.aclose()
    await inbox.aclose()
    thread.join(10)
    assert not thread.is_alive()
    assert await inbox.put(new_event(2))
    await inbox.aclose()


async def test_events_may_be_put_while_the_inbox_is_closed(path: Path) -> None:
    inbox = SQLiteInbox(path)
    for number in range(20):
        await asyncio.gather(inbox.put(new_event(number)), inbox.aclose(), inbox.put(new_event(100 + number)))
    assert (await inbox.status()).waiting == 40
    await inbox.aclose()


def test_several_event_loops_may_use_one_inbox(path: Path) -> None:
    inbox = SQLiteInbox(path)

    def put(number: int) -> None:
        asyncio.run(inbox.put(new_event(number)))  # type: ignore[arg-type]

    put(0)
    threads = [threading.Thread(target=put, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asyncio.run(inbox.status()).waiting == 5
    asyncio.run(inbox.aclose())


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_opens_the_file_anew(path: Path) -> None:
    inbox = SQLiteInbox(path)
    asyncio.run(inbox.put(new_event(0)))  # type: ignore[arg-type]
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(inbox.put(new_event(1)))  # type: ignore[arg-type]
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert asyncio.run(inbox.status()).waiting == 2
    asyncio.run(inbox.aclose())
