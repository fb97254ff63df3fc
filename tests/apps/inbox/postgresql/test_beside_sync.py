"""An inbox and the workers of a fleet in one database, with the same tables of jobs."""

import asyncio

from ecwid_async.apps import PostgreSQLInbox
from tests.apps.inbox.clock import Recorder, new_event
from tests.apps.inbox.postgresql.test_inbox import QUICK, execute, until
from tests.sync.worker.shops import Database, Shops


async def test_an_inbox_and_a_worker_of_a_fleet_leave_each_others_jobs_alone(url: str) -> None:
    shops, database, recorder = Shops(2), Database(url), Recorder()
    async with PostgreSQLInbox(url, QUICK) as inbox:
        run = asyncio.create_task(inbox.run(recorder))
        async with shops.running(url):
            for number in range(20):
                await inbox.put(new_event(number, store=1003 + number % 2))
            await database.wait_for_rounds(shops, 2)
            await until(lambda: len(recorder.ids) == 20)
        inbox.stop()
        await run
    assert database.differences(shops) == []
    assert max(event.attempts for group in recorder.groups for event in group.events) == 1
    assert {name.partition(":")[0] for (name,) in execute(url, "SELECT lock FROM procrastinate_jobs") if name} <= {
        "ecwid_store"
    }
