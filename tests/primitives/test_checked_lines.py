import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.primitives.checked_lines import open_private, seal, unseal


@given(st.binary().filter(lambda line: b"\n" not in line and b"\r" not in line))
def test_what_was_sealed_comes_back(line):
    assert unseal(seal(line)) == line
    assert unseal(seal(line).removesuffix(b"\n")) == line
    assert seal(line).count(b"\n") == 1


def test_a_line_of_which_any_bit_is_another_is_none():
    sealed = seal(b'{"count":298}')
    for place in range(len(sealed) - 1):
        for bit in range(8):
            damaged = bytearray(sealed)
            damaged[place] ^= 1 << bit
            assert unseal(bytes(damaged)) is None
    for end in range(len(sealed) - 1):
        assert unseal(sealed[:end]) is None


@given(st.binary())
def test_garbage_is_none(line):
    assert unseal(line) is None


@pytest.mark.parametrize("line", [b"a\nb", b"a\r", b"\n"])
def test_a_line_break_can_t_be_sealed(line):
    with pytest.raises(ValueError, match="line breaks"):
        seal(line)


def test_a_private_file_is_made_and_appended_to_and_read(tmp_path):
    path = tmp_path / "file"
    for line in (b"one\n", b"two\n"):
        with open_private(path) as file:
            file.write(line)
            file.flush()
            file.seek(0)
            assert file.read().endswith(line)
    assert path.read_bytes() == b"one\ntwo\n"


posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes and links")


@posix
def test_nobody_else_can_read_it_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        open_private(tmp_path / "new").close()
        (tmp_path / "old").touch(0o666)
        open_private(tmp_path / "old").close()
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")] == [0o600, 0o600]


@posix
@pytest.mark.parametrize("kind", ["symlink", "dangling", "hard", "folder", "fifo"])
def test_what_others_may_have_put_there_is_neither_followed_nor_opened(tmp_path, kind):
    path, target = tmp_path / "file", tmp_path / "precious"
    if kind != "dangling":
        target.write_bytes(b"precious")
    match kind:
        case "symlink" | "dangling":
            path.symlink_to(target)
        case "hard":
            path.hardlink_to(target)
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
    with pytest.raises(PermissionError, match="not a file of yours"):
        open_private(path)
    assert not target.exists() or target.read_bytes() == b"precious"


@pytest.mark.skipif(not hasattr(os, "chown") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_opened(tmp_path):
    path = tmp_path / "file"
    path.touch()
    os.chown(path, 12345, 12345)
    with pytest.raises(PermissionError, match="not a file of yours"):
        open_private(path)


def test_a_folder_that_is_not_there_is_the_system_s_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_private(tmp_path / "nowhere" / "file")
