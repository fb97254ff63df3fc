"""Private files are created, appended to, locked, and never opened where others could have planted them."""

import os
import stat

import pytest

from ecwid_async.primitives.private_files import lock_file, open_private


def test_a_private_file_is_created_appended_to_and_read(tmp_path):
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
def test_no_other_user_can_read_it_whatever_the_umask(tmp_path):
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
def test_links_and_other_kinds_of_files_are_not_opened(tmp_path, kind):
    path, target = tmp_path / "file", tmp_path / "target"
    if kind != "dangling":
        target.write_bytes(b"target")
    match kind:
        case "symlink" | "dangling":
            path.symlink_to(target)
        case "hard":
            path.hardlink_to(target)
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
    with pytest.raises(PermissionError, match="it is a link or not your file"):
        open_private(path)
    assert not target.exists() or target.read_bytes() == b"target"


@pytest.mark.skipif(not hasattr(os, "chown") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_opened(tmp_path):
    path = tmp_path / "file"
    path.touch()
    os.chown(path, 12345, 12345)
    with pytest.raises(PermissionError, match="it is a link or not your file"):
        open_private(path)


def test_a_missing_folder_raises_the_system_s_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_private(tmp_path / "nowhere" / "file")


def test_a_locked_file_cannot_be_locked_twice(tmp_path):
    with open_private(tmp_path / "file") as file, open_private(tmp_path / "file") as again:
        assert lock_file(file)
        assert not lock_file(again)
    with open_private(tmp_path / "file") as file:
        assert lock_file(file)
