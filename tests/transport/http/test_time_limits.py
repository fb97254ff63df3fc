"""Time limits end blocks at their time, whatever else cancels their tasks, with one timer of the event loop."""

import asyncio
import math

import pytest

from ecwid_async.transport.http.time_limits import TimeLimit, TimeLimits

# Longer than any test.
_LATER = 3600.0


def new_limits() -> TimeLimits:
    return TimeLimits(asyncio.get_running_loop())


def in_seconds(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_a_block_ends_with_a_timeout_error() -> None:
    with pytest.raises(TimeoutError) as raised, TimeLimit(new_limits(), in_seconds(0.01)):
        await asyncio.sleep(_LATER)
    assert isinstance(raised.value.__cause__, asyncio.CancelledError)
    await asyncio.sleep(0)  # the task is not cancelled any more


async def test_a_block_that_ends_in_time_is_left_alone() -> None:
    limits = new_limits()
    with TimeLimit(limits, in_seconds(0)):
        pass  # due, but the timer can't fire before the loop has its turn
    for _ in range(1000):
        await asyncio.sleep(0)
    assert limits.next_end == math.inf  # it has fired
    assert not limits.open


async def test_a_cancellation_from_outside_takes_precedence() -> None:
    async def block() -> None:
        with TimeLimit(new_limits(), in_seconds(0.02)):
            try:
                await asyncio.sleep(_LATER)
            except asyncio.CancelledError:
                await asyncio.sleep(0.05)  # the time is up during this cleanup
                raise

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_an_error_of_the_block_is_raised_as_it_is_even_if_the_time_is_up() -> None:
    async def block() -> None:
        with TimeLimit(new_limits(), in_seconds(0.01)):
            try:
                await asyncio.sleep(_LATER)
            except asyncio.CancelledError:
                raise ZeroDivisionError from None

    with pytest.raises(ZeroDivisionError):
        await block()
    await asyncio.sleep(0)


@pytest.mark.parametrize("inner_ends_first", [True, False])
async def test_a_limit_within_the_timeout_of_asyncio(inner_ends_first: bool) -> None:
    ended_by: list[str] = []

    async def block(inner: float, outer: float) -> None:
        async with asyncio.timeout(outer):
            try:
                with TimeLimit(new_limits(), in_seconds(inner)):
                    await asyncio.sleep(_LATER)
            except BaseException as error:
                ended_by.append(type(error).__name__)
                raise

    with pytest.raises(TimeoutError):
        await (block(0.01, _LATER) if inner_ends_first else block(_LATER, 0.01))
    assert ended_by == ["TimeoutError" if inner_ends_first else "CancelledError"]


async def test_each_block_ends_at_its_own_time_in_any_order() -> None:
    limits, ended = new_limits(), list[str]()

    async def block(name: str, seconds: float) -> None:
        try:
            with TimeLimit(limits, in_seconds(seconds)):
                await asyncio.sleep(_LATER)
        except TimeoutError:
            ended.append(name)

    async with asyncio.TaskGroup() as group:
        for name, seconds in (("second", 0.05), ("third", 0.1), ("first", 0.01), ("fourth", 0.15)):
            group.create_task(block(name, seconds))
    assert ended == ["first", "second", "third", "fourth"]
    assert not limits.open


async def test_exchanges_that_end_in_order_share_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, timers = asyncio.get_running_loop(), list[float]()
    call_at = loop.call_at

    def counted(when: float, *arguments: object) -> object:
        timers.append(when)
        return call_at(when, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "call_at", counted)
    limits = new_limits()
    for seconds in range(50):
        with TimeLimit(limits, in_seconds(_LATER + seconds)):
            pass
    assert len(timers) == 1


async def test_a_limit_in_the_past_ends_the_block_at_its_first_wait() -> None:
    with pytest.raises(TimeoutError), TimeLimit(new_limits(), in_seconds(-1.0)):
        await asyncio.sleep(_LATER)
