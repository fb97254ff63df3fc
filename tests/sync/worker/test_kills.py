"""Processes of workers that are killed, stopped and continued, while their stores change: nothing is lost.

The processes, the server and the signals are real. `nox -s chaos` does more of them.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from ecwid_async.sandbox.server import serve
from tests.processes import ChildProcess
from tests.sync.worker.shops import Database, Shops, wait_until

# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH = settings().max_examples > 100
STORES, ACTIONS = (6, 80) if THOROUGH else (3, 6)


class Workers:
    """Processes of workers, and the files with what they did."""

    def __init__(self, shops: Shops, url: str, base_url: str, folder: Path) -> None:
        self.shops, self.url, self.base_url, self.folder = shops, url, base_url, folder
        self.processes: list[ChildProcess] = []
        self.killed: list[ChildProcess] = []
        shops.write_tokens(folder)

    def start(self) -> ChildProcess:
        name = f"worker {len(self.processes)}"
        (self.folder / name).touch()
        self.processes.append(self.shops.start(self.url, self.base_url, self.folder, name))
        return self.processes[-1]

    def lines(self, process: ChildProcess) -> list[str]:
        """What a process has done: ids of stores, with "started" or the outcome of a slice."""
        return (self.folder / f"worker {self.processes.index(process)}").read_text().splitlines()

    async def wait_for(self, process: ChildProcess, line: str) -> None:
        """Wait until a process has done something."""

        def is_there() -> bool:
            assert process.poll() is None, process.communicate(10)
            return line in self.lines(process)

        await wait_until(is_there)

    async def end(self, process: ChildProcess) -> None:
        """End a process gracefully."""
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.to_thread(process.communicate, 120)
        assert process.returncode == 0, err

    def kill(self, process: ChildProcess) -> None:
        """Send SIGKILL to a process."""
        process.close()
        self.killed.append(process)

    def close(self) -> None:
        for process in self.processes:
            if process not in self.killed:
                process.close()


@asynccontextmanager
async def served_workers(shops: Shops, url: str, folder: Path) -> AsyncIterator[Workers]:
    async with serve(shops.sandbox) as server:
        workers = Workers(shops, url, server.base_url, folder)
        try:
            yield workers
        finally:
            workers.close()


@pytest.mark.slow
async def test_a_worker_is_killed_while_the_successor_of_its_job_is_queued(url: str, tmp_path: Path) -> None:
    shops, database = Shops(1), Database(url)
    shops.sandbox.stores[1003].response_delay = 0.5
    async with served_workers(shops, url, tmp_path) as workers:
        first = workers.start()
        await workers.wait_for(first, "1003 started")
        database.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args) VALUES "
            "('ecwid_default', 'ecwid.sync_store', 'ecwid_store:1003', 'ecwid_default:store:1003', "
            "'{\"store_id\": 1003}')"
        )
        assert [status for _, status in database.jobs()] == ["doing", "todo"]
        workers.kill(first)
        shops.sandbox.stores[1003].response_delay = 0.0
        second = workers.start()
        await database.wait_for_rounds(shops)
        await workers.end(second)
    assert database.differences(shops) == []
    assert {status for _, status in database.jobs()} <= {"todo"}


@pytest.mark.slow
async def test_a_worker_that_was_stopped_past_its_lease_writes_nothing(url: str, tmp_path: Path) -> None:
    shops, database = Shops(1), Database(url)
    shops.sandbox.stores[1003].response_delay = 0.5
    async with served_workers(shops, url, tmp_path) as workers:
        stopped = workers.start()
        await workers.wait_for(stopped, "1003 started")
        await wait_until(lambda: database.execute("SELECT 1 FROM ecwid_stores WHERE lease_until IS NOT NULL"))
        stopped.send_signal(signal.SIGSTOP)
        ((epoch,),) = database.execute("SELECT epoch FROM ecwid_stores")
        shops.sandbox.stores[1003].response_delay = 0.0
        replacement = workers.start()
        await workers.wait_for(replacement, "1003 ok")
        # What the stopped worker has in memory is older than this.
        for product in list(shops.items(1003, "products"))[:5]:
            shops.apis[1003].put(f"/products/{product}", {"name": "newer"})
        await database.wait_for_rounds(shops)
        stopped.send_signal(signal.SIGCONT)
        # It goes on as another worker. Its slice found a higher epoch, or that its transaction had been ended.
        alive = "SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 second'"
        await wait_until(lambda: len(database.execute(alive)) == 2)
        assert database.execute("SELECT epoch FROM ecwid_stores")[0][0] > epoch
        assert database.differences(shops) == []
        await workers.end(replacement)
        shops.create(1003, "products")
        await database.wait_for_rounds(shops)
        await workers.end(stopped)
    assert database.differences(shops) == []
    assert {status for _, status in database.jobs()} <= {"todo"}


@pytest.mark.chaos
@pytest.mark.slow
async def test_mirrors_equal_their_stores_after_kills_and_stops(url: str, tmp_path: Path) -> None:
    choices = random.Random(1)
    shops, database = Shops(STORES), Database(url)
    async with served_workers(shops, url, tmp_path) as workers:
        running = [workers.start(), workers.start()]
        changing = asyncio.create_task(shops.change_all_the_time(choices))
        await wait_until(lambda: any(workers.lines(process) for process in running))
        for _ in range(ACTIONS):
            index = choices.randrange(len(running))
            await asyncio.sleep(choices.uniform(0.0, 1.0))
            if choices.random() < 0.5:
                workers.kill(running[index])
                running[index] = workers.start()
            else:
                # Past the lease, or not.
                running[index].send_signal(signal.SIGSTOP)
                await asyncio.sleep(choices.choice((0.3, 2.0, 6.0)))
                running[index].send_signal(signal.SIGCONT)
        changing.cancel()
        # Reads of the same few seconds may not show which one is newer.
        shops.skew += 60.0
        await database.wait_for_rounds(shops, 2)
        for process in running:
            await workers.end(process)
    found = database.differences(shops)
    assert not found, "\n".join(found[:20])
    assert not changing.done() or changing.cancelled()
    assert {status for _, status in database.jobs()} <= {"todo"}
    texts = database.texts()
    assert "Product" in texts
    assert "ecwid.enqueue_due" in texts
    assert [token for token in shops.tokens.values() if token in texts or token.removeprefix("secret_") in texts] == []
