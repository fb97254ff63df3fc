"""What an export vouches for."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from ecwid_async.export.formats import FORMATS

__all__ = ["MANIFEST_NAME", "Manifest", "SectionRecord", "Time", "files_in", "is_file_name"]

MANIFEST_NAME: Final = "manifest.json"

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with a zone."""

_Count = Annotated[int, msgspec.Meta(ge=0)]


class SectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one section.

    `count` items are in `file` (None for a stream), `bytes` long; `total` is what the server said of the list, None
    where it says nothing. `fields` were chosen, None for all, of those items that match `where`. `proof` says why
    nothing is missing. `requests` were sent in `seconds`, in all runs where it was taken up again `resumed` times.
    """

    file: str | None
    format: str
    fields: str | None
    where: dict[str, object]
    count: _Count
    total: int | None
    bytes: _Count
    sha256: str
    proof: str
    requests: int
    resumed: int
    started_at: Time
    finished_at: Time
    seconds: float
    items_per_second: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Stands beside the files of a whole export, and nowhere else.

    `version` is that of this package. `refused` sections are those that the token or the plan does not open, where the
    export was to leave such ones out, and what the server said. `earlier_files` are still in the folder from exports
    before this one, which did not write them: of those this manifest says nothing else.
    """

    version: str
    store_id: int
    started_at: Time
    finished_at: Time
    sections: dict[str, SectionRecord]
    refused: dict[str, str] = {}
    earlier_files: list[str] = []

    def to_json(self) -> bytes:
        """As it is written to ``manifest.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class _File(msgspec.Struct):
    file: str | None = None


class _Files(msgspec.Struct):
    sections: dict[str, _File] = {}
    earlier_files: list[str] = []


def files_in(manifest: bytes) -> list[str]:
    """The files that a manifest names. Nothing where it can't be read: somebody else may have written it."""
    try:
        read = msgspec.json.decode(manifest, type=_Files)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []
    names = [each.file for each in read.sections.values() if each.file is not None]
    return [name for name in dict.fromkeys((*names, *read.earlier_files)) if is_file_name(name)]


def is_file_name(text: str) -> bool:
    """Whether it can be the name of a file of an export, and of none outside its folder."""
    return text.endswith(tuple(FORMATS.values())) and not any(each in text for each in ("/", "\\", "\0", ":"))
