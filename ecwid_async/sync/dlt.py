"""Stores as a source of dlt: `ecwid_source` (extra ``dlt``). docs/dlt.md explains it."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import anyio

# First: the following ones would name only a part of this extra.
try:
    import dlt
    from dlt.common import logger
    from dlt.common.destination.exceptions import DestinationUndefinedEntity
    from dlt.extract import DltResource, DltSource
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(f"{error}: ecwid_source needs pip install 'ecwid-async[dlt]'") from None

from ecwid_async.changes import ItemId
from ecwid_async.client import Ecwid
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.sections import DEFAULT_SECTIONS, find_sections
from ecwid_async.sync.extraction import (
    DELETED,
    SEQUENCE,
    PartQueue,
    Problem,
    ReadPart,
    ReadState,
    SectionReader,
    SharedClient,
    TableCollector,
    is_comparison_due,
    problems_table,
)
from ecwid_async.sync.rows import MIRROR_SECTIONS, MirrorSection
from ecwid_async.sync.token_scopes import TokenScopes
from ecwid_async.tables import STORE_ID
from ecwid_async.tokens import EnvironmentTokens
from ecwid_async.transport import check_count, check_number

__all__ = ["PROBLEMS_TABLE", "ecwid_source"]

PROBLEMS_TABLE: Final = "sync_problems"
"""The resource and table with what went wrong in the runs."""


def ecwid_source(
    stores: Iterable[int] | None = None,
    *,
    sections: Iterable[str] = DEFAULT_SECTIONS,
    ecwid: Ecwid | Callable[[], AbstractAsyncContextManager[Ecwid]] | None = None,
    stores_at_once: int = 8,
    lag: float = 300.0,
    confirm_deletions: Collection[str] = (),
    clock: Callable[[], float] = time.time,
) -> DltSource:
    """Return a source of dlt with a resource for each section, which loads what changed in these stores.

    - `stores`: the ids of the stores, by default that of ``ECWID_STORE_ID``.
    - `sections`: the names of sections, such as ``products``; ``ecwid_async.sections.ALL_SECTIONS`` has all.
    - `ecwid`: the client, or a function that returns it as an async context manager. By default, tokens are those
      of the environment, as in `EnvironmentTokens`. The client runs in an event loop of a separate thread.
    - `stores_at_once`: how many stores are read at a time in each section.
    - `lag`: how many seconds a search may be behind the store.
    - `confirm_deletions`: sections in which many items at once were really deleted.
    - `clock`: returns the time in Unix seconds.

    A store or section that can't be read does not stop the others: it is reported as a warning and in the table
    `PROBLEMS_TABLE`. If none can be read, the error of the first one ends the run. Raises `ConfigError` for an unknown
    section, and without a store.
    """
    check_count("stores_at_once, how many stores are read at a time,", stores_at_once)
    check_number("lag, how many seconds a search may be behind the store,", lag)
    names = []
    for section in find_sections(sections):
        section.model()  # imported now, because the thread of the client imports other modules during the run
        names.append(section.name)
    confirmed = {section.name for section in find_sections(confirm_deletions)} if confirm_deletions else set[str]()
    run = _Run(
        list(dict.fromkeys([Ecwid().store().store_id] if stores is None else stores)),
        ecwid,
        stores_at_once=stores_at_once,
        lag=lag,
        confirmed=confirmed,
        clock=clock,
    )

    def problems() -> Iterator[Any]:
        yield from run.problems()

    # The source has no arguments, so that dlt neither looks for them in its configuration nor records them.
    @dlt.source(name="ecwid")
    def source() -> list[DltResource]:
        resources = [_section_resource(run, MIRROR_SECTIONS[name]) for name in names]
        # The last one: dlt begins to iterate it after all others.
        return [*resources, dlt.resource(problems, name=PROBLEMS_TABLE, write_disposition="append")]

    return source()


def _section_resource(run: "_Run", section: MirrorSection) -> DltResource:
    def tables() -> Iterator[Any]:
        yield from run.tables(section)

    return dlt.resource(
        tables,
        name=section.name,
        write_disposition="merge",
        primary_key=[STORE_ID, section.key] if section.key else [STORE_ID],
        columns={DELETED: {"hard_delete": True}, SEQUENCE: {"dedup_sort": "desc"}},
    )


class _Run:
    """What the resources of a source share."""

    def __init__(
        self,
        stores: list[int],
        ecwid: Ecwid | Callable[[], AbstractAsyncContextManager[Ecwid]] | None,
        *,
        stores_at_once: int,
        lag: float,
        confirmed: Collection[str],
        clock: Callable[[], float],
    ) -> None:
        if not stores:
            raise ConfigError("there is no store to read: pass the ids of stores")
        self._stores = stores
        if ecwid is None:
            ecwid = Ecwid(tokens=EnvironmentTokens())
        client = ecwid
        self._client = SharedClient((lambda: client) if isinstance(client, Ecwid) else client)
        self._stores_at_once = stores_at_once
        self._lag = lag
        self._confirmed = confirmed
        self._clock = clock
        self._scopes: dict[int, TokenScopes] = {}
        self._active = 0
        self._read_sections = 0
        self._problems: list[Problem] = []

    # In the thread of dlt.

    def tables(self, section: MirrorSection) -> Iterator[Any]:
        """Yield the tables of a section, and None while there is nothing to load yet."""
        if not self._active:
            self._scopes = {}
        self._active += 1
        try:
            with self._client.use() as (portal, ecwid):
                yield from self._read_tables(section, portal, ecwid)
        finally:
            self._active -= 1

    def _read_tables(self, section: MirrorSection, portal: Any, ecwid: Ecwid) -> Iterator[Any]:
        saved = dlt.current.resource_state(section.name)
        stores = saved.setdefault("stores", {})
        states = {store_id: ReadState.from_plain(stores.get(str(store_id), {})) for store_id in self._stores}
        collector = TableCollector(section, ecwid.codec, last_sequence=saved.get("sequence", 0))
        known = self._known_ids(section, states)
        queue: PartQueue[ReadPart] = portal.call(PartQueue)
        done: Future[None] = portal.start_task_soon(self._read_stores, section, ecwid, states, known, queue)
        unsaved: dict[int, ReadState] = {}
        is_new = "sequence" not in saved

        def table() -> Iterator[Any]:
            # The state of rows is saved once dlt has taken them.
            nonlocal is_new
            yield collector.take()
            is_new = False
            saved["sequence"] = collector.last_sequence
            save()

        def save() -> None:
            for store_id, state in unsaved.items():
                stores[str(store_id)] = state.to_plain()
            unsaved.clear()

        try:
            while True:
                is_done = done.done()
                part = queue.take()
                if part is None:
                    if is_done:
                        break
                    yield None
                    continue
                collector.add(part)
                if part.state is not None:
                    unsaved[part.store_id] = part.state
                if part.is_last:
                    self._record(part)
                if collector.is_full:
                    yield from table()
            done.result()
            # An empty table creates the table in the destination.
            if is_new or not collector.is_empty:
                yield from table()
            save()
        finally:
            done.cancel()

    def _known_ids(self, section: MirrorSection, states: dict[int, ReadState]) -> dict[int, list[ItemId]]:
        """Return the ids in the destination, for each store whose ids are to be compared."""
        due = [store_id for store_id, state in states.items() if section.key and self._is_due(section, store_id, state)]
        if not due:
            return {}
        known: dict[int, list[ItemId]] = {store_id: [] for store_id in due}
        try:
            rows = _query_ids(section, due)
        except DestinationUndefinedEntity:
            return known  # nothing was loaded yet
        except Exception as error:  # of any destination; its message may contain a password
            message = (
                f"the ids in the destination can't be read ({type(error).__name__}), so deletions that the store does "
                "not list are not found"
            )
            for store_id in due:
                problem = Problem(
                    store_id=store_id, section=section.name, kind="deletions", message=message, at=self._clock()
                )
                self._add(problem)
            return {}
        for store_id, key in rows:
            known[store_id].append(key)
        return known

    def _is_due(self, section: MirrorSection, store_id: int, state: ReadState) -> bool:
        try:
            cursor = state.parse_cursor(store_id, section)
        except ConfigError:
            return False  # reading reports it
        return is_comparison_due(state, section, cursor, now=self._clock())

    def _record(self, part: ReadPart) -> None:
        if not any(problem.kind in ("skipped", "failed") for problem in part.problems):
            self._read_sections += 1
        for problem in part.problems:
            self._add(problem)

    def _add(self, problem: Problem) -> None:
        self._problems.append(problem)
        logger.warning(f"store {problem.store_id}, {problem.section}: {problem.kind}: {problem.message}")

    def problems(self) -> Iterator[Any]:
        """Yield a table of the problems, once all sections were read. Raises the first one if none could be read."""
        while self._active:
            yield None
        problems, self._problems = self._problems, []
        read_sections, self._read_sections = self._read_sections, 0
        errors = [problem.error for problem in problems if problem.error is not None]
        if errors and not read_sections:
            raise errors[0]
        yield problems_table(problems)

    # In the event loop.

    async def _read_stores(
        self,
        section: MirrorSection,
        ecwid: Ecwid,
        states: dict[int, ReadState],
        known: dict[int, list[ItemId]],
        queue: PartQueue[ReadPart],
    ) -> None:
        limiter = anyio.CapacityLimiter(self._stores_at_once)

        async def read(store_id: int) -> None:
            async with limiter:
                await self._read_store(section, ecwid, store_id, states[store_id], known.get(store_id), queue)

        async with anyio.create_task_group() as tasks:
            for store_id in states:
                tasks.start_soon(read, store_id)

    async def _read_store(
        self,
        section: MirrorSection,
        ecwid: Ecwid,
        store_id: int,
        state: ReadState,
        known: list[ItemId] | None,
        queue: PartQueue[ReadPart],
    ) -> None:
        try:
            store = ecwid.store(store_id)
        except EcwidError as error:
            problem = Problem(
                store_id=store_id,
                section=section.name,
                kind="failed",
                message=str(error),
                error=error,
                at=self._clock(),
            )
            await queue.put(ReadPart(store_id=store_id, problems=[problem], is_last=True))
            return
        reader = SectionReader(
            store,
            section,
            state,
            known=known,
            scopes=self._scopes.setdefault(store_id, TokenScopes(store)),
            deliver=queue.put,
            lag=self._lag,
            confirmed=section.name in self._confirmed,
            clock=self._clock,
        )
        await reader.read()


def _query_ids(section: MirrorSection, stores: Collection[int]) -> list[tuple[int, ItemId]]:
    """Return the ids of stores and items in the table of a section."""
    naming = dlt.current.source_schema().naming
    with dlt.current.pipeline().sql_client() as client:
        table = client.make_qualified_table_name(naming.normalize_table_identifier(section.name))
        store_id, key = (
            client.escape_column_name(naming.normalize_identifier(name)) for name in (STORE_ID, section.key)
        )
        numbers = ", ".join(str(int(each)) for each in stores)
        query = f"SELECT {store_id}, {key} FROM {table} WHERE {store_id} IN ({numbers})"  # noqa: S608
        return [(row[0], row[1]) for row in client.execute_sql(query) or ()]
