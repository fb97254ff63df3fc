"""What every inbox does, whatever keeps its events."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ecwid_async.apps import AlreadyHandled, InboxError, NotRetryable
from ecwid_async.apps.inbox import ClaimedEvents, Inbox, InboxSettings, MemoryInbox, SQLiteInbox, StoredEvent
from tests.apps.inbox.clock import START, FakeTime, Recorder, new_event
from tests.apps.inbox.postgresql.databases import empty_database

SETTINGS = InboxSettings(poll_interval=0.01, max_attempts=3, first_delay=10.0, max_delay=60.0, max_body=1000)


def longest() -> float:
    return 1.0


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def inbox(request: pytest.FixtureRequest, time: FakeTime, tmp_path: Path) -> AsyncIterator[Inbox]:
    inbox: Inbox
    if request.param == "memory":
        inbox = MemoryInbox(SETTINGS, clock=time, random=longest)
    elif request.param == "sqlite":
        inbox = SQLiteInbox(tmp_path / "inbox.db", SETTINGS, clock=time, random=longest)
    else:
        pytest.importorskip("procrastinate", reason="needs the extra `worker`")
        from ecwid_async.apps import PostgreSQLInbox

        url = await empty_database(request.getfixturevalue("postgresql_server"))
        inbox = PostgreSQLInbox(url, SETTINGS, clock=time, random=longest)
    async with inbox:
        assert isinstance(inbox, Inbox)
        yield inbox


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def test_an_event_is_stored_and_handled_once(inbox: Inbox) -> None:
    recorder = Recorder()
    assert await inbox.put(new_event(1, body=b'{"a": 1}'))
    assert not await inbox.put(new_event(1, body=b"another"))
    await inbox.run(recorder, until_idle=True)
    assert not await inbox.put(new_event(1))
    await inbox.run(recorder, until_idle=True)
    (group,) = recorder.groups
    (event,) = group.events
    assert (event.store_id, event.event_id, event.event_type, event.entity_id) == (
        1003,
        "event-1",
        "product.updated",
        "7",
    )
    assert (event.body, event.received_at, event.attempts) == (b'{"a": 1}', START, 1)


async def test_the_same_id_in_another_store_is_another_event(inbox: Inbox) -> None:
    assert await inbox.put(new_event(1, store=1003))
    assert await inbox.put(new_event(1, store=1004))


async def test_events_of_a_store_are_handled_one_at_a_time_in_order(inbox: Inbox) -> None:
    seen: list[tuple[int, str]] = []
    in_progress: list[int] = []
    all_at_once = asyncio.Event()

    async def handle(group: ClaimedEvents) -> None:
        assert group.store_id not in in_progress
        in_progress.append(group.store_id)
        if len(in_progress) == 3:
            all_at_once.set()
        await asyncio.wait_for(all_at_once.wait(), 10)
        seen.append((group.store_id, group.event_ids[0]))
        in_progress.remove(group.store_id)

    for number in range(8):
        for store in (1, 2, 3):
            await inbox.put(new_event(number, store=store))
    await inbox.run(handle, until_idle=True)
    for store in (1, 2, 3):
        assert [event_id for each, event_id in seen if each == store] == [f"event-{number}" for number in range(8)]


async def test_a_failed_event_lets_later_ones_pass_and_is_retried_with_longer_delays(
    inbox: Inbox, time: FakeTime
) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = ValueError("no")
    for number in (1, 2, 3):
        await inbox.put(new_event(number))
    await inbox.run(recorder, until_idle=True)
    assert recorder.ids == ["event-1", "event-2", "event-3"]
    assert (await inbox.status()).retrying == 1
    time.advance(9.9)
    await inbox.run(recorder, until_idle=True)
    assert len(recorder.ids) == 3
    time.advance(0.2)
    await inbox.run(recorder, until_idle=True)
    assert recorder.ids[3:] == ["event-1"]
    time.advance(19.8)  # the second delay is twice as long
    await inbox.run(recorder, until_idle=True)
    assert len(recorder.ids) == 4
    recorder.failing.clear()
    time.advance(0.4)
    await inbox.run(recorder, until_idle=True)
    assert recorder.ids[4:] == ["event-1"]
    assert recorder.groups[-1].events[0].attempts == 3
    assert (await inbox.status()).retrying == 0


async def test_an_event_that_keeps_failing_ends_as_a_dead_one_and_can_be_replayed(inbox: Inbox, time: FakeTime) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = ValueError("ann@example.com has no order 123456 called 'Ann'")
    await inbox.put(new_event(1, body=b'{"customerEmail": "ann@example.com"}'))
    for _ in range(5):
        await inbox.run(recorder, until_idle=True)
        time.advance(100)
    assert len(recorder.ids) == 3
    (dead,) = [each async for each in inbox.dead()]
    assert (dead.store_id, dead.event_id, dead.entity_id, dead.attempts) == (1003, "event-1", "7", 3)
    assert dead.error_class == "ValueError"
    assert "ann" not in dead.error_message.lower()
    assert "123456" not in dead.error_message
    assert "has no order" in dead.error_message
    assert [each async for each in inbox.dead(store_id=1)] == []
    event = await inbox.read(dead.id)
    assert event is not None
    assert event.body == b'{"customerEmail": "ann@example.com"}'
    assert "ann@example.com" not in f"{event!r} {dead!r}"
    recorder.failing.clear()
    assert await inbox.replay([dead.id]) == 1
    assert await inbox.replay([dead.id]) == 0
    await inbox.run(recorder, until_idle=True)
    assert len(recorder.ids) == 4
    assert recorder.groups[-1].events[0].attempts == 1
    status = await inbox.status()
    assert (status.dead, status.handled) == (0, 1)


async def test_a_handler_can_give_up_on_an_event(inbox: Inbox) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = NotRetryable("it is in a loop")
    await inbox.put(new_event(1))
    await inbox.run(recorder, until_idle=True)
    (dead,) = [each async for each in inbox.dead()]
    assert dead.attempts == 1
    assert dead.error_class == "NotRetryable"
    assert dead.error_message.startswith("it is in a loop")


async def test_an_event_that_was_handled_already_counts_as_handled(inbox: Inbox) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = AlreadyHandled("")
    await inbox.put(new_event(1))
    await inbox.run(recorder, until_idle=True)
    status = await inbox.status()
    assert (status.retrying, status.dead, status.handled) == (0, 0, 1)


async def test_all_dead_events_can_be_replayed_or_deleted(inbox: Inbox) -> None:
    recorder = Recorder()
    for number in range(3):
        recorder.failing[f"event-{number}"] = NotRetryable("no")
        await inbox.put(new_event(number))
    await inbox.run(recorder, until_idle=True)
    assert await inbox.replay("all") == 3
    await inbox.run(recorder, until_idle=True)
    assert len(recorder.ids) == 6
    dead = [each.id async for each in inbox.dead()]
    assert await inbox.delete(dead[:1]) == 1
    assert await inbox.delete("all") == 2
    assert (await inbox.status()).dead == 0
    assert await inbox.read(dead[0]) is None
    # A webhook that is repeated later is still known.
    assert not await inbox.put(new_event(0))
    await inbox.run(recorder, until_idle=True)
    assert len(recorder.ids) == 6


async def test_only_neighbours_of_one_entity_and_type_are_coalesced(inbox: Inbox) -> None:
    recorder = Recorder()
    for number, (event_type, entity) in enumerate(
        [
            ("product.updated", "7"),
            ("product.updated", "7"),
            ("product.updated", "8"),
            ("product.updated", "7"),
            ("product.created", "7"),
            ("product.created", "7"),
        ]
    ):
        await inbox.put(new_event(number, event_type=event_type, entity=entity))
    await inbox.run(recorder, coalesces=lambda event_type: event_type == "product.updated", until_idle=True)
    assert [len(group.events) for group in recorder.groups] == [2, 1, 1, 1, 1]
    assert recorder.ids == [f"event-{number}" for number in range(6)]


async def test_a_run_handles_events_that_are_accepted_meanwhile_until_it_is_stopped(inbox: Inbox) -> None:
    recorder = Recorder()
    run = asyncio.create_task(inbox.run(recorder))
    for number in range(3):
        await inbox.put(new_event(number))
        await until(lambda count=number + 1: len(recorder.ids) == count)  # type: ignore[misc]
    assert (await inbox.status()).is_running
    inbox.stop()
    await asyncio.wait_for(run, 10)
    await inbox.put(new_event(9))
    assert len(recorder.ids) == 3
    status = await inbox.status()
    assert (status.waiting, status.in_progress, status.is_running) == (1, 0, False)


async def test_stop_lets_handlers_in_progress_finish(inbox: Inbox) -> None:
    started, may_end, finished = asyncio.Event(), asyncio.Event(), []

    async def handle(group: ClaimedEvents) -> None:
        started.set()
        await may_end.wait()
        finished.append(group)

    await inbox.put(new_event(1))
    await inbox.put(new_event(2))
    run = asyncio.create_task(inbox.run(handle))
    await started.wait()
    assert (await inbox.status()).in_progress == 1
    inbox.stop()
    await asyncio.sleep(0.05)
    assert not run.done()
    may_end.set()
    await asyncio.wait_for(run, 10)
    assert len(finished) == 1
    status = await inbox.status()
    assert (status.waiting, status.handled) == (1, 1)


async def test_a_cancelled_run_releases_what_is_in_progress_as_if_it_had_not_begun(inbox: Inbox) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def handle(group: ClaimedEvents) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    await inbox.put(new_event(1))
    run = asyncio.create_task(inbox.run(handle))
    await started.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert cancelled.is_set()
    status = await inbox.status()
    assert (status.waiting, status.in_progress, status.is_running) == (1, 0, False)
    recorder = Recorder()
    await inbox.run(recorder, until_idle=True)
    assert recorder.groups[0].events[0].attempts == 1


async def test_a_cancelled_put_may_be_repeated(inbox: Inbox) -> None:
    task = asyncio.create_task(inbox.put(new_event(1)))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await inbox.put(new_event(1))
    recorder = Recorder()
    await inbox.run(recorder, until_idle=True)
    assert recorder.ids == ["event-1"]


async def test_everything_about_a_store_can_be_forgotten(inbox: Inbox) -> None:
    recorder = Recorder()
    recorder.failing["event-1"] = NotRetryable("no")
    await inbox.put(new_event(1))
    await inbox.put(new_event(2))
    await inbox.run(recorder, until_idle=True)
    await inbox.put(new_event(3))
    await inbox.put(new_event(3, store=1004))
    assert await inbox.forget(1003) == 3
    assert await inbox.forget(1003) == 0
    status = await inbox.status()
    assert (status.waiting, status.dead, status.handled) == (1, 0, 0)
    assert await inbox.put(new_event(2))


async def test_handled_events_are_remembered_for_the_replay_window_and_a_day(inbox: Inbox, time: FakeTime) -> None:
    recorder = Recorder()
    await inbox.put(new_event(1))
    await inbox.run(recorder, until_idle=True)
    time.advance(48.9 * 3600)
    await inbox.run(recorder, until_idle=True)
    assert not await inbox.put(new_event(1))
    time.advance(0.2 * 3600)
    await inbox.run(recorder, until_idle=True)
    assert await inbox.put(new_event(1))


async def test_an_event_that_is_too_large_is_refused(inbox: Inbox) -> None:
    with pytest.raises(InboxError) as caught:
        await inbox.put(new_event(1, body=b"x" * 1001))
    assert (caught.value.problem, caught.value.status) == ("too_large", 413)
    assert pickle.loads(pickle.dumps(caught.value)).status == 413
    assert await inbox.put(new_event(1, body=b"x" * 1000))


async def test_the_status_counts_events_and_tells_the_age_of_the_oldest(inbox: Inbox, time: FakeTime) -> None:
    assert (await inbox.status()).oldest_age is None
    await inbox.put(new_event(1, received_at=START - 60))
    await inbox.put(new_event(2))
    time.advance(30)
    status = await inbox.status()
    assert (status.waiting, status.in_progress, status.retrying, status.dead, status.handled) == (2, 0, 0, 0, 0)
    assert status.oldest_age == 90.0
    await inbox.run(Recorder(), until_idle=True)
    assert (await inbox.status()).handled == 2
    time.advance(3601)
    assert (await inbox.status()).handled == 0


@pytest.mark.parametrize(
    "change",
    [{"store_id": 0}, {"store_id": 2**63}, {"event_id": ""}, {"event_id": "x" * 256}, {"entity_id": "\ud800"}],
)
def test_values_that_no_inbox_can_store_are_refused(change: dict[str, object]) -> None:
    values = dict(store_id=1, event_id="a", event_type="b", entity_id="c", body=b"", received_at=START)  # noqa: C408
    with pytest.raises(ValueError, match="an event"):
        StoredEvent(**{**values, **change})  # type: ignore[arg-type]


async def test_two_runs_of_one_inbox_at_once_are_refused(inbox: Inbox) -> None:
    run = asyncio.create_task(inbox.run(Recorder()))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="running already"):
        await inbox.run(Recorder())
    inbox.stop()
    await asyncio.wait_for(run, 10)
