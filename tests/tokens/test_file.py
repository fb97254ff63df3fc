"""`FileTokens`, `EnvironmentTokens` and `MemoryTokens`."""

import os
from pathlib import Path

import pytest

from ecwid_async import ConfigError
from ecwid_async.tokens import EnvironmentTokens, FileTokens, MemoryTokens, read_token_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tokens"
    file.touch(0o600)
    return file


def replace_file(file: Path, text: str) -> None:
    """As an editor or a deployment replaces it."""
    new = file.with_name("new")
    new.touch(0o600)
    new.write_text(text)
    make_old(new)
    new.replace(file)


def make_old(file: Path) -> None:
    """Let the last change be ten seconds ago."""
    changed = file.stat().st_mtime - 10
    os.utime(file, (changed, changed))


async def test_the_file_is_read_again_once_it_changes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []

    def read(path: Path) -> object:
        reads.append(path)
        return read_token_file(path)

    monkeypatch.setattr("ecwid_async.tokens.file.read_token_file", read)
    file.write_text("# mine\n\n1 secret_1\n2   secret_2\n")
    make_old(file)
    tokens = FileTokens(file)
    assert reads == []
    assert [await tokens.get(number) for number in (1, 2, 3)] == ["secret_1", "secret_2", None]
    assert len(reads) == 1
    replace_file(file, "1 secret_x\n")
    assert [await tokens.get(number) for number in (1, 2)] == ["secret_x", None]
    assert len(reads) == 2
    # Only the owner of the file can replace a token.
    await tokens.invalidate(1, "secret_x")
    assert await tokens.get(1) == "secret_x"
    assert repr(tokens) == f"<FileTokens in {file}>"
    assert "secret" not in repr(vars(tokens))


async def test_two_changes_within_the_resolution_of_the_file_system_are_both_seen(file: Path) -> None:
    tokens = FileTokens(file)
    time = file.stat().st_mtime_ns
    for token in ("secret_1", "secret_2"):
        file.write_text(f"1 {token}\n")
        os.utime(file, ns=(time, time))
        assert await tokens.get(1) == token


async def test_a_file_that_disappears_or_is_damaged_is_an_error_and_not_a_missing_token(file: Path) -> None:
    file.write_text("1 secret_1\n")
    tokens = FileTokens(file)
    assert await tokens.get(1) == "secret_1"
    replace_file(file, "1 secret_1\nsecret_2\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"line 2 of .* must be a store id, a space and a token") as caught:
            await tokens.get(1)
        assert "secret" not in str(caught.value)
    file.unlink()
    with pytest.raises(ConfigError, match="can't read the token file"):
        await tokens.get(1)


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
async def test_a_file_that_others_can_read_is_refused(file: Path) -> None:
    file.write_text("1 secret_1\n")
    for mode in (0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(ConfigError, match="must be readable only by you: chmod 600"):
            await FileTokens(file).get(1)


async def test_the_environment_has_a_token_for_each_store(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = EnvironmentTokens()
    monkeypatch.setenv("ECWID_TOKEN_1", "secret_1")
    monkeypatch.setenv("ECWID_STORE_ID", "2")
    monkeypatch.setenv("ECWID_TOKEN", "secret_2")
    assert [await tokens.get(number) for number in (1, 2, 3, 22)] == ["secret_1", "secret_2", None, None]
    monkeypatch.setenv("ECWID_TOKEN_2", "secret_own")
    assert await tokens.get(2) == "secret_own"
    monkeypatch.setenv("ECWID_TOKEN_2", "secret own")
    with pytest.raises(ConfigError, match="token of store 2 is empty or invalid"):
        await tokens.get(2)
    await tokens.invalidate(1, "secret_1")
    assert await tokens.get(1) == "secret_1"


async def test_the_environment_s_token_without_a_store_id_belongs_to_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECWID_TOKEN", "secret_1")
    assert await EnvironmentTokens().get(1003) is None


async def test_tokens_in_memory_are_stored_deleted_and_invalidated() -> None:
    tokens = MemoryTokens({2: "secret_2"})
    await tokens.put(1, "secret_1")
    assert [store_id async for store_id in tokens.store_ids()] == [1, 2]
    await tokens.invalidate(1, "secret_old")
    assert await tokens.get(1) == "secret_1"
    await tokens.invalidate(1, "secret_1")
    assert await tokens.get(1) is None
    assert (await tokens.delete(2), await tokens.delete(2)) == (True, False)
    assert repr(tokens) == "<MemoryTokens of 0 stores>"


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "tök", 7, None])
@pytest.mark.parametrize("store_id", [1003, 0])
async def test_invalid_tokens_and_ids_are_refused(store_id: int, token: object) -> None:
    with pytest.raises(ConfigError):
        MemoryTokens({store_id: token})  # type: ignore[dict-item]
    for wrong in (0, -1, True, "secret_x", 10**18):
        with pytest.raises(ConfigError, match="A store id is a whole number") as caught:
            await MemoryTokens().put(wrong, "secret_x")  # type: ignore[arg-type]
        assert "secret_x" not in str(caught.value)
