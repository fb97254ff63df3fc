"""The public `Events`: opening and iterating a read of the events of a store."""

import time
from collections.abc import AsyncIterator, Callable, Collection
from difflib import get_close_matches
from types import TracebackType
from typing import Self

from ecwid_async.calls import Channel
from ecwid_async.changes.background_read import BackgroundRead
from ecwid_async.changes.event_cursor import EventCursor
from ecwid_async.changes.event_reader import EventBatch, EventReader, EventStart
from ecwid_async.changes.event_sections import EVENT_SECTIONS
from ecwid_async.errors import ConfigError
from ecwid_async.transport import check_count, check_number

__all__ = ["Events"]


class Events:
    """The events of a store since a cursor, read while they are iterated inside ``async with``.

    Built by `Store.events`. ``async for batch in events`` yields each `EventBatch`, once. Handle its events, then store
    its cursor: the next read continues there, even if this one is interrupted or fails.

    Events repeat, with the same `event_id`: each read begins a bit before the end of the last one. Raises `ScanDrifted`
    at the end, once everything else was yielded, if a section could not be proven complete.
    """

    def __init__(
        self,
        channel: Channel,
        since: EventCursor | str | None = None,
        *,
        sections: Collection[str] = (),
        start: EventStart = "now",
        lag: float = 300.0,
        concurrency: int = 8,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_count("concurrency, how many pages are requested at once,", concurrency)
        check_number("lag, how many seconds a search may be behind the store,", lag)
        if start not in ("now", "beginning"):
            raise ConfigError(f'start is {start!r}: pass "now", or "beginning" to get events of all existing items')
        self._store_id = channel.store_id
        self._reader = EventReader(
            channel,
            EventCursor.of(since, store_id=channel.store_id or 0),
            deliver=lambda batch: self._background.deliver(batch),
            sections=_check_sections(sections),
            start=start,
            lag=lag,
            concurrency=concurrency,
            clock=clock,
        )
        self._background = BackgroundRead[EventBatch](self._reader.read, self)

    def __repr__(self) -> str:
        return f"<Events of store {self._store_id}: {self.requests} requests>"

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._reader.requests

    @property
    def skipped(self) -> dict[str, str]:
        """The sections that were not read because the token or the plan does not allow it, with the reason."""
        return self._reader.skipped

    @property
    def deletion_problems(self) -> dict[str, str]:
        """The sections of which events of deletions may be missing, with the reason."""
        return self._reader.deletion_problems

    async def __aenter__(self) -> Self:
        await self._background.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._background.close()

    def __aiter__(self) -> AsyncIterator[EventBatch]:
        return self._background.close_at_exit(self._background.batches())


def _check_sections(names: Collection[str]) -> list[str]:
    """Return the names of these sections, each once; those of all if there are none."""
    if isinstance(names, str):
        raise TypeError(f'sections is a single text: pass a list, such as ["{names}"]')
    for name in names:
        if name not in EVENT_SECTIONS:
            near = get_close_matches(str(name).lower(), EVENT_SECTIONS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(EVENT_SECTIONS)}."
            raise ConfigError(f"there is no section {name!r} with events. {hint}")
    return list(dict.fromkeys(names)) or list(EVENT_SECTIONS)
