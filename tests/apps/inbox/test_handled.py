"""Events that are handled exactly once, in a transaction of the application's database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("aiosqlite")
pytest.importorskip("sqlalchemy")

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ecwid_async import ConfigError, Ecwid
from ecwid_async.apps import AlreadyHandled, forget_handled, handled_once
from ecwid_async.sandbox import Sandbox
from tests.apps.inbox.clock import FakeTime

MONTH = 30 * 24 * 3600.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/app.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (note TEXT)"))
    yield engine
    await engine.dispose()


async def write_note(engine: AsyncEngine, note: str, *event_ids: str, store_id: int = 1003) -> None:
    async with handled_once(engine, store_id, event_ids) as connection:
        await connection.execute(text("INSERT INTO notes VALUES (:note)"), {"note": note})


async def read(engine: AsyncEngine, query: str = "SELECT note FROM notes") -> list[object]:
    async with engine.connect() as connection:
        return list((await connection.execute(text(query))).scalars())


async def test_what_a_handler_writes_is_written_once(engine: AsyncEngine) -> None:
    await write_note(engine, "first", "a")
    with pytest.raises(AlreadyHandled):
        await write_note(engine, "second", "a")
    await write_note(engine, "other store", "a", store_id=1004)
    assert await read(engine) == ["first", "other store"]


async def fail(engine: AsyncEngine, *event_ids: str) -> None:
    async with handled_once(engine, 1003, event_ids) as connection:
        await connection.execute(text("INSERT INTO notes VALUES ('lost')"))
        raise ZeroDivisionError


async def test_a_block_that_fails_writes_nothing_and_runs_again(engine: AsyncEngine) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail(engine, "a")
    await write_note(engine, "kept", "a")
    assert await read(engine) == ["kept"]


async def test_coalesced_events_are_skipped_only_if_all_were_handled(engine: AsyncEngine) -> None:
    await write_note(engine, "one", "a")
    await write_note(engine, "two", "a", "b")
    with pytest.raises(AlreadyHandled):
        await write_note(engine, "three", "b", "a")
    assert await read(engine) == ["one", "two"]


@pytest.mark.parametrize("fails", [False, True])
async def test_a_second_transaction_waits_for_the_first_and_runs_only_if_it_failed(
    engine: AsyncEngine, fails: bool
) -> None:
    await write_note(engine, "0", "0")  # the table exists
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with handled_once(engine, 1003, ["a"]) as connection:
            await connection.execute(text("INSERT INTO notes VALUES ('first')"))
            entered.set()
            await may_end.wait()
            if fails:
                raise ZeroDivisionError

    tasks = [asyncio.create_task(first())]
    await entered.wait()
    tasks.append(asyncio.create_task(write_note(engine, "second", "a")))
    _, waiting = await asyncio.wait(tasks, timeout=0.1)
    assert len(waiting) == 2
    may_end.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert await read(engine, "SELECT note FROM notes WHERE note <> '0'") == (["second"] if fails else ["first"])
    assert isinstance(results[1], AlreadyHandled) != fails


async def test_a_cancelled_block_writes_nothing(engine: AsyncEngine) -> None:
    entered = asyncio.Event()

    async def block() -> None:
        async with handled_once(engine, 1003, ["a"]) as connection:
            await connection.execute(text("INSERT INTO notes VALUES ('lost')"))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(block())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    await write_note(engine, "kept", "a")
    assert await read(engine) == ["kept"]


async def test_the_table_is_created_once_by_any_number_of_tasks_and_engines(engine: AsyncEngine) -> None:
    engines = [create_async_engine(engine.url) for _ in range(4)]
    await asyncio.gather(*(write_note(each, "x", str(number)) for number, each in enumerate([*engines, *engines])))
    for each in engines:
        await each.dispose()
    assert await read(engine, "SELECT count(*) FROM notes") == [8]


async def test_old_rows_are_deleted_from_time_to_time(engine: AsyncEngine) -> None:
    time = FakeTime()

    async def record(event_id: str) -> None:
        async with handled_once(engine, 1003, [event_id], clock=time):
            pass

    await record("old")
    time.advance(MONTH / 2)
    await record("newer")
    time.advance(MONTH / 2 + 1)
    await record("new")
    assert sorted(map(str, await read(engine, "SELECT event_id FROM ecwid_handled"))) == ["new", "newer"]
    assert await forget_handled(engine, 1003) == 2


async def test_calls_within_the_transaction_are_refused_and_roll_it_back(engine: AsyncEngine) -> None:
    sandbox = Sandbox()
    sandbox.add_store(1003, token="secret_1003")
    async with Ecwid(transport=sandbox) as ecwid:
        store = ecwid.store(1003, "secret_1003")

        async def handle() -> None:
            async with handled_once(engine, 1003, ["a"]) as connection:
                await connection.execute(text("INSERT INTO notes VALUES ('lost')"))
                await store.profile.get()

        with pytest.raises(RuntimeError, match="within the transaction of an event"):
            await handle()
        await store.profile.get()
    assert await read(engine) == []
    await write_note(engine, "kept", "a")


async def test_a_task_that_outlives_the_transaction_may_make_calls(engine: AsyncEngine) -> None:
    sandbox = Sandbox()
    sandbox.add_store(1003, token="secret_1003")
    may_call = asyncio.Event()
    async with Ecwid(transport=sandbox) as ecwid:

        async def call() -> None:
            await may_call.wait()
            await ecwid.store(1003, "secret_1003").profile.get()

        async with handled_once(engine, 1003, ["a"]):
            task = asyncio.create_task(call())
        may_call.set()
        await task


async def test_no_statement_of_an_engine_in_autocommit_mode_is_committed_by_itself(engine: AsyncEngine) -> None:
    autocommit = create_async_engine(engine.url, isolation_level="AUTOCOMMIT")
    with pytest.raises((ConfigError, ZeroDivisionError)) as caught:
        await fail(autocommit, "a")
    assert isinstance(caught.value, ConfigError) == (engine.dialect.name == "postgresql")
    await autocommit.dispose()
    assert await read(engine) == []
    await write_note(engine, "kept", "a")


async def test_a_driver_that_never_begins_a_transaction_gets_a_real_one(tmp_path: Path) -> None:
    """As in SQLAlchemy's recipe for savepoints, but without its second half."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/app.db")

    @event.listens_for(engine.sync_engine, "connect")
    def switch_off_begin(connection: object, record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (note TEXT)"))
    with pytest.raises(ZeroDivisionError):
        await fail(engine, "a")
    await write_note(engine, "kept", "a")
    assert await read(engine) == ["kept"]
    await engine.dispose()


async def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    class Dialect:
        name = "mysql"

    class Engine:
        dialect = Dialect()
        sync_engine = Dialect()

    with pytest.raises(ConfigError, match="mysql"):
        async with handled_once(Engine(), 1, ["a"]):  # type: ignore[arg-type]
            pass
