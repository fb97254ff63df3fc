"""Any number of calls, carried out by the store in batches: results in order, failures as values."""

import hashlib
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any, Final, Literal, TypeVar
from uuid import uuid4

import anyio
from attrs import define, evolve, field, frozen

from ecwid_async.calls import Call, Channel
from ecwid_async.codec import dumps
from ecwid_async.errors import (
    AnswerGone,
    APIError,
    BadRequest,
    BatchError,
    EcwidError,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    Timeout,
    api_error,
)
from ecwid_async.journal import Entry, Journal, journal_path
from ecwid_async.models.batches import (
    BatchResponseItem,
    BatchResponseState,
    BatchState,
    BatchStatus,
    BatchTicket,
)
from ecwid_async.resources.batches import MOST_REQUESTS, Batches, as_item
from ecwid_async.wire import Headers, Lane, Request, Response

__all__ = ["Cost", "Runner", "Terms"]

T = TypeVar("T")

Cost = Literal["each", "one"]
"""What a batch counts for the rate limit: each call in it, or only the batch. The API does not say."""

_AHEAD: Final = 2
# A key stands for its batch for an hour from when the server had it; this is the part of it that is surely left.
_KEY_SECONDS: Final = 55 * 60
_SHORTEST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 30.0
# Where nothing is known: what a call takes, and how long to wait for the first answer at most.
_GUESS: Final = 0.02
_FIRST_WAIT: Final = 2.0
_UNDER_WAY: Final = frozenset({BatchState.QUEUED, BatchState.IN_PROGRESS})


@frozen(kw_only=True)
class Terms:
    """How to carry out calls: see `Store.batch`."""

    stop_on_first_failure: bool = False
    allow_parallel_mode: bool = False
    group_id: str | None = None
    cost: Cost = "each"
    job: str | None = None
    journals: str | os.PathLike[str] | None = None
    timeout: float | None = None


@frozen(eq=False)
class _Chunk:
    """The calls of one batch."""

    calls: list[Call[Any]]
    items: list[dict[str, object]]
    digest: str


@define(eq=False)
class _Flight:
    """A batch that was sent: under a ticket, or not at all because of an error."""

    number: int
    chunk: _Chunk
    began: float
    ticket: str | None = None
    error: EcwidError | None = None
    entry: Entry | None = None
    # An earlier run may have sent it: it may be done by now, or forgotten.
    resumed: bool = False


class Runner:
    """Carries out calls of one store in batches.

    `most` is how many calls of a batch the quota admits where each counts. `clock` and `sleep` are the event loop's
    unless given; `wall` gives Unix seconds.
    """

    def __init__(
        self,
        channel: Channel,
        store_id: int,
        *,
        most: int = MOST_REQUESTS,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._channel = channel
        self._store_id = store_id
        self._most = max(1, min(most, MOST_REQUESTS))
        self._clock = clock
        self._sleep = sleep
        self._wall = wall

    async def batch(self, calls: Iterable[Call[T]], terms: Terms, *, raise_on_failure: bool) -> list[T | EcwidError]:
        """See `Store.batch`."""
        pending = list(calls)
        for call in pending:
            _see(call)
        _refuse_twins(pending)
        journal = self._journal(terms)
        try:
            run = _Run(self._channel, terms, journal, self._clock, self._sleep)
            size = self._size(terms, journal)
            chunks = [run.chunk(pending[at : at + size]) for at in range(0, len(pending), size)]
            if len(chunks) > 1:
                run.lane = Lane.BULK
            if journal is not None:
                for number, chunk in enumerate(chunks):
                    journal.check(number, chunk.digest)
                journal.check_end(len(chunks))
            results: list[T | EcwidError] = []
            async with aclosing(_each(chunks)) as source, aclosing(run.through(source)) as answered:
                async for part in answered:
                    results += part
        finally:
            if journal is not None:
                journal.close()
        if raise_on_failure:
            first = next((result for result in results if isinstance(result, EcwidError)), None)
            if first is not None:
                raise BatchError(results) from first
        return results

    async def bulk(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]], terms: Terms
    ) -> AsyncGenerator[T | EcwidError, None]:
        """See `Store.bulk`."""
        journal = self._journal(terms)
        try:
            run = _Run(self._channel, terms, journal, self._clock, self._sleep, lane=Lane.BULK)
            source = _each(calls)
            chunks = _chunked(run, source, self._size(terms, journal))
            async with aclosing(source), aclosing(chunks), aclosing(run.through(chunks)) as answered:
                async for part in answered:
                    for result in part:
                        yield result
        finally:
            if journal is not None:
                journal.close()

    def _size(self, terms: Terms, journal: Journal | None) -> int:
        if journal is not None:
            return journal.size
        return self._most if terms.cost == "each" else MOST_REQUESTS

    def _journal(self, terms: Terms) -> Journal | None:
        if terms.job is None:
            return None
        path = journal_path(self._store_id, terms.job, terms.journals)
        return Journal(path, self._size(terms, None), clock=self._wall)


async def _each(items: Iterable[T] | AsyncIterable[T]) -> AsyncGenerator[T, None]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


async def _chunked(run: "_Run", calls: AsyncIterator[Call[Any]], size: int) -> AsyncGenerator[_Chunk, None]:
    waiting: list[Call[Any]] = []
    async for call in calls:
        _see(call)
        waiting.append(call)
        if len(waiting) == size:
            yield run.chunk(waiting)
            waiting = []
    if waiting:
        yield run.chunk(waiting)


@define(eq=False)
class _Run:
    """One way through a number of batches. A few are under way at once; their answers are read in order."""

    channel: Channel
    terms: Terms
    journal: Journal | None
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    lane: Lane = Lane.INTERACTIVE
    halted: bool = False
    deadline: float | None = field(init=False)
    # Seconds that a call has taken, as far as seen, and when the last batch was done.
    _pace: float | None = field(init=False, default=None)
    _free: float = field(init=False, default=float("-inf"))

    def __attrs_post_init__(self) -> None:
        self.deadline = None if self.terms.timeout is None else self.clock() + self.terms.timeout

    def chunk(self, calls: list[Call[Any]]) -> _Chunk:
        """What a batch of these calls is. Raises `ValueError` or `RuntimeError` for one that can't be in it."""
        items = [self._item(at, call) for at, call in enumerate(calls)]
        _refuse_twins(calls)
        return _Chunk(calls, items, hashlib.sha256(dumps(items)).hexdigest() if self.journal is not None else "")

    def _item(self, at: int, call: Call[Any]) -> dict[str, object]:
        if not isinstance(call, Call):
            raise TypeError(f"a batch takes calls, such as store.products.get(7), not a {type(call).__name__}")
        item = {"id": str(at), **as_item(call.request)}
        if call.sent:
            raise RuntimeError(f"{call!r} was already sent: build the call again to repeat it")
        if call.channel is not None and call.channel is not self.channel:
            raise ValueError(f"{call!r} was built by another store or view of it: build it with the one that sends")
        return item

    async def through(self, chunks: AsyncIterator[_Chunk]) -> AsyncGenerator[list[Any], None]:
        """The results of each chunk. An error of whoever makes the chunks is raised after what was sent is answered."""
        # Whoever may stop between batches is not ahead of their answers.
        ahead = 0 if self.terms.stop_on_first_failure or self.terms.group_id is not None else _AHEAD
        flying: deque[_Flight] = deque()
        number, failure = 0, None
        while True:
            try:
                chunk = await anext(chunks)
                entry = None if self.journal is None else self.journal.check(number, chunk.digest)
                halted = self.halted
                if not halted:
                    flying.append(await self._send(number, chunk, entry))
                    number += 1
            except StopAsyncIteration:
                break
            except Exception as error:
                failure = error
                break
            while len(flying) > (0 if self.halted else ahead):
                yield await self._land(flying.popleft())
            if halted:
                yield [NotExecuted(call.request) for call in chunk.calls]
        while flying:
            yield await self._land(flying.popleft())
        if failure is not None:
            raise failure
        if self.journal is not None and not self.halted:
            self.journal.check_end(number)
            self.journal.end()

    async def _send(self, number: int, chunk: _Chunk, entry: Entry | None) -> _Flight:
        for call in chunk.calls:
            call.hand_over()
        flight = _Flight(number, chunk, self.clock(), entry=entry, resumed=entry is not None)
        if entry is not None and entry.ticket is not None:
            flight.ticket = entry.ticket
        else:
            await self._post(flight)
        return flight

    async def _post(self, flight: _Flight) -> None:
        """Send a batch, under the key that it had in an earlier run."""
        key = flight.entry.key if flight.entry is not None else None
        if key is None:
            # A fresh one: two equal stock deltas are two.
            key = str(uuid4())
            if self.journal is not None:
                flight.entry = self.journal.begin(flight.number, key, flight.chunk.digest)
        elif self.journal is not None and flight.entry is not None and self.journal.age(flight.entry) > _KEY_SECONDS:
            flight.error = OutcomeUnknown(
                f"batch {flight.number} of the job was begun more than {_KEY_SECONDS // 60} minutes ago and nobody "
                "knows its outcome; sent again, it might be carried out twice",
                request=self._creation(flight, key),
            )
            return
        request = self._creation(flight, key)
        try:
            self._left(request)
            response = await self.channel.exchange(request)
            ticket = self.channel.codec.decode(response.body, BatchTicket, request.options.operation).ticket
            if not ticket:
                raise OutcomeUnknown("the answer has no ticket", request=request)
        except EcwidError as error:
            flight.error = error
            self.halted = True
            return
        flight.ticket, flight.resumed, flight.began = ticket, False, self.clock()
        if self.journal is not None:
            self.journal.accepted(flight.number, ticket)

    def _creation(self, flight: _Flight, key: str) -> Request:
        call = Batches(self.channel).create(
            flight.chunk.items,
            stop_on_first_failure=self.terms.stop_on_first_failure,
            allow_parallel_mode=self.terms.allow_parallel_mode,
            deduplication_key=key,
            group_id=self.terms.group_id,
        )
        # Repeated within the time that its key lasts, and no longer.
        last = self.clock() + _KEY_SECONDS
        deadline = last if self.deadline is None else min(self.deadline, last)
        cost = len(flight.chunk.items) if self.terms.cost == "each" else 1
        options = evolve(call.request.options, lane=self.lane, cost=cost, deadline=deadline)
        return evolve(call.request, options=options)

    async def _land(self, flight: _Flight) -> list[Any]:
        """The results of a batch, once it is done."""
        calls, status = flight.chunk.calls, None
        while flight.error is None and status is None:
            try:
                status = await self._until_done(flight)
            except (BadRequest, NotFound) as error:
                if flight.resumed and flight.entry is not None:
                    if flight.entry.failed is not None:
                        return self._remembered(calls, flight.entry.failed)
                    # The server does not know the ticket any more; it may still know the key.
                    flight.ticket = None
                    await self._post(flight)
                else:
                    flight.error = error
            except EcwidError as error:
                flight.error = error
        if status is None:
            return self._lost(flight)
        results = self._results(flight, status)
        failures = [result for result in results if isinstance(result, EcwidError)]
        if any(isinstance(result, NotExecuted) for result in failures) or (
            failures and self.terms.stop_on_first_failure
        ):
            self.halted = True
        if self.journal is not None and flight.entry is not None and flight.entry.failed is None:
            self.journal.done(flight.number, _failed(results))
        return results

    def _lost(self, flight: _Flight) -> list[Any]:
        """What to say of each call of a batch that has no answers."""
        self.halted = self.halted or flight.ticket is not None or self.terms.stop_on_first_failure
        error = flight.error
        if error is not None and flight.ticket is None and not flight.resumed:
            return [error] * len(flight.chunk.calls)
        reason = "its batch was sent" if flight.ticket is None else f"its batch has the ticket {flight.ticket}"
        return [_unknown(call, f"{reason} and never answered: {error}", error) for call in flight.chunk.calls]

    def _remembered(self, calls: Sequence[Call[Any]], failed: dict[int, int | None]) -> list[Any]:
        """What the journal knows of a batch whose answers the server no longer has."""
        results: list[EcwidError] = []
        for at, call in enumerate(calls):
            status = failed.get(at, 200)
            if status is None:
                results.append(NotExecuted(call.request))
            elif status:
                results.append(AnswerGone(call.request, status))
            else:
                results.append(_unknown(call, "its batch ended without an answer to it", None))
        if None in failed.values() or (failed and self.terms.stop_on_first_failure):
            self.halted = True
        return results

    async def _until_done(self, flight: _Flight) -> BatchStatus:
        call = Batches(self.channel).get(flight.ticket or "", escaped_json=True)
        options = evolve(call.request.options, lane=self.lane, deadline=self.deadline)
        request, many, polls = evolve(call.request, options=options), len(flight.chunk.calls), 0
        began = max(flight.began, self._free)
        wait = 0.0 if flight.resumed else self._first_wait(began, many)
        while True:
            left = self._left(request)
            await self.sleep(wait if wait < left else max(0.9 * left, _SHORTEST_WAIT))
            response = await self.channel.exchange(evolve(request, id=call.request.id))
            status = self.channel.codec.decode(response.body, BatchStatus, request.options.operation)
            polls += 1
            now = self.clock()
            if status.status not in _UNDER_WAY:
                # Done when first looked at means done at some time before: the next one is looked at sooner.
                if not flight.resumed:
                    self._pace = (now - began) / many * (0.7 if polls == 1 else 1.0)
                self._free = now
                return status
            done = status.completed_requests or 0
            # The one under way counts as half done.
            wait = (now - began) / (done + 0.5) * (many - done) if done else wait * 2
            wait = min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT)

    def _first_wait(self, began: float, many: int) -> float:
        if self._pace is None:
            return min(_SHORTEST_WAIT + _GUESS * many, _FIRST_WAIT)
        return min(max(began + self._pace * many - self.clock(), _SHORTEST_WAIT), _LONGEST_WAIT)

    def _left(self, request: Request) -> float:
        """Seconds until the deadline. Raises `Timeout` where there are none to speak of."""
        left = float("inf") if self.deadline is None else self.deadline - self.clock()
        if left <= _SHORTEST_WAIT:
            raise Timeout("the time that was given for all of it is over", request=request)
        return left

    def _results(self, flight: _Flight, status: BatchStatus) -> list[Any]:
        answers = status.responses or []
        by_name = {answer.id: answer for answer in answers}
        named = None not in by_name
        results = []
        for at, call in enumerate(flight.chunk.calls):
            answer = by_name.get(str(at)) if named else answers[at] if at < len(answers) else None
            results.append(self._result(call, answer))
        return results

    def _result(self, call: Call[Any], answer: BatchResponseItem | None) -> object:
        if answer is not None and answer.status == BatchResponseState.NOT_EXECUTED:
            return NotExecuted(call.request)
        status = None if answer is None else answer.http_status_code
        if answer is None or status is None:
            return _unknown(call, "its batch ended without an answer to it", None)
        text = answer.escaped_http_body
        if text is None:
            body = b"" if answer.http_body is None else dumps(answer.http_body)
        else:
            body = text.encode("utf-8", "replace")
        response = Response(status, Headers(), body)
        if not 200 <= status < 300:
            return call.told(api_error(call.request, response))
        try:
            return call.read(response, self.channel)
        except EcwidError as error:
            return error


def _see(call: object) -> None:
    """Keep a call from warning that it was forgotten: whoever is to send it says what became of it."""
    if isinstance(call, Call):
        _ = call.request


def _refuse_twins(calls: Sequence[Call[Any]]) -> None:
    if len({id(call) for call in calls}) < len(calls):
        raise ValueError("the same call is in the batch twice: build one for each time it is to be carried out")


def _unknown(call: Call[Any], reason: str, cause: EcwidError | None) -> EcwidError:
    error = (Timeout if isinstance(cause, Timeout) else OutcomeUnknown)(reason, request=call.request)
    error.__cause__ = cause
    return call.told(error)


def _failed(results: Sequence[object]) -> dict[int, int | None]:
    failed: dict[int, int | None] = {}
    for at, result in enumerate(results):
        if isinstance(result, APIError):
            failed[at] = result.status
        elif isinstance(result, NotExecuted):
            failed[at] = None
        elif isinstance(result, OutcomeUnknown):
            failed[at] = 0
    return failed
