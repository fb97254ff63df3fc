"""`RedisLimiter` on a real Redis server counts like `MemoryLimiter`, and shares quota, gate and quarantines."""

import asyncio
import itertools
import json
import math
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, InvalidToken
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, Quota, RateLimit, Wait, token_key
from ecwid_async.wire import Lane

redis = pytest.importorskip("redis.asyncio", reason="needs the extra `redis`")

from ecwid_async.transport.rate_limit import redis as redis_limiter  # noqa: E402  Redis may not be installed
from ecwid_async.transport.rate_limit.redis import RedisLimiter  # noqa: E402
from tests.transport.rate_limit.redis_server import (  # noqa: E402
    Group,
    RedisServer,
    acquire_all,
    close_quietly,
    request,
)
from tests.transport.rate_limit.simulation import quarantine  # noqa: E402

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]


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
    with pytest.raises(ValueError, match="counts as 700 requests exceeds the 588 allowed per window"):
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


async def test_a_client_counts_on_redis(group: Group) -> None:
    quota = Quota(requests=5, reserve=1, burst=10)
    network = MemoryTransport(lambda _: make_response({"generalInfo": {"storeId": 1003}}))
    async with Ecwid(transport=network, quota=quota, limiter=group.limiter(quota)) as ecwid:
        await ecwid.store(1003, "secret_x").profile.get()
    slots = f"{group.prefix}:slots:{token_key('secret_x')}".encode()
    assert len((await group.contents())[slots]) == 1


PROCESS_SCRIPT = """
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
    command = [sys.executable, "-c", PROCESS_SCRIPT, str(server.socket), "{test of two processes}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    served = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    moments = sorted(itertools.chain(*served))
    assert min(map(len, served)) > 0
    for first, beyond in zip(moments, moments[60:], strict=False):
        assert beyond - first > 1.0, "no window of a second has more than 60 requests"
    assert len(moments) > 60


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
            close_for, succeeded = numbers.choice((0.0,) * 12 + (3.0,)), numbers.random() < 0.2
            for limiter in (memory, shared):
                await limiter.release(key, store, cost, close_gate_for=close_for, succeeded=succeeded)
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
    async with Ecwid(transport=dead, limiter=limiter) as ecwid, Ecwid(transport=dead, limiter=other) as other_client:
        for store_id in (1003, 1004):
            with pytest.raises(InvalidToken):
                await ecwid.store(store_id, "secret_abcdefghij").profile.get()
        with pytest.raises(InvalidToken, match="was not sent: this token of store 1003 has been in quarantine since"):
            await other_client.store(1003, "secret_abcdefghij").profile.get()
        assert len(dead.requests) == 2
        found = await other_client.quarantine()
        assert [(one.store_id, one.reason) for one in found] == [
            (1003, "403 INVALID_API_TOKEN"),
            (1004, "403 INVALID_API_TOKEN"),
        ]
        assert (found[0].until - found[0].since).total_seconds() == pytest.approx(900.0, abs=1)
        contents = repr(await group.contents())
        assert "secret_abcdefghij" not in contents
        assert len(contents) < 3000
        await other_client.quarantine().clear(1003)
        assert [one.store_id for one in await ecwid.quarantine()] == [1004]
        await ecwid.quarantine().clear()
        assert await other_client.quarantine() == []
        assert not [key for key in await group.contents() if b"quarantine" in key]


async def test_the_number_of_quarantines_on_redis_is_bounded(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_limiter, "MAX_QUARANTINES", 5)
    limiter = group.limiter()
    for number in range(12):
        await limiter.quarantine("t", f"store {number}", quarantine(number))
        group.passed += 1
    assert [one.store_id for one in await limiter.quarantines()] == list(range(7, 12))
    assert len([key for key in await group.contents() if b":quarantine:" in key]) == 5


@pytest.mark.parametrize("setting", ["max_exchange", "timeout"])
@pytest.mark.parametrize("wrong", [0, -1.0, math.nan, math.inf, True, "2", None])
async def test_invalid_times_and_prefixes_are_refused(setting: str, wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match=rf"{setting} is .*: give a number above 0, at most 2678400$"):
        RedisLimiter(client, **{setting: wrong})
    with pytest.raises(ConfigError, match="`prefix`"):
        RedisLimiter(client, prefix="")
    await close_quietly(client)


def test_the_repr_shows_nothing_of_the_redis_client() -> None:
    client = redis.Redis(password="hidden", host="redis.example.com")
    assert repr(RedisLimiter(client)) == "<RedisLimiter {ecwid}>"
