"""One read of a store's events: what the store reports as changed, section by section."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import field
from msgspec.structs import replace

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import ItemId
from ecwid_async.changes.changes import Changes
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.event_cursor import EventCursor
from ecwid_async.changes.event_sections import EVENT_SECTIONS, EventSection
from ecwid_async.changes.list_events import ListEvents, is_over
from ecwid_async.changes.plans import change_plan_for
from ecwid_async.changes.store_changes import StoreChanges, read_store_changes
from ecwid_async.codec import format_selection
from ecwid_async.errors import (
    EcwidError,
    InvalidToken,
    LimiterUnavailable,
    MissingScope,
    PaymentRequired,
    RateLimited,
    StoreNotFound,
    StoreSuspended,
    TokenUnavailable,
    TransportError,
)
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import Lane, Options, Request, encode_segment

if TYPE_CHECKING:
    from ecwid_async.models.events import StoreEvent

__all__ = ["EventBatch", "EventReader", "EventStart"]

EventStart: TypeAlias = Literal["now", "beginning"]

_HOUR: Final = 3600
_PAGING_FIELDS: Final = ("total", "count", "offset", "limit")
# Deleted orders that are known by their number only, and are read one by one.
_MAX_LOOKUPS: Final = 1000
_ERRORS_OF_THE_STORE: Final = (
    InvalidToken,
    LimiterUnavailable,
    RateLimited,
    StoreNotFound,
    StoreSuspended,
    TokenUnavailable,
    TransportError,
)


@frozen(kw_only=True)
class EventBatch:
    """Some events of a store. Once they are handled, the next read continues from `cursor`."""

    events: "list[StoreEvent]" = field(factory=list)
    cursor: EventCursor


class EventReader:
    """Reads the events of these sections since a cursor, and delivers them in batches.

    `deliver` passes a batch on. See `Events` for the other arguments.
    """

    def __init__(
        self,
        channel: Channel,
        cursor: EventCursor,
        *,
        deliver: Callable[[EventBatch], Awaitable[None]],
        sections: Sequence[str],
        start: EventStart,
        lag: float,
        concurrency: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.skipped: dict[str, str] = {}
        """Why a section was not read, by name."""
        self.deletion_problems: dict[str, str] = {}
        """Why events of deletions may be missing, by section."""
        self._channel = channel
        self._cursor = cursor
        self._deliver = deliver
        self._sections = {name: EVENT_SECTIONS[name] for name in sections}
        self._start = start
        self._lag = lag
        self._concurrency = concurrency
        self._clock = clock
        self._requests = 0
        self._changes: Changes[Any] | None = None

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._requests + (0 if self._changes is None else self._changes.requests)

    async def read(self) -> None:
        """Read everything.

        Raises at once an error that concerns the store. The first error of a section is raised at the end.
        """
        self._requests += 1
        stats = await read_store_changes(self._channel, clock=self._clock)
        begun = self._begin(stats)
        if begun:
            await self._deliver(EventBatch(cursor=self._cursor))
        errors: list[EcwidError] = []
        for name, section in self._sections.items():
            if name in begun and self._start == "now":
                continue
            try:
                if section.is_document:
                    await self._read_document(name, section, stats)
                elif self._has_changes(name, section, stats):
                    await self._read_list(name, section)
            except _ERRORS_OF_THE_STORE:
                raise
            except (MissingScope, PaymentRequired) as error:
                self.skipped[name] = str(error)
            except EcwidError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    # What changed at all.

    def _begin(self, stats: StoreChanges) -> list[str]:
        """Begin the sections that the cursor lacks, and return their names."""
        now = max(0, int(stats.read.begin - self._lag))
        new = [name for name in self._sections if name not in self._cursor.sections]
        for name in new:
            section = self._sections[name]
            cursor = Cursor.start(self._cursor.store_id, section.operation)
            if self._start == "now":
                cursor = replace(cursor, since=now)
            elif section.is_document:
                cursor = replace(cursor, since=0)
            self._cursor = self._cursor.with_section(name, cursor)
        return new

    def _has_changes(self, name: str, section: EventSection, stats: StoreChanges) -> bool:
        cursor = self._cursor.sections[name]
        changed_at = stats.times.get(section.stats or "")
        if cursor.since is None or cursor.proven or changed_at is None:
            return True
        # The time moves before the search shows the change, and the cursor is behind the last read by as much. It may
        # not move at a deletion, so a list is also read once an hour.
        return changed_at >= cursor.since or not 0 <= stats.read.begin - cursor.since < _HOUR

    # Sections.

    async def _read_document(self, name: str, section: EventSection, stats: StoreChanges) -> None:
        cursor = self._cursor.sections[name]
        changed_at = stats.times.get(section.stats or "")
        if changed_at is None:
            if not stats.times:
                self.skipped[name] = "the token can't read when it last changed"
            return
        store_id = self._cursor.store_id
        since = max(0, int(stats.read.begin - self._lag))
        events: list[StoreEvent] = []
        # If the server's clock was set back, a new change has a time before the cursor.
        if changed_at >= (cursor.since or 0) or stats.read.end < (cursor.since or 0):
            if is_over(changed_at, stats.read):
                events.append(section.event("updated", store_id, changed_at, store_id=store_id))
            else:
                since = min(since, changed_at)
            self._cursor = self._cursor.with_section(name, replace(cursor, since=since))
            await self._deliver(EventBatch(events=events, cursor=self._cursor))

    async def _read_list(self, name: str, section: EventSection) -> None:
        cursor = self._cursor.sections[name]
        self._changes = changes = Changes(
            _list_request(section),
            dict[str, Any],
            self._channel,
            since=cursor,
            get_request=_get_request_builder(section),
            lag=self._lag,
            concurrency=self._concurrency,
            max_lookups=_MAX_LOOKUPS,
            clock=self._clock,
        )
        events = ListEvents(section, self._cursor.store_id, since=cursor.since, lag=self._lag)
        missing = 0
        try:
            async with changes:
                async for batch in changes.dicts():
                    missing += len(batch.missing)
                    found = events.of(batch)
                    self._cursor = self._cursor.with_section(name, events.cursor(batch.cursor))
                    await self._deliver(EventBatch(events=found, cursor=self._cursor))
        finally:
            self._requests, self._changes = self._requests + changes.requests, None
        if missing := missing + changes.unidentified_deletions:
            self.deletion_problems[name] = f"it is unknown which items {missing} of the deletions concern"
        if changes.deletions_problem:
            self.deletion_problems[name] = changes.deletions_problem


def _request(endpoint: str, params: Mapping[str, str], *ids: ItemId) -> Request:
    method, _, path = endpoint.partition(" ")
    for item_id in ids:
        before, _, rest = path.partition("{")
        path = before + encode_segment(item_id) + rest.partition("}")[2]
    options = Options(operation=endpoint, repeatable=True, lane=Lane.BULK)
    return Request(method=method, path=path, params=tuple(params.items()), options=options)


def _list_request(section: EventSection) -> Request:
    fields = dict.fromkeys(section.fields)
    selection = {**dict.fromkeys(_PAGING_FIELDS), "items": fields}
    return _request(section.operation, {"responseFields": format_selection(selection)})


def _get_request_builder(section: EventSection) -> Callable[[ItemId], Request] | None:
    endpoint = change_plan_for(section.operation).get
    if endpoint is None:
        return None
    params = {"responseFields": format_selection(dict.fromkeys(section.fields))}
    return lambda item_id: _request(endpoint, params, item_id)
