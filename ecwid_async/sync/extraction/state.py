"""What a pipeline remembers of a section of a store between its runs."""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from ecwid_async.changes import CHANGE_PLANS, DAY, FEED_MEMORY, Cursor, ItemId, change_plan_for
from ecwid_async.errors import ConfigError
from ecwid_async.sync.rows import MirrorSection

__all__ = ["ReadState", "is_comparison_due"]


class ReadState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a section of a store. Times are Unix seconds of the server's clock."""

    cursor: str | None = None
    """Where the next read begins, as JSON; None until the section was read."""
    deletions: Mapping[str, int] = {}
    """Deletions that the next read repeats, with their times: they are already in the destination."""
    pending: tuple[ItemId, ...] = ()
    """Items that the next run reads by their ids."""
    compared_at: int | None = None
    """When the ids of the destination were last compared with those of the store."""
    scopes: str | None = None
    """The scopes that the token had then."""
    deletions_problem: str | None = None
    """Why the store's list of deleted items could not be read."""

    @classmethod
    def from_plain(cls, data: object) -> Self:
        """Return the state in plain data. Raises `ConfigError` for anything else."""
        try:
            return msgspec.convert(data, cls)
        except msgspec.ValidationError:
            raise ConfigError(
                "the state of the pipeline was changed, or a newer version of ecwid_async wrote it: upgrade "
                'ecwid_async, or read everything again with refresh="drop_sources"'
            ) from None

    def parse_cursor(self, store_id: int, section: MirrorSection) -> Cursor | None:
        """Return the cursor. Raises `ConfigError` if it is of another store or list, or if a newer version wrote it."""
        if self.cursor is None:
            return None
        return Cursor.from_json(self.cursor, store_id=store_id, operation=section.operation)

    def to_plain(self) -> dict[str, Any]:
        """Return the state as plain data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def is_comparison_due(state: ReadState, section: MirrorSection, cursor: Cursor | None, *, now: float) -> bool:
    """Return whether the ids in the destination are to be compared with those of the store.

    A section that is read whole anyway shows each time what it no longer contains. So does the first read, if there are
    rows from before the state was lost. Other lists are compared in the interval of their `ChangePlan`, and daily while
    their deleted items can't be listed.
    """
    if cursor is None or cursor.since is None or section.updated is None or section.operation not in CHANGE_PLANS:
        return True
    plan = change_plan_for(section.operation)
    if plan.deleted is not None and now - cursor.since > FEED_MEMORY:
        return True
    interval = plan.reconcile if state.deletions_problem is None else min(plan.reconcile, DAY)
    return state.compared_at is None or not 0 <= now - state.compared_at < interval
