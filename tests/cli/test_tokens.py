"""``ecwid tokens``: import, list, removal, keys and re-encryption."""

import asyncio
import io
import json
import sqlite3
from contextlib import closing

import pytest

from ecwid_async.tokens import SQLTokens, new_key


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'tokens.db'}"


def store_tokens(url, key, numbers):
    async def main():
        async with SQLTokens(url, keys=key and [key]) as tokens:
            for number in numbers:
                await tokens.put(number, f"secret_{number}")

    asyncio.run(main())


def read_token(url, key, number):
    async def main():
        async with SQLTokens(url, keys=key and [key]) as tokens:
            return await tokens.get(number)

    return asyncio.run(main())


def test_new_key_prints_a_key(ecwid, url):
    first, second = ecwid("tokens", "new-key"), ecwid("tokens", "new-key")
    assert (first.code, first.err) == (0, "")
    assert first.out != second.out
    SQLTokens(url, keys=[first.out.strip()])


@pytest.mark.parametrize("source", ["environment", "file"])
def test_re_encrypt_moves_all_tokens_to_the_first_key(ecwid, url, tmp_path, monkeypatch, source):
    old, new = new_key(), new_key()
    store_tokens(url, old, range(1, 6))
    arguments = ["tokens", "re-encrypt"]
    if source == "file":
        file = tmp_path / "keys"
        file.touch(0o600)
        file.write_text(f"{new}\n{old}\n")
        arguments += ["--database", url, "--keys", file]
    else:
        monkeypatch.setenv("ECWID_TOKEN_KEYS", f"{new},{old}")
        monkeypatch.setenv("ECWID_TOKEN_DATABASE", url)
    outcome = ecwid(*arguments)
    assert (outcome.code, outcome.out) == (0, "5 of 5 tokens re-encrypted\n")
    assert read_token(url, new, 3) == "secret_3"
    again = ecwid(*arguments, "--json")
    assert json.loads(again.out) == {"checked": 5, "re_encrypted": 0, "unreadable": 0, "unreadable_stores": []}
    assert again.err == ""


def test_tokens_under_an_unknown_key_are_reported(ecwid, url, monkeypatch):
    store_tokens(url, new_key(), [7, 8])
    monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
    outcome = ecwid("tokens", "re-encrypt", "--database", url)
    assert (outcome.code, outcome.out) == (2, "0 of 2 tokens re-encrypted\n")
    assert "2 tokens can't be decrypted with any of the keys, among them those of the stores 7, 8" in outcome.err


@pytest.mark.parametrize("database", ["postgresql://u:pass_Word7@h/d", "postgresql+psycopg://h/d?password=pass_Word7"])
def test_a_password_on_the_command_line_is_refused(ecwid, database):
    outcome = ecwid("tokens", "re-encrypt", "--database", database)
    assert outcome.code == 2
    assert "set the URL with the password as ECWID_TOKEN_DATABASE" in outcome.err
    assert "pass_Word7" not in outcome.err


def test_missing_settings_are_named(ecwid, url):
    assert "set ECWID_TOKEN_DATABASE" in ecwid("tokens", "re-encrypt").err
    outcome = ecwid("tokens", "re-encrypt", "--database", url)
    assert outcome.code == 2
    assert "set ECWID_TOKEN_KEYS" in outcome.err


def test_a_file_that_does_not_exist_is_not_created(ecwid, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
    outcome = ecwid("tokens", "re-encrypt", "--database", f"sqlite:///{tmp_path / 'typo.db'}")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"there is no database {tmp_path / 'typo.db'}" in outcome.err
    assert not (tmp_path / "typo.db").exists()


def test_a_database_that_fails_is_worth_another_try(ecwid, tmp_path, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
    outcome = ecwid("tokens", "re-encrypt", "--database", f"sqlite:///{tmp_path}")
    assert outcome.code == 4
    assert outcome.err.startswith("ecwid: the tokens are not available (")


@pytest.fixture
def database(url, monkeypatch):
    """The URL of a database that the environment names; its key is in the environment, too."""
    monkeypatch.setenv("ECWID_TOKEN_DATABASE", url)
    monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
    return url


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "stores"
    file.touch(0o600)
    return file


def invalidate(url, number):
    async def main():
        async with SQLTokens(url) as tokens:
            await tokens.invalidate(number, f"secret_{number}")

    asyncio.run(main())


def statuses(ecwid):
    outcome = ecwid("tokens", "list", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    return {store["store_id"]: store["valid"] for store in json.loads(outcome.out)["stores"]}


def test_tokens_are_imported_listed_and_removed(ecwid, database, file):
    file.write_text("# mine\n\n7 secret_7\n1003   secret_1003\n8 secret_8\n")
    outcome = ecwid("tokens", "import", file)
    assert (outcome.code, outcome.out, outcome.err) == (0, "3 tokens stored\n", "")
    assert read_token(database, None, 1003) == "secret_1003"
    outcome = ecwid("tokens", "list")
    assert (outcome.code, outcome.out, outcome.err) == (0, "7 valid\n8 valid\n1003 valid\n", "")
    outcome = ecwid("tokens", "remove", "7", "8", "7")
    assert (outcome.code, outcome.out) == (0, "2 tokens removed\n")
    assert statuses(ecwid) == {1003: True}


def test_an_import_replaces_tokens_and_keeps_those_of_other_stores(ecwid, database, file):
    for text in ("1 secret_old\n2 secret_2\n", "1 secret_new\n"):
        file.write_text(text)
        assert ecwid("tokens", "import", file).code == 0
    assert [read_token(database, None, number) for number in (1, 2)] == ["secret_new", "secret_2"]


def test_tokens_are_imported_from_stdin(ecwid, database, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf1 secret_1\r\n2 secret_2")))
    assert ecwid("tokens", "import", "-").out == "2 tokens stored\n"
    assert read_token(database, None, 2) == "secret_2"


@pytest.mark.parametrize("content", [b"1 secret_1\n2 t\xf6ken\n", b"1 secret_1\nsecret_2\n", b"1 secret_1\n1 secret_x"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_an_invalid_line_is_named_but_not_printed_and_nothing_is_stored(
    ecwid, database, file, monkeypatch, content, source
):
    file.write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    outcome = ecwid("tokens", "import", file if source == "file" else "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"line 2 of {file if source == 'file' else 'stdin'}" in outcome.err
    assert "secret" not in outcome.err
    assert "there is no database" in ecwid("tokens", "list").err


def test_a_file_without_stores_is_wrong_usage(ecwid, database, file):
    outcome = ecwid("tokens", "import", file)
    assert outcome.code == 2
    assert f"{file} contains no store" in outcome.err


def test_a_refused_token_is_listed_as_invalid_and_can_be_restored(ecwid, database):
    store_tokens(database, None, range(1, 5))
    for number in (2, 3):
        invalidate(database, number)
    assert statuses(ecwid) == {1: True, 2: False, 3: False, 4: True}
    lines = ecwid("tokens", "list").out.splitlines()
    assert lines[0] == "1 valid"
    assert lines[1].startswith("2 invalid since 20")
    assert ecwid("tokens", "restore", 3).out == "1 token restored\n"
    assert read_token(database, None, 3) == "secret_3"
    invalidate(database, 4)
    assert ecwid("tokens", "restore", "--all").out == "2 tokens restored\n"
    assert statuses(ecwid) == dict.fromkeys(range(1, 5), True)


def test_the_list_is_printed_without_tokens_or_ciphertexts(ecwid, database):
    store_tokens(database, None, [1])
    invalidate(database, 1)
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        [(ciphertext,)] = connection.execute("SELECT ciphertext FROM ecwid_tokens")
    for options in ([], ["--json"]):
        outcome = ecwid("tokens", "list", *options)
        assert outcome.code == 0
        assert "1" in outcome.out
        assert "secret" not in outcome.out + outcome.err
        assert ciphertext[20:36] not in outcome.out + outcome.err


def test_an_empty_database_is_not_an_error(ecwid, database):
    store_tokens(database, None, [1])
    assert ecwid("tokens", "remove", "1").code == 0
    outcome = ecwid("tokens", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert "contains no tokens" in outcome.err
    assert statuses(ecwid) == {}


@pytest.mark.parametrize("command", ["remove", "restore"])
def test_stores_without_a_token_are_named_and_the_others_are_changed(ecwid, database, command):
    store_tokens(database, None, [1, 2])
    invalidate(database, 2)
    outcome = ecwid("tokens", command, 2, 7, 9)
    assert outcome.code == 2
    assert outcome.out.startswith("1 token re")
    assert "7, 9" in outcome.err
    assert statuses(ecwid) == ({1: True} if command == "remove" else {1: True, 2: True})


@pytest.mark.parametrize(
    "arguments", [["remove"], ["restore"], ["restore", "1", "--all"], ["remove", "0"], ["remove", "x"]]
)
def test_unclear_stores_are_wrong_usage(ecwid, database, arguments):
    store_tokens(database, None, [1])
    outcome = ecwid("tokens", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert statuses(ecwid) == {1: True}


@pytest.mark.parametrize("arguments", [["list"], ["remove", "1"], ["restore", "--all"]])
def test_only_import_creates_a_database(ecwid, database, arguments):
    outcome = ecwid("tokens", *arguments)
    assert outcome.code == 2
    assert "there is no database" in outcome.err
