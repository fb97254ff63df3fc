"""`RedisLimiter` while Redis is unavailable: calls fail at once, or the fallback counts, until it is back."""

import asyncio
import logging
import pickle
import random
import time
from typing import Any

import pytest

from ecwid_async.errors import ConfigError, LimiterUnavailable
from ecwid_async.sandbox.state import FixedWindow, RateLimiter, SlidingLog, TokenBucket
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import Quota, RateLimit, Wait, queue, token_key
from ecwid_async.wire import Lane, Request, Response

redis = pytest.importorskip("redis.asyncio", reason="needs the extra `redis`")

from redis.asyncio.retry import Retry  # noqa: E402
from redis.backoff import ConstantBackoff, NoBackoff  # noqa: E402

from ecwid_async.transport.rate_limit.redis import RedisLimiter  # noqa: E402
from tests.transport.rate_limit.redis_server import (  # noqa: E402
    Group,
    RedisServer,
    acquire_all,
    close_quietly,
    request,
    wait_until_recovered,
)
from tests.transport.rate_limit.simulation import quarantine  # noqa: E402

SHAPES: list[type[RateLimiter]] = [SlidingLog, FixedWindow, TokenBucket]


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
    await wait_until_recovered(limiter)
    await rate_limit.send(request())
    assert len(network.requests) == 2
    await close_quietly(client)


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
    await wait_until_recovered(limiter)
    assert await acquire_all(limiter, most=1) == 1
    await close_quietly(client)
    await close_quietly(blocker)


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
    await close_quietly(client)


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
    with pytest.raises(LimiterUnavailable, match="counts as 20 requests exceeds the 10"):
        await limiter.acquire("t", "store", Lane.INTERACTIVE, 20)

    unstable_server.start()
    now += 6
    assert await limiter.acquire("t2", "store", Lane.INTERACTIVE, 40) is None
    assert isinstance(await RedisLimiter(other, quota).acquire("t2", "store", Lane.INTERACTIVE, 1), Wait)
    assert [record.getMessage()[:13] for record in caplog.records] == ["Redis is unav", "Redis is back"]
    await close_quietly(client)
    await close_quietly(other)


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
        await close_quietly(client)


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
    await close_quietly(client)


@pytest.mark.parametrize("wrong", ["memory", 0, -1, 1.5, True, None])
async def test_an_invalid_when_unavailable_is_refused(wrong: Any) -> None:
    client = redis.Redis()
    with pytest.raises(ConfigError, match='give `when_unavailable` "fail", or the number of processes'):
        RedisLimiter(client, when_unavailable=wrong)
    await close_quietly(client)


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
    monkeypatch.setitem(queue.waiting_calls, (id(limiter), rate_limit._key, Lane.INTERACTIVE), 1)
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
    await wait_until_recovered(limiter)
    await close_quietly(client)


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
    await close_quietly(client)


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
    await close_quietly(client)
