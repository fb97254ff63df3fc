"""No call of a job is executed twice, whenever its process dies."""

import asyncio
import random
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.batch import BatchOptions, JobId, journal_folder
from ecwid_async.client import Ecwid
from ecwid_async.errors import JobError
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serve_in_thread
from tests.batch.world import (
    CALLS,
    SIZE,
    STORE,
    TOKEN,
    InterruptingTransport,
    World,
    interrupt_job,
    journal_lines,
    outcomes,
    run_job,
    stock_changes,
)
from tests.processes import start_process

ROOT = Path(__file__).parents[2]


async def test_a_rerun_resumes_where_it_was_interrupted(tmp_path: Path) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=3)
    assert await world.stock(product) == 30
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS
    # Three batches, the third again under its key, and the fourth.
    assert len(world.batch_requests()) == 5
    assert len({batch.params["deduplicationKey"] for batch in world.batch_requests()}) == 4


async def test_a_complete_job_returns_its_results_again(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    first = await run_job(world, product, tmp_path)
    written = journal_lines(tmp_path)
    again = await run_job(world, product, tmp_path)
    assert again == first
    assert len(world.batch_requests()) == 4
    assert await world.stock(product) == CALLS
    assert journal_lines(tmp_path) == written


async def test_without_a_job_the_same_calls_are_executed_twice(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    for _ in range(2):
        assert outcomes(await world.run(stock_changes(world, product, 25), batch_size=SIZE)) == ["done"] * 25
    assert await world.stock(product) == 50


async def test_bulk_resumes_a_job_and_notices_other_input(tmp_path: Path) -> None:
    world = World.create(InterruptingTransport)
    product = await world.create_product()
    await interrupt_job(world, product, tmp_path, at=3)

    async def bulk(count: int) -> list[Any]:
        options = BatchOptions(job="job", journal_folder=tmp_path)
        return [result async for result in world.runner(SIZE).bulk(stock_changes(world, product, count), options)]

    with pytest.raises(JobError, match="it had 3 batches or more, not 2"):
        await bulk(20)
    assert outcomes(await bulk(CALLS)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS


def test_the_folder_and_file_names_of_journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))
    monkeypatch.delenv("ECWID_JOURNAL_FOLDER", raising=False)
    assert journal_folder() == tmp_path / "state" / "ecwid_async" / "jobs"
    monkeypatch.setenv("ECWID_JOURNAL_FOLDER", str(tmp_path / "set"))
    assert journal_folder() == tmp_path / "set"
    assert journal_folder(tmp_path) == tmp_path
    for name in ("", "../a", ".a", "a/b", "a b", "a" * 101):
        with pytest.raises(ValueError, match="can't name a job"):
            JobId("https://x", 7, name)
    names = {JobId(server, store, "a").file_name for server in ("https://x", "https://y") for store in (7, 8)}
    assert len(names) == 4


async def test_a_job_at_another_server_is_another_job(tmp_path: Path) -> None:
    for _ in range(2):
        world = World.create()
        product = await world.create_product()
        assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
        assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
        assert await world.stock(product) == CALLS
    assert len(list(tmp_path.glob("1003-job-*.jsonl"))) == 2


async def test_a_base_url_spelled_differently_is_the_same_server(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    for url in ("http://localhost/api/v3", "HTTP://LocalHost:80/api/v3/"):
        store = Ecwid(transport=world.sandbox, base_url=url, quota=None).store(STORE, TOKEN)
        calls = [store.products.inventory.adjust(product, 1) for _ in range(3)]
        await store.batch(calls, job="job", journal_folder=tmp_path)
    assert await world.stock(product) == 3


async def run_process(url: str, folder: Path, product: int, kill_at: int) -> tuple[int, str]:
    arguments = (url, str(folder), *(str(number) for number in (product, CALLS, SIZE, kill_at)))
    process = start_process("from tests.batch.killable_job import main; main()", *arguments, cwd=ROOT)
    try:
        out, err = await asyncio.to_thread(process.communicate, 60)
        assert err == ""
        return process.returncode or 0, out
    finally:
        process.close()


async def kill_and_rerun(tmp_path: Path, points: int) -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(STORE, token=TOKEN)
    with serve_in_thread(sandbox) as served:
        async with Ecwid(base_url=served.base_url, quota=None) as ecwid:
            world = World(sandbox, lambda: 0.0, ecwid.store(STORE, TOKEN))  # type: ignore[arg-type]  # no clock is moved
            product = await world.create_product()
            code, out = await run_process(served.base_url, tmp_path / "whole", product, -1)
            assert code == 0
            steps, expected = int(out), CALLS
            assert await world.stock(product) == expected
            for point in sorted(random.Random(412).sample(range(steps), min(points, steps))):
                folder = tmp_path / str(point)
                code, _ = await run_process(served.base_url, folder, product, point)
                assert code == -signal.SIGKILL, f"point {point}"
                code, _ = await run_process(served.base_url, folder, product, -1)
                assert code == 0, f"point {point}"
                expected += CALLS
                assert await world.stock(product) == expected, f"killed at step {point} of {steps}"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_killed_process_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    await kill_and_rerun(tmp_path, 4)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_process_killed_at_any_step_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    await kill_and_rerun(tmp_path, 50)
