"""Opening a database, transactions, and the errors of databases."""

import asyncio
import os
import pickle
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from ecwid_async.errors import ConfigError
from ecwid_async.sync.database.backend import TIMEOUT_SHARES
from ecwid_async.sync.database.database import Database, find_backend
from ecwid_async.sync.database.due_items import add_due, count_due, mark_due
from ecwid_async.sync.database.lease import Lease, take_lease
from ecwid_async.sync.database.state import SectionState, load_section, register_store, save_section
from ecwid_async.sync.errors import DatabaseError, DatabaseFull, DatabaseLocked, DatabaseUnavailable, MirrorError
from tests.cancelling import KINDS, run_cancelled_at
from tests.postgresql import USER_WITH_PASSWORD, PostgreSQL

STORE = 1003
PASSWORD = "swordfish-7"
psycopg = pytest.importorskip("psycopg", reason="needs the extra `postgres`")


async def write_cursor(database: Database, cursor: str) -> None:
    async with database.write() as connection:
        await save_section(connection, database.schema, SectionState(store_id=STORE, section="products", cursor=cursor))


async def stored_cursor(database: Database) -> str | None:
    async with database.read() as connection:
        return (await load_section(connection, database.schema, STORE, "products")).cursor


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://root@localhost/shop", "can't use 'mysql'. Supported are sqlite:///shop.db"),
        ("postgresql+asyncpg://localhost/shop", r"can't use 'postgresql\+asyncpg'"),
        ("postgres://localhost/shop", "can't use 'postgres'"),
        ("shop.db", "not a valid database URL"),
        (f"sqlite:/{PASSWORD}@", "not a valid database URL"),
        ("", "not a valid database URL"),
        (
            f"postgresql://user:pass@{PASSWORD}@localhost/shop",
            "the password in the database URL has an @: write it as %40",
        ),
        (f"postgresql://user:pass@w/{PASSWORD}@localhost/shop", "the password in the database URL has an @"),
        ("sqlite://", "a mirror in memory would be lost"),
        ("sqlite:///:memory:", "a mirror in memory would be lost"),
        ("sqlite:///file:shop.db", "a mirror in memory would be lost"),
        ("sqlite:///shop.db?mode=ro", "a URL of SQLite has only a path"),
        ("sqlite://shop.db", "three slashes before a relative path: sqlite:///shop.db"),
    ],
)
async def test_a_url_that_is_not_supported_is_a_config_error(url, message):
    with pytest.raises(ConfigError, match=message) as caught:
        await Database.open(url)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("library", "url", "extra"),
    [
        ("aiosqlite", "sqlite:///shop.db", "sync"),
        ("psycopg", "postgresql://localhost/shop", "postgres"),
    ],
)
def test_a_missing_extra_is_a_config_error_with_the_command_that_installs_it(monkeypatch, library, url, extra):
    monkeypatch.setattr("ecwid_async.sync.database.database.find_spec", lambda name: None)
    monkeypatch.setattr("ecwid_async.sync.database.postgresql.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=rf"{library}: pip install 'ecwid-async\[{extra}\]'"):
        find_backend(url)


@pytest.mark.parametrize("prefix", ["", "Shop_", "1_", "a-b", "x" * 31, 'a"b', "a.b"])
async def test_a_prefix_that_is_not_a_simple_name_is_refused(sqlite_url, prefix):
    with pytest.raises(ConfigError, match="is not a valid prefix of tables"):
        await Database.open(sqlite_url, prefix=prefix)


async def test_mirrors_with_different_prefixes_share_a_database(empty_database_url):
    async with (
        await Database.open(empty_database_url) as first,
        await Database.open(empty_database_url, prefix="shop2_") as second,
    ):
        await write_cursor(first, "a")
        assert await stored_cursor(second) is None
        await mark_due(second, STORE, "products", [1])


async def test_a_committed_transaction_is_durable_and_a_failed_one_leaves_nothing(database, open_database):
    await write_cursor(database, "a")
    with suppress(ZeroDivisionError):
        async with database.write() as connection:
            state = SectionState(store_id=STORE, section="products", cursor="b")
            await save_section(connection, database.schema, state)
            raise ZeroDivisionError
    assert await stored_cursor(await open_database()) == "a"


async def test_a_cancelled_transaction_leaves_nothing_and_locks_nothing(database, open_database):
    begun = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            state = SectionState(store_id=STORE, section="products", cursor="a")
            await save_section(connection, database.schema, state)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await stored_cursor(database) is None
    await write_cursor(await open_database(), "b")
    await write_cursor(database, "c")
    assert await stored_cursor(database) == "c"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_transaction_can_be_cancelled_at_any_await(database, kind):
    """After each cancellation, the database has the old or the new state, and can be written to."""
    step = 1
    while await run_cancelled_at(step, lambda: write_cursor(database, "new"), kind):
        assert await stored_cursor(database) in ("new", "old", None)
        await write_cursor(database, "old")
        step += 1
    assert step > 5
    assert await stored_cursor(database) == "new"


async def test_a_read_sees_one_state(database, open_database):
    other = await open_database()
    await write_cursor(database, "a")
    async with database.read() as connection:
        first = await load_section(connection, database.schema, STORE, "products")
        await write_cursor(other, "b")
        assert await load_section(connection, database.schema, STORE, "products") == first
    assert await stored_cursor(database) == "b"


async def test_many_tasks_write_one_after_the_other(database):
    async def add_one() -> None:
        async with database.write() as connection:
            state = await load_section(connection, database.schema, STORE, "products")
            await save_section(
                connection,
                database.schema,
                SectionState(store_id=STORE, section="products", late=state.late + 1),
            )

    if database.backend.has_one_writer:
        await asyncio.gather(*(add_one() for _ in range(30)))
        async with database.read() as connection:
            assert (await load_section(connection, database.schema, STORE, "products")).late == 30


async def test_a_transaction_within_a_transaction_is_an_error_instead_of_a_deadlock(sqlite_url):
    async with await Database.open(sqlite_url) as database, database.write():
        with pytest.raises(RuntimeError, match="within another one of the same task"):
            await mark_due(database, STORE, "products", [1])


async def test_the_password_is_in_no_repr_and_no_error(postgresql_server):
    server = postgresql_server.socket_folder
    url = f"postgresql://postgres:{PASSWORD}@/none?host={server}"
    with pytest.raises(DatabaseError, match=r'database "none" does not exist.*Create the database') as caught:
        await Database.open(url)
    shown = f"{caught.value!r} {caught.value} {find_backend(url)!r}"
    error = caught.value
    while error is not None:
        shown += str(error)
        error = error.__cause__
    assert PASSWORD not in shown
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


async def test_an_unknown_user_is_told_to_check_the_user(postgresql_server):
    url = f"postgresql://nobody_at_all@/postgres?host={postgresql_server.socket_folder}"
    with pytest.raises(DatabaseError, match="Check the user and the password") as caught:
        await Database.open(url)
    assert not isinstance(caught.value, DatabaseUnavailable), "another try would not help"


async def test_a_password_among_the_parameters_is_not_shown_either(postgresql_url):
    url = f"{postgresql_url}&password={PASSWORD}&sslpassword={PASSWORD}"
    async with await Database.open(url) as database:
        assert PASSWORD not in repr(database)


async def test_a_closed_database_begins_no_transaction_and_waits_for_the_one_in_progress(sqlite_url):
    database = await Database.open(sqlite_url)
    async with database.write() as connection:
        closing = asyncio.create_task(database.aclose())
        await asyncio.sleep(0)
        with pytest.raises(MirrorError, match="closed meanwhile"):
            async with database.read():
                pass
        await add_due(connection, database.schema, STORE, "products", [1], "hint")
    await closing
    async with await Database.open(sqlite_url) as again, again.read() as connection:
        assert await count_due(connection, again.schema, STORE) == {("products", "hint"): 1}


async def test_a_wrong_password_is_an_error_that_does_not_show_it(postgresql_server, postgresql_url):
    right = postgresql_url.replace("postgres@", f"{USER_WITH_PASSWORD}:{PASSWORD}@")
    wrong = right.replace(PASSWORD, "wrong-password")
    await postgresql_server.execute(f"CREATE ROLE {USER_WITH_PASSWORD} SUPERUSER LOGIN PASSWORD '{PASSWORD}'")
    try:
        with pytest.raises(DatabaseError, match=r"authentication failed.*Check the user and the password") as caught:
            await Database.open(wrong)
        assert "wrong-password" not in str(caught.value)
        async with await Database.open(right) as database:
            assert PASSWORD not in repr(database)
            await write_cursor(database, "a")
    finally:
        await postgresql_server.execute(f"DROP OWNED BY {USER_WITH_PASSWORD}", "empty")
        await postgresql_server.execute(f"DROP ROLE {USER_WITH_PASSWORD}")


async def test_a_wrong_user_is_an_error_that_says_what_to_check(postgresql_server):
    url = postgresql_server.url("postgres", user="nobody_here")
    with pytest.raises(DatabaseError, match=r"PostgreSQL at .*nobody_here"):
        await Database.open(url)


async def test_a_server_that_cannot_be_reached_is_an_error_that_says_so(tmp_path):
    with pytest.raises(DatabaseUnavailable, match="Check that the server runs and can be reached"):
        await Database.open(f"postgresql://postgres:{PASSWORD}@/shop?host={tmp_path}")


@pytest.mark.parametrize("right", ["USAGE", None])
async def test_a_user_who_may_not_create_tables_is_told_so(postgresql_server, postgresql_url, right):
    await postgresql_server.execute("CREATE ROLE visitor LOGIN", "empty")
    if right:
        await postgresql_server.execute(f"GRANT {right} ON SCHEMA public TO visitor", "empty")
    reason = "permission denied" if right else "no schema has been selected"
    with pytest.raises(DatabaseError, match=rf"{reason}.*GRANT USAGE, CREATE ON SCHEMA"):
        await Database.open(postgresql_url.replace("postgres@", "visitor@"))
    await postgresql_server.execute("DROP OWNED BY visitor", "empty")
    await postgresql_server.execute("DROP ROLE visitor", "empty")


async def write_and_be_disconnected(database: Database, server: PostgreSQL) -> None:
    async with database.write() as connection:
        state = SectionState(store_id=STORE, section="products", cursor="b")
        await save_section(connection, database.schema, state)
        await server.disconnect_all("mirror")
        await save_section(connection, database.schema, state)


async def test_a_connection_that_ends_midway_commits_nothing_and_the_next_transaction_works(
    postgresql_server, postgresql_mirror_url
):
    async with await Database.open(postgresql_mirror_url) as database:
        await write_cursor(database, "a")
        with pytest.raises(DatabaseUnavailable, match="Check that the server runs"):
            await write_and_be_disconnected(database, postgresql_server)
        assert await stored_cursor(database) == "a"
        # An idle connection that the server has closed is replaced.
        await postgresql_server.disconnect_all("mirror")
        await write_cursor(database, "c")
        assert await stored_cursor(database) == "c"


async def pause_within_transaction(paused: Database, lease: Lease, other: Database) -> None:
    async with paused.transaction(lease) as connection:
        state = SectionState(store_id=STORE, section="products", cursor="a")
        await save_section(connection, paused.schema, state)
        # Half of the lease otherwise: see below.
        await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        # This waits for the lock of the row, which the paused transaction gives up.
        async with other.write() as waiting:
            await waiting.execute(other.schema.stores.update().values(owner="worker 2"))
        await save_section(connection, paused.schema, state)


async def test_a_transaction_that_stops_gives_up_its_locks_before_its_lease_ends(postgresql_mirror_url):
    async with (
        await Database.open(postgresql_mirror_url) as paused,
        await Database.open(postgresql_mirror_url) as other,
    ):
        await register_store(paused, STORE, "https://app.ecwid.com/api/v3")
        lease = await take_lease(paused, STORE, "worker 1")
        with pytest.raises(DatabaseUnavailable, match="The transaction took longer than its lease allows"):
            await pause_within_transaction(paused, lease, other)
        assert await stored_cursor(other) is None


async def test_a_lock_that_somebody_holds_too_long_is_an_error(postgresql_mirror_url, monkeypatch):
    monkeypatch.setitem(TIMEOUT_SHARES, "lock", 0.001)
    async with (
        await Database.open(postgresql_mirror_url) as other,
        await Database.open(postgresql_mirror_url) as database,
    ):
        await write_cursor(other, "a")
        async with other.write() as connection:
            await save_section(connection, other.schema, SectionState(store_id=STORE, section="products", cursor="b"))
            with pytest.raises(DatabaseLocked, match="Another transaction holds a lock"):
                await write_cursor(database, "c")
        assert await stored_cursor(database) == "b"


async def test_nothing_belongs_to_the_session_so_that_a_pooler_may_change_it(postgresql_mirror_url):
    """PgBouncer in transaction mode gives each transaction another session."""
    changed = "SELECT name FROM pg_settings WHERE source = 'session' AND name <> 'application_name'"
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    async with await Database.open(postgresql_mirror_url) as database:
        await register_store(database, STORE, "https://app.ecwid.com/api/v3")
        lease = await take_lease(database, STORE, "worker")
        async with database.read() as connection:
            before = (await connection.exec_driver_sql(changed)).scalars().all()
        for _ in range(10):  # psycopg would prepare a statement at its fifth execution
            async with database.transaction(lease) as connection:
                await connection.execute(database.schema.stores.select())
                name = (await connection.exec_driver_sql("SHOW application_name")).scalar_one()
                timeout = (await connection.exec_driver_sql("SHOW lock_timeout")).scalar_one()
                idle = (await connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout")).scalar_one()
        assert (name, timeout, idle) == ("ecwid_async", "15s", "30s")
        async with database.read() as connection:
            assert (await connection.exec_driver_sql("SELECT * FROM pg_prepared_statements")).all() == []
            assert (await connection.exec_driver_sql(changed)).scalars().all() == before
            assert (await connection.exec_driver_sql(locks)).scalar_one() == 0
            assert (await connection.exec_driver_sql("SHOW lock_timeout")).scalar_one() == "0"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
async def test_a_new_file_is_readable_only_by_its_owner(sqlite_url):
    path = sqlite_url.removeprefix("sqlite:///")
    async with await Database.open(sqlite_url) as database:
        await write_cursor(database, "a")
        files = [entry for entry in os.scandir(os.path.dirname(path)) if entry.is_file()]
        assert {entry.name for entry in files} == {"shop.db", "shop.db-wal", "shop.db-shm"}
        assert {stat.S_IMODE(entry.stat().st_mode) for entry in files} == {0o600}


async def test_sqlite_is_in_wal_mode_and_waits_for_the_disk(sqlite_url):
    async with await Database.open(sqlite_url) as database, database.read() as connection:
        values = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous")
        ]
    assert values == ["wal", 2]


async def test_a_full_disk_is_an_error_and_nothing_is_lost(sqlite_url):
    async with await Database.open(sqlite_url) as database:
        await write_cursor(database, "a")
        async with database.write() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DatabaseFull, match=r"shop.db: database or disk is full. Free some space"):
            await write_cursor(database, "x" * 100_000)
        assert await stored_cursor(database) == "a"
        async with database.write() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        await write_cursor(database, "b" * 100_000)
        assert len(await stored_cursor(database)) == 100_000


async def test_a_file_that_may_not_be_written_is_an_error(sqlite_mirror_url, monkeypatch):
    """The superuser may write to any file, so the connection is one that only reads."""
    path = sqlite_mirror_url.removeprefix("sqlite:///")
    async with await Database.open(sqlite_mirror_url) as database:
        async with database.read() as connection:
            await connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(DatabaseError, match=r"readonly database.*chmod u") as caught:
            await write_cursor(database, "a")
    assert path in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows does not delete an open file")
async def test_a_file_that_is_deleted_while_it_is_open_is_an_error(sqlite_mirror_url):
    """SQLite itself would go on writing to it, and everything would be lost when it is closed."""
    path = Path(sqlite_mirror_url.removeprefix("sqlite:///"))
    async with await Database.open(sqlite_mirror_url) as database:
        await write_cursor(database, "a")
        path.rename(path.with_name("moved.db"))
        with pytest.raises(DatabaseUnavailable, match=r"was moved, deleted or replaced"):
            await write_cursor(database, "b")
        path.with_name("moved.db").rename(path)
        await write_cursor(database, "c")
        path.unlink()
        path.touch()
        with pytest.raises(DatabaseUnavailable, match=r"was moved, deleted or replaced"):
            await write_cursor(database, "d")


@pytest.mark.skipif(os.name != "posix", reason="Windows does not delete an open file")
async def test_a_file_that_was_deleted_is_not_created_by_a_new_connection(sqlite_mirror_url):
    path = Path(sqlite_mirror_url.removeprefix("sqlite:///"))
    async with await Database.open(sqlite_mirror_url) as database, database.read():
        path.unlink()
        with pytest.raises(DatabaseUnavailable, match=r"was moved, deleted or replaced"):
            await write_cursor(database, "a")
        assert not path.exists()


async def test_a_folder_in_place_of_a_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"is a folder: name a file in it, such as sqlite:////.*/shop.db"):
        await Database.open(f"sqlite:///{tmp_path}")


async def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(DatabaseUnavailable, match=r"can't create .*Create its folder"):
        await Database.open(f"sqlite:///{tmp_path / 'none' / 'shop.db'}")


async def test_a_file_that_is_no_database_is_an_error(tmp_path):
    (tmp_path / "shop.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseError, match=r"file is not a database. Restore the file"):
        await Database.open(f"sqlite:///{tmp_path / 'shop.db'}")
    assert (tmp_path / "shop.db").read_bytes() == b"not a database" * 1000


async def test_a_file_that_another_process_keeps_locked_is_an_error(sqlite_mirror_url, monkeypatch):
    monkeypatch.setattr("ecwid_async.sync.database.sqlite._BUSY_SECONDS", 0.01)
    other = sqlite3.connect(sqlite_mirror_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        async with await Database.open(sqlite_mirror_url) as database:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseLocked, match="let it finish"):
                await write_cursor(database, "a")
            other.execute("ROLLBACK")
            await write_cursor(database, "a")
    finally:
        other.close()


def test_an_old_sqlite_is_a_config_error(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))
    with pytest.raises(ConfigError, match=r"needs SQLite 3\.38 or later"):
        find_backend("sqlite:///shop.db")


def test_the_event_loop_that_psycopg_cannot_use_is_named():
    message = "Psycopg cannot use the 'ProactorEventLoop' to run in async mode."
    error = DBAPIError("", None, psycopg.InterfaceError(message))
    assert "SelectorEventLoop" in str(find_backend("postgresql://localhost/shop").explain(error))


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), 1e9])
async def test_the_length_of_a_lease_is_checked(sqlite_url, seconds):
    with pytest.raises(ConfigError, match=r"pass 0.1 to 3600 seconds"):
        await Database.open(sqlite_url, lease_seconds=seconds)


def test_the_package_does_not_load_sqlalchemy_before_it_is_needed():
    code = "import sys, ecwid_async, ecwid_async.client; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
