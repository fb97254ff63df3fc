"""Events in an inbox: accepted, claimed by a handler, or dead."""

import math
from collections.abc import Awaitable, Callable
from typing import Final

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["ClaimedEvents", "Coalesces", "DeadEvent", "Handle", "StoredEvent"]

MAX_STORE_ID: Final = 2**63 - 1
# Ecwid's ids have 36 characters, and its types at most 40.
_MAX_TEXT: Final = 255


@frozen(kw_only=True)
class StoredEvent:
    """An event as it was accepted.

    `event_type` is in the spelling of `EventType`, and `entity_id` is text. `body` is the body of the webhook as it was
    received; `repr` does not show it, since it may have personal data. `received_at` is in Unix seconds. `attempts`
    counts how often a handler was given the event, with the one in progress: 0 when it is accepted.

    Raises `ValueError` if a value is empty, too long or out of range.
    """

    store_id: int
    event_id: str
    event_type: str
    entity_id: str
    body: bytes = field(repr=False)
    received_at: float
    attempts: int = 0

    def __attrs_post_init__(self) -> None:
        if not 0 < self.store_id <= MAX_STORE_ID:
            raise ValueError("an event needs a valid store id")
        for name in ("event_id", "event_type", "entity_id"):
            text = getattr(self, name)
            is_text = isinstance(text, str) and len(text) <= _MAX_TEXT and "\0" not in text
            if not is_text or not (text or name == "entity_id") or _has_surrogates(text):
                raise ValueError(f"the {name} of an event must be text of at most {_MAX_TEXT} characters")
        if not math.isfinite(self.received_at):
            raise ValueError("the time of an event must be a finite number")


def _has_surrogates(text: str) -> bool:
    # They can't be encoded for a database.
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


@frozen
class ClaimedEvents:
    """Events that a handler is given at once: of one store, type and entity, oldest first.

    There is more than one only where the handler lets bursts be coalesced.
    """

    events: tuple[StoredEvent, ...]

    @property
    def store_id(self) -> int:
        """The store of all of them."""
        return self.events[0].store_id

    @property
    def event_type(self) -> str:
        """The type of all of them."""
        return self.events[0].event_type

    @property
    def entity_id(self) -> str:
        """The entity of all of them."""
        return self.events[0].entity_id

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The ids of all of them."""
        return tuple(event.event_id for event in self.events)


@frozen(kw_only=True)
class DeadEvent:
    """An event that is no longer retried. `id` identifies it in `Inbox.replay`, `delete` and `read`.

    `failed_at` is the time of the last attempt in Unix seconds, `error_class` the name of its error, and
    `error_message` the first line of its message, where e-mail addresses, quoted text, numbers and tokens are masked.
    """

    id: int
    store_id: int
    event_id: str
    event_type: str
    entity_id: str
    received_at: float
    failed_at: float
    attempts: int
    error_class: str
    error_message: str


Handle = Callable[[ClaimedEvents], Awaitable[None]]
"""Handles events. If it raises, they are retried."""

Coalesces = Callable[[str], bool]
"""Whether events of a type that wait one after the other for one entity are handled at once.

It must be quick and always return the same for a type: it is called in another thread.
"""
