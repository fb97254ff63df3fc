"""Files of our own that other processes find again: lines with a checksum, and opening nothing but our own file."""

import errno
import os
import stat
import sys
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["lock", "open_private", "seal", "unseal"]

_DIGITS: Final = 16
_ATTEMPTS: Final = 100
# Windows has neither links that a user may plant nor these flags.
_FLAGS: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def seal(line: bytes) -> bytes:
    """The line with a checksum before it and a newline after it. Raises `ValueError` for one that has line breaks."""
    if b"\n" in line or b"\r" in line:
        raise ValueError("a line has no line breaks in it")
    return b"%s %s\n" % (_checksum(line), line)


def unseal(line: bytes) -> bytes | None:
    """What was sealed, from a line with or without its newline; None where any byte of it is another one."""
    checksum, _, content = line.removesuffix(b"\n").partition(b" ")
    return content if checksum == _checksum(content) else None


def _checksum(line: bytes) -> bytes:
    return sha256(line).hexdigest()[:_DIGITS].encode()


def open_private(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Open a file to read and to append to it; make it where there is none, readable only by its owner.

    No link is followed, and nothing is opened that others could have put there. Raises `PermissionError` for what is
    not a regular file of this user with this one name, and `OSError` for what the system refuses.
    """
    flags = os.O_RDWR | os.O_APPEND | _FLAGS | _BINARY
    for _ in range(_ATTEMPTS):
        try:
            handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            try:
                handle = os.open(path, flags)
            except FileNotFoundError:
                continue  # its owner removed it just now
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO):
                    raise _not_ours(path) from None
                raise
        try:
            said = os.fstat(handle)
            if said.st_nlink == 0:
                os.close(handle)
                continue
            _check(said, path)
            if os.name == "posix" and said.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                os.fchmod(handle, 0o600)
            return os.fdopen(handle, "a+b", buffering=buffering)
        except BaseException:
            os.close(handle)
            raise
    raise OSError(errno.EAGAIN, "it is removed again and again while it is opened", str(path))


def _check(said: os.stat_result, path: Path) -> None:
    ours = os.name != "posix" or said.st_uid == os.geteuid()
    if not (stat.S_ISREG(said.st_mode) and said.st_nlink == 1 and ours):
        raise _not_ours(path)


def _not_ours(path: Path) -> PermissionError:
    return PermissionError(
        errno.EPERM, "it is a link or not a file of yours: look where it comes from, and remove it", str(path)
    )


def lock(file: BinaryIO) -> bool:
    """Keep others out until the file is closed or its process ends; False where another has it."""
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
