"""The cursor of a list: where the next read of its changes begins, as readable JSON."""

from collections.abc import Mapping
from typing import Annotated, Final, Self, TypeAlias

import msgspec

from ecwid_async.errors import ConfigError

__all__ = ["Cursor"]

_VERSION: Final = 1
# More than these would make the cursor long.
_MAX_ABSENT: Final = 1000

UnixSeconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 40)]
Range: TypeAlias = tuple[UnixSeconds, UnixSeconds]


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the next read of the changes of a list begins. Store it in the same transaction as the items.

    The times are Unix seconds of the server's clock, and inclusive.
    """

    version: int
    store_id: int
    operation: str
    """The operation that reads the list, such as ``GET /products``."""
    since: UnixSeconds | None = None
    """Items last updated before this time were read. None until the whole list was read once."""
    until: UnixSeconds | None = None
    """While the whole list is read for the first time: the value of `since` once that is complete."""
    scan: str = ""
    """While the whole list is read for the first time: the token of the scan."""
    proven: tuple[Range, ...] = ()
    """Ranges of update times after `since` that were read completely, although an earlier range was not."""
    absent: Mapping[str, UnixSeconds] = {}
    """Items that a complete listing did not contain, with its time. Only for lists whose items have no GET by id."""

    @classmethod
    def of(cls, since: "Cursor | str | None", *, store_id: int, operation: str) -> "Cursor":
        """Return a cursor that is given as such, as JSON, or as None for a list that was never read.

        Raises `ConfigError` like `from_json`.
        """
        if since is None:
            return cls.start(store_id, operation)
        text = since.to_json() if isinstance(since, Cursor) else since
        return cls.from_json(text, store_id=store_id, operation=operation)

    @classmethod
    def start(cls, store_id: int, operation: str) -> Self:
        """Return the cursor of a list that was never read."""
        return cls(version=_VERSION, store_id=store_id, operation=operation)

    @property
    def unproven_since(self) -> int | None:
        """The time from which on the list could not be read completely, None if everything was."""
        return self.since if self.proven else None

    def to_json(self) -> str:
        """Return the cursor as JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str, *, store_id: int, operation: str) -> Self:
        """Return the cursor in a JSON text.

        Raises `ConfigError` for anything else, for a cursor of a newer version of this library, and for a cursor of
        another store or list.
        """
        try:
            version = msgspec.json.decode(text, type=_Version).version
            if version > _VERSION:
                raise ConfigError(
                    f"the cursor has version {version}, which a newer version of ecwid_async wrote: upgrade ecwid_async"
                )
            cursor = msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError:
            raise ConfigError("not a valid cursor: pass one as it was returned, or None to read everything") from None
        if (cursor.store_id, cursor.operation) != (store_id, operation):
            raise ConfigError(
                f"the cursor is for {cursor.operation} of store {cursor.store_id}, "
                f"not for {operation} of store {store_id}"
            )
        return cursor


class _Version(msgspec.Struct):
    version: int
