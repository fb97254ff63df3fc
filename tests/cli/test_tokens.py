"""``ecwid tokens``: new keys and re-encryption."""

import asyncio
import json

import pytest

from ecwid_async.tokens import SQLTokens, new_key


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'tokens.db'}"


def store_tokens(url, key, numbers):
    async def main():
        async with SQLTokens(url, keys=[key]) as tokens:
            for number in numbers:
                await tokens.put(number, f"secret_{number}")

    asyncio.run(main())


def read_token(url, key, number):
    async def main():
        async with SQLTokens(url, keys=[key]) as tokens:
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


def test_a_password_on_the_command_line_is_refused(ecwid):
    outcome = ecwid("tokens", "re-encrypt", "--database", "postgresql://u:pass_Word7@h/d")
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
