"""The error for a file that can't be written, with advice for each cause."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ecwid_async.errors import EcwidError

__all__ = ["OutputError", "to_output_error", "translate_os_errors"]

_OTHER_PLACE: Final = "Choose another place."
_FREE_SPACE: Final = "Free some space, or choose another place."
_PERMISSIONS: Final = "Choose a place that you may write to."
_OPEN_FILES: Final = "Too many files are open: raise the limit (ulimit -n), or export fewer stores at once."
_ADVICE: Final = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: _FREE_SPACE,
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: _PERMISSIONS,
    errno.EMFILE: _OPEN_FILES,
    errno.ENFILE: _OPEN_FILES,
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


class OutputError(EcwidError):
    """A file can't be written, for instance because the disk is full. Files of an earlier export stay unchanged."""


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Raise an `OSError` in the block as an `OutputError` for the file `path`."""
    try:
        yield
    except OSError as error:
        raise to_output_error(path, error) from error


def to_output_error(path: Path, error: OSError) -> OutputError:
    """Return an error that states why the file `path` can't be written, and what to do."""
    reason = error.strerror or type(error).__name__
    if error.filename and Path(os.fsdecode(error.filename)) != path:
        reason = f"{os.fsdecode(error.filename)}: {reason}"
    return OutputError(f"can't write {path}: {reason}. {_ADVICE.get(error.errno or 0, _OTHER_PLACE)}")
