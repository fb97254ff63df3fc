"""The manifest: the content of an export, and the proof that it is complete."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from ecwid_async.export.formats import FORMATS

__all__ = ["MANIFEST_NAME", "AwareDatetime", "Manifest", "SectionRecord", "is_file_name", "read_file_names"]

MANIFEST_NAME: Final = "manifest.json"
_FORMAT_VERSION: Final = 2

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A datetime with a time zone."""

_Count = Annotated[int, msgspec.Meta(ge=0)]


class SectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The export of one section.

    `file` is the name of the file, None for a stream. `fields` has the chosen fields, None for all; `where` has the
    filters. `proof` states why no item is missing. `reported_total` is the total that the server reported, None if it
    reports none. `request_count` and `seconds` include all runs of an export that was resumed `resume_count` times.
    """

    file: str | None
    format: str
    fields: str | None
    where: dict[str, object]
    item_count: _Count
    reported_total: int | None
    size_bytes: _Count
    sha256: str
    proof: str
    request_count: int
    resume_count: int
    started_at: AwareDatetime
    finished_at: AwareDatetime
    seconds: float
    items_per_second: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of a complete export.

    `library_version` is the version of this package that wrote it. `refused` has the sections that were left out
    because the token's scopes or the store's plan don't include them, each with the server's message. `earlier_files`
    names the files of earlier exports that are still in the folder.
    """

    format_version: int = _FORMAT_VERSION
    library_version: str
    store_id: int
    started_at: AwareDatetime
    finished_at: AwareDatetime
    sections: dict[str, SectionRecord]
    refused: dict[str, str] = {}
    earlier_files: list[str] = []

    def to_json(self) -> bytes:
        """Encode the manifest as in ``manifest.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def from_json(cls, data: bytes | str) -> "Manifest":
        """Decode the content of a ``manifest.json``.

        Raises `ValueError` if it is not a manifest, or if another version of this library wrote it in another format.
        """
        try:
            version = msgspec.json.decode(data, type=_Version).format_version
            if version == _FORMAT_VERSION:
                return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(f"this is not the manifest of an export: {error}") from None
        raise ValueError(
            f"this manifest has format {version}, and this version of the library reads format {_FORMAT_VERSION}: "
            "read it with the version that wrote it, or export again."
        )


class _Version(msgspec.Struct):
    # Format 1 had no such key.
    format_version: int = 1


class _File(msgspec.Struct):
    file: str | None = None


class _Files(msgspec.Struct):
    sections: dict[str, _File] = {}
    earlier_files: list[str] = []


def read_file_names(manifest: bytes) -> list[str]:
    """Return the names of the files in a manifest of any format version. Empty if it can't be read."""
    try:
        content = msgspec.json.decode(manifest, type=_Files)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []
    names = [section.file for section in content.sections.values() if section.file is not None]
    return [name for name in dict.fromkeys((*names, *content.earlier_files)) if is_file_name(name)]


def is_file_name(text: str) -> bool:
    """Whether the text can be the name of an export's file, without leaving its folder."""
    return text.endswith(tuple(FORMATS.values())) and not any(character in text for character in ("/", "\\", "\0", ":"))
