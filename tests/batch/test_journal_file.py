"""The files of a journal: incomplete, damaged, unwritable and linked."""

import sys
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.batch import journal_file
from ecwid_async.errors import JobError, NotExecuted
from tests.batch.world import CALLS, SIZE, World, journal_path, outcomes, run_job, stocks


async def test_an_incomplete_line_is_dropped_and_a_damaged_one_refused(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    await run_job(world, product, tmp_path)
    path = journal_path(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"time":17')
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    assert path.read_bytes() == whole
    for damaged, words in [
        (whole.replace(b'"deduplication_key"', b'"deduplication_kex"', 1), "line 2 is damaged"),
        (whole[: whole.rfind(b"\n", 0, -1) + 1], r"it has [\d,]+ bytes, and had"),
        (whole[:0], "it has 0 bytes, and had"),
        (b"\xff" * len(whole), "line 1 is damaged"),
    ]:
        path.write_bytes(damaged)
        with pytest.raises(JobError, match=rf"1003-job-\w+\.jsonl is damaged .*{words}.*Restore the file"):
            await run_job(world, product, tmp_path)
    assert len(world.batch_requests()) == 4


@pytest.mark.parametrize("mode", ["unkeyed", "keyed"])
async def test_a_journal_that_cannot_be_written_loses_no_result_and_stops_sending(
    tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    append = journal_file._append
    for at in range(4, 30, 3):
        world = World.create()
        products = [await world.create_product() for _ in range(28)]
        calls = [world.store.products.inventory.adjust(product, 1) for product in products]
        if mode == "keyed":
            calls = [call.with_job_key(str(number)) for number, call in enumerate(calls)]
        written = 0

        def full(file: Any, data: bytes, at: int = at) -> None:
            nonlocal written
            written += 1
            if written >= at:
                file.write(data[:7])
                raise OSError(28, "No space left on device")
            append(file, data)

        monkeypatch.setattr(journal_file, "_append", full)
        results = await world.run(calls, batch_size=SIZE, job=f"job{at}", journal_folder=tmp_path)
        executed = await stocks(world, products)
        assert [1 if kind == "done" else 0 for kind in outcomes(results)] == executed
        assert set(outcomes(results)) <= {"done", "NotExecuted"}
        causes = {str(result.__cause__) for result in results if isinstance(result, NotExecuted)}
        assert all("can't be written (No space left on device)" in cause for cause in causes)
        assert "can't be written" in caplog.text
        monkeypatch.setattr(journal_file, "_append", append)
        calls = [world.store.products.inventory.adjust(product, 1) for product in products]
        if mode == "keyed":
            calls = [call.with_job_key(str(number)) for number, call in enumerate(calls)]
        results = await world.run(calls, batch_size=SIZE, job=f"job{at}", journal_folder=tmp_path)
        assert outcomes(results) == ["done"] * 28
        assert await stocks(world, products) == [1] * 28


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
async def test_journals_are_private_and_links_are_not_followed(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    folder = tmp_path / "jobs"
    await run_job(world, product, folder)
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    target = tmp_path / "target"
    target.write_text("precious")
    for suffix in (".jsonl", ".lock"):
        for planted in (Path.symlink_to, Path.hardlink_to):
            file = journal_path(folder).with_suffix(suffix)
            kept = file.rename(tmp_path / "kept")
            planted(file, target)
            with pytest.raises(JobError, match=r"can't be a journal: it is a link"):
                await run_job(world, product, folder)
            file.unlink()
            kept.rename(file)
    assert target.read_text() == "precious"
    assert outcomes(await run_job(world, product, folder)) == ["done"] * CALLS
