"""Long work makes room for requests to the app of its process, and for nothing else."""

import asyncio

import pytest

from ecwid_async.primitives.pacing import Pacing, RecentRequests, ThreadPacing


class Clock:
    """A clock that moves when it is told to, or slept on."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def requests(clock):
    return RecentRequests(clock)


def test_a_request_is_recent_for_a_second(clock, requests):
    assert not requests
    requests.note()
    assert requests
    clock.now += 0.9
    assert requests
    clock.now += 0.2
    assert not requests


def test_a_thread_rests_as_long_as_it_worked(clock, requests):
    pacing = ThreadPacing(requests, clock=clock, sleep=clock.sleep)
    for seconds in (0.001, 0.0015, 0.001, 5.0, 0.003):
        requests.note()
        clock.now += seconds
        requests.note()
        pacing.rest()
    # The first part is short, and the fourth one was a pause of the process.
    assert clock.slept == [0.0025, 0.02, 0.003]


def test_a_thread_does_not_rest_without_requests(clock, requests):
    pacing = ThreadPacing(requests, clock=clock, sleep=clock.sleep)
    clock.now += 0.01
    pacing.rest()
    assert clock.slept == []


@pytest.mark.parametrize("serves", [False, True])
async def test_work_in_an_event_loop_gives_up_a_turn_and_rests_if_there_are_requests(
    clock, requests, serves, monkeypatch
):
    slept, turns = [], 0
    sleep = asyncio.sleep

    async def record(seconds):
        slept.append(round(seconds, 6))
        await sleep(0)

    async def count_turns():
        nonlocal turns
        while True:
            turns += 1
            await sleep(0)

    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock, raising=False)
    monkeypatch.setattr(asyncio, "sleep", record)
    counting = asyncio.create_task(count_turns())
    pacing = Pacing(requests)
    for seconds in (0.001, 0.004, 0.001, 9.0):
        clock.now += seconds
        if serves:
            requests.note()
        before = turns
        await pacing.rest()
        assert turns > before
    counting.cancel()
    assert slept == ([0, 0.005, 0, 0.02] if serves else [0, 0, 0, 0])
