"""A service opens and closes its resources, and starts again what fails in the background."""

import asyncio
import logging
from typing import Any

import pytest

from ecwid_async import ConfigError
from ecwid_async.apps import BackgroundStatus, Restarts, Service
from tests.apps.web.test_contract import Worker, wait_until


class Time:
    """A clock whose sleeps end at once, and are kept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.limit = 8

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if len(self.slept) >= self.limit:
            await asyncio.Event().wait()
        await asyncio.sleep(0)


class Failing:
    """Fails as often as asked, after a number of seconds, then runs."""

    def __init__(self, time: Time, *, times: int, seconds: float = 0.0) -> None:
        self.time, self.times, self.seconds = time, times, seconds
        self.runs = 0
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        self.time.now += self.seconds
        if self.runs <= self.times:
            raise RuntimeError("jane@example.com")
        await self.stopped.wait()

    def stop(self) -> None:
        self.stopped.set()


def service_of(*background: Any, time: Time, **settings: Any) -> Service:
    return Service(background=background, clock=time.clock, sleep=time.sleep, **settings)


async def test_resources_are_opened_in_order_and_closed_in_reverse() -> None:
    log: list[str] = []

    class Resource:
        def __init__(self, name: str) -> None:
            self.name = name

        async def __aenter__(self) -> None:
            log.append(f"open {self.name}")

        async def __aexit__(self, *_: object) -> None:
            log.append(f"close {self.name}")

    service = Service(Resource("a"), Resource("b"))
    for _ in range(2):  # it can be started again
        log.clear()
        assert not service.started
        async with service:
            assert service.started
        assert log == ["open a", "open b", "close b", "close a"]


async def test_it_is_not_started_while_something_opens() -> None:
    seen: list[bool] = []

    class Resource:
        async def __aenter__(self) -> None:
            seen.append(service.started)
            with pytest.raises(ConfigError, match="started already"):
                await service.__aenter__()

        async def __aexit__(self, *_: object) -> None:
            pass

    service = Service(Resource())
    async with service:
        seen.append(service.started)
    assert seen == [False, True]


async def test_a_resource_that_does_not_open_closes_the_others_and_starts_nothing() -> None:
    worker = Worker()

    class Broken(Worker):
        async def __aenter__(self) -> None:
            raise OSError("no database")

    service = Service(worker, Broken(), background=[worker])
    with pytest.raises(OSError, match="no database"):
        async with service:
            raise AssertionError
    assert worker.log == ["open", "close"]
    assert not service.started


async def test_it_is_started_once_at_a_time() -> None:
    service = Service()
    async with service:
        with pytest.raises(ConfigError, match="started already"):
            async with service:
                pass
        assert service.started


async def test_a_run_that_fails_is_started_again_with_growing_delays(caplog: pytest.LogCaptureFixture) -> None:
    time = Time()
    failing = Failing(time, times=5)
    with caplog.at_level(logging.INFO, "ecwid_async"):
        async with service_of(failing, time=time, restarts=Restarts(first=1, longest=6)) as service:
            await wait_until(lambda: failing.runs == 6)
            assert service.background_status == (
                BackgroundStatus(name="Failing", running=True, restarts=5, last_error="RuntimeError"),
            )
    assert time.slept == [1, 2, 4, 6, 6]
    assert "Failing stopped (RuntimeError) and is started again in 1 seconds" in caplog.text
    assert "jane" not in caplog.text


async def test_a_long_run_resets_the_delay() -> None:
    time = Time()
    failing = Failing(time, times=4, seconds=200)
    async with service_of(failing, time=time):
        await wait_until(lambda: failing.runs == 5)
    assert time.slept == [1, 1, 1, 1]


async def test_while_it_waits_to_start_again_it_is_alive_but_not_running() -> None:
    time = Time()
    time.limit = 1  # the first sleep has no end
    failing = Failing(time, times=1)
    service = service_of(failing, time=time)
    async with service:
        await wait_until(lambda: time.slept == [1])
        assert service.alive
        assert not service.background_status[0].running
    assert not service.alive
    assert failing.runs == 1


async def test_a_run_that_ends_by_itself_is_started_again() -> None:
    time = Time()

    class Ending(Failing):
        async def run(self) -> None:
            self.runs += 1
            if self.runs > 2:
                await self.stopped.wait()

    ending = Ending(time, times=0)
    async with service_of(ending, time=time) as service:
        await wait_until(lambda: ending.runs == 3)
        assert service.background_status[0].last_error == "Ended"


async def test_a_run_that_was_cancelled_by_someone_is_not_alive() -> None:
    time = Time()
    failing = Failing(time, times=0)
    service = service_of(failing, time=time)
    async with service:
        await wait_until(lambda: failing.runs == 1)
        (task,) = [task for task in asyncio.all_tasks() if task.get_name() == "ecwid Failing"]
        task.cancel()
        await wait_until(task.done)
        assert not service.alive
        assert not service.background_status[0].running


async def test_at_the_end_it_finishes_what_is_in_progress() -> None:
    worker = Worker()
    async with Service(background=[worker]):
        await wait_until(lambda: worker.log == ["run"])
    assert worker.log == ["run", "finish"]


async def test_what_does_not_finish_in_time_is_cancelled() -> None:
    log: list[str] = []

    class Stuck:
        async def run(self) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                log.append("cancelled")
                raise

        def stop(self) -> None:
            log.append("stop")

    async with Service(background=[Stuck()], grace=0.01):
        await asyncio.sleep(0)
    assert log == ["stop", "cancelled"]


async def test_a_failure_while_it_ends_is_no_error() -> None:
    time = Time()

    class FailsAtTheEnd(Failing):
        async def run(self) -> None:
            await self.stopped.wait()
            raise RuntimeError

    async with service_of(FailsAtTheEnd(time, times=0), time=time):
        await asyncio.sleep(0)
    assert time.slept == []


@pytest.mark.parametrize("grace", [-1, float("nan"), "10"])
def test_an_invalid_grace_is_refused(grace: Any) -> None:
    with pytest.raises(ConfigError, match="grace"):
        Service(grace=grace)


@pytest.mark.parametrize("delays", [{"first": 0}, {"first": -1}, {"longest": float("nan")}, {"reset_after": 0}])
def test_a_run_that_fails_is_not_started_again_without_a_delay(delays: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Restarts(**delays)


@pytest.mark.parametrize(("swallowed", "log"), [(1, ""), (2, "Stubborn does not end although it is cancelled")])
async def test_a_run_that_swallows_its_cancellation_does_not_keep_the_process(
    swallowed: int, log: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ecwid_async.apps.web.background._CANCEL_SECONDS", 0.05)
    cancellations, ended = 0, asyncio.Event()

    class Stubborn:
        async def run(self) -> None:
            nonlocal cancellations
            while cancellations < swallowed:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    cancellations += 1
            await ended.wait()

        def stop(self) -> None:
            pass

    async with asyncio.timeout(10):
        async with Service(background=[Stubborn()], grace=0):
            await asyncio.sleep(0)
    assert cancellations == swallowed
    assert [record.message for record in caplog.records] == ([log] if log else [])
    ended.set()
