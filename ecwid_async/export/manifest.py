"""What an export vouches for."""

from datetime import datetime
from typing import Final

import msgspec

__all__ = ["MANIFEST_NAME", "Manifest", "SectionRecord"]

MANIFEST_NAME: Final = "manifest.json"


class SectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one section.

    `count` lines are in `file`; `total` is what the server said, None where it says nothing. `passes` is how often the
    section was read until the two agreed. `seconds` is the time from the first request to the last answer.
    """

    file: str
    count: int
    total: int | None
    bytes: int
    sha256: str
    passes: int
    started_at: datetime
    finished_at: datetime
    seconds: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Stands beside the files of a whole export, and nowhere else."""

    store_id: int
    started_at: datetime
    finished_at: datetime
    sections: dict[str, SectionRecord]

    def to_json(self) -> bytes:
        """As it is written to ``manifest.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"
