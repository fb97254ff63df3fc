"""Any number of calls, executed by the store in batches: results in order, failures as values."""

import logging
import os
import re
import time
from collections import Counter, deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import aclosing, contextmanager
from typing import Any, Final, Literal, TypeVar
from uuid import uuid4

import anyio
from attrs import define, evolve, field, frozen

from ecwid_async.batch.journal import Entry, JobId, Journal, digest, journal_folder
from ecwid_async.calls import Call, Channel
from ecwid_async.codec import Codec, dumps
from ecwid_async.errors import (
    APIError,
    BadRequest,
    BatchError,
    ConfigError,
    DecodeError,
    EcwidError,
    JobError,
    NotExecuted,
    NotFound,
    NotSentInTime,
    OutcomeUnknown,
    ResponseExpired,
    Timeout,
)
from ecwid_async.models.batches import (
    BatchResponseItem,
    BatchResponseState,
    BatchState,
    BatchStatus,
    BatchTicket,
)
from ecwid_async.resources.batches import MOST_REQUESTS, Batches, as_item
from ecwid_async.transport import check_number
from ecwid_async.wire import SANDBOX_HEADER, Headers, Lane, Request, Response

__all__ = ["BatchCost", "BatchOptions", "BatchRunner"]

T = TypeVar("T")

BatchCost = Literal["per_call", "per_batch"]
"""What a batch counts for the rate limit: each call in it, or only the batch. The API does not say."""

_log: Final = logging.getLogger("ecwid_async")
_AHEAD: Final = 2
# A key stands for its batch for an hour from when the server had it; this is the part of it that is surely left.
_KEY_SECONDS: Final = 55 * 60
_SHORTEST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 30.0
# Where nothing is known: what a call takes, and how long to wait for the first response at most.
_GUESS: Final = 0.02
_FIRST_WAIT: Final = 2.0
# How often a poll may be answered with what is no status of a batch, and how long a batch may stand still.
_MOST_UNREADABLE: Final = 5
_LONGEST_STILLSTAND: Final = 24 * 3600
_LONGEST_TICKET: Final = 200
# Where the bodies of responses begin in a batch's, and how deep any of them may be.
_BRACKETS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_BODY_DEPTH: Final = 4
_DEEPEST: Final = 200
_IN_PROGRESS: Final = frozenset({BatchState.QUEUED, BatchState.IN_PROGRESS})
_NOTHING_DONE: Final = frozenset({"not_sent", "refused"})


@frozen(kw_only=True)
class BatchOptions:
    """How to execute calls: see `Store.batch`."""

    stop_on_first_failure: bool = False
    allow_parallel_mode: bool = False
    group_id: str | None = None
    cost: BatchCost = field(default="per_call")
    job: str | None = None
    journals: str | os.PathLike[str] | None = None
    timeout: float | None = field(default=None)

    @cost.validator
    def _check_cost(self, _: object, cost: object) -> None:
        if cost not in ("per_call", "per_batch"):
            raise ConfigError(f"cost is {cost!r}: it has to be 'per_call' or 'per_batch'")

    @timeout.validator
    def _check_timeout(self, _: object, timeout: float | None) -> None:
        if timeout is not None:
            check_number("timeout", timeout, endless=True)


@define(eq=False)
class _Slice:
    """Calls whose results are handed back together, in their order."""

    calls: list[Call[Any]]
    results: list[Any]
    left: int

    @classmethod
    def of(cls, calls: list[Call[Any]]) -> "_Slice":
        return cls(calls, [None] * len(calls), len(calls))

    def settle(self, at: int, result: object) -> None:
        self.results[at] = result
        self.left -= 1


@define(eq=False)
class _Part:
    """What one batch has of a slice: the positions of its calls there, and what they are sent as.

    In the batch a call's id is its place. `entry` is what a journal has of a batch that an earlier run began; this part
    may then be less than all of it.
    """

    slice: _Slice
    at: list[int]
    items: list[dict[str, object]]
    places: list[int]
    hashes: list[bytes]
    keys: list[bytes] | None = None
    entry: Entry | None = None

    @property
    def calls(self) -> list[Call[Any]]:
        return [self.slice.calls[at] for at in self.at]

    def body(self) -> list[dict[str, object]]:
        return [{"id": str(place), **item} for place, item in zip(self.places, self.items, strict=True)]

    def job_key(self, one: int) -> str | None:
        return self.slice.calls[self.at[one]].job_key

    def chosen(self, chosen: Sequence[int]) -> "_Part":
        """Some of its calls, as a batch of their own."""
        return _Part(
            self.slice,
            [self.at[one] for one in chosen],
            [self.items[one] for one in chosen],
            list(range(len(chosen))),
            [self.hashes[one] for one in chosen],
            None if self.keys is None else [self.keys[one] for one in chosen],
        )


@define(eq=False)
class _Flight:
    """A batch that was sent: under a ticket, or not at all because of an error."""

    part: _Part
    began: float
    key: str
    entry: Entry | None
    # An earlier run may have sent it: it may be done by now, or forgotten.
    resumed: bool
    ticket: str | None = None
    error: EcwidError | None = None


class BatchRunner:
    """Executes calls of one store in batches.

    `max_batch_size` limits the calls of a batch where each counts towards the rate limit. `clock` and `sleep` are the
    event loop's by default; `wall_clock` returns Unix seconds.
    """

    def __init__(
        self,
        channel: Channel,
        store_id: int,
        *,
        max_batch_size: int = MOST_REQUESTS,
        clock: Callable[[], float] = anyio.current_time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._channel = channel
        self._store_id = store_id
        self._max_batch_size = max(1, min(max_batch_size, MOST_REQUESTS))
        self._clock = clock
        self._sleep = sleep
        self._wall_clock = wall_clock

    async def batch(
        self, calls: Iterable[Call[T]], options: BatchOptions, *, raise_on_failure: bool
    ) -> list[T | EcwidError]:
        """See `Store.batch`."""
        pending = list(calls)
        for call in pending:
            _see(call)
        _refuse_twins(pending)
        results: list[T | EcwidError] = []
        with self._journal(options) as journal:
            run = self._run(options, journal, whole=True)
            async with aclosing(run.results(_slices([pending] if pending else []))) as answered:
                async for part in answered:
                    results += part
        if raise_on_failure:
            first = next((result for result in results if isinstance(result, EcwidError)), None)
            if first is not None:
                raise BatchError(results) from first
        return results

    async def bulk(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]], options: BatchOptions
    ) -> AsyncGenerator[T | EcwidError, None]:
        """See `Store.bulk`."""
        source = _each(calls)
        async with aclosing(source):
            with self._journal(options) as journal:
                run = self._run(options, journal, whole=False)
                slices = _sliced(source, run.next_size)
                async with aclosing(slices), aclosing(run.results(slices)) as answered:
                    async for part in answered:
                        for result in part:
                            yield result

    def _run(self, options: BatchOptions, journal: Journal | None, *, whole: bool) -> "_Run":
        return _Run(
            self._channel,
            options,
            journal,
            self._max_batch_size if options.cost == "per_call" else MOST_REQUESTS,
            self._clock,
            self._sleep,
            whole,
            lane=Lane.INTERACTIVE if whole else Lane.BULK,
        )

    @contextmanager
    def _journal(self, options: BatchOptions) -> Iterator[Journal | None]:
        if options.job is None:
            yield None
            return
        job = JobId(self._channel.server, self._store_id, options.job)
        journal = Journal(journal_folder(options.journals), job, clock=self._wall_clock)
        try:
            yield journal
        finally:
            journal.close()


async def _each(items: Iterable[T] | AsyncIterable[T]) -> AsyncGenerator[T, None]:
    """The items one by one. Closes a generator when it is itself closed, as nobody else would at that moment."""
    if isinstance(items, AsyncIterable):
        iterator = aiter(items)
        try:
            async for item in iterator:
                yield item
        finally:
            if isinstance(iterator, AsyncGenerator):
                await iterator.aclose()
    else:
        plain = iter(items)
        try:
            for item in plain:
                yield item
        finally:
            if isinstance(plain, Generator):
                plain.close()


async def _slices(slices: list[list[Call[Any]]]) -> AsyncGenerator[list[Call[Any]], None]:
    for calls in slices:
        yield calls


async def _sliced(
    calls: AsyncIterator[Call[Any]], next_size: Callable[[], int]
) -> AsyncGenerator[list[Call[Any]], None]:
    waiting: list[Call[Any]] = []
    size = next_size()
    async for call in calls:
        _see(call)
        waiting.append(call)
        if len(waiting) == size:
            yield waiting
            waiting, size = [], next_size()
    if waiting:
        yield waiting


@define(eq=False)
class _Run:
    """One way through a number of batches. A few are in progress at once; their responses are read in order.

    `size` is how many calls a new batch has at most. A `whole` input is known from the beginning: it is checked before
    anything is sent.
    """

    channel: Channel
    options: BatchOptions
    journal: Journal | None
    size: int
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    whole: bool
    lane: Lane = Lane.INTERACTIVE
    halted: bool = False
    deadline: float | None = field(init=False)
    # How many batches earlier runs began; and of a job without keys, how many are planned, of how many calls.
    _earlier: int = field(init=False)
    _planned: int = field(init=False, default=0)
    _position: int = field(init=False, default=0)
    # Why the journal could not be written.
    _unwritable: JobError | None = field(init=False, default=None)
    # Seconds that a call has taken, as far as seen, and when the last batch was done.
    _pace: float | None = field(init=False, default=None)
    _free: float = field(init=False, default=float("-inf"))

    def __attrs_post_init__(self) -> None:
        self.deadline = None if self.options.timeout is None else self.clock() + self.options.timeout
        self._earlier = 0 if self.journal is None else len(self.journal.entries)

    def next_size(self) -> int:
        """How many calls to take next: as many as the batch had that an earlier run began."""
        if self.journal is not None and self._planned < self._earlier:
            entry = self.journal.entries[self._planned]
            if entry.keys is None:
                return entry.size
        return self.size

    async def results(self, slices: AsyncIterator[list[Call[Any]]]) -> AsyncGenerator[list[Any], None]:
        """The results of each slice. An error of whoever makes the slices is raised after what was sent is answered."""
        await self._check_sandbox()
        # Whoever may stop between batches is not ahead of their responses.
        ahead = 0 if self.options.stop_on_first_failure or self.options.group_id is not None else _AHEAD
        waiting: deque[_Slice] = deque()
        parts: deque[_Part] = deque()
        flying: deque[_Flight] = deque()
        ended, failure = False, None
        while not ended or parts or flying:
            if not parts and not ended:
                try:
                    calls = await anext(slices)
                    while flying and self._depends_on(flying, calls):
                        parts.extend(await self._land(flying.popleft()))
                    part = _Slice.of(calls)
                    parts.extend(self._plan(part))
                    waiting.append(part)
                except StopAsyncIteration:
                    ended = True
                except Exception as error:
                    ended, failure = True, error
            if parts and not self.halted:
                flight = await self._send(parts.popleft())
                if flight is not None:
                    flying.append(flight)
            while flying and (len(flying) > (0 if self.halted else ahead) or (ended and not parts)):
                parts.extendleft(reversed(await self._land(flying.popleft())))
            while parts and self.halted:
                self._leave_out(parts.popleft())
            while waiting and not waiting[0].left:
                yield waiting.popleft().results
        if failure is not None:
            raise failure
        self._finish()

    async def _check_sandbox(self) -> None:
        """Begin a job anew whose sandbox is gone: a sandbox that was started again has nothing of what was sent."""
        if self.journal is None or self.journal.sandbox is None:
            return
        ticket = next((entry.ticket for entry in self.journal.entries if entry.ticket is not None), "")
        request = self._polling(ticket)
        response = await self.channel.transport.send(request)
        found = response.headers.get(SANDBOX_HEADER)
        if response.status >= 500 or found == self.journal.sandbox:
            return
        if found is None:
            raise JobError(
                f"the job {self.journal.job.name!r} began on a sandbox, and at {self.journal.job.server} there is none "
                f"any more: delete {self.journal.path} and its .lock to begin anew. Nothing was sent."
            )
        self.journal.restart()
        self._earlier = 0

    # Which batches.

    def _plan(self, part: _Slice) -> list[_Part]:
        """The batches that a slice becomes. Raises `JobError`, `ValueError` or `RuntimeError` if it can't be."""
        items = [self._item(call) for call in part.calls]
        _refuse_twins(part.calls)
        if self.journal is None:
            parts = self._new(_Part(part, list(range(len(items))), items, [], [b""] * len(items)))
        else:
            hashes = [digest(dumps(item)) for item in items]
            keys = _job_keys(part.calls)
            self.journal.check_keyed(keys is not None)
            whole = _Part(part, list(range(len(items))), items, [], hashes, keys)
            parts = self._in_order(self.journal, whole) if keys is None else self._by_key(self.journal, whole, keys)
        if self.whole and len(parts) > 1:
            self.lane = Lane.BULK
        return parts

    def _item(self, call: Call[Any]) -> dict[str, object]:
        if not isinstance(call, Call):
            raise TypeError(f"a batch takes calls, such as store.products.get(7), not a {type(call).__name__}")
        item = as_item(call.request)
        if call.sent:
            raise RuntimeError(f"{call!r} was already sent: build the call again to repeat it")
        if call.timeout is not None:
            raise ValueError(f"{call!r} has a timeout of its own: limit the whole batch, with its `timeout`")
        if call.channel is not None and call.channel is not self.channel:
            raise ValueError(f"{call!r} was built by another store or view of it: build it with the one that sends")
        return item

    def _new(self, whole: _Part) -> list[_Part]:
        many = len(whole.at)
        return [whole.chosen(range(at, min(at + self.size, many))) for at in range(0, many, self.size)]

    def _in_order(self, journal: Journal, whole: _Part) -> list[_Part]:
        """Calls without job keys: the input has to be what it was, and is cut where it was."""
        parts: list[_Part] = []
        at, many = 0, len(whole.at)
        while at < many:
            entry = journal.entry(self._planned)
            part = whole.chosen(range(at, min(at + (entry.size if entry is not None else self.size), many)))
            if entry is not None:
                journal.check(entry, part.hashes, self._position + at)
                part.entry = entry
            parts.append(part)
            self._planned += 1
            at += len(part.at)
        self._position += many
        if self.whole:
            journal.check_end(self._planned)
        return parts

    def _by_key(self, journal: Journal, whole: _Part, keys: list[bytes]) -> list[_Part]:
        """Calls with job keys: those whose key an earlier run has sent, by batch; and those that are new."""
        new: list[int] = []
        earlier: dict[int, list[tuple[int, int]]] = {}
        seen: set[bytes] = set()
        for at, key in enumerate(keys):
            found = journal.place_of(key)
            if key in seen or (found is not None and found[0].number >= self._earlier):
                raise ValueError(f"two calls of the job have the key {whole.job_key(at)!r}: each needs one of its own")
            seen.add(key)
            if found is None or found[0].may_be_sent_again(found[1]):
                new.append(at)
                continue
            entry, place = found
            if entry.hash(place) != whole.hashes[at]:
                raise JobError(
                    f"the call with the job key {whole.job_key(at)!r} was sent with other content in an earlier run of "
                    f"the job {journal.job.name!r}, and nothing was sent for it now. If it is another change, give it "
                    "another key; if it is the same, leave it out, or build it as it was."
                )
            earlier.setdefault(entry.number, []).append((place, at))
        parts = []
        for number, found_at in sorted(earlier.items()):
            # In the order in which the batch had them.
            found_at.sort()
            part = whole.chosen([at for _, at in found_at])
            part.places, part.entry = [place for place, _ in found_at], journal.entries[number]
            parts.append(part)
        return parts + self._new(whole.chosen(new))

    def _depends_on(self, flying: Iterable[_Flight], calls: list[Call[Any]]) -> bool:
        """Whether calls were in a batch that is in progress and may turn out never to have reached the server."""
        if self.journal is None:
            return False
        unsettled = {
            flight.entry.number
            for flight in flying
            if flight.entry is not None and flight.part.entry is flight.entry and flight.entry.failed is None
        }
        for call in calls if unsettled else ():
            key = call.job_key if isinstance(call, Call) else None
            found = None if key is None else self.journal.place_of(digest(key.encode("utf-8", "surrogatepass")))
            if found is not None and found[0].number in unsettled:
                return True
        return False

    # Sending one.

    async def _send(self, part: _Part) -> _Flight | None:
        """Send a batch, or look for one that an earlier run has sent. None where the journal can't be written."""
        entry, journal = part.entry, self.journal
        # A fresh key: two equal stock deltas are two.
        key = str(uuid4()) if entry is None else entry.key
        if entry is None and journal is not None:
            hashes, keys = b"".join(part.hashes), None if part.keys is None else b"".join(part.keys)
            entry = self._noted(lambda: journal.begin(key, hashes, keys))
            if entry is None:
                self._leave_out(part)
                return None
        for call in part.calls:
            if not call.sent:
                call.take_request()
        flight = _Flight(part, self.clock(), key, entry, part.entry is not None)
        if flight.resumed and entry is not None and (entry.ticket is not None or entry.failed is not None):
            flight.ticket = entry.ticket
        else:
            await self._post(flight)
        return flight

    async def _post(self, flight: _Flight) -> None:
        """Send a batch, within the time that the server surely keeps its key."""
        entry, journal = flight.entry, self.journal
        left = float(_KEY_SECONDS)
        if entry is not None and journal is not None:
            left -= journal.age(entry)
        request = self._creation(flight, left)
        if left <= 0:
            reason = (
                f"its batch was first sent more than {_KEY_SECONDS // 60} minutes ago, by an earlier run, and had no "
                "response; sent again, it might be executed twice"
            )
            flight.error = OutcomeUnknown(reason, request=request)
            return
        try:
            self._left(request, NotSentInTime)
            response = await self.channel.exchange(request)
            ticket = self._ticket(request, response)
        except EcwidError as error:
            flight.error = error
            self.halted = True
            if not flight.resumed and error.outcome in _NOTHING_DONE and journal is not None and entry is not None:
                self._noted(lambda: journal.withdraw(entry))
            return
        flight.ticket, flight.resumed, flight.began = ticket, False, self.clock()
        if journal is not None and entry is not None:
            sandbox = response.headers.get(SANDBOX_HEADER)
            self._noted(lambda: journal.accepted(entry, ticket, sandbox))

    def _creation(self, flight: _Flight, left: float) -> Request:
        call = Batches(self.channel).create(
            flight.part.body(),
            stop_on_first_failure=self.options.stop_on_first_failure,
            allow_parallel_mode=self.options.allow_parallel_mode,
            deduplication_key=flight.key,
            group_id=self.options.group_id,
        )
        # Repeated within the time that its key lasts, counted from when the key was first used, and no longer.
        last = self.clock() + left
        deadline = last if self.deadline is None else min(self.deadline, last)
        # One of an earlier run may be larger than today's quota admits.
        cost = min(len(flight.part.at), self.size) if self.options.cost == "per_call" else 1
        options = evolve(call.request.options, lane=self.lane, cost=cost, deadline=deadline)
        return evolve(call.request, options=options)

    def _ticket(self, request: Request, response: Response) -> str:
        try:
            found = self._structured(response, BatchTicket, request).ticket
        except DecodeError as error:
            raise OutcomeUnknown("the response to its creation can't be read", request=request) from error
        if not found or len(found) > _LONGEST_TICKET or not found.isprintable():
            raise OutcomeUnknown("the response to its creation has no ticket", request=request)
        return found

    def _structured(self, response: Response, reads: type[T], request: Request) -> T:
        """What a response about batches says: one odd value in it must not cost the others, in a strict client too."""
        codec, operation = self.channel.codec, request.options.operation
        try:
            data = codec.parse(response.body, operation)
        except DecodeError:
            data = codec.parse(_without_deep_bodies(response.body), operation)
        if isinstance(data, dict) and isinstance(data.get("responses"), list):
            data["responses"] = [one for one in data["responses"] if isinstance(one, dict)]
        return (Codec() if codec.strict else codec).structure(data, reads, operation)

    # What became of one.

    async def _land(self, flight: _Flight) -> list[_Part]:
        """Settle the calls of a batch once it is done. Returns those that turned out never to have been sent."""
        entry, status = flight.entry, None
        remembered = entry is not None and flight.resumed and entry.failed is not None
        while flight.error is None and status is None and (flight.ticket is not None or not remembered):
            try:
                status = await self._until_done(flight)
            except (BadRequest, NotFound) as error:
                if flight.resumed and not remembered:
                    # The server does not know the ticket any more; it may still know the key.
                    flight.ticket = None
                    await self._post(flight)
                else:
                    flight.error = error
            except EcwidError as error:
                flight.error = error
        if status is not None:
            return self._settle(flight, status)
        if entry is not None and remembered:
            self._settle_all(flight.part, self._remembered(flight.part, entry, flight.error))
        else:
            self._settle_all(flight.part, self._lost(flight))
        return []

    def _settle(self, flight: _Flight, status: BatchStatus) -> list[_Part]:
        part, entry, journal = flight.part, flight.entry, self.journal
        answers = _by_id(status)
        # The server has a batch of fewer calls under this key: the others were never sent.
        whole = status.total_requests is not None and len(answers) == status.total_requests
        elsewhere = whole and entry is not None and entry.keys is not None and len(answers) < entry.size
        results = [
            NotExecuted(call.request)
            if elsewhere and str(place) not in answers
            else self._result(call, answers.get(str(place)))
            for call, place in zip(part.calls, part.places, strict=True)
        ]
        if entry is not None and journal is not None and entry.failed is None:
            failed = {} if len(part.places) == entry.size else _standing(answers, entry.size, elsewhere)
            for place, result in zip(part.places, results, strict=True):
                failed.pop(place, None)
                failed |= _failed(place, result)
            self._noted(lambda: journal.done(entry, failed))
        if self.options.stop_on_first_failure and any(isinstance(result, EcwidError) for result in results):
            self.halted = True
        again: list[int] = []
        if any(isinstance(result, NotExecuted) for result in results):
            if part.entry is not None and part.keys is not None and not self.halted:
                again = [one for one, result in enumerate(results) if isinstance(result, NotExecuted)]
            else:
                self.halted = True
        for one, result in enumerate(results):
            if one not in again:
                part.slice.settle(part.at[one], result)
        return self._new(part.chosen(again))

    @staticmethod
    def _settle_all(part: _Part, results: Sequence[object]) -> None:
        for at, result in zip(part.at, results, strict=True):
            part.slice.settle(at, result)

    def _leave_out(self, part: _Part) -> None:
        for at, call in zip(part.at, part.calls, strict=True):
            error = NotExecuted(call.request)
            error.__cause__ = self._unwritable
            part.slice.settle(at, error)

    def _lost(self, flight: _Flight) -> list[EcwidError]:
        """What to say of each call of a batch that has no responses."""
        self.halted = self.halted or flight.ticket is not None or self.options.stop_on_first_failure
        error, calls = flight.error, flight.part.calls
        if error is not None and flight.ticket is None and not flight.resumed and error.outcome in _NOTHING_DONE:
            return [error] * len(calls)
        if flight.ticket is None:
            return [self._unknown(call, f"its batch may have been sent: {error}", error) for call in calls]
        reason = f"its batch was sent and has the ticket {flight.ticket}, but its result is not known: {error}"
        return [self._unknown(call, reason, error) for call in calls]

    def _remembered(self, part: _Part, entry: Entry, cause: EcwidError | None) -> list[EcwidError]:
        """What the journal knows of a batch whose responses can't be had any more."""
        failed, results = entry.failed or {}, list[EcwidError]()
        for call, place in zip(part.calls, part.places, strict=True):
            status = failed.get(place, 200)
            if status is None or (status >= 300 and self.options.stop_on_first_failure):
                self.halted = True
            if status is None:
                results.append(NotExecuted(call.request))
            elif status:
                gone = ResponseExpired(call.request, status)
                gone.__cause__ = cause
                results.append(gone)
            else:
                results.append(self._unknown(call, "its batch ended without a response to it", cause))
        return results

    def _unknown(self, call: Call[Any], reason: str, cause: EcwidError | None) -> EcwidError:
        """An error of this call alone, which can look up what the call was to make."""
        error = (Timeout if isinstance(cause, Timeout) else OutcomeUnknown)(reason, request=call.request)
        error.__cause__ = cause
        return call.with_lookup(error, self.channel)

    def _polling(self, ticket: str) -> Request:
        request = Batches(self.channel).get(ticket, escaped_json=True).request
        return evolve(request, options=evolve(request.options, lane=self.lane, deadline=self.deadline))

    async def _until_done(self, flight: _Flight) -> BatchStatus:
        request, many = self._polling(flight.ticket or ""), len(flight.part.at)
        polls = unreadable = seen = 0
        began = moved = max(flight.began, self._free)
        wait = 0.0 if flight.resumed else self._first_wait(began, many)
        while True:
            left = self._left(request, Timeout)
            await self.sleep(wait if wait < left else max(0.9 * left, _SHORTEST_WAIT))
            response = await self.channel.exchange(request)
            polls += 1
            now = self.clock()
            try:
                status = self._structured(response, BatchStatus, request)
                if status.status is None:
                    raise DecodeError(operation=request.options.operation, path="status", expected="text", found="none")
            except DecodeError:
                # What is no status proves nothing: a proxy may have answered in the API's place.
                unreadable += 1
                if unreadable == _MOST_UNREADABLE:
                    raise
                wait = min(max(wait * 2, _SHORTEST_WAIT), _LONGEST_WAIT)
                continue
            unreadable = 0
            if status.status not in _IN_PROGRESS:
                # Done when first looked at means done at some time before: the next one is looked at sooner.
                if not flight.resumed:
                    self._pace = (now - began) / many * (0.7 if polls == 1 else 1.0)
                self._free = now
                return status
            # A count that goes down, or beyond any batch, is no progress.
            done = min(max(status.completed_requests or 0, 0), MOST_REQUESTS)
            if done > seen:
                seen, moved = done, now
            elif now - moved > _LONGEST_STILLSTAND:
                hours = _LONGEST_STILLSTAND // 3600
                raise OutcomeUnknown(f"the batch has made no progress for {hours} hours", request=request)
            # The one in progress counts as half done.
            wait = (now - began) / (done + 0.5) * max(many - done, 0) if done else wait * 2
            # Where nothing moves, what was done so far does not tell how long it will take.
            wait = min(max(wait, (now - moved) / 2, _SHORTEST_WAIT), _LONGEST_WAIT)

    def _first_wait(self, began: float, many: int) -> float:
        if self._pace is None:
            return min(_SHORTEST_WAIT + _GUESS * many, _FIRST_WAIT)
        return min(max(began + self._pace * many - self.clock(), _SHORTEST_WAIT), _LONGEST_WAIT)

    def _left(self, request: Request, error: type[Timeout]) -> float:
        """Seconds until the deadline. Raises `error` where there are none to speak of."""
        left = float("inf") if self.deadline is None else self.deadline - self.clock()
        if left <= _SHORTEST_WAIT:
            raise error("the time that was given for all of it is over", request=request)
        return left

    def _result(self, call: Call[Any], answer: BatchResponseItem | None) -> object:
        if answer is None:
            return self._unknown(call, "its batch ended without a response that is surely its own", None)
        if answer.status == BatchResponseState.NOT_EXECUTED:
            return NotExecuted(call.request)
        status, body = _http_status(answer), _body(answer)
        if status is None or (self.options.group_id is not None and status < 300 and body is None):
            # Requests of a cancelled group are COMPLETED as well, and were not executed.
            self.halted = self.halted or self.options.group_id is not None
            reason = "its batch calls it completed without a result: its group may have been cancelled before it ran"
            return self._unknown(call, reason, None)
        response = Response(status, Headers(), body or b"")
        if not 200 <= status < 300:
            return call.with_lookup(self.channel.error(call.request, response), self.channel)
        try:
            return call.read(response, self.channel)
        except EcwidError as error:
            return error

    # The journal.

    def _noted(self, write: Callable[[], T]) -> T | None:
        """Write to the journal. Where that fails, results that came are not lost: no more is sent, that is all."""
        try:
            return write()
        except JobError as error:
            if self._unwritable is None:
                _log.warning("%s", error)
            self._unwritable = self._unwritable or error
            self.halted = True
            return None

    def _finish(self) -> None:
        journal = self.journal
        if journal is None or self.halted or (journal.entries and journal.entries[0].keys is not None):
            return
        journal.check_end(self._planned)
        if journal.entries:
            self._noted(journal.end)


def _see(call: object) -> None:
    """Keep a call from warning that it was forgotten: whoever is to send it says what became of it."""
    if isinstance(call, Call):
        _ = call.request


def _refuse_twins(calls: Sequence[Call[Any]]) -> None:
    if len({id(call) for call in calls}) < len(calls):
        raise ValueError("the same call is in the batch twice: build one for each time it is to be executed")


def _job_keys(calls: Sequence[Call[Any]]) -> list[bytes] | None:
    """A digest of each call's job key, None where they have none."""
    named = [call.job_key for call in calls]
    keys = [digest(key.encode("utf-8", "surrogatepass")) for key in named if key is not None]
    if not keys:
        return None
    if len(keys) < len(calls):
        first = calls[named.index(None)]
        raise ValueError(f"{first!r} has no job key and other calls have: give one to each call of a job, or to none")
    return keys


def _by_id(status: BatchStatus) -> dict[str, BatchResponseItem]:
    """The responses by the ids that they were sent with. What comes without one, or twice, is nobody's."""
    answers = status.responses or []
    times = Counter(answer.id for answer in answers)
    return {answer.id: answer for answer in answers if answer.id is not None and times[answer.id] == 1}


def _without_deep_bodies(text: bytes) -> bytes:
    """The responses of a batch, with a text in place of each body that is nested too deeply to be read."""
    kept: list[bytes] = []
    depth = deepest = start = end = 0
    for found in _BRACKETS.finditer(text):
        match found[0]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
                if depth == _BODY_DEPTH:
                    start, deepest = found.start(), depth
            case b"]" | b"}":
                if depth == _BODY_DEPTH and deepest > _DEEPEST:
                    kept += [text[end:start], b'"nested too deeply"']
                    end = found.end()
                depth -= 1
    return b"".join([*kept, text[end:]])


def _http_status(answer: BatchResponseItem) -> int | None:
    # An example of the reference calls it so.
    status = answer.http_status_code if answer.http_status_code is not None else answer.extra.get("httpCode")
    return status if isinstance(status, int) and 100 <= status < 600 else None


def _body(answer: BatchResponseItem) -> bytes | None:
    body = answer.escaped_http_body if answer.escaped_http_body is not None else answer.http_body
    if body is None or isinstance(body, str):
        return None if body is None else body.encode("utf-8", "replace")
    try:
        return dumps(body)
    except RecursionError:
        return b"nested too deeply"


def _failed(place: int, result: object) -> dict[int, int | None]:
    """What a journal has to know of a call: nothing where it succeeded."""
    if isinstance(result, APIError):
        return {place: result.status}
    if isinstance(result, NotExecuted):
        return {place: None}
    return {place: 0} if isinstance(result, EcwidError) and result.outcome == "unknown" else {}


def _standing(answers: dict[str, BatchResponseItem], size: int, elsewhere: bool) -> dict[int, int | None]:
    """The same for calls that are not in the input any more."""
    failed: dict[int, int | None] = {}
    for place in range(size):
        answer = answers.get(str(place))
        status = None if answer is None else _http_status(answer)
        if (answer is None and elsewhere) or (answer is not None and answer.status == BatchResponseState.NOT_EXECUTED):
            failed[place] = None
        elif status is None or not 200 <= status < 300:
            failed[place] = status or 0
    return failed
