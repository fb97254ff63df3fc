"""The journal of a job: what it contains, and which journals are refused."""

from pathlib import Path

import pytest

from ecwid_async.batch import JobId, Journal
from ecwid_async.batch.journal_entry import digest
from ecwid_async.errors import ConfigError, JobError
from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.batch.world import (
    CALLS,
    STORE,
    TOKEN,
    InterruptingTransport,
    World,
    interrupting_transport,
    journal_lines,
    journal_path,
    outcomes,
    run_job,
    run_keyed_job,
)


async def test_a_second_run_of_a_running_job_is_refused(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    running = Journal(tmp_path, JobId(world.store._channel.server, STORE, "job"))
    with pytest.raises(JobError, match=r"another run of this job has .* open"):
        await run_job(world, product, tmp_path)
    running.close()
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS


async def test_a_journal_is_written_before_its_batch_is_sent_and_contains_no_data(tmp_path: Path) -> None:
    seen: list[int] = []

    class RecordingTransport(MemoryTransport):
        def __init__(self, sandbox: Sandbox) -> None:
            super().__init__(self.reply)
            self.sandbox = sandbox

        def reply(self, request: Request) -> Response:
            if request.path.endswith("/batch") and request.method == "POST":
                key = dict(request.params)["deduplicationKey"].encode()
                seen.append(sum(key in line for line in journal_lines(tmp_path)))
            return self.sandbox.handle(request)

    world = World.create(RecordingTransport)
    await run_job(world, await world.create_product(), tmp_path)
    assert seen == [1] * 4
    text = b"".join(journal_lines(tmp_path))
    assert b"inventory" not in text
    assert b"quantityDelta" not in text
    assert TOKEN.encode() not in text


async def test_a_journal_contains_no_job_keys(tmp_path: Path) -> None:
    world = World.create()
    await run_keyed_job(world, [await world.create_product()], tmp_path)
    assert not [line for line in journal_lines(tmp_path) if b"sku-" in line]


async def test_an_unusable_journal_folder_is_refused_before_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.create()
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "jobs"):
        with pytest.raises(ConfigError, match=r"can't be kept at .*: set ECWID_JOURNAL_FOLDER"):
            await world.run([world.store.profile.get()], job="job", journal_folder=folder)

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(homeless))
    with pytest.raises(ConfigError, match="no home directory: set ECWID_JOURNAL_FOLDER"):
        await world.run([world.store.profile.get()], job="job")
    assert not world.sandbox.requests


async def test_a_line_is_valid_only_in_its_own_place(tmp_path: Path) -> None:
    class RefusingTransport(InterruptingTransport):
        refuses = True

        def reply(self, request: Request) -> Response:
            if self.refuses and request.path.endswith("/batch"):
                return make_response(status=402)
            return super().reply(request)

    world = World.create(RefusingTransport)
    product = await world.create_product()
    await run_job(world, product, tmp_path, count=5)
    interrupting_transport(world).refuses = False
    withdrawn = journal_lines(tmp_path)[-1]
    assert b"withdrawn" in withdrawn
    assert outcomes(await run_job(world, product, tmp_path, count=5)) == ["done"] * 5
    with journal_path(tmp_path).open("ab") as file:
        file.write(withdrawn)
    assert outcomes(await run_job(world, product, tmp_path, count=5)) == ["done"] * 5
    assert len(world.batch_requests()) == 1


async def test_journals_of_other_versions_and_jobs_are_refused(tmp_path: Path) -> None:
    world = World.create()
    product = await world.create_product()
    await run_job(world, product, tmp_path)
    path = journal_path(tmp_path)
    whole = path.read_bytes()
    head = strip_checksum(whole.splitlines()[0]) or b""
    rest = whole[whole.index(b"\n") + 1 :]
    for changed, words in [
        (
            head.replace(b'"format_version":3', b'"format_version":4'),
            "another version of this library .journal format 4; this",
        ),
        (head.replace(b'"job":"job"', b'"job":"JOB"'), "is the journal of job 'JOB' of store 1003"),
    ]:
        assert changed != head
        path.write_bytes(add_checksum(changed) + rest)
        with pytest.raises(JobError, match=words):
            await run_job(world, product, tmp_path)
    path.write_bytes(whole)
    older = tmp_path / "1003-job.jsonl"
    older.write_text('{"time":1,"size":10}\n')
    with pytest.raises(JobError, match=r"1003-job\.jsonl was written by an earlier version"):
        await run_job(world, product, tmp_path)
    older.unlink()
    assert outcomes(await run_job(world, product, tmp_path)) == ["done"] * CALLS
    assert len(world.batch_requests()) == 4


# A journal of format 2, with one batch of two calls, and its .lock file.
FORMAT_2 = (
    b'bac0d239d281e9e2 {"time":1700000000.0,"format":2,"server":"https://app.ecwid.com/api/v3","store":1003,'
    b'"job":"import"}\n'
    b'9bc188851f356393 {"time":1700000000.0,"line":1,"batch":0,"key":"b4c3",'
    b'"hashes":"ca978112ca1bbdcafac231b39a23dc4d3e23e8160039594a33894f6564e1b134"}\n'
    b'7a5222e9a70fa366 {"time":1700000000.0,"line":2,"batch":0,"ticket":"ticket-1"}\n'
    b'2987160c385f9f13 {"time":1700000000.0,"line":3,"batch":0,"failed":{"1":404}}\n'
)
FORMAT_2_LOCK = b"85daaf6f7055cd57 118\n768b84ef05f655d5 265\n3c15285c04fff400 343\ndb55da3fc3098e9c 420\n"


def test_a_journal_of_format_2_is_refused_and_says_how_to_finish_or_discard_it(tmp_path: Path) -> None:
    job = JobId("https://app.ecwid.com/api/v3", 1003, "import")
    path = tmp_path / "1003-import-0eeb0833.jsonl"
    path.write_bytes(FORMAT_2)
    path.with_suffix(".lock").write_bytes(FORMAT_2_LOCK)
    with pytest.raises(
        JobError,
        match=r"journal format 2; this version reads 3.*Finish the job with that version\. Or delete the file and its "
        r"\.lock to discard the journal.*Nothing was sent",
    ):
        Journal(tmp_path, job)
    assert (path.read_bytes(), path.with_suffix(".lock").read_bytes()) == (FORMAT_2, FORMAT_2_LOCK)
    path.unlink()
    path.with_suffix(".lock").unlink()
    Journal(tmp_path, job).close()


def test_a_journal_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    job = JobId("https://app.ecwid.com/api/v3", 1003, "import")
    journal = Journal(tmp_path, job, clock=lambda: 1_700_000_000.0)
    first = journal.begin_batch("key-1", digest(b"a") + digest(b"b"), digest(b"A") + digest(b"B"))
    journal.record_ticket(first, "ticket-1", "sandbox-1")
    journal.record_results(first, {1: 404})
    withdrawn = journal.begin_batch("key-2", digest(b"c"), digest(b"C"))
    journal.withdraw_batch(withdrawn)
    journal.close()
    again = Journal(tmp_path, job, clock=lambda: 1_700_000_060.0)
    (entry,) = again.entries
    assert (entry.deduplication_key, entry.ticket, entry.failed) == ("key-1", "ticket-1", {1: 404})
    assert (again.sandbox_id, again.age(entry)) == ("sandbox-1", 60)
    assert again.find(digest(b"B")) == (entry, 1)
    assert again.find(digest(b"C")) is None
    assert (entry.is_safe_to_resend(0), entry.is_safe_to_resend(1)) == (False, True)
    again.close()
    assert journal_path(tmp_path, "import").read_bytes().splitlines()[1].split(b" ", 1)[1] == (
        b'{"time":1700000000.0,"line_number":1,"batch_number":0,"deduplication_key":"key-1",'
        b'"call_hashes":"ca978112ca1bbdcafac231b39a23dc4d3e23e8160039594a33894f6564e1b134",'
        b'"job_key_hashes":"559aead08264d5795d3909718cdd05abdf7e70e5021544f4834bbee64a9e3789"}'
    )
