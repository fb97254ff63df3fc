"""Executing any number of calls: `batch` for a collection, `bulk` for a stream."""

import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar

import anyio

from ecwid_async.batch.chunks import mark_as_used, read_calls, read_chunks
from ecwid_async.batch.job import JobId, journal_folder
from ecwid_async.batch.journal import Journal
from ecwid_async.batch.options import BatchOptions
from ecwid_async.batch.plan import refuse_repeated_calls
from ecwid_async.batch.run_state import RunState
from ecwid_async.batch.scheduler import BatchScheduler
from ecwid_async.calls import Call, Channel
from ecwid_async.errors import BatchError, EcwidError
from ecwid_async.resources.batches import MAX_REQUESTS
from ecwid_async.wire import Lane

__all__ = ["BatchRunner"]

T = TypeVar("T")


class BatchRunner:
    """Executes calls of one store in batches.

    `max_batch_size` limits the calls of a batch if each call counts towards the rate limit. `clock` and `sleep` are the
    event loop's by default; `wall_clock` returns Unix seconds.
    """

    def __init__(
        self,
        channel: Channel,
        store_id: int,
        *,
        max_batch_size: int = MAX_REQUESTS,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._channel = channel
        self._store_id = store_id
        self._max_batch_size = max(1, min(max_batch_size, MAX_REQUESTS))
        self._clock = clock
        self._sleep = sleep
        self._wall_clock = wall_clock

    async def batch(
        self, calls: Iterable[Call[T]], options: BatchOptions, *, raise_on_failure: bool
    ) -> list[T | EcwidError]:
        """Execute the calls: see `Store.batch`."""
        if isinstance(calls, AsyncIterable):
            raise TypeError("`batch` takes a list or another plain iterable of calls: pass an async one to `bulk`")
        all_calls = list(calls)
        for call in all_calls:
            mark_as_used(call)
        refuse_repeated_calls(all_calls)
        results: list[T | EcwidError] = []
        with self._open_journal(options) as journal:
            scheduler = BatchScheduler(self._new_run(options, journal, Lane.INTERACTIVE), is_complete_input=True)
            async with aclosing(scheduler.results(_single_chunk(all_calls))) as chunks:
                async for chunk in chunks:
                    results += chunk
        if raise_on_failure:
            first = next((result for result in results if isinstance(result, EcwidError)), None)
            if first is not None:
                raise BatchError(results) from first
        return results

    async def bulk(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]], options: BatchOptions
    ) -> AsyncGenerator[T | EcwidError, None]:
        """Execute a stream of calls: see `Store.bulk`."""
        source = read_calls(calls)
        async with aclosing(source):
            with self._open_journal(options) as journal:
                scheduler = BatchScheduler(self._new_run(options, journal, Lane.BULK), is_complete_input=False)
                chunks = read_chunks(source, scheduler.next_chunk_size)
                async with aclosing(chunks), aclosing(scheduler.results(chunks)) as results:
                    async for chunk in results:
                        for result in chunk:
                            yield result

    def _new_run(self, options: BatchOptions, journal: Journal | None, lane: Lane) -> RunState:
        return RunState(
            self._channel,
            options,
            journal,
            self._max_batch_size if options.cost == "per_call" else MAX_REQUESTS,
            self._clock,
            self._sleep,
            lane,
        )

    @contextmanager
    def _open_journal(self, options: BatchOptions) -> Iterator[Journal | None]:
        if options.job is None:
            yield None
            return
        job = JobId(self._channel.server, self._store_id, options.job)
        journal = Journal(journal_folder(options.journal_folder), job, clock=self._wall_clock)
        try:
            yield journal
        finally:
            journal.close()


async def _single_chunk(calls: list[Call[Any]]) -> AsyncIterator[list[Call[Any]]]:
    if calls:
        yield calls
