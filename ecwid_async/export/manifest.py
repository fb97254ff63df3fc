"""What an export vouches for."""

from datetime import datetime
from typing import Final

import msgspec

__all__ = ["MANIFEST_NAME", "Manifest", "SectionRecord"]

MANIFEST_NAME: Final = "manifest.json"


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
    count: int
    total: int | None
    bytes: int
    sha256: str
    proof: str
    requests: int
    resumed: int
    started_at: datetime
    finished_at: datetime
    seconds: float
    items_per_second: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Stands beside the files of a whole export, and nowhere else.

    `version` is that of this package. `refused` sections are those that the token or the plan does not open, where the
    export was to leave such ones out, and what the server said.
    """

    version: str
    store_id: int
    started_at: datetime
    finished_at: datetime
    sections: dict[str, SectionRecord]
    refused: dict[str, str] = {}

    def to_json(self) -> bytes:
        """As it is written to ``manifest.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"
