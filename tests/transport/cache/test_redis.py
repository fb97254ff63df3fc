"""`RedisCache` on a real Redis server: several processes, what is in Redis, and outages."""

import asyncio
import logging
import pickle
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import pytest
from attrs import evolve

from ecwid_async import ConfigError, Event
from ecwid_async.transport import CachePolicy
from ecwid_async.wire import EventKind
from tests.transport.cache.cache_setup import KEY, Time, body, cache_on, keep
from tests.transport.cache.model_server import STORE_ID, TOKEN, Server, client

pytest.importorskip("redis.asyncio", reason="needs the extra `redis`")

from ecwid_async.transport import RedisCache, RedisLimiter
from tests.transport.rate_limit.redis_server import RedisServer, close_quietly

NewCache = Callable[..., RedisCache]


@pytest.fixture
async def new_cache(server: RedisServer, clock: Time) -> AsyncIterator[NewCache]:
    """Creates caches as in several processes, with the same prefix."""
    caches: list[RedisCache] = []

    def new(**settings: Any) -> RedisCache:
        prefix = caches[0]._prefix if caches else None
        caches.append(cache_on(server, clock, **({"prefix": prefix} if prefix else {}), **settings))
        return caches[-1]

    yield new
    for cache in caches:
        await close_quietly(cache._look_up_script.registered_client)


async def contents(cache: RedisCache) -> dict[bytes, Any]:
    redis = cache._look_up_script.registered_client
    found: dict[bytes, Any] = {}
    async for key in redis.scan_iter(f"{cache._prefix}*"):
        kind = await redis.type(key)
        read = {b"hash": redis.hgetall, b"string": redis.get}.get(kind)
        found[key] = await (read(key) if read is not None else redis.zrange(key, 0, -1))
    return found


async def test_processes_share_responses(new_cache: NewCache) -> None:
    first, second = new_cache(), new_cache()
    await keep(first)
    assert await body(second) == "kept"


@pytest.mark.parametrize("what", ["drop", "clear", "refuse", "begin", "end"])
async def test_what_one_process_drops_no_other_uses(new_cache: NewCache, what: str) -> None:
    first, second = new_cache(), new_cache()
    write = await second.begin_write(KEY.store_id) if what == "end" else ""
    if what == "end":
        # As if the write had been sent before Redis was set up: nothing blocks the response.
        await first._look_up_script.registered_client.delete(second._writes_key(KEY.store_id))
    await keep(first)
    assert await body(first) == "kept"
    if what == "drop":
        await second.drop(KEY.store_id)
    elif what == "clear":
        await second.clear()
    elif what == "refuse":
        await second.refuse(KEY.store_id, KEY.token)
    elif what == "begin":
        await second.begin_write(KEY.store_id)
    else:
        await second.end_write(KEY.store_id, write, "refused")
    assert await body(first) is None


async def test_a_response_that_was_asked_for_before_another_process_dropped_is_not_kept(new_cache: NewCache) -> None:
    first, second, third = new_cache(), new_cache(), new_cache()
    await keep(first, meanwhile=lambda: second.drop(KEY.store_id))
    assert await body(third) is None


async def test_nothing_is_kept_while_another_process_writes(new_cache: NewCache, clock: Time) -> None:
    first, second = new_cache(), new_cache()
    write = await second.begin_write(KEY.store_id)
    await keep(first)
    assert await body(first) is None
    await second.end_write(KEY.store_id, write, "refused")
    await keep(first)
    assert await body(first) == "kept"


async def test_after_a_process_was_killed_during_a_write_nothing_is_kept_for_a_while(
    new_cache: NewCache, clock: Time
) -> None:
    first, killed = new_cache(), new_cache()
    await killed.begin_write(KEY.store_id)
    clock.passed += 599
    await keep(first)
    assert await body(first) is None
    clock.passed += 2
    await keep(first)
    assert await body(first) == "kept"


async def test_the_lag_after_a_write_of_another_process_counts(new_cache: NewCache, clock: Time) -> None:
    first, second = new_cache(), new_cache()
    await second.end_write(KEY.store_id, await second.begin_write(KEY.store_id), "done")
    await keep(first)
    assert await body(first) == "kept"
    other = evolve(KEY, request="search")
    clock.passed += 299
    await keep(first, other, is_search=True)
    assert await body(first, other) is None
    clock.passed += 2
    await keep(first, other, is_search=True)
    assert await body(first, other) == "kept"


async def test_after_a_write_in_doubt_of_another_process_nothing_is_kept(new_cache: NewCache, clock: Time) -> None:
    first, second = new_cache(), new_cache()
    await second.end_write(KEY.store_id, await second.begin_write(KEY.store_id), "unknown")
    clock.passed += 299
    await keep(first)
    assert await body(first) is None
    clock.passed += 2
    await keep(first)
    assert await body(first) == "kept"


async def test_no_token_is_in_redis_and_everything_expires(server: RedisServer, clock: Time) -> None:
    cache = cache_on(server, clock, CachePolicy({"GET /*": 60}))
    model = Server()
    async with client(model, cache=cache) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        await store.products.search(keyword="ann@example.com").all()
        await store.products.delete(1)
        await store.products.get(1)
        await ecwid.cache.clear()
    found = await contents(cache)
    assert len(found) >= 4
    text = repr(found)
    assert TOKEN not in text
    assert "ann" not in text
    redis = cache._look_up_script.registered_client
    for key in found:
        assert 0 < await redis.pttl(key) <= 2 * 86_400_000, key
    await close_quietly(redis)


async def test_a_response_that_quotes_the_token_is_kept_without_it(server: RedisServer, clock: Time) -> None:
    from ecwid_async.transport import make_response

    cache, model = cache_on(server, clock), Server()
    model.respond = lambda request: make_response(
        {"id": 1, "name": TOKEN if request.path.endswith("2") else "Tea"}, headers={"X-Request": f"Bearer {TOKEN}"}
    )
    async with client(model, cache=cache) as ecwid:
        for product in (1, 2, 1, 2):
            response = await ecwid.store(STORE_ID, TOKEN).products.get(product).response()
    assert model.count == 3, "one whose body quotes the token is not kept"
    assert response.headers["X-Request"] == f"Bearer {TOKEN}", "what the server sent is not changed"
    assert TOKEN not in repr(await contents(cache))
    await close_quietly(cache._look_up_script.registered_client)


async def test_a_long_response_is_not_kept(new_cache: NewCache) -> None:
    cache = new_cache(max_response=1000)
    await keep(cache, text="x" * 1001)
    assert await body(cache) is None
    await keep(cache, text="x" * 1000)
    assert await body(cache) == "x" * 1000


@pytest.mark.parametrize(
    "value", [b"", b"\xc1", b"\x93\x01\x02\x03", pickle.dumps("kept"), b"\x93\xcc\xc8\x90\xa3a\xffb"]
)
async def test_a_damaged_response_is_read_again(new_cache: NewCache, value: bytes) -> None:
    cache = new_cache()
    await keep(cache)
    await cache._look_up_script.registered_client.hset(cache._keys(KEY)[3], "response", value)
    assert await body(cache) is None
    await keep(cache)
    assert await body(cache) == "kept"


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_responses_are_forgotten_with_the_generation_they_belong_to(new_cache: NewCache, which: int) -> None:
    """Redis may evict any key when its memory is full."""
    cache = new_cache()
    await keep(cache)
    await cache._look_up_script.registered_client.delete(cache._keys(KEY)[which])
    assert await body(cache) is None
    await keep(cache)
    assert await body(cache) == "kept"


def test_a_client_that_decodes_responses_is_refused(server: RedisServer) -> None:
    with pytest.raises(ConfigError, match="decode_responses"):
        RedisCache(server.client(decode_responses=True))


@pytest.mark.parametrize("settings", [{"prefix": ""}, {"timeout": 0}, {"max_response": 0}, {"prefix": 5}])
def test_settings_are_checked(server: RedisServer, settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        RedisCache(server.client(), **settings)


@pytest.mark.parametrize("kind", ["synchronous", "URL", "class"])
def test_other_objects_than_an_asynchronous_client_are_refused(kind: str) -> None:
    import redis.asyncio

    client: Any = {"synchronous": redis.Redis(), "URL": "redis://localhost", "class": redis.asyncio.Redis}[kind]
    for wrapper in (RedisCache, RedisLimiter):
        with pytest.raises(ConfigError, match=r"redis\.asyncio\.Redis"):
            wrapper(client)


def test_without_redis_the_error_names_the_extra() -> None:
    code = "import sys; sys.modules['redis'] = None\nfrom ecwid_async.transport import RedisCache"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert "RedisCache needs pip install 'ecwid-async[redis]'" in done.stderr


async def test_a_thousand_callers_do_not_open_a_thousand_connections(new_cache: NewCache) -> None:
    cache = new_cache()
    await keep(cache)
    bodies = await asyncio.gather(*(body(cache) for _ in range(1000)))
    assert set(bodies) == {"kept"}
    clients = await cache._look_up_script.registered_client.client_list()
    assert len(clients) <= 40


# Outages


async def test_while_redis_is_unavailable_reads_go_to_the_api_and_one_event_tells_so(
    unstable_server: RedisServer, clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    cache, model, events = cache_on(unstable_server, clock), Server(), list[Event]()
    async with client(model, events, cache=cache) as ecwid:
        store = ecwid.store(STORE_ID, TOKEN)
        await store.products.get(1)
        unstable_server.stop()
        for seconds in (0, 0.1, 5, 5):
            clock.passed += seconds
            assert (await store.products.get(1)).name == "version 0"
            await store.products.delete(2)
            model.version = 0
        kinds = [event.kind for event in events]
        assert kinds.count(EventKind.CACHE_UNAVAILABLE) == 1
        (problem,) = [event for event in events if event.kind is EventKind.CACHE_UNAVAILABLE]
        assert problem.error == "ConnectionError"
        clock.passed += 60
        await store.products.get(1)
        assert [event.kind for event in events].count(EventKind.CACHE_UNAVAILABLE) == 2, "once a minute"
    await close_quietly(cache._look_up_script.registered_client)


async def test_during_an_outage_identical_reads_are_still_sent_once(unstable_server: RedisServer, clock: Time) -> None:
    cache, model = cache_on(unstable_server, clock), Server()
    unstable_server.stop()
    release = model.hold()
    async with client(model, cache=cache) as ecwid:
        calls = [asyncio.create_task(_name(ecwid)) for _ in range(50)]
        await asyncio.sleep(0.1)
        release.set()
        await asyncio.gather(*calls)
    assert model.count == 1
    await close_quietly(cache._look_up_script.registered_client)


async def _name(ecwid: Any) -> str | None:
    return (await ecwid.store(STORE_ID, TOKEN).products.get(1)).name


class Outage:
    """Makes Redis fail for one cache, while its data stays, as a broken network does."""

    def __init__(self, cache: RedisCache) -> None:
        self._cache = cache
        self._run = cache._run

    def begin(self) -> None:
        async def fail(*_: object) -> None: ...

        self._cache._run = fail  # type: ignore[method-assign]

    def end(self) -> None:
        self._cache._run = self._run  # type: ignore[method-assign]


@pytest.mark.parametrize("what", ["drop", "write", "refuse", "clear"])
async def test_what_redis_was_not_told_it_is_told_when_it_is_back(new_cache: NewCache, what: str) -> None:
    first, second = new_cache(), new_cache()
    await keep(first)
    outage = Outage(second)
    outage.begin()
    action: dict[str, Callable[[], Awaitable[object]]] = {
        "drop": lambda: second.drop(KEY.store_id),
        "clear": second.clear,
        "refuse": lambda: second.refuse(KEY.store_id, KEY.token),
        "write": lambda: _write(second, "unknown"),
    }
    await action[what]()
    assert await body(second) is None
    outage.end()
    # The first read of any store tells what was missed, before it uses anything.
    await body(second, evolve(KEY, store_id=9999))
    assert await body(first) is None
    if what == "write":
        await keep(first)
        assert await body(first) is None, "within the lag"


async def test_a_write_whose_end_redis_was_not_told_does_not_block_its_store(new_cache: NewCache) -> None:
    first, second = new_cache(), new_cache()
    outage = Outage(first)
    write = await first.begin_write(KEY.store_id)
    outage.begin()
    await first.end_write(KEY.store_id, write, "refused")
    outage.end()
    assert await body(first) is None
    assert first._untold_writes == {}
    await keep(second)
    assert await body(second) == "kept"


async def test_nothing_is_kept_during_a_write_whose_begin_redis_was_not_told(new_cache: NewCache) -> None:
    first, second = new_cache(), new_cache()
    outage = Outage(first)
    outage.begin()
    write = await first.begin_write(KEY.store_id)
    outage.end()
    assert await body(first) is None
    await keep(second)
    assert await body(second) is None
    await first.end_write(KEY.store_id, write, "refused")
    await keep(second)
    assert await body(second) == "kept"


async def test_the_writes_that_redis_was_not_told_are_limited(
    new_cache: NewCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.transport.cache.redis._MAX_UNTOLD", 10)
    cache = new_cache()
    Outage(cache).begin()
    for _ in range(30):
        await _write(cache, "refused")
    assert len(cache._untold_writes) == 10


async def test_a_slow_redis_is_told_what_it_missed_by_several_reads(new_cache: NewCache) -> None:
    cache = new_cache(timeout=0.1)
    outage = Outage(cache)
    outage.begin()
    for store_id in range(1, 501):
        await cache.drop(store_id)
    outage.end()
    script = cache._begin_script

    async def slow(**arguments: Any) -> object:
        await asyncio.sleep(0.02)
        return await script(**arguments)

    cache._begin_script = slow  # type: ignore[assignment]
    async with asyncio.timeout(5):
        await body(cache)
    assert 0 < len(cache._untold) < 500
    cache._begin_script = script
    async with asyncio.timeout(30):
        while cache._untold:
            await body(cache)


async def _write(cache: RedisCache, outcome: Any) -> None:
    await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), outcome)


async def test_a_process_never_uses_what_it_could_not_drop(new_cache: NewCache) -> None:
    first, second = new_cache(), new_cache()
    await keep(first)
    outage = Outage(second)
    outage.begin()
    await second.drop(KEY.store_id)
    # Redis is back for reads, but telling it fails once more.
    tell = second._tell

    async def fail(subject: object, **_: object) -> None:
        second._failed_tells.add(KEY.store_id)

    second._tell = fail  # type: ignore[method-assign]
    outage.end()
    assert await body(second) is None
    second._tell = tell  # type: ignore[method-assign]
    assert await body(second) is None
    assert await body(first) is None, "and now it is dropped for all"


async def test_after_an_outage_with_very_many_drops_all_is_forgotten(
    new_cache: NewCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.transport.cache.redis._MAX_UNTOLD", 10)
    first, second = new_cache(), new_cache()
    untouched = evolve(KEY, store_id=5000)
    for key in (KEY, untouched):
        await keep(first, key)
    outage = Outage(second)
    outage.begin()
    for store_id in range(1000, 1025):
        await second.drop(store_id)
        assert len(second._untold) <= 11
    outage.end()
    assert await body(second) is None
    assert [await body(first, key) for key in (KEY, untouched)] == [None, None]
    assert (second._untold, second._failed_tells) == ({}, set())
    await keep(second, untouched)
    assert await body(first, untouched) == "kept"


async def test_a_redis_that_does_not_reply_delays_a_read_once(unstable_server: RedisServer, clock: Time) -> None:
    cache, model = cache_on(unstable_server, clock, timeout=0.2), Server()
    blocker = unstable_server.client()
    async with client(model, cache=cache) as ecwid:
        await _name(ecwid)
        asleep = asyncio.create_task(blocker.execute_command("DEBUG", "SLEEP", "3"))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        for _ in range(20):
            await _name(ecwid)
        assert time.monotonic() - began < 2.5
        asleep.cancel()
    for redis in (cache._look_up_script.registered_client, blocker):
        await close_quietly(redis)


async def test_during_an_outage_one_call_at_a_time_tries_redis(new_cache: NewCache) -> None:
    cache = new_cache(timeout=0.05)
    tries = 0

    async def hang(**_: object) -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(60)

    script, cache._look_up_script = cache._look_up_script, hang  # type: ignore[assignment]
    cache._failed = True
    assert await asyncio.gather(*(body(cache) for _ in range(50))) == [None] * 50
    assert tries == 1
    cache._look_up_script = script


async def test_after_an_outage_responses_are_kept_again(unstable_server: RedisServer, clock: Time) -> None:
    cache = cache_on(unstable_server, clock)
    await keep(cache)
    unstable_server.stop()
    assert await body(cache) is None
    await keep(cache)
    unstable_server.start()
    clock.passed += 2
    assert await body(cache) is None, "Redis has lost it"
    await keep(cache)
    assert await body(cache) == "kept"
    await close_quietly(cache._look_up_script.registered_client)


@pytest.mark.parametrize("kind", ["task", "scope"])
async def test_a_cancelled_caller_still_tells_redis(new_cache: NewCache, kind: str) -> None:
    first, second = new_cache(), new_cache()
    await keep(first)
    started = anyio.Event()
    run = second._run

    async def slow(*arguments: Any) -> object:
        started.set()
        await asyncio.sleep(0.01)
        return await run(*arguments)

    second._run = slow  # type: ignore[method-assign]
    scope = anyio.CancelScope()

    async def drop() -> None:
        with scope:
            await second.drop(KEY.store_id)

    task = asyncio.create_task(drop())
    await started.wait()
    if kind == "task":
        task.cancel()
    else:
        scope.cancel()
    await asyncio.wait([task])
    assert await body(first) is None


PROCESS = """
import asyncio, sys
from redis.asyncio import Redis
from ecwid_async.transport import RedisCache, RedisLimiter
from ecwid_async.transport.cache import ReadKey
from ecwid_async.transport.memory import make_response

async def main():
    socket, prefix, what = sys.argv[1:]
    key = ReadKey(1003, "token hash", "request hash")
    async with Redis(unix_socket_path=socket) as client:
        cache = RedisCache(client, prefix=prefix, timeout=10.0)
        if what == "keep":
            found = await cache.look_up(key, 0)
            response = make_response(b"of another process")
            await cache.keep(key, found.generation, response, age=0, seconds=60, is_search=False)
        else:
            await cache.drop(key.store_id)

asyncio.run(main())
"""


async def test_real_processes_share_a_cache(server: RedisServer, new_cache: NewCache) -> None:
    cache = new_cache()

    def run(what: str) -> None:
        command = [sys.executable, "-P", "-c", PROCESS, str(server.socket), cache._prefix, what]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    await asyncio.to_thread(run, "keep")
    assert await body(cache) == "of another process"
    await asyncio.to_thread(run, "drop")
    assert await body(cache) is None
