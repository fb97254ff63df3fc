"""What every cache does: memory and Redis alike."""

from typing import Any

import anyio
import pytest
from attrs import evolve

from ecwid_async.errors import Outcome
from ecwid_async.transport import Cache
from ecwid_async.transport.memory import make_response
from tests.transport.cache.cache_setup import KEY, Time, body, keep

OTHER_STORE = evolve(KEY, store_id=1004)
OTHER_TOKEN = evolve(KEY, token="other token hash")
OTHER_REQUEST = evolve(KEY, request="other request hash")


async def test_a_kept_response_is_returned_as_it_was_with_its_age(cache: Cache, clock: Time) -> None:
    await keep(cache, text="Grüße", age=2.0)
    clock.passed += 5
    response = (await cache.look_up(KEY, 60)).response
    assert response is not None
    assert (response.status, response.body, response.headers["date"]) == (
        200,
        "Grüße".encode(),
        "Mon, 30 Nov 2026 12:00:00 GMT",
    )
    assert response.age == pytest.approx(7, abs=1)


async def test_binary_bodies_and_odd_headers_survive(cache: Cache) -> None:
    generation = (await cache.look_up(KEY, 0)).generation
    response = make_response(bytes(range(256)), headers={"X-Odd": "é, ü", "Content-Type": "image/png"})
    await cache.keep(KEY, generation, response, age=0, seconds=60, is_search=False)
    kept = (await cache.look_up(KEY, 60)).response
    assert kept is not None
    assert (kept.body, dict(kept.headers)) == (response.body, dict(response.headers))


async def test_a_response_is_never_older_than_its_time(cache: Cache, clock: Time) -> None:
    await keep(cache, age=20, seconds=60)
    clock.passed += 38
    assert await body(cache) == "kept"
    clock.passed += 2
    assert await body(cache) is None


async def test_a_reader_with_a_shorter_time_of_its_own_does_not_get_it(cache: Cache, clock: Time) -> None:
    await keep(cache, seconds=60)
    clock.passed += 30
    assert await body(cache, max_age=20) is None
    assert await body(cache, max_age=60) == "kept"


async def test_a_reader_with_a_longer_time_of_its_own_does_not_get_it_for_longer(cache: Cache, clock: Time) -> None:
    await keep(cache, seconds=60)
    clock.passed += 59
    assert await body(cache, max_age=600) == "kept"
    clock.passed += 1
    assert await body(cache, max_age=600) is None


async def test_a_response_that_took_too_long_is_not_kept(cache: Cache) -> None:
    await keep(cache, age=60, seconds=60)
    assert await body(cache) is None


async def test_stores_tokens_and_requests_are_never_mixed(cache: Cache) -> None:
    await keep(cache)
    for other in (OTHER_STORE, OTHER_TOKEN, OTHER_REQUEST):
        assert await body(cache, other) is None
        await keep(cache, other, f"kept for {other}")
    assert await body(cache) == "kept"
    for other in (OTHER_STORE, OTHER_TOKEN, OTHER_REQUEST):
        assert await body(cache, other) == f"kept for {other}"


async def test_a_drop_forgets_one_store_with_all_its_tokens(cache: Cache) -> None:
    for key in (KEY, OTHER_TOKEN, OTHER_REQUEST, OTHER_STORE):
        await keep(cache, key)
    await cache.drop(KEY.store_id)
    assert [await body(cache, key) for key in (KEY, OTHER_TOKEN, OTHER_REQUEST)] == [None] * 3
    assert await body(cache, OTHER_STORE) == "kept"


async def test_clear_forgets_all_stores(cache: Cache) -> None:
    await keep(cache)
    await keep(cache, OTHER_STORE)
    await cache.clear()
    assert await body(cache) is None
    assert await body(cache, OTHER_STORE) is None
    await keep(cache)
    assert await body(cache) == "kept"


async def test_a_refused_token_loses_its_responses_and_no_other_does(cache: Cache) -> None:
    for key in (KEY, OTHER_TOKEN):
        await keep(cache, key)
    await cache.refuse(KEY.store_id, KEY.token)
    assert await body(cache) is None
    assert await body(cache, OTHER_TOKEN) == "kept"
    await keep(cache)
    assert await body(cache) == "kept"


@pytest.mark.parametrize("what", ["drop", "clear", "refuse", "write"])
async def test_what_was_asked_for_before_is_not_kept(cache: Cache, what: str) -> None:
    async def happen() -> None:
        if what == "drop":
            await cache.drop(KEY.store_id)
        elif what == "clear":
            await cache.clear()
        elif what == "refuse":
            await cache.refuse(KEY.store_id, KEY.token)
        else:
            await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), "refused")

    before = (await cache.look_up(KEY, 0)).generation
    await keep(cache, meanwhile=happen)
    assert await body(cache) is None
    assert (await cache.look_up(KEY, 0)).generation != before


@pytest.mark.parametrize("outcome", ["done", "refused", "not_sent", "unknown"])
async def test_a_write_begins_a_generation_when_it_is_sent_and_when_it_has_ended(
    cache: Cache, outcome: Outcome
) -> None:
    generations = [(await cache.look_up(KEY, 0)).generation]
    for _ in range(2):
        write = await cache.begin_write(KEY.store_id)
        generations.append((await cache.look_up(KEY, 0)).generation)
        await cache.end_write(KEY.store_id, write, outcome)
        generations.append((await cache.look_up(KEY, 0)).generation)
    assert len(set(generations)) == 5


async def test_nothing_is_kept_while_a_write_is_in_progress(cache: Cache) -> None:
    await keep(cache)
    first = await cache.begin_write(KEY.store_id)
    second = await cache.begin_write(KEY.store_id)
    assert await body(cache) is None
    await keep(cache)
    assert await body(cache) is None
    await cache.end_write(KEY.store_id, first, "refused")
    await keep(cache)
    assert await body(cache) is None
    await cache.end_write(KEY.store_id, second, "refused")
    await keep(cache)
    assert await body(cache) == "kept"


@pytest.mark.parametrize("outcome", ["done", "drop"])
async def test_after_a_write_or_drop_no_search_is_kept_within_the_lag(cache: Cache, clock: Time, outcome: str) -> None:
    if outcome == "drop":
        await cache.drop(KEY.store_id)
    else:
        await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), "done")
    await keep(cache, OTHER_REQUEST)
    assert await body(cache, OTHER_REQUEST) == "kept", "an item is"
    clock.passed += 290
    await keep(cache, is_search=True)
    assert await body(cache) is None
    clock.passed += 20
    await keep(cache, is_search=True, age=15)
    assert await body(cache) is None, "it was sent within the lag"
    await keep(cache, is_search=True)
    assert await body(cache) == "kept"


async def test_after_a_write_in_doubt_nothing_is_kept_within_the_lag(cache: Cache, clock: Time) -> None:
    await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), "unknown")
    clock.passed += 290
    await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), "done")
    await keep(cache)
    assert await body(cache) is None
    clock.passed += 20
    await keep(cache)
    assert await body(cache) == "kept"


@pytest.mark.parametrize("outcome", ["refused", "not_sent"])
async def test_a_write_without_effect_blocks_nothing(cache: Cache, outcome: str) -> None:
    await cache.end_write(KEY.store_id, await cache.begin_write(KEY.store_id), outcome)  # type: ignore[arg-type]
    await keep(cache, is_search=True)
    assert await body(cache) == "kept"


async def test_a_cancelled_drop_still_counts(cache: Cache) -> None:
    await keep(cache)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await cache.drop(KEY.store_id)
    assert await body(cache) is None


async def test_a_write_that_is_cancelled_as_it_begins_blocks_nothing(cache: Cache) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        write = await cache.begin_write(KEY.store_id)
    if not scope.cancelled_caught:  # in memory, nothing is awaited
        await cache.end_write(KEY.store_id, write, "not_sent")
    await keep(cache)
    assert await body(cache) == "kept"


@pytest.mark.parametrize("store_id", ["1003", None, True, 1003.0])
async def test_a_drop_of_something_that_is_no_store_is_an_error(cache: Cache, store_id: Any) -> None:
    await keep(cache)
    with pytest.raises(TypeError, match="the id of a store is an int"):
        await cache.drop(store_id)
    assert await body(cache) == "kept"
