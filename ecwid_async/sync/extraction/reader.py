"""Reading what changed in one section of a store since the last run."""

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import aclosing
from typing import Any, Final, Literal, TypeAlias

import msgspec
from attrs import field
from msgspec.structs import replace

from ecwid_async.changes import CHANGE_PLANS, Cursor, ItemBatch, ItemId, change_plan_for
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, EcwidError, MissingScope, PaymentRequired, ScanDrifted, TooManyDeletions
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.resources.base import ListResource
from ecwid_async.sections import SECTIONS
from ecwid_async.sync.extraction.row_filter import RowFilter
from ecwid_async.sync.extraction.state import ReadState
from ecwid_async.sync.rows import MirrorSection
from ecwid_async.sync.snapshots import read_snapshot
from ecwid_async.sync.token_scopes import TokenScopes

__all__ = ["Problem", "ProblemKind", "ReadPart", "SectionReader"]

_log: Final = logging.getLogger("ecwid_async.sync")

ProblemKind: TypeAlias = Literal["skipped", "failed", "incomplete", "deletions"]

# Items that a run reads by their ids, for each section of a store.
_MAX_LOOKUPS: Final = 200


@frozen(kw_only=True)
class Problem:
    """Something that went wrong in a section of a store.

    - ``skipped``: the token or the plan of the store does not open the section.
    - ``failed``: reading ended with an error. The next run continues where it was.
    - ``incomplete``: not all changes could be proven complete. The next run reads that part again.
    - ``deletions``: deletions may be missing.
    """

    store_id: int
    section: str
    kind: ProblemKind
    message: str
    error: Exception | None = field(default=None, repr=False)
    at: float = field(factory=time.time)


@frozen(kw_only=True)
class ReadPart:
    """Rows of a section of a store, and the state once they are loaded. `keys` and `deleted` are keys of the table."""

    store_id: int
    items: list[msgspec.Raw] = field(factory=list, repr=False)
    keys: list[ItemId] = field(factory=list, repr=False)
    deleted: list[ItemId] = field(factory=list, repr=False)
    state: ReadState | None = field(default=None, repr=False)
    problems: list[Problem] = field(factory=list)
    is_last: bool = False


class SectionReader:
    """Reads one section of a store once.

    `known` are the ids in the destination, None if they are not compared. `deliver` passes parts on, each with the
    state to store together with its rows. With `confirmed`, many deletions at once are believed.
    """

    def __init__(
        self,
        store: Store,
        section: MirrorSection,
        state: ReadState,
        *,
        known: Collection[ItemId] | None,
        scopes: TokenScopes,
        deliver: Callable[[ReadPart], Awaitable[None]],
        lag: float,
        confirmed: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._section = section
        self._state = state
        self._compares = known is not None
        self._known = known or None
        self._token_scopes = scopes
        self._scopes: str | None = None
        self._deliver = deliver
        self._lag = lag
        self._confirmed = confirmed
        self._clock = clock
        self._filter = RowFilter(dict(state.deletions))
        self._missing: dict[ItemId, None] = dict.fromkeys(state.pending)
        self._problems: list[Problem] = []

    async def read(self) -> None:
        """Read the section. The last part has the problems; an error that ends the read is one of them."""
        try:
            await self._read()
        except (MissingScope, PaymentRequired) as error:
            self._add_problem("skipped", str(error), error)
        except EcwidError as error:
            self._add_problem("failed", str(error), error)
        except Exception as error:
            # A fault of one store's data, or of this library, must not stop the other stores.
            _log.exception("%s of store %d failed unexpectedly", self._section.name, self._store.store_id)
            self._add_problem("failed", f"unexpected {type(error).__name__}", error)
        state = self._pruned(self._state)
        await self._deliver(ReadPart(store_id=self._store.store_id, state=state, problems=self._problems, is_last=True))

    def _add_problem(self, kind: ProblemKind, message: str, error: Exception | None = None) -> None:
        self._problems.append(
            Problem(
                store_id=self._store.store_id,
                section=self._section.name,
                kind=kind,
                message=message,
                error=error,
                at=self._clock(),
            )
        )

    async def _read(self) -> None:
        cursor = self._state.parse_cursor(self._store.store_id, self._section)
        is_first = cursor is None or cursor.since is None
        if (self._known or is_first) and (reason := await self._find_lost_scopes()):
            self._add_problem("deletions", reason)
            self._known, self._compares = None, False
        resource = self._list()
        if resource is None:
            await self._read_single_response(cursor)
            return
        changes = resource.changes(cursor, known=self._known, lag=self._lag, confirm_deletions=self._confirmed)
        error: EcwidError | None = None
        async with changes:
            try:
                async with aclosing(changes.raw()) as batches:
                    async for batch in batches:
                        self._missing |= dict.fromkeys(batch.missing)
                        await self._deliver_batch(batch, cursor=batch.cursor.to_json())
            except (ScanDrifted, TooManyDeletions) as found:
                error = found
        has_deleted = change_plan_for(self._section.operation).deleted is not None
        problem = changes.deletions_problem if has_deleted and not is_first else ""
        self._state = replace(self._state, deletions_problem=problem or None)
        if problem:
            self._add_problem("deletions", problem)
        if isinstance(error, TooManyDeletions):
            self._add_problem("deletions", f"{error} {self._how_to_confirm}", error)
        elif error is not None:
            self._add_problem("incomplete", str(error), error)
        elif is_first or self._compares:
            self._state = replace(self._state, compared_at=int(self._clock()), scopes=self._scopes)
        await self._look_up(resource)

    async def _read_single_response(self, cursor: Cursor | None) -> None:
        batch = await read_snapshot(
            self._store,
            SECTIONS[self._section.name],
            self._section.key or None,
            cursor=cursor,
            known=self._known or (),
            lag=self._lag,
            clock=self._clock,
        )
        await self._deliver_batch(batch, cursor=batch.cursor.to_json())
        if self._compares or cursor is None:
            self._state = replace(self._state, compared_at=int(self._clock()), scopes=self._scopes)

    def _list(self) -> ListResource[Any] | None:
        """Return the list of the section; None if the section is a single response."""
        if self._section.operation not in CHANGE_PLANS:
            return None
        resource = getattr(SECTIONS[self._section.name].read_method(self._store), "__self__", None)
        return resource if isinstance(resource, ListResource) else None

    async def _deliver_batch(self, batch: ItemBatch[msgspec.Raw], *, cursor: str | None = None) -> None:
        deleted = self._to_keys(self._filter.deleted_ids(batch))
        items: list[msgspec.Raw] = []
        keys: list[ItemId] = []
        for position in self._filter.positions(batch):
            if not self._section.key:
                items.append(batch.items[position])
                continue
            key = self._section.to_key(batch.ids[position])
            if key is None:
                self._add_problem("incomplete", f"{batch.ids[position]!r} is not a valid id of {self._section.name}")
            else:
                items.append(batch.items[position])
                keys.append(key)
        self._state = replace(
            self._state,
            cursor=self._state.cursor if cursor is None else cursor,
            deletions=dict(self._filter.deletions) if batch.deletions else self._state.deletions,
            pending=tuple(self._missing | self._filter.undecided),
        )
        await self._deliver(
            ReadPart(store_id=self._store.store_id, items=items, keys=keys, deleted=deleted, state=self._state)
        )

    def _to_keys(self, ids: Iterable[ItemId]) -> list[ItemId]:
        return [key for item_id in ids if (key := self._section.to_key(item_id)) is not None]

    def _pruned(self, state: ReadState) -> ReadState:
        """Return the state without deletions that are too old to be repeated."""
        try:
            cursor = state.parse_cursor(self._store.store_id, self._section)
        except ConfigError:
            return state  # it was reported
        if cursor is None or cursor.since is None:
            return state
        # The list of deleted items is read from that second or the one before it.
        oldest = cursor.since - 2
        return replace(state, deletions={key: at for key, at in self._filter.deletions.items() if at >= oldest})

    async def _look_up(self, resource: ListResource[Any]) -> None:
        """Read items by their ids, as many as are allowed. The others remain for the next run."""
        wanted = self._to_keys(self._missing | self._filter.undecided) if self._section.has_get else []
        self._missing = dict.fromkeys(wanted)
        self._filter.undecided.clear()
        if some := wanted[:_MAX_LOOKUPS]:
            lookup = resource.look_up(some, multi_get=False, lag=self._lag)
            async with aclosing(lookup.raw()) as batches:
                async for batch in batches:
                    if batch.deletions and await self._find_lost_scopes():
                        continue  # without them, the token may not see a hidden item
                    for key in self._to_keys([*batch.ids, *(deletion.id for deletion in batch.deletions)]):
                        self._missing.pop(key, None)
                    await self._deliver_batch(batch)
        self._state = replace(self._state, pending=tuple(self._missing | self._filter.undecided))

    async def _find_lost_scopes(self) -> str:
        """Return a message about the scopes that the token had at the last comparison of ids. Empty if it has all."""
        scopes = await self._token_scopes.read(self._store, now=self._clock())
        self._scopes = " ".join(sorted(scopes or ()))
        lost = sorted(set((self._state.scopes or "").split()) - (scopes or set()))
        if not lost or self._confirmed:
            return ""
        return (
            f"the token no longer has the scopes {', '.join(lost)}, or can't read its scopes, so it may not see hidden "
            f"items, which would look deleted. Use a token with these scopes. {self._how_to_confirm}"
        )

    @property
    def _how_to_confirm(self) -> str:
        return f'If the missing items were deleted, pass confirm_deletions=["{self._section.name}"] once.'
