"""Rounds without end."""

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from ecwid_async.errors import InvalidToken
from ecwid_async.sync.mirror import Mirror
from ecwid_async.transport.memory import make_response

from .shop import TOKEN, Shop


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def watch(shop, sqlite_url):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        shop.wait(seconds)

    return Mirror(sqlite_url, clock=shop.clock, sleep=sleep), slept


async def test_rounds_begin_on_time_however_long_each_takes(shop, watch, monkeypatch):
    mirror, slept = watch
    send = shop.sandbox.send

    async def slow(request):
        shop.wait(5)
        return await send(request)

    monkeypatch.setattr(shop.sandbox, "send", slow)
    begun = []
    async with mirror, aclosing(mirror.watch(shop.store(), every=300.0, only=["profile"])) as reports:
        async for report in reports:
            begun.append(report.server_time)
            if len(begun) == 4:
                break
    assert [round(later - earlier) for earlier, later in pairwise(begun)] == [300] * 3
    assert all(seconds < 300 for seconds in slept)


async def test_a_round_that_failed_is_reported_and_backed_off(shop, watch, monkeypatch):
    mirror, slept = watch
    reports = []

    async def down(request):
        return make_response({"errorMessage": "no"}, status=400)

    async with mirror:
        send = shop.sandbox.send
        monkeypatch.setattr(shop.sandbox, "send", down)
        async with aclosing(mirror.watch(shop.store(), every=60.0, only=["profile"])) as rounds:
            async for report in rounds:
                reports.append(report.error != "")
                if len(reports) == 6:
                    monkeypatch.setattr(shop.sandbox, "send", send)
                if len(reports) == 8:
                    break
    assert reports == [True] * 6 + [False] * 2
    assert slept == [60, 120, 240, 480, 900, 900, 60]


async def test_a_dead_token_ends_it(shop, watch):
    mirror, _ = watch
    async with mirror:
        rounds = mirror.watch(shop.store(), only=["profile"])
        await anext(rounds)
        shop.data.revoke(TOKEN)
        with pytest.raises(InvalidToken):
            await anext(rounds)


async def test_it_stops_while_it_waits_and_leaves_no_lease(shop, sqlite_url):
    async with shop.mirror(sqlite_url) as mirror:

        async def watch():
            async for _ in mirror.watch(shop.store(), every=3600.0, only=["profile"]):
                seen.set()

        seen = asyncio.Event()
        task = asyncio.create_task(watch())
        await seen.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await mirror.sync(shop.store(), only=["profile"])
