"""Any order of reads, writes, drops, changes by others, cancellations and slow responses keeps what is promised.

A model server executes each request when the machine says so, and responds when it says so. Each response tells which
request it belongs to, so that for each read it is known when its data was requested from the server.
"""

import asyncio
import itertools
import json
from collections.abc import Coroutine
from typing import Any, Final, Literal

import hypothesis.strategies as st
import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule

from ecwid_async import Ecwid, EcwidError, OutcomeUnknown, RetryPolicy
from ecwid_async.transport import Cache, CachePolicy, MemoryCache, make_response
from ecwid_async.wire import Options, Request, Response
from tests.clock import Clock
from tests.transport.cache.cache_setup import Time, cache_on

LAG: Final = 300.0
SECONDS: Final = 60.0
OPERATIONS: Final = ("GET /products/{productId}", "GET /products", "GET /orders/{orderId}")
POLICY: Final = CachePolicy({"GET /products/{productId}": SECONDS, "GET /products": SECONDS}, lag=LAG)

Outcome = Literal["done", "refused", "unknown", "lost"]
Key = tuple[int, str, str]

# Mostly the same read, so that reads meet.
KEYS: Final[st.SearchStrategy[Key]] = st.sampled_from(
    [
        *[(1, "secret_a", OPERATIONS[0])] * 3,
        *[(1, "secret_a", OPERATIONS[1])] * 3,
        (1, "secret_a", OPERATIONS[2]),
        (1, "secret_b", OPERATIONS[0]),
        (2, "secret_a", OPERATIONS[0]),
    ]
)
STORES: Final = st.sampled_from([1, 1, 1, 2])
OUTCOMES: Final[st.SearchStrategy[Outcome]] = st.sampled_from(["done", "done", "done", "refused", "unknown", "lost"])


@define(eq=False)
class Sent:
    """A request on the server's side."""

    number: int
    store_id: int
    token: str
    request: Request
    sent_at: int  # steps, which order all that happens
    sent_time: float
    outcome: asyncio.Future[Response | Exception] = field(factory=asyncio.Future)
    cancelled: bool = False
    responded: bool = False


@define(eq=False)
class Read:
    """A read on the caller's side."""

    store_id: int
    token: str
    operation: str
    began_at: int
    began_time: float
    must_be_sent: bool
    task: asyncio.Task[Response]


@define(eq=False)
class Write:
    """A write on the caller's side."""

    store_id: int
    task: asyncio.Task[Response]


@define(eq=False)
class Change:
    """A drop, or the start or end of a write: the generation that begins, and what it blocks."""

    store_id: int
    at: int
    time: float
    kind: Literal["begin", "done", "unknown", "refused", "drop"]


class Network:
    """A transport whose requests wait until the machine responds."""

    enforces_deadlines = True

    def __init__(self, machine: "CacheMachine") -> None:
        self._machine = machine

    async def send(self, request: Request) -> Response:
        machine = self._machine
        authorization = dict(request.headers)["authorization"]
        sent = Sent(
            next(machine.numbers),
            int(request.path.split("/")[1]),
            authorization.removeprefix("Bearer "),
            request,
            machine.step(),
            machine.clock.passed,
        )
        machine.sent.append(sent)
        try:
            response = await sent.outcome
        except asyncio.CancelledError:
            sent.cancelled = True
            raise
        sent.responded = True
        if isinstance(response, Exception):
            raise response
        return response

    async def aclose(self) -> None: ...


class Counted:
    """A cache that counts its operations in progress, so that the machine can wait for Redis."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.in_progress = 0

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._cache, name)
        if name == "policy":
            return attribute

        async def run(*arguments: Any, **named: Any) -> Any:
            self.in_progress += 1
            try:
                return await attribute(*arguments, **named)
            finally:
                self.in_progress -= 1

        return run


class CacheMachine(RuleBasedStateMachine):
    """Drives a client with a cache, and checks each response against what happened before the read began."""

    reads = Bundle("reads")
    writes = Bundle("writes")

    def new_cache(self) -> Cache:
        return MemoryCache(POLICY, clock=self.clock)

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Time()
        self.steps = itertools.count(1)
        self.numbers = itertools.count(1)
        self.sent: list[Sent] = []
        self.changes: list[Change] = []
        self.open_reads: list[Read] = []
        self.open_writes: list[Write] = []
        self.last_key: Key | None = None
        self.runner.run(self.set_up())

    async def set_up(self) -> None:
        # The client measures by the loop's clock how long a response took.
        self.loop_clock = Clock(asyncio.get_running_loop())
        self.cache = Counted(self.new_cache())
        self.ecwid = Ecwid(
            transport=Network(self),  # type: ignore[arg-type]
            cache=self.cache,
            quota=None,
            events=(),
            retry=RetryPolicy(attempts=1),
        )

    def teardown(self) -> None:
        async def end() -> None:
            for work in [*self.open_reads, *self.open_writes]:
                work.task.cancel()
            await self.settle()
            await self.close()

        self.runner.run(end())
        assert not [sent for sent in self.sent if not (sent.responded or sent.cancelled)], (
            "a request outlives its callers"
        )
        self.runner.close()

    async def close(self) -> None: ...

    def step(self) -> int:
        return next(self.steps)

    async def settle(self) -> None:
        """Let all tasks run until they wait for the machine."""
        calm = 0
        while calm < 15:
            await asyncio.sleep(0)
            calm = 0 if self.cache.in_progress else calm + 1

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        async def main() -> Any:
            result = await work
            await self.settle()
            return result

        return self.runner.run(main())

    # What the machine does

    @rule(target=reads, key=KEYS)
    def read(self, key: Key) -> Any:
        return self.run(self.start_read(*key))

    @precondition(lambda self: self.last_key is not None)
    @rule(target=reads)
    def read_the_same(self) -> Any:
        assert self.last_key is not None
        return self.run(self.start_read(*self.last_key))

    @rule(key=KEYS)
    def read_to_the_end(self, key: Key) -> None:
        self.run(self.start_read(*key))
        self.respond_to_last("done")

    def respond_to_last(self, outcome: Outcome) -> None:
        if not (self.sent[-1].responded or self.sent[-1].cancelled):
            self.run(self.respond_to(self.sent[-1], outcome))

    async def start_read(self, store_id: int, token: str, operation: str) -> Any:
        self.last_key = store_id, token, operation
        before = len(self.sent)
        path = operation.removeprefix("GET ").replace("{productId}", "7").replace("{orderId}", "A")
        request = Request(method="GET", path=path, options=Options(operation=operation, repeatable=True))
        expected = self.expected_source(store_id, token, operation)
        task = asyncio.create_task(self.ecwid.store(store_id, token).transport.send(request))
        read = Read(store_id, token, operation, self.step(), self.clock.passed, expected is None, task)
        await self.settle()
        sent = self.sent[before:]
        assert bool(sent) == read.must_be_sent, "a request is sent if there is no other source, and only then"
        self.open_reads.append(read)
        self.check_finished()
        return read if not task.done() else multiple()

    def expected_source(self, store_id: int, token: str, operation: str) -> Sent | None:
        """The request whose response a read that begins now should get, if it needs none of its own."""
        own = [
            sent
            for sent in self.sent
            if (sent.store_id, sent.token) == (store_id, token) and sent.request.options.operation == operation
        ]
        last_change = max((change.at for change in self.changes if change.store_id == store_id), default=0)
        for sent in reversed(own):
            if sent.cancelled or sent.sent_at < last_change:
                continue
            if not sent.responded:
                return sent
            if self.is_kept(sent):
                return sent
        return None

    def is_kept(self, sent: Sent) -> bool:
        response = sent.outcome.result()
        if isinstance(response, Exception) or response.status != 200 or sent.request.options.operation == OPERATIONS[2]:
            return False
        return self.clock.passed - sent.sent_time < SECONDS and not self.blocks(sent)

    def blocks(self, sent: Sent) -> list[Change]:
        """The changes because of which the response must not be kept, as of when it was sent."""
        found = []
        writes_in_progress = 0
        for change in self.changes:
            if change.store_id != sent.store_id:
                continue
            if change.at > sent.sent_at:
                found.append(change)
                continue
            writes_in_progress += {"begin": 1, "done": -1, "unknown": -1, "refused": -1}.get(change.kind, 0)
            is_search = sent.request.options.operation == OPERATIONS[1]
            lags = change.kind == "unknown" or (is_search and change.kind in ("done", "drop"))
            if lags and sent.sent_time < change.time + LAG:
                found.append(change)
        if writes_in_progress:
            found.append(self.changes[-1])
        return found

    @rule(target=writes, store_id=STORES)
    def write(self, store_id: int) -> Any:
        return self.run(self.start_write(store_id))

    @rule(store_id=STORES, outcome=OUTCOMES)
    def write_to_the_end(self, store_id: int, outcome: Outcome) -> None:
        self.run(self.start_write(store_id))
        self.respond_to_last(outcome)

    async def start_write(self, store_id: int) -> Write:
        request = Request(
            method="DELETE", path="/products/7", options=Options(operation="DELETE /products/{productId}")
        )
        self.changes.append(Change(store_id, self.step(), self.clock.passed, "begin"))
        task = asyncio.create_task(self.ecwid.store(store_id, "secret_a").transport.send(request))
        write = Write(store_id, task)
        self.open_writes.append(write)
        await self.settle()
        return write

    @precondition(lambda self: any(not (sent.responded or sent.cancelled) for sent in self.sent))
    @rule(data=st.data(), outcome=OUTCOMES)
    def respond(self, data: st.DataObject, outcome: Outcome) -> None:
        waiting = [sent for sent in self.sent if not (sent.responded or sent.cancelled)]
        sent = waiting[data.draw(st.integers(0, len(waiting) - 1))]
        self.run(self.respond_to(sent, outcome))

    async def respond_to(self, sent: Sent, outcome: Outcome) -> None:
        is_write = sent.request.method != "GET"
        if outcome == "lost":
            sent.outcome.set_result(OutcomeUnknown("reset", request=sent.request))
        else:
            status = {"done": 200, "refused": 404, "unknown": 503}[outcome]
            sent.outcome.set_result(make_response({"request": sent.number, "success": True}, status=status))
        if is_write:
            kind: Any = "unknown" if outcome == "lost" else outcome
            self.changes.append(Change(sent.store_id, self.step(), self.clock.passed, kind))
        await self.settle()
        self.check_finished()

    @rule(read=consumes(reads))
    def cancel_read(self, read: Read) -> None:
        self.run(self.cancel(read))

    async def cancel(self, work: Read | Write) -> None:
        if isinstance(work, Write) and not work.task.done():
            self.changes.append(Change(work.store_id, self.step(), self.clock.passed, "unknown"))
        work.task.cancel()
        await self.settle()
        self.check_finished()

    @rule(write=consumes(writes))
    def cancel_write(self, write: Write) -> None:
        self.run(self.cancel(write))

    @rule(store_id=STORES)
    def drop(self, store_id: int) -> None:
        self.run(self.ecwid.cache.drop(store_id))
        self.changes.append(Change(store_id, self.step(), self.clock.passed, "drop"))

    @rule(seconds=st.sampled_from([1.0, 31.0, 61.0, 299.0, 301.0]))
    def wait(self, seconds: float) -> None:
        self.clock.passed += seconds
        self.loop_clock.advance(seconds)

    # What is promised

    def check_finished(self) -> None:
        for read in [read for read in self.open_reads if read.task.done()]:
            self.open_reads.remove(read)
            if read.task.cancelled():
                continue
            error = read.task.exception()
            if error is not None:
                assert isinstance(error, EcwidError), error
                continue
            self.check(read, read.task.result())
        for write in [write for write in self.open_writes if write.task.done()]:
            self.open_writes.remove(write)
            assert write.task.cancelled() or isinstance(write.task.exception(), EcwidError | None)

    def check(self, read: Read, response: Response) -> None:
        if response.status != 200:
            return
        sent = next(sent for sent in self.sent if sent.number == json.loads(response.body)["request"])
        assert (sent.store_id, sent.token, sent.request.options.operation) == (
            read.store_id,
            read.token,
            read.operation,
        ), "never mixed"
        for change in self.changes:
            if change.store_id == read.store_id and change.at < read.began_at:
                assert sent.sent_at > change.at, "nothing that was requested before a change is used after it"
        if response.age is not None:
            assert response.age == pytest.approx(read.began_time - sent.sent_time, abs=1.0)
            assert read.began_time - sent.sent_time < SECONDS, "never older than its time"
            assert read.operation != OPERATIONS[2], "orders are not kept"
            assert not [change for change in self.blocks(sent) if change.at < read.began_at]

    @invariant()
    def identical_reads_of_a_generation_are_sent_once(self) -> None:
        waiting = [
            sent for sent in self.sent if not (sent.responded or sent.cancelled) and sent.request.method == "GET"
        ]
        for one, other in itertools.combinations(waiting, 2):
            if (one.store_id, one.token, one.request.path) == (other.store_id, other.token, other.request.path):
                between = [
                    change for change in self.changes if change.store_id == one.store_id and change.at > one.sent_at
                ]
                assert between, "without a change in between, the later read would have waited for the earlier one"

    @invariant()
    def each_request_has_a_caller(self) -> None:
        waiting = [sent for sent in self.sent if not (sent.responded or sent.cancelled)]
        callers = {(read.store_id, read.token, read.operation) for read in self.open_reads}
        for sent in waiting:
            if sent.request.method == "GET":
                assert (sent.store_id, sent.token, sent.request.options.operation) in callers


EXAMPLES: Final = settings.default.max_examples
CacheMachine.TestCase.settings = settings(max_examples=2 * EXAMPLES, stateful_step_count=30)
TestMemoryCache = pytest.mark.chaos(CacheMachine.TestCase)


@pytest.mark.chaos
def test_the_same_on_redis(server: Any) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    class RedisMachine(CacheMachine):
        def new_cache(self) -> Cache:
            self.redis_cache = cache_on(server, self.clock, POLICY)
            return self.redis_cache

        async def close(self) -> None:
            await self.redis_cache._look_up_script.registered_client.aclose()

    run_state_machine_as_test(RedisMachine, settings=settings(max_examples=EXAMPLES // 4, stateful_step_count=20))
