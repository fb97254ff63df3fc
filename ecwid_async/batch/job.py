"""The identity of a job, and the folder of journals."""

import os
import re
import sys
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ecwid_async.batch.journal_entry import digest
from ecwid_async.errors import ConfigError

__all__ = ["JobId", "journal_folder"]

_VALID_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@frozen
class JobId:
    """A job of one store: `server` is the base URL, `name` the user's. Raises `ValueError` for an invalid name."""

    server: str
    store_id: int
    name: str = field()

    @name.validator
    def _check_name(self, _: object, name: object) -> None:
        if not isinstance(name, str) or not _VALID_NAME.fullmatch(name):
            raise ValueError(f"{name!r} can't name a job: use 1 to 100 letters, digits, '.', '_' and '-'")

    @property
    def file_name(self) -> str:
        """The file name of the journal, which is different for each server."""
        return f"{self.store_id}-{self.name}-{digest(self.server.encode()).hex()[:8]}.jsonl"


def journal_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return `folder`, else ``ECWID_JOURNAL_FOLDER``, else a folder inside the user's folder for application state.

    Raises `ConfigError` if the user has no home directory.
    """
    chosen = folder or os.environ.get("ECWID_JOURNAL_FOLDER")
    if chosen:
        return Path(chosen)
    try:
        return _state_folder() / "ecwid_async" / "jobs"
    except RuntimeError:
        raise ConfigError(
            "a job needs a folder for its journal, and this user has no home directory: "
            "set ECWID_JOURNAL_FOLDER to a folder, or pass `journal_folder`"
        ) from None


def _state_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
