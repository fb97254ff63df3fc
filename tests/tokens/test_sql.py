"""`SQLTokens`: encrypted tokens in SQLite and PostgreSQL."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio

from ecwid_async import ConfigError, Ecwid, InvalidToken, MissingToken, TokenUnavailable
from ecwid_async.sandbox import Sandbox
from ecwid_async.tokens import MemoryTokens, ReEncryption, SQLTokens, TokenStatus, new_key
from tests.cancelling import KINDS, Kind, cancel_at_every_await
from tests.postgresql import PostgreSQL
from tests.tokens.conftest import Open, dump, shown_by

TOKEN = "secret_Tk7fQ2mZ9xVb4LwRn8Ys3HdC6gJp1aEt"
Execute = Callable[[str], list[Any]]


async def test_a_token_is_stored_read_replaced_and_deleted(tokens: SQLTokens, open_tokens: Open) -> None:
    assert await tokens.get(1003) is None
    await tokens.put(1003, "secret_1")
    await tokens.put(1003, TOKEN)
    await tokens.put(2**40, "secret_large_id")
    other = open_tokens()
    assert (await other.get(1003), await other.get(2**40)) == (TOKEN, "secret_large_id")
    assert repr(await other.get(1003)) == "'***'"
    assert await other.delete(1003) is True
    assert await other.delete(1003) is False
    assert await tokens.get(1003) is None


async def test_the_database_contains_no_plain_token(tokens: SQLTokens, execute: Execute) -> None:
    await tokens.put(1003, TOKEN)
    [(store_id, ciphertext, invalid_since)] = execute("SELECT store_id, ciphertext, invalid_since FROM ecwid_tokens")
    assert (store_id, invalid_since) == (1003, None)
    assert len(ciphertext) > 100
    assert "secret" not in ciphertext


async def test_equal_tokens_have_different_ciphertexts(tokens: SQLTokens, execute: Execute) -> None:
    for store_id in (1, 2):
        await tokens.put(store_id, TOKEN)
    assert len(set(execute("SELECT ciphertext FROM ecwid_tokens"))) == 2


async def test_exchanged_rows_give_no_store_the_token_of_another(tokens: SQLTokens, execute: Execute) -> None:
    await tokens.put(1, "secret_of_1")
    await tokens.put(2, "secret_of_2")
    execute("UPDATE ecwid_tokens SET store_id = -1 WHERE store_id = 1")
    execute("UPDATE ecwid_tokens SET store_id = 1 WHERE store_id = 2")
    execute("UPDATE ecwid_tokens SET store_id = 2 WHERE store_id = -1")
    for store_id in (1, 2):
        with pytest.raises(ConfigError, match=f"another store in the place of that of store {store_id}") as caught:
            await tokens.get(store_id)
        assert "secret" not in shown_by(caught.value)
        # Nor is it taken for a token that may be invalidated.
        with pytest.raises(ConfigError):
            await tokens.invalidate(store_id, f"secret_of_{3 - store_id}")
    assert execute("SELECT count(*) FROM ecwid_tokens WHERE invalid_since IS NULL") == [(2,)]


async def test_a_store_id_is_not_taken_for_its_beginning(tokens: SQLTokens, execute: Execute) -> None:
    await tokens.put(12, "secret_of_12")
    execute("UPDATE ecwid_tokens SET store_id = 1")
    with pytest.raises(ConfigError, match="another store"):
        await tokens.get(1)


@pytest.mark.parametrize("damage", ["ciphertext || 'x'", "'gAAAA'", "''", "'ü€'", "substr(ciphertext, 2)"])
async def test_a_damaged_row_is_a_config_error(tokens: SQLTokens, execute: Execute, damage: str) -> None:
    await tokens.put(1003, TOKEN)
    execute(f"UPDATE ecwid_tokens SET ciphertext = {damage}")
    with pytest.raises(ConfigError, match="the token of store 1003 can't be decrypted"):
        await tokens.get(1003)


async def test_a_wrong_key_is_a_config_error_and_never_no_token(open_tokens: Open, key: str) -> None:
    await open_tokens().put(1003, TOKEN)
    wrong = open_tokens(new_key())
    with pytest.raises(ConfigError, match="can't be decrypted with any of the keys") as caught:
        await wrong.get(1003)
    assert not isinstance(caught.value, MissingToken)
    sandbox = Sandbox()
    sandbox.add_store(1003, token=TOKEN)
    async with Ecwid(transport=sandbox, tokens=wrong) as ecwid:
        with pytest.raises(ConfigError, match="store 1003 can't be decrypted") as caught:
            await ecwid.store(1003).profile.get()
    assert not isinstance(caught.value, MissingToken)
    assert caught.value.outcome == "not_sent"
    assert key not in shown_by(caught.value)
    # With the key, the token is still there.
    assert await open_tokens(new_key(), key).get(1003) == TOKEN


async def test_only_the_token_that_failed_is_invalidated(tokens: SQLTokens, open_tokens: Open, key: str) -> None:
    await tokens.put(1003, "secret_old")
    await tokens.put(1003, TOKEN)
    await tokens.invalidate(1003, "secret_old")
    assert await tokens.get(1003) == TOKEN
    await open_tokens(new_key(), key).re_encrypt()
    await tokens.invalidate(7, TOKEN)
    async for _ in tokens.store_ids(invalid=True):
        raise AssertionError


async def test_an_invalid_token_can_be_restored_or_replaced(tokens: SQLTokens) -> None:
    await tokens.put(1003, TOKEN)
    await tokens.invalidate(1003, TOKEN)
    await tokens.invalidate(1003, TOKEN)
    assert await tokens.get(1003) is None
    assert [store_id async for store_id in tokens.store_ids()] == []
    assert [store_id async for store_id in tokens.store_ids(invalid=True)] == [1003]
    assert await tokens.restore(1003) is True
    assert await tokens.restore(1003) is False
    assert await tokens.get(1003) == TOKEN
    await tokens.invalidate(1003, TOKEN)
    await tokens.put(1003, "secret_new")
    assert await tokens.get(1003) == "secret_new"


async def test_the_tokens_of_many_stores_are_stored_together(
    tokens: SQLTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.tokens.sql._PAGE", 20)
    await tokens.put(5, "secret_old")
    await tokens.put(100, "secret_100")
    await tokens.put(7, "secret_7")
    await tokens.invalidate(7, "secret_7")
    progress: list[int] = []
    await tokens.put_all({number: f"secret_{number}" for number in range(50, 0, -1)}, on_progress=progress.append)
    assert progress == [20, 40, 50]
    assert [await tokens.get(number) for number in (1, 5, 7, 50, 100)] == [
        "secret_1", "secret_5", "secret_7", "secret_50", "secret_100"
    ]  # fmt: skip
    await tokens.put_all({})


@pytest.mark.parametrize("invalid", [{3: "secret 3"}, {3: ""}, {0: "secret_3"}])
async def test_no_token_of_many_is_stored_if_one_is_invalid(tokens: SQLTokens, invalid: dict[int, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        await tokens.put_all({1: TOKEN, 2: TOKEN, **invalid})
    assert TOKEN not in shown_by(caught.value)
    assert [store_id async for store_id in tokens.store_ids()] == []


async def test_all_stores_are_listed_with_the_time_when_their_token_was_refused(
    tokens: SQLTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.tokens.sql._PAGE", 2)
    assert [status async for status in tokens.statuses()] == []
    await tokens.put_all({number: f"secret_{number}" for number in (4, 2, 3, 1)})
    monkeypatch.setattr("ecwid_async.tokens.sql.time.time", lambda: 1_750_000_000.5)
    await tokens.invalidate(3, "secret_3")
    refused = datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
    assert [status async for status in tokens.statuses()] == [
        TokenStatus(store_id=1),
        TokenStatus(store_id=2),
        TokenStatus(store_id=3, invalid_since=refused),
        TokenStatus(store_id=4),
    ]


async def test_a_token_that_is_re_encrypted_meanwhile_is_invalidated_all_the_same(
    tokens: SQLTokens, open_tokens: Open, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.put(1003, TOKEN)
    both = open_tokens(new_key(), key)
    read = both._read

    async def read_and_re_encrypt(store_id: int) -> Any:
        row = await read(store_id)
        monkeypatch.setattr(both, "_read", read)
        assert (await both.re_encrypt()).re_encrypted == 1
        return row

    monkeypatch.setattr(both, "_read", read_and_re_encrypt)
    await both.invalidate(1003, TOKEN)
    assert await both.get(1003) is None


async def test_a_token_that_is_stored_while_the_old_one_is_invalidated_stays(
    tokens: SQLTokens, open_tokens: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.put(1003, "secret_old")
    other, read = open_tokens(), tokens._read

    async def read_late(store_id: int) -> Any:
        row = await read(store_id)
        await other.put(1003, TOKEN)
        return row

    monkeypatch.setattr(tokens, "_read", read_late)
    await tokens.invalidate(1003, "secret_old")
    assert await other.get(1003) == TOKEN


async def test_re_encryption_moves_all_tokens_to_the_first_key(
    tokens: SQLTokens, open_tokens: Open, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.tokens.sql._PAGE", 20)
    numbers = range(1, 51)  # more than two pages
    await asyncio.gather(*(tokens.put(number, f"secret_{number}") for number in numbers))
    await tokens.invalidate(5, "secret_5")
    new = new_key()
    both, results = open_tokens(new, key), list[ReEncryption]()
    done = await both.re_encrypt(on_progress=results.append)
    assert (done.checked, done.re_encrypted, done.unreadable) == (50, 50, 0)
    assert [result.checked for result in results] == [20, 40, 50]
    again = await both.re_encrypt()
    assert (again.checked, again.re_encrypted) == (50, 0)
    only_new = open_tokens(new)
    assert [store_id async for store_id in only_new.store_ids()] == [number for number in numbers if number != 5]
    assert [await only_new.get(number) for number in (1, 5, 21, 50)] == ["secret_1", None, "secret_21", "secret_50"]
    with pytest.raises(ConfigError):
        await tokens.get(1)


async def test_an_interrupted_re_encryption_is_resumed(
    tokens: SQLTokens, open_tokens: Open, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        await tokens.put(number, f"secret_{number}")
    both = open_tokens(new_key(), key)
    monkeypatch.setattr("ecwid_async.tokens.sql._PAGE", 2)

    def stop(result: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await both.re_encrypt(on_progress=stop)
    assert [await both.get(number) for number in (1, 2, 3)] == ["secret_1", "secret_2", "secret_3"]
    done = await both.re_encrypt()
    assert (done.checked, done.re_encrypted) == (3, 1)


async def test_tokens_under_an_unknown_key_are_counted_and_kept(
    tokens: SQLTokens, open_tokens: Open, execute: Execute, key: str
) -> None:
    await tokens.put(1, "secret_1")
    other = open_tokens(new_key())
    for number in range(2, 32):
        await other.put(number, f"secret_{number}")
    done = await open_tokens(new_key(), key).re_encrypt()
    assert (done.checked, done.re_encrypted, done.unreadable) == (31, 1, 30)
    assert done.unreadable_stores == list(range(2, 22))
    assert await other.get(31) == "secret_31"


async def test_no_token_is_lost_or_reset_by_a_re_encryption_under_load(
    tokens: SQLTokens, open_tokens: Open, key: str
) -> None:
    """Other processes read and store tokens, some with the new key first and some with the old one."""
    new, numbers = new_key(), range(1, 101)
    await asyncio.gather(*(tokens.put(number, f"secret_{number}_0") for number in numbers))
    latest = dict.fromkeys(numbers, 0)
    writers = [open_tokens(key, new), open_tokens(new, key)]
    reader, both = open_tokens(new, key), open_tokens(new, key)
    rotated = asyncio.Event()

    async def write(store_ids: range) -> None:
        for turn in range(1, 4):
            for number in store_ids:
                await writers[turn % 2].put(number, f"secret_{number}_{turn}")
                latest[number] = turn

    async def read() -> None:
        while not rotated.is_set():
            for number in range(1, 101, 7):
                before = latest[number]
                token = await reader.get(number)
                assert token is not None
                prefix, _, turn = token.rpartition("_")
                # A write that is in progress may be seen already.
                assert (prefix, before <= int(turn) <= latest[number] + 1) == (f"secret_{number}", True)

    async def rotate() -> None:
        for _ in range(10):
            await both.re_encrypt()
        rotated.set()

    await asyncio.gather(write(range(1, 51)), write(range(51, 101)), read(), rotate())
    done = await both.re_encrypt()
    assert (done.checked, done.unreadable) == (100, 0)
    only_new = open_tokens(new)
    assert [await only_new.get(number) for number in numbers] == [f"secret_{number}_3" for number in numbers]


async def test_a_row_that_keeps_changing_ends_the_re_encryption(
    tokens: SQLTokens, open_tokens: Open, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores it under the old key each time."""
    await tokens.put(1003, TOKEN)
    both = open_tokens(new_key(), key)
    find = both._find_changes

    def find_outdated(page: Any) -> Any:
        changes, unreadable = find(page)
        return [{**change, "before": "changed"} for change in changes], unreadable

    monkeypatch.setattr(both, "_find_changes", find_outdated)
    with pytest.raises(TokenUnavailable, match="give them the new key first"):
        await both.re_encrypt()


async def test_store_ids_are_read_page_by_page(tokens: SQLTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecwid_async.tokens.sql._PAGE", 3)
    for count in (0, 1, 3, 7):
        for number in range(1, count + 1):
            await tokens.put(number * 5, TOKEN)
        found = []
        async for store_id in tokens.store_ids():
            found.append(store_id)
            await tokens.get(store_id)  # the database can be used meanwhile
        assert found == [number * 5 for number in range(1, count + 1)]


async def test_a_client_uses_the_tokens_of_the_database(tokens: SQLTokens) -> None:
    sandbox = Sandbox(requests_per_minute=None)
    for number in range(1, 31):
        sandbox.add_store(number, token=f"secret_of_{number}")
        await tokens.put(number, f"secret_of_{number}")
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        stores = [ecwid.store(number) for number in range(1, 31)]
        await asyncio.gather(*(store.profile.get() for store in stores))
        sandbox.stores[7].revoke_all()
        with pytest.raises(InvalidToken):
            await stores[6].profile.get()
        with pytest.raises(MissingToken):
            await stores[6].profile.get()
        sandbox.stores[7].add_token("secret_new")
        await tokens.put(7, "secret_new")
        await stores[6].profile.get()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_operation_leaves_a_working_source(tokens: SQLTokens, kind: Kind) -> None:
    await tokens.put(1003, TOKEN)

    async def work() -> None:
        await tokens.put(1003, TOKEN)
        await tokens.get(1003)

    await cancel_at_every_await(work, kind, lambda: None)
    results = await asyncio.wait_for(asyncio.gather(*(tokens.get(1003) for _ in range(10))), 30)
    assert results == [TOKEN] * 10


async def test_nothing_shows_a_token_or_a_key(
    tokens: SQLTokens, key: str, execute: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even SQLAlchemy's log of statements, or its errors with the values that were bound."""
    shown: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: shown.append(f"{record.getMessage()} {vars(record)!r}"))
    logger = logging.getLogger("sqlalchemy")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    await tokens.put(1003, TOKEN)
    await tokens.get(1003)
    await tokens.invalidate(1003, TOKEN)
    logger.removeHandler(handler)
    logger.setLevel(level)
    assert any("INSERT INTO ecwid_tokens" in text for text in shown)
    [(ciphertext,)] = execute("SELECT ciphertext FROM ecwid_tokens")
    execute("DROP TABLE ecwid_tokens")
    for work in (lambda: tokens.put(1003, TOKEN), lambda: tokens.get(1003), lambda: tokens.invalidate(1003, TOKEN)):
        with pytest.raises(TokenUnavailable, match="the token of store 1003 is not available") as caught:
            await work()
        shown.append(shown_by(caught.value))
    with pytest.raises(ConfigError) as refused:
        await tokens.put(1003, f"{TOKEN}\n")
    shown.append(shown_by(refused.value))
    with pytest.raises(ConfigError) as refused:
        await tokens.put(TOKEN, TOKEN)  # type: ignore[arg-type]
    shown.append(str(refused.value))
    shown += [repr(tokens), repr(vars(tokens))]
    for secret in (TOKEN, str.__str__(key), ciphertext):
        assert [text for text in shown if secret[20:36] in text] == []


async def test_a_database_that_fails_gives_an_error_that_names_the_store_and_no_password(
    postgresql_server: PostgreSQL, key: str
) -> None:
    folder = postgresql_server.socket_folder
    for url in (
        f"postgresql://someone:pass_Word7@/none?host={folder}",
        "postgresql://someone:pass_Word7@127.0.0.1:1/none",
        f"postgresql://someone:pass_Word7@/none?host={folder / 'none'}",
        "postgresql://someone@127.0.0.1:1/none?password=pass_Word7&sslpassword=pass_Word7",
    ):
        async with SQLTokens(url, keys=[key]) as tokens:
            with pytest.raises(TokenUnavailable, match="the token of store 1003 is not available") as caught:
                await tokens.get(1003)
            assert "pass_Word7" not in repr(tokens)
        assert "pass_Word7" not in shown_by(caught.value)
        assert caught.value.store_id == 1003


async def test_lost_connections_are_replaced(postgresql_server: PostgreSQL, postgresql_url: str, key: str) -> None:
    async with SQLTokens(postgresql_url, keys=[key]) as tokens:
        await tokens.put(1003, TOKEN)
        await postgresql_server.disconnect_all("empty")
        assert await tokens.get(1003) == TOKEN


async def test_processes_that_start_together_create_one_table(open_tokens: Open) -> None:
    several = [open_tokens() for _ in range(5)]
    await asyncio.gather(*(tokens.put(number, TOKEN) for number, tokens in enumerate(several, 1)))
    assert [store_id async for store_id in several[0].store_ids()] == [1, 2, 3, 4, 5]


async def test_several_tables_share_a_database(url: str, key: str) -> None:
    async with SQLTokens(url, keys=[key]) as one, SQLTokens(url, keys=[key], table="other_tokens") as other:
        await one.put(1003, TOKEN)
        assert await other.get(1003) is None


def test_event_loops_in_turn_share_the_tokens(sqlite_file: Path, key: str) -> None:
    tokens = SQLTokens(f"sqlite:///{sqlite_file}", keys=[key])

    async def use(number: int) -> None:
        async with tokens:
            await tokens.put(number, TOKEN)
            assert await tokens.get(1) == TOKEN

    for number in range(1, 4):
        asyncio.run(use(number))


def test_trio_is_refused(sqlite_file: Path, key: str) -> None:
    tokens = SQLTokens(f"sqlite:///{sqlite_file}", keys=[key])
    with pytest.raises(ConfigError, match="SQLTokens needs asyncio"):
        trio.run(tokens.get, 1003)


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
async def test_a_new_file_is_readable_only_by_its_owner(sqlite_file: Path, key: str) -> None:
    async with SQLTokens(f"sqlite:///{sqlite_file}", keys=[key]) as tokens:
        await tokens.put(1003, TOKEN)
        files = list(sqlite_file.parent.iterdir())
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert b"secret" not in dump(sqlite_file)


async def test_a_file_that_is_no_database_or_in_no_folder_is_reported(tmp_path: Path, key: str) -> None:
    (tmp_path / "text").write_text("not a database " * 100)
    for path in (tmp_path / "text", tmp_path / "none" / "tokens.db"):
        async with SQLTokens(f"sqlite:///{path}", keys=[key]) as tokens:
            with pytest.raises(TokenUnavailable, match="store 1003"):
                await tokens.get(1003)


async def test_a_locked_database_is_waited_for(sqlite_file: Path, key: str) -> None:
    async with SQLTokens(f"sqlite:///{sqlite_file}", keys=[key]) as tokens:
        await tokens.put(1003, TOKEN)
        other = sqlite3.connect(sqlite_file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(tokens.put(1003, "secret_new"))
        assert await tokens.get(1003) == TOKEN
        assert not writing.done()
        other.execute("ROLLBACK")
        other.close()
        await writing
        assert await tokens.get(1003) == "secret_new"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "needs a database file"),
        ("sqlite:///:memory:", "needs a database file"),
        ("sqlite:///file:x?mode=memory&uri=true", "needs a database file"),
        (
            "mysql://u:pass_Word7@h/d",
            "can't use this kind of database. Supported are sqlite:///tokens.db, or postgresql",
        ),
        ("postgresql+asyncpg://u:pass_Word7@h/d", "can't use this kind of database"),
        ("u:pass_Word7@h/d", "not a valid URL"),
        ("postgresql://u:pass_Word7@h:port/d", "not a valid URL"),
        ("postgresql://u:pass@pass_Word7@h/d", "the password in the URL of the database has an @"),
        (7, "not a valid URL"),
    ],
)
def test_other_databases_are_refused(url: Any, message: str, key: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        SQLTokens(url, keys=[key])
    assert "pass_Word7" not in str(caught.value)


@pytest.mark.parametrize("table", ["", "Tokens", "tokens; DROP TABLE x", "x" * 64, '"tokens"', 7])
def test_other_table_names_are_refused(table: Any, key: str) -> None:
    with pytest.raises(ConfigError, match="The name of a table"):
        SQLTokens("sqlite:///tokens.db", keys=[key], table=table)


async def test_only_a_token_that_is_marked_as_invalid_is_deleted_as_such(tokens: SQLTokens) -> None:
    await tokens.put(1003, TOKEN)
    assert not await tokens.delete_invalid(1003)
    assert await tokens.get(1003) == TOKEN
    await tokens.invalidate(1003, TOKEN)
    assert await tokens.delete_invalid(1003)
    assert not await tokens.restore(1003)
    assert not await MemoryTokens({1003: TOKEN}).delete_invalid(1003)


async def test_a_code_is_claimed_once_however_many_processes_try(tokens: SQLTokens, open_tokens: Open) -> None:
    other = open_tokens()
    claims = await asyncio.gather(*(source.claim_code("a" * 64, 60) for source in (tokens, other) * 5))
    assert sorted(claims) == [False] * 9 + [True]
    assert await other.claim_code("b" * 64, 60)


async def test_expired_claims_are_deleted(
    tokens: SQLTokens, monkeypatch: pytest.MonkeyPatch, execute: Callable[[str], list[Any]]
) -> None:
    monkeypatch.setattr("ecwid_async.tokens.sql.time.time", lambda: 1_750_000_000.5)
    assert await tokens.claim_code("a" * 64, 60)
    monkeypatch.setattr("ecwid_async.tokens.sql.time.time", lambda: 1_750_000_060.0)
    assert await tokens.claim_code("b" * 64, 60)
    assert not await tokens.claim_code("a" * 64, 60)
    monkeypatch.setattr("ecwid_async.tokens.sql.time.time", lambda: 1_750_000_061.0)
    assert await tokens.claim_code("c" * 64, 60)
    assert [row[0][0] for row in execute("select code_hash from ecwid_tokens_codes order by code_hash")] == ["b", "c"]
