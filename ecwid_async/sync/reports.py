"""What a round of a sync did, as values."""

from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, mutable

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["SectionReport", "SyncReport"]


@mutable(kw_only=True)
class SectionReport:
    """What a round did in one section.

    `steps` are what was done: "poll", "lookups", "audit", "rolling" and "reconcile". `changed` and `deleted` are the
    numbers of items that were stored and found deleted. `late` and `silent` are items that a poll had missed, `refused`
    ones that the database refused; `refusal` is the id of the last of them, and why. `skipped`, `stopped` and `error`
    say why something was not done.
    """

    name: str
    steps: list[str] = field(factory=list)
    changed: int = 0
    deleted: int = 0
    late: int = 0
    silent: int = 0
    refused: int = 0
    refusal: str = ""
    skipped: str = ""
    stopped: str = ""
    error: str = ""


@frozen(kw_only=True)
class SyncReport:
    """What one round did. `sections` has the sections in which something was done or that failed.

    `server_time` is the time of the server at the start, in Unix seconds, `seconds` the duration, and `requests`
    the number of calls. `error` is why the round failed; only `Mirror.watch` yields such reports. `complete` is False
    if the round was paused, and the next one continues.
    """

    store_id: int
    server_time: float | None = None
    seconds: float = 0.0
    requests: int = 0
    sections: Mapping[str, SectionReport] = field(factory=dict)
    error: str = ""
    complete: bool = True

    @property
    def changed(self) -> int:
        """The number of items that were stored."""
        return sum(section.changed for section in self.sections.values())

    @property
    def deleted(self) -> int:
        """The number of items that were found deleted."""
        return sum(section.deleted for section in self.sections.values())

    @property
    def failed(self) -> bool:
        """Whether the round, or a section in it, failed."""
        return bool(self.error or any(section.error for section in self.sections.values()))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as values of JSON."""
        return {**asdict(self), "changed": self.changed, "deleted": self.deleted}
