"""A worker synchronizes the stores that are due, ends gracefully, and shares them with others."""

import asyncio
from contextlib import asynccontextmanager

from ecwid_async.sync import FleetProblem, SliceEnded, Worker
from tests.sync.worker.shops import Database, Shops, wait_until


@asynccontextmanager
async def running(worker: Worker):
    """A worker that runs within the block, and is stopped at its end."""
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 30)


async def test_stores_are_synchronized_again_and_again(url):
    shops, database, events = Shops(3), Database(url), []
    async with shops.worker(url, on_event=events.append) as worker, running(worker):
        await database.wait_for_rounds(shops, 2)
    assert database.differences(shops) == []
    assert {event.result.outcome for event in events if isinstance(event, SliceEnded)} <= {"ok", "continues"}
    assert not [event for event in events if isinstance(event, FleetProblem)]
    # Finished jobs are deleted, and the worker is forgotten.
    assert [job for job in database.jobs() if job[1] != "todo"] == []
    assert database.execute("SELECT id FROM procrastinate_workers") == []


async def test_two_workers_share_the_stores_and_never_synchronize_one_at_the_same_time(url):
    shops, database, events = Shops(4), Database(url), ([], [])
    async with (
        shops.worker(url, on_event=events[0].append) as first,
        shops.worker(url, on_event=events[1].append) as second,
        running(first),
        running(second),
    ):
        await wait_until(lambda: all(any(isinstance(event, SliceEnded) for event in each) for each in events))
        await database.wait_for_rounds(shops, 2)
    outcomes = [event.result.outcome for each in events for event in each if isinstance(event, SliceEnded)]
    assert "busy" not in outcomes
    assert database.differences(shops) == []
