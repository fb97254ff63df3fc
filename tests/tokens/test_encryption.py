"""The keys of encrypted tokens."""

from pathlib import Path
from typing import Any

import pytest

from ecwid_async import ConfigError
from ecwid_async.tokens import SQLTokens, new_key, read_keys
from ecwid_async.tokens.encryption import TokenCipher
from ecwid_async.transport import Secret
from tests.tokens.conftest import shown_by

KEYS = [new_key(), new_key()]


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    old, new, both = TokenCipher(KEYS[:1]), TokenCipher(KEYS[1:]), TokenCipher(reversed(KEYS))
    before, after = old.encrypt(1003, Secret("secret_x")), both.encrypt(1003, Secret("secret_x"))
    assert both.decrypt(1003, before) == both.decrypt(1003, after) == new.decrypt(1003, after) == "secret_x"
    assert (both.is_under_first_key(before), both.is_under_first_key(after)) == (False, True)


def test_a_single_key_may_be_passed_as_text() -> None:
    assert TokenCipher(KEYS[0]).is_under_first_key(TokenCipher([KEYS[0]]).encrypt(1, Secret("secret_x")))


@pytest.mark.parametrize(
    "keys", [[], ["short"], [KEYS[0], KEYS[1][:-2]], ["x" + str.__str__(KEYS[0])], [b"x" * 32], ["ü" * 44], [7], [None]]
)
def test_an_invalid_key_is_refused_without_showing_it(keys: Any) -> None:
    with pytest.raises(ConfigError, match=r"ecwid tokens new-key") as caught:
        TokenCipher(keys)
    shown = shown_by(caught.value)
    assert [key for key in KEYS if key[8:24] in shown] == []


@pytest.mark.parametrize("separator", [",", " ", "\n", ", ", "\n\n"])
def test_keys_come_from_the_environment(separator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_TOKEN_KEYS", separator.join(KEYS) + "\n")
    assert read_keys() == KEYS
    assert repr(read_keys()) == "['***', '***']"
    assert repr(SQLTokens("sqlite:///tokens.db")) == "<SQLTokens in sqlite:///tokens.db>"


def test_keys_come_from_a_file_that_only_its_owner_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    file.touch(0o600)
    file.write_text(f"# new\n{KEYS[0]}\n\n# old\n{KEYS[1]}\n")
    assert read_keys(file) == KEYS
    monkeypatch.setenv("ECWID_TOKEN_KEYS_FILE", str(file))
    assert read_keys() == KEYS
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="must be readable only by you: chmod 600"):
        read_keys()
    with pytest.raises(ConfigError, match="can't read the file of keys"):
        read_keys(tmp_path / "none")


def test_without_keys_the_error_says_where_to_set_them() -> None:
    with pytest.raises(ConfigError, match="set ECWID_TOKEN_KEYS, or write the keys to a file"):
        SQLTokens("sqlite:///tokens.db")
