"""The cursor of a store's events: the cursors of its sections, as readable JSON."""

from collections.abc import Mapping
from typing import Final, Self

import msgspec
from msgspec.structs import replace

from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.event_sections import EVENT_SECTIONS
from ecwid_async.errors import ConfigError

__all__ = ["EventCursor"]

_VERSION: Final = 1


class EventCursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the next read of a store's events begins: the `Cursor` of each section that was read.

    Store it once the events of its batch are handled.
    """

    version: int
    store_id: int
    sections: Mapping[str, Cursor] = {}

    @classmethod
    def of(cls, since: "EventCursor | str | None", *, store_id: int) -> "EventCursor":
        """Return a cursor that is given as such, as JSON, or as None. Raises `ConfigError` like `from_json`."""
        if since is None:
            return cls(version=_VERSION, store_id=store_id)
        return cls.from_json(since.to_json() if isinstance(since, EventCursor) else since, store_id=store_id)

    def with_section(self, name: str, cursor: Cursor) -> Self:
        """Return the cursor with another position in a section."""
        return replace(self, sections={**self.sections, name: cursor})

    def to_json(self) -> str:
        """Return the cursor as JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str, *, store_id: int) -> Self:
        """Return the cursor in a JSON text.

        Raises `ConfigError` for anything else, for a cursor of a newer version of this library, and for a cursor of
        another store.
        """
        try:
            parts = msgspec.json.decode(text, type=_Parts)
        except msgspec.MsgspecError:
            raise ConfigError(
                "not a valid cursor of events: pass one as it was returned, or None to begin now"
            ) from None
        if parts.version > _VERSION:
            raise ConfigError(
                f"the cursor has version {parts.version}, which a newer version of ecwid_async wrote: upgrade "
                "ecwid_async"
            )
        if parts.store_id != store_id:
            raise ConfigError(f"the cursor is for store {parts.store_id}, not for store {store_id}")
        sections = {
            name: Cursor.from_json(bytes(raw).decode(), store_id=store_id, operation=EVENT_SECTIONS[name].operation)
            for name, raw in parts.sections.items()
            if name in EVENT_SECTIONS
        }
        return cls(version=parts.version, store_id=store_id, sections=sections)


class _Parts(msgspec.Struct):
    version: int
    store_id: int
    sections: dict[str, msgspec.Raw] = {}
