"""Under the name of a job nothing is carried out twice, whenever its process dies."""

import asyncio
import random
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.batch import Terms
from ecwid_async.client import Ecwid
from ecwid_async.errors import AnswerGone, JobError, OutcomeUnknown
from ecwid_async.journal import JobId, Journal, journal_folder
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serving
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.wire import Request, Response
from tests.batch.world import STORE, TOKEN, World, deltas, journal, journal_lines, kinds

ROOT = Path(__file__).parents[2]
CALLS, SIZE = 35, 10


class Breaking(MemoryTransport):
    """Answers like the sandbox, until the batch number `at`: then the process is as good as dead."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(self.reply)
        self.sandbox, self.at, self.created = sandbox, -1, 0

    def reply(self, request: Request) -> Response:
        if request.method == "POST" and request.path.endswith("/batch"):
            self.created += 1
            if self.created == self.at:
                self.sandbox.handle(request)
                raise KeyboardInterrupt
        return self.sandbox.handle(request)


async def broken_off(world: World, product: int, folder: Path, *, at: int) -> None:
    """Run a job that breaks off after the server has batch number `at`, and before its answer comes."""
    transport: Any = world.store
    while not isinstance(transport, Breaking):
        transport = getattr(transport, "_inner", None) or transport._channel.transport
    transport.at = transport.created + at
    with pytest.raises(KeyboardInterrupt):
        await job(world, product, folder)


async def job(world: World, product: int, folder: Path, many: int = CALLS, **terms: Any) -> list[Any]:
    return await world.run(deltas(world, product, many), most=SIZE, job="job", journals=folder, **terms)


async def test_a_rerun_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=3)
    assert await world.stock(product) == 30
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS
    # Three, the third again under its key, and the fourth.
    assert len(world.batches()) == 5
    assert len({batch.params["deduplicationKey"] for batch in world.batches()}) == 4


async def test_a_job_that_is_done_only_tells_its_results_again(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    first = await job(world, product, tmp_path)
    written = journal_lines(tmp_path)
    again = await job(world, product, tmp_path)
    assert again == first
    assert len(world.batches()) == 4
    assert await world.stock(product) == CALLS
    assert journal_lines(tmp_path) == written


async def test_the_same_deltas_without_a_job_are_applied_twice(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    for _ in range(2):
        assert kinds(await world.run(deltas(world, product, 25), most=SIZE)) == ["done"] * 25
    assert await world.stock(product) == 50


async def test_other_input_under_the_same_name_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=2)
    sent = len(world.batches())
    other = [*deltas(world, product, 15), world.store.products.get(product), *deltas(world, product, 19)]
    for calls in (other, deltas(world, product, 10)):
        with pytest.raises(JobError, match=r"not the one that the job 'job' began with.*with_job_key.*1003-job-\w{8}"):
            await world.run(calls, most=SIZE, job="job", journals=tmp_path)
    assert len(world.batches()) == sent
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    for many, words in ((50, "it had 4 batches and is complete"), (34, "it had more than 34 calls")):
        with pytest.raises(JobError, match=words):
            await job(world, product, tmp_path, many=many)
    assert await world.stock(product) == CALLS


async def test_nothing_is_added_to_a_job_that_is_done(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    await job(world, product, tmp_path, many=20)
    with pytest.raises(JobError, match="it had 2 batches"):
        await job(world, product, tmp_path, many=30)
    assert await world.stock(product) == 20


async def test_bulk_under_a_job_goes_on_as_well_and_notices_other_input(tmp_path: Path) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=3)

    async def bulk(many: int) -> list[Any]:
        terms = Terms(job="job", journals=tmp_path)
        return [result async for result in world.runner(SIZE).bulk(deltas(world, product, many), terms)]

    with pytest.raises(JobError, match="it had 3 batches or more, not 2"):
        await bulk(20)
    assert kinds(await bulk(CALLS)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS


@pytest.mark.parametrize("most", [7, 20])
async def test_a_rerun_keeps_the_batches_that_were_begun_and_cuts_the_rest_by_the_quota_of_today(
    tmp_path: Path, most: int
) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=2)
    results = await world.run(deltas(world, product, CALLS), most=most, job="job", journals=tmp_path)
    assert kinds(results) == ["done"] * CALLS
    assert await world.stock(product) == CALLS
    assert world.sizes == ([10, 10, 7, 7, 1] if most == 7 else [10, 10, 15])


@pytest.mark.parametrize(("minutes", "kind"), [(54, "done"), (56, "OutcomeUnknown")])
async def test_a_batch_left_open_too_long_is_not_sent_again(tmp_path: Path, minutes: int, kind: str) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=2)
    world.clock.now += minutes * 60
    results = await job(world, product, tmp_path)
    # The first has a ticket, the second nobody knows of, the others were never sent.
    assert kinds(results) == ["done"] * 10 + [kind] * 10 + ["done"] * 15
    assert await world.stock(product) == CALLS
    assert kinds(await job(world, product, tmp_path)) == kinds(results)
    if kind == "OutcomeUnknown":
        assert isinstance(results[10], OutcomeUnknown)
        assert "first sent more than 55 minutes ago" in str(results[10])
        assert results[10].request.path == f"/products/{product}/inventory"


async def test_answers_that_the_server_no_longer_has_are_remembered_in_outline(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()

    def calls() -> list[Any]:
        return [*deltas(world, product, 2), world.store.products.get(1), *deltas(world, product, 1)]

    terms = {"job": "job", "journals": tmp_path, "stop_on_first_failure": True}
    await world.run(calls(), **terms)
    world.clock.now += 25 * 3600
    await world.run([world.store.profile.get()])  # the sandbox clears up when a batch comes
    world.sandbox.stores[STORE].odds["batches"].batches.clear()
    results = await world.run(calls(), **terms)
    assert kinds(results) == ["AnswerGone", "AnswerGone", "AnswerGone", "NotExecuted"]
    assert [result.status for result in results if isinstance(result, AnswerGone)] == [200, 200, 404]
    assert await world.stock(product) == 2


async def test_a_ticket_that_the_server_forgot_is_asked_for_by_its_key(tmp_path: Path) -> None:
    world = World.made(batch_seconds=1.0)
    product = await world.product()
    await job(world, product, tmp_path, timeout=5)
    queue = world.sandbox.stores[STORE].odds["batches"]
    (key, (since, ticket)) = next(iter(queue.keys.items()))
    queue.batches["another"] = queue.batches.pop(ticket)
    queue.keys[key] = (since, "another")
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    assert [batch.params["deduplicationKey"] for batch in world.batches()].count(key) == 2
    assert await world.stock(product) == CALLS


async def test_two_runs_of_a_job_at_once_are_refused(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    running = Journal(tmp_path, JobId(world.store._channel.server, STORE, "job"))
    with pytest.raises(JobError, match=r"another run of this job has .* open"):
        await job(world, product, tmp_path)
    running.close()
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS


async def test_a_line_that_breaks_off_is_dropped_and_a_damaged_one_refused(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    await job(world, product, tmp_path)
    path = journal(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"time":17')
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    assert path.read_bytes() == whole
    for damaged, words in [
        (whole.replace(b'"key"', b'"kex"', 1), "line 2 is damaged"),
        (whole[: whole.rfind(b"\n", 0, -1) + 1], r"it has [\d,]+ bytes, and had"),
        (whole[:0], "it has 0 bytes, and had"),
        (b"\xff" * len(whole), "line 1 is damaged"),
    ]:
        path.write_bytes(damaged)
        with pytest.raises(JobError, match=rf"1003-job-\w+\.jsonl is damaged .*{words}.*Restore the file"):
            await job(world, product, tmp_path)
    assert len(world.batches()) == 4


async def test_a_journal_is_written_before_its_batch_is_sent_and_holds_no_data(tmp_path: Path) -> None:
    seen: list[int] = []

    class Looking(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.reply)
            self.sandbox = sandbox

        def reply(self, request: Request) -> Response:
            if request.path.endswith("/batch") and request.method == "POST":
                key = dict(request.params)["deduplicationKey"].encode()
                seen.append(sum(key in line for line in journal_lines(tmp_path)))
            return self.sandbox.handle(request)

    world = World.made(Looking)
    await job(world, await world.product(), tmp_path)
    assert seen == [1] * 4
    text = b"".join(journal_lines(tmp_path))
    assert b"inventory" not in text
    assert b"quantityDelta" not in text
    assert TOKEN.encode() not in text


def test_where_journals_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))
    monkeypatch.delenv("ECWID_JOURNALS", raising=False)
    assert journal_folder() == tmp_path / "state" / "ecwid_async" / "jobs"
    monkeypatch.setenv("ECWID_JOURNALS", str(tmp_path / "set"))
    assert journal_folder() == tmp_path / "set"
    assert journal_folder(tmp_path) == tmp_path
    for name in ("", "../a", ".a", "a/b", "a b", "a" * 101):
        with pytest.raises(ValueError, match="can't name a job"):
            JobId("https://x", 7, name)
    names = {JobId(server, store, "a").file_name for server in ("https://x", "https://y") for store in (7, 8)}
    assert len(names) == 4


async def run_process(url: str, folder: Path, product: int, die_at: int) -> tuple[int, bytes]:
    numbers = [str(number) for number in (product, CALLS, SIZE, die_at)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.batch.job", url, str(folder), *numbers, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out


async def killed_and_rerun(tmp_path: Path, points: int) -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(STORE, token=TOKEN)
    with serving(sandbox) as served:
        async with Ecwid(base_url=served.base_url, quota=None) as ecwid:
            world = World(sandbox, lambda: 0.0, ecwid.store(STORE, TOKEN))  # type: ignore[arg-type]  # no clock is moved
            product = await world.product()
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
async def test_a_process_that_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    await killed_and_rerun(tmp_path, 4)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_process_that_is_killed_at_any_step_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    await killed_and_rerun(tmp_path, 50)
