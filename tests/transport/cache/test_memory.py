"""`MemoryCache` keeps within its limits, and frees what is dropped."""

import threading

import anyio
import pytest
from attrs import evolve

from ecwid_async import ConfigError
from ecwid_async.transport import MemoryCache
from ecwid_async.transport.cache.generations import Generations
from tests.transport.cache.cache_setup import KEY, Time, body, keep


def key(number: int) -> object:
    return evolve(KEY, request=f"request {number}")


async def test_the_least_recently_used_entries_go_first(clock: Time) -> None:
    cache = MemoryCache(max_entries=3, clock=clock)
    for number in range(3):
        await keep(cache, key(number))
    assert await body(cache, key(0)) == "kept"
    await keep(cache, key(3))
    assert [await body(cache, key(number)) for number in range(4)] == ["kept", None, "kept", "kept"]
    assert len(cache) == 3


async def test_the_size_of_all_responses_is_limited(clock: Time) -> None:
    cache = MemoryCache(max_bytes=100_000, clock=clock)
    for number in range(50):
        await keep(cache, key(number), "x" * 9_000)
        assert cache.size <= 100_000
    assert 8 <= len(cache) <= 11
    await keep(cache, key(99), "x" * 200_000)
    assert await body(cache, key(99)) is None
    assert len(cache) >= 8, "one that is too large displaces no other"


async def test_a_response_that_is_read_again_replaces_the_earlier_one(clock: Time) -> None:
    cache = MemoryCache(clock=clock)
    await keep(cache, text="old")
    size = cache.size
    await keep(cache, text="new")
    assert await body(cache) == "new"
    assert (len(cache), cache.size) == (1, size)


async def test_what_is_dropped_cleared_refused_or_expired_is_freed(clock: Time) -> None:
    cache = MemoryCache(clock=clock)
    for forget in (
        lambda: cache.drop(KEY.store_id),
        cache.clear,
        lambda: cache.refuse(KEY.store_id, KEY.token),
        lambda: cache.begin_write(KEY.store_id),
    ):
        await keep(cache)
        assert len(cache) == 1
        await forget()
        assert (len(cache), cache.size) == (0, 0)
    await cache.end_write(KEY.store_id, "", "refused")
    await keep(cache)
    clock.passed += 60
    assert await body(cache) is None
    assert (len(cache), cache.size) == (0, 0)


@pytest.mark.parametrize("settings", [{"max_bytes": 0}, {"max_entries": 0}, {"max_bytes": 1.5}])
def test_limits_are_checked(settings: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        MemoryCache(**settings)


def test_a_cache_shows_no_data() -> None:
    cache = MemoryCache()
    anyio.run(keep, cache, KEY, "Ann's order")
    assert "Ann" not in repr(cache)
    assert "Ann" not in repr(anyio.run(cache.look_up, KEY, 60.0))


def test_threads_may_share_a_cache() -> None:
    cache = MemoryCache(max_entries=20, max_bytes=100_000)
    errors: list[BaseException] = []

    async def work(seed: int) -> None:
        for number in range(300):
            if number % 7 == seed % 7:
                await cache.drop(KEY.store_id)
            await keep(cache, key((number + seed) % 40), "x" * 1000)
            await body(cache, key(number % 40))

    def run(seed: int) -> None:
        try:
            anyio.run(work, seed)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(cache) <= 20
    anyio.run(cache.clear)
    assert (len(cache), cache.size) == (0, 0)


class TestGenerations:
    """The tables of generations are bounded, and no generation comes back."""

    def test_no_generation_comes_back_when_stores_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ecwid_async.transport.cache.generations._MAX_STORES", 10)
        generations = Generations(lag=5.0)
        seen = {(1, generations.get(1, "t"))}
        for now in range(100):
            generations.drop(now % 30 + 2, float(now))
            if now == 50:
                generations.begin_write(1)
                assert (1, generations.get(1, "t")) not in seen
                seen.add((1, generations.get(1, "t")))
                generations.end_write(1, "done", float(now))
                assert (1, generations.get(1, "t")) not in seen
        assert len(generations._stores) <= 16
        assert (1, generations.get(1, "t")) not in seen

    def test_stores_with_a_write_in_progress_or_a_lag_are_not_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ecwid_async.transport.cache.generations._MAX_STORES", 3)
        generations = Generations(lag=5.0)
        generations.begin_write(1)
        generations.drop(2, 0.0)
        for now in range(4):
            generations.drop(now + 10, float(now))
        assert not generations.may_keep(1, read_at=100.0, is_search=False)
        assert not generations.may_keep(2, read_at=3.0, is_search=True)
        generations.end_write(1, "refused", 4.0)
        assert generations.may_keep(1, read_at=4.0, is_search=False)

    def test_the_table_is_limited_even_if_all_stores_have_a_lag(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ecwid_async.transport.cache.generations._MAX_STORES", 100)
        generations = Generations(lag=300.0)
        for store_id in range(1, 1001):
            generations.drop(store_id, store_id / 100)
            assert len(generations._stores) <= 100
        # Those that were forgotten keep their lag, and share it with the stores that have no entry.
        for store_id in range(1, 1001):
            assert not generations.may_keep(store_id, read_at=store_id / 100 + 299.0, is_search=True)
            assert generations.may_keep(store_id, read_at=11.0, is_search=False)
        assert generations.may_keep(5000, read_at=311.0, is_search=True)
        generations.begin_write(2)
        generations.end_write(2, "refused", 11.0)
        assert not generations.may_keep(2, read_at=11.0, is_search=True)

    def test_no_generation_comes_back_when_refused_tokens_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ecwid_async.transport.cache.generations._MAX_TOKENS", 3)
        generations = Generations(lag=5.0)
        seen = set()
        for number in range(20):
            generations.refuse(1, f"token {number % 5}")
            for token in range(5):
                seen.add((token, generations.get(1, f"token {token}")))
            generations.refuse(1, "token 0")
            assert (0, generations.get(1, "token 0")) not in seen
        assert len(generations._tokens) <= 3
