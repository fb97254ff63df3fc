"""Files that only this user can read, and that the user's processes share."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["lock_file", "open_private"]

_ATTEMPTS: Final = 100
# Windows lacks these flags; ordinary users can't create links there.
_FLAGS: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def open_private(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Open a file for reading and appending. Create it if needed, readable only by its owner.

    Links are not followed, and files that others could have planted are not opened. Raises `PermissionError` unless it
    is a regular file of this user without other hard links, and `OSError` if the system refuses.
    """
    flags = os.O_RDWR | os.O_APPEND | _FLAGS | _BINARY
    for _ in range(_ATTEMPTS):
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            try:
                descriptor = os.open(path, flags)
            except FileNotFoundError:
                continue  # it was removed just now
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO):
                    raise _foreign_file(path) from None
                raise
        try:
            status = os.fstat(descriptor)
            if status.st_nlink == 0:
                os.close(descriptor)
                continue
            _check(status, path)
            if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                os.fchmod(descriptor, 0o600)
            return os.fdopen(descriptor, "a+b", buffering=buffering)
        except BaseException:
            os.close(descriptor)
            raise
    raise OSError(errno.EAGAIN, "it keeps being removed while it is opened", str(path))


def _check(status: os.stat_result, path: Path) -> None:
    is_ours = os.name != "posix" or status.st_uid == os.geteuid()
    if not (stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and is_ours):
        raise _foreign_file(path)


def _foreign_file(path: Path) -> PermissionError:
    return PermissionError(
        errno.EPERM, "it is a link or not your file: find out where it comes from, and remove it", str(path)
    )


def lock_file(file: BinaryIO) -> bool:
    """Lock a file until it is closed or the process ends. Returns False if another process has locked it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 40)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
