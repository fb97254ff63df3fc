"""Runs of an embedded inbox: the lease, interruptions, failures of the database, and the end of a run."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from ecwid_async.apps import InboxError
from ecwid_async.apps.inbox import ClaimedEvents, InboxSettings, MemoryInbox, SQLiteInbox
from ecwid_async.apps.inbox.table import EventTable, Outcome, Step
from tests.apps.inbox.clock import FakeTime, Recorder, new_event

SETTINGS = InboxSettings(poll_interval=0.005, max_attempts=3, first_delay=10.0, max_delay=60.0, grace=0.05)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def open_inbox(folder: Path, time: FakeTime, settings: InboxSettings = SETTINGS) -> SQLiteInbox:
    return SQLiteInbox(folder / "inbox.db", settings, clock=time, random=lambda: 1.0)


class Blocked:
    """A handler that blocks until it is cancelled or let go."""

    def __init__(self) -> None:
        self.started: list[ClaimedEvents] = []
        self.cancelled = 0
        self.may_end = asyncio.Event()

    async def __call__(self, group: ClaimedEvents) -> None:
        self.started.append(group)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def crash(inbox: SQLiteInbox, time: FakeTime) -> None:
    """Let a run claim events, and end without a trace in the database, as if the process had been killed."""
    handle = Blocked()
    run = asyncio.create_task(inbox.run(handle))
    await until(lambda: bool(handle.started))
    inbox._table.release = lambda *arguments: None  # type: ignore[method-assign]
    run.cancel()
    await asyncio.wait([run])
    await inbox.aclose()
    time.advance(SETTINGS.lease + 1)


async def test_another_process_accepts_while_one_handles(tmp_path: Path) -> None:
    time, recorder, second = FakeTime(), Recorder(), Recorder()
    async with open_inbox(tmp_path, time) as first, open_inbox(tmp_path, time) as other:
        run = asyncio.create_task(first.run(recorder))
        await until(lambda: first._run is not None)
        await other.put(new_event(0))
        await until(lambda: len(recorder.ids) == 1)
        waiting = asyncio.create_task(other.run(second))
        for number in range(1, 5):
            await other.put(new_event(number))
        await until(lambda: len(recorder.ids) == 5)
        assert second.ids == []
        # The other one takes over at once when the first one ends.
        first.stop()
        await run
        await other.put(new_event(5))
        await until(lambda: second.ids == ["event-5"])
        other.stop()
        await waiting


async def test_a_process_that_lost_the_lease_cancels_its_handlers_and_marks_nothing(tmp_path: Path) -> None:
    time, later = FakeTime(), FakeTime()
    later.advance(SETTINGS.lease + 1)
    stopped, recorder = Blocked(), Recorder()
    async with open_inbox(tmp_path, time) as first, open_inbox(tmp_path, later) as second:
        await first.put(new_event(1))
        run = asyncio.create_task(first.run(stopped))
        await until(lambda: bool(stopped.started))
        # For its clock the lease of the first one has ended, as if the first one had been stopped.
        await second.run(recorder, until_idle=True)
        await until(lambda: stopped.cancelled == 1)
        first.stop()
        await run
    assert recorder.ids == ["event-1"]
    assert recorder.groups[0].events[0].attempts == 2


async def test_interrupted_events_are_repeated_at_once_then_after_delays_and_end_as_dead_ones(tmp_path: Path) -> None:
    time, recorder = FakeTime(), Recorder()
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.put(new_event(1))
    await crash(open_inbox(tmp_path, time), time)
    await crash(open_inbox(tmp_path, time), time)
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.run(recorder, until_idle=True)
        assert recorder.ids == []
        assert (await inbox.status()).retrying == 1
        time.advance(11)
    await crash(open_inbox(tmp_path, time), time)
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.run(recorder, until_idle=True)
        (dead,) = [each async for each in inbox.dead()]
    assert recorder.ids == []
    assert (dead.attempts, dead.error_class) == (3, "Interrupted")


async def test_the_clock_may_be_set_back(tmp_path: Path) -> None:
    time, recorder = FakeTime(), Recorder()
    recorder.failing["event-1"] = ValueError("no")
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.put(new_event(1))
        await inbox.put(new_event(2))
        await inbox.run(recorder, until_idle=True)
    await crash_with_one(tmp_path, time)
    time.advance(-100 * 24 * 3600)
    recorder.failing.clear()
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.run(recorder, until_idle=True)
    assert sorted(recorder.ids[2:]) == ["event-1", "event-3"]


async def crash_with_one(folder: Path, time: FakeTime) -> None:
    inbox = open_inbox(folder, time)
    await inbox.put(new_event(3))
    await crash(inbox, time)


async def test_a_store_with_a_handler_in_progress_is_not_claimed_again(tmp_path: Path) -> None:
    handle = Blocked()
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        run = asyncio.create_task(inbox.run(handle))
        await inbox.put(new_event(1))
        await until(lambda: len(handle.started) == 1)
        await inbox.put(new_event(2))
        await inbox.put(new_event(3, store=1004))
        await until(lambda: len(handle.started) == 2)
        assert [group.store_id for group in handle.started] == [1003, 1004]
        handle.may_end.set()
        await until(lambda: len(handle.started) == 3)
        inbox.stop()
        await run


async def test_no_more_stores_than_allowed_are_handled_at_once_and_each_has_its_turn() -> None:
    settings = InboxSettings(poll_interval=0.005, stores_at_once=2)
    order: list[int] = []
    most = in_progress = 0

    async def handle(group: ClaimedEvents) -> None:
        nonlocal in_progress, most
        in_progress += 1
        most = max(most, in_progress)
        order.append(group.store_id)
        await asyncio.sleep(0)
        in_progress -= 1

    async with MemoryInbox(settings) as inbox:
        # A store with a backlog must not keep the others waiting.
        for number in range(20):
            await inbox.put(new_event(number, store=1))
        for store in (2, 3, 4, 5):
            await inbox.put(new_event(0, store=store))
        await inbox.run(handle, until_idle=True)
    assert most == 2
    assert len(order) == 24
    assert max(order.index(store) for store in (2, 3, 4, 5)) < 10


async def test_handlers_that_do_not_end_in_time_are_cancelled_and_their_events_released(tmp_path: Path) -> None:
    handle, recorder = Blocked(), Recorder()
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(handle))
        await until(lambda: bool(handle.started))
        inbox.stop()
        await asyncio.wait_for(run, 10)
        assert handle.cancelled == 1
        await inbox.run(recorder, until_idle=True)
    assert recorder.groups[0].events[0].attempts == 1


async def test_closing_ends_the_run(tmp_path: Path) -> None:
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        run = asyncio.create_task(inbox.run(Recorder()))
        await until(lambda: inbox._run is not None)
    await asyncio.wait_for(run, 10)


async def test_a_stop_before_the_run_ends_the_next_run(tmp_path: Path) -> None:
    recorder = Recorder()
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1))
        inbox.stop()
        await asyncio.wait_for(inbox.run(recorder), 10)
        assert recorder.ids == []
        await inbox.run(recorder, until_idle=True)
    assert recorder.ids == ["event-1"]


async def test_a_handler_whose_own_work_was_cancelled_has_failed(tmp_path: Path) -> None:
    async def handle(group: ClaimedEvents) -> None:
        raise asyncio.CancelledError

    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1))
        await inbox.run(handle, until_idle=True)
        assert (await inbox.status()).retrying == 1


async def test_an_outcome_is_marked_once_the_database_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.event_run._PAUSE", 0.005)
    recorder, failures = Recorder(), 3
    step = EventTable.step

    def fail_to_mark(
        self: EventTable, connection: sqlite3.Connection, epoch: int, outcomes: Iterable[Outcome], *rest: object
    ) -> Step | None:
        nonlocal failures
        if outcomes and failures:
            failures -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return step(self, connection, epoch, outcomes, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(EventTable, "step", fail_to_mark)
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(recorder))
        await until(lambda: failures == 0)
        inbox.stop()
        await run
        assert (await inbox.status()).handled == 1
    assert recorder.ids == ["event-1"]
    assert "can't be read or written" in caplog.text


async def test_a_database_that_fails_longer_than_the_lease_cancels_the_handlers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.event_run._PAUSE", 0.005)
    time, handle = FakeTime(), Blocked()
    async with open_inbox(tmp_path, time) as inbox:
        await inbox.put(new_event(1))
        run = asyncio.create_task(inbox.run(handle))
        await until(lambda: bool(handle.started))

        def fail(*arguments: object) -> Step:
            raise InboxError("no", problem="locked")

        monkeypatch.setattr(inbox._table, "step", fail)
        time.advance(SETTINGS.lease + 1)
        await until(lambda: handle.cancelled == 1)
        inbox.stop()
        await run


async def test_failures_are_logged_without_personal_data(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = ValueError("ann@example.com owes 4111111111111111")
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1, body=b'{"customerEmail": "ann@example.com"}'))
        with caplog.at_level(logging.DEBUG):
            await inbox.run(recorder, until_idle=True)
    assert "store 1003, product.updated, event event-1: attempt 1 of 3 failed: ValueError" in caplog.text
    assert "ann@" not in caplog.text
    assert "4111" not in caplog.text


async def test_a_coalescing_function_that_fails_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    def coalesces(event_type: str) -> bool:
        raise KeyError(event_type)

    recorder = Recorder()
    async with open_inbox(tmp_path, FakeTime()) as inbox:
        await inbox.put(new_event(1))
        with pytest.raises(KeyError):
            await inbox.run(recorder, coalesces=coalesces, until_idle=True)
        await inbox.run(recorder, until_idle=True)
    assert recorder.ids == ["event-1"]


async def test_a_run_can_be_cancelled_at_any_point(tmp_path: Path) -> None:
    """After any number of steps of the event loop, nothing is lost, and nothing stays claimed."""
    time = FakeTime()
    async with open_inbox(tmp_path, time) as inbox:
        for number in range(30):
            await inbox.put(new_event(number))
            recorder = Recorder()
            run = asyncio.create_task(inbox.run(recorder))
            for _ in range(number):
                await asyncio.sleep(0 if number % 2 else 0.0005)
            run.cancel()
            await asyncio.wait([run])
            status = await inbox.status()
            assert (status.in_progress, status.is_running) == (0, False)
            assert status.waiting + status.handled == number + 1


class OddError(BaseException):
    """An error that is no `Exception`, like those of some test tools."""


async def test_any_error_of_a_handler_is_a_failure_and_lets_later_events_pass() -> None:
    handled: list[str] = []

    async def handle(group: ClaimedEvents) -> None:
        if group.event_ids == ("event-0",):
            raise OddError
        handled.extend(group.event_ids)

    inbox = MemoryInbox(SETTINGS, random=lambda: 0.0)
    await inbox.put(new_event(0))
    await inbox.put(new_event(1))
    await inbox.run(handle, until_idle=True)
    assert handled == ["event-1"]
    assert [event.error_class async for event in inbox.dead()] == ["OddError"]
    await inbox.aclose()


def test_a_handler_that_ends_the_process_again_and_again_is_given_up_on(tmp_path: Path) -> None:
    async def handle(group: ClaimedEvents) -> None:
        raise SystemExit(1)

    async def serve() -> None:
        async with SQLiteInbox(tmp_path / "inbox.db", SETTINGS, random=lambda: 0.0) as inbox:
            await inbox.put(new_event(0))
            await inbox.run(handle, until_idle=True)

    for _ in range(SETTINGS.max_attempts):
        with pytest.raises(SystemExit):
            asyncio.run(serve())
    asyncio.run(serve())


async def test_a_handler_that_outlives_the_lease_does_not_mark_a_later_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecwid_async.apps.inbox.event_run._CANCEL_TIMEOUT", 0.01)
    time, may_end = FakeTime(), [asyncio.Event(), asyncio.Event()]
    started: list[int] = []

    async def handle(group: ClaimedEvents) -> None:
        (event,) = group.events
        started.append(event.attempts)
        ended = asyncio.create_task(may_end[event.attempts - 1].wait())
        while not ended.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(ended)
        asyncio.current_task().uncancel()  # type: ignore[union-attr]

    async with open_inbox(tmp_path, time) as inbox, open_inbox(tmp_path, time) as other:
        await inbox.put(new_event(0))
        run = asyncio.create_task(inbox.run(handle))
        await until(lambda: started == [1])
        # Another process takes the lease, unless this one has just renewed it, and is killed.
        time.advance(SETTINGS.lease + 1)
        while await other._thread.run(other._table.acquire) is None:
            time.advance(SETTINGS.lease + 1)
        time.advance(SETTINGS.lease + 1)
        await until(lambda: started == [1, 2])
        may_end[0].set()
        await asyncio.sleep(0.05)
        assert (await inbox.status()).in_progress == 1
        may_end[1].set()
        while (await inbox.status()).handled == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        inbox.stop()
        await run
