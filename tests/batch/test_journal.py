"""Under the name of a job nothing is carried out twice, whenever its process dies."""

import asyncio
import pickle
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecwid_async.batch import BatchOptions, JobId, Journal, journal_file, journal_folder
from ecwid_async.client import Ecwid
from ecwid_async.errors import ConfigError, JobError, NotExecuted, NotSent, OutcomeUnknown, ResponseExpired
from ecwid_async.primitives.checked_lines import seal, unseal
from ecwid_async.resources.products import ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serving
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Headers, Request, Response
from tests.batch.world import STORE, TOKEN, World, deltas, journal, journal_lines, kinds
from tests.processes import start

ROOT = Path(__file__).parents[2]
CALLS, SIZE = 35, 10


class Breaking(MemoryTransport):
    """Answers like the sandbox, until the batch number `at`: then the process is as good as dead.

    That batch has `reached` the sandbox, or it was lost on the way.
    """

    reached = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(self.reply)
        self.sandbox, self.at, self.created = sandbox, -1, 0

    def reply(self, request: Request) -> Response:
        if request.method == "POST" and request.path.endswith("/batch"):
            self.created += 1
            if self.created == self.at:
                if self.reached:
                    self.sandbox.handle(request)
                raise KeyboardInterrupt
        return self.sandbox.handle(request)


def breaking_of(world: World) -> Any:
    transport: Any = world.store
    while not isinstance(transport, Breaking):
        transport = getattr(transport, "_inner", None) or transport._channel.transport
    return transport


async def broken_off(world: World, product: int, folder: Path, *, at: int) -> None:
    """Run a job that breaks off after the server has batch number `at`, and before its answer comes."""
    transport = breaking_of(world)
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
        terms = BatchOptions(job="job", journals=tmp_path)
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
    world.sandbox.stores[STORE].section_data["batches"].batches.clear()
    results = await world.run(calls(), **terms)
    assert kinds(results) == ["ResponseExpired", "ResponseExpired", "ResponseExpired", "NotExecuted"]
    assert [result.status for result in results if isinstance(result, ResponseExpired)] == [200, 200, 404]
    assert await world.stock(product) == 2


async def test_a_ticket_that_the_server_forgot_is_asked_for_by_its_key(tmp_path: Path) -> None:
    world = World.made(batch_seconds=1.0)
    product = await world.product()
    await job(world, product, tmp_path, timeout=5)
    queue = world.sandbox.stores[STORE].section_data["batches"]
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
        (whole.replace(b'"deduplication_key"', b'"deduplication_kex"', 1), "line 2 is damaged"),
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


# When a key may be used.


async def test_a_key_is_not_used_any_more_where_a_wait_would_end_after_its_time(tmp_path: Path) -> None:
    """A batch of an earlier run, sent again in minute 54, is told to wait for 15 minutes."""

    class Throttled(Breaking):
        def reply(self, request: Request) -> Response:
            if self.throttles and request.method == "POST" and request.path.endswith("/batch"):
                self.throttles = False
                return make_response(status=429, headers={"Retry-After": "900"})
            return super().reply(request)

        throttles = False

    world = World.made(Throttled)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=1)
    sent = len(world.batches())
    breaking_of(world).throttles = True
    world.clock.now += 54 * 60
    began = world.clock.now
    results = await job(world, product, tmp_path)
    assert kinds(results) == ["OutcomeUnknown"] * 10 + ["NotExecuted"] * 25
    assert len(world.batches()) == sent
    assert world.clock.now - began < 60
    world.clock.now += 15 * 60
    assert kinds(await job(world, product, tmp_path))[:10] == ["OutcomeUnknown"] * 10
    assert await world.stock(product) == CALLS


@pytest.mark.parametrize("ago", [0, 30 * 60, 54 * 60])
async def test_the_deadline_of_a_creation_counts_from_when_its_key_was_first_used(tmp_path: Path, ago: int) -> None:
    deadlines: list[float | None] = []

    class Looking(Breaking):
        def reply(self, request: Request) -> Response:
            if request.method == "POST" and request.path.endswith("/batch"):
                deadlines.append(request.options.deadline)
            return super().reply(request)

    world = World.made(Looking)
    product = await world.product()
    first = world.clock.now
    await broken_off(world, product, tmp_path, at=1)
    world.clock.now += ago
    await job(world, product, tmp_path)
    assert deadlines[:2] == [first + 55 * 60] * 2
    # Those that follow have keys of their own.
    assert all(deadline and deadline >= first + ago + 55 * 60 for deadline in deadlines[2:])


async def test_a_key_whose_age_is_not_known_is_not_used(tmp_path: Path) -> None:
    world = World.made(Breaking)
    product = await world.product()
    await broken_off(world, product, tmp_path, at=1)
    world.clock.now -= 3600
    assert kinds(await job(world, product, tmp_path))[:10] == ["OutcomeUnknown"] * 10


async def test_a_batch_that_was_refused_or_never_left_is_sent_by_a_rerun_whenever_that_is(tmp_path: Path) -> None:
    class Refusing(Breaking):
        answers: tuple[Any, ...] = ()

        def reply(self, request: Request) -> Response:
            if self.answers and request.path.endswith("/batch") and request.method == "POST":
                first, *rest = self.answers
                self.answers = tuple(rest)
                if isinstance(first, Response):
                    return first
                raise NotSent("refused", request=request)
            return super().reply(request)

    world = World.made(Refusing)
    product = await world.product()
    for answers in ((make_response(status=403, data={"errorCode": "INVALID_API_TOKEN"}),), (None,) * 4):
        breaking_of(world).answers = answers
        results = await job(world, product, tmp_path)
        assert {error.outcome for error in results[:10]} <= {"refused", "not_sent"}
        assert kinds(results[10:]) == ["NotExecuted"] * 25
        assert not world.batches()
        world.clock.now += 24 * 3600
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    assert await world.stock(product) == CALLS


# Which server, and which input.


async def test_a_job_at_another_server_is_another_job(tmp_path: Path) -> None:
    for _ in range(2):
        world = World.made()
        product = await world.product()
        assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
        assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
        assert await world.stock(product) == CALLS
    assert len(list(tmp_path.glob("1003-job-*.jsonl"))) == 2


async def test_a_base_url_in_another_spelling_is_the_same_server(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    for url in ("http://localhost/api/v3", "HTTP://LocalHost:80/api/v3/"):
        store = Ecwid(transport=world.sandbox, base_url=url, quota=None).store(STORE, TOKEN)
        calls = [store.products.inventory.adjust(product, 1) for _ in range(3)]
        await store.batch(calls, job="job", journals=tmp_path)
    assert await world.stock(product) == 3


async def test_a_job_begins_anew_at_a_sandbox_that_was_started_again(tmp_path: Path) -> None:
    url = ""
    for _ in range(2):
        sandbox = Sandbox(requests_per_minute=None)
        sandbox.add_store(STORE, token=TOKEN)
        with serving(sandbox, port=int(url.rpartition(":")[2].partition("/")[0] or 0)) as served:
            url = served.base_url
            async with Ecwid(base_url=url, quota=None) as ecwid:
                store = ecwid.store(STORE, TOKEN)
                product = (await store.products.create(ProductDraft(name="Mug", quantity=0))).id or 0
                for _ in range(2):
                    calls = [store.products.inventory.adjust(product, 1) for _ in range(3)]
                    results = await store.batch(calls, job="job", journals=tmp_path)
                    assert [one.update_count for one in results] == [1] * 3
                assert (await store.products.get(product)).quantity == 3
    assert len(list(tmp_path.glob("1003-job-*.jsonl"))) == 1


async def test_a_job_of_a_sandbox_does_not_go_on_at_what_is_none(tmp_path: Path) -> None:
    class Plain(Breaking):
        hides = False

        def reply(self, request: Request) -> Response:
            response = super().reply(request)
            return evolve(response, headers=Headers()) if self.hides else response

    world = World.made(Plain)
    product = await world.product()
    await job(world, product, tmp_path)
    breaking_of(world).hides = True
    with pytest.raises(JobError, match=r"began on a sandbox, and .* is not one any more: delete .*jsonl"):
        await job(world, product, tmp_path)


async def test_an_empty_input_begins_nothing_and_ends_nothing(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    assert await job(world, product, tmp_path, many=0) == []
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    with pytest.raises(JobError, match="it had 4 batches or more, not 0"):
        await job(world, product, tmp_path, many=0)


# Job keys.


async def keyed(world: World, products: Sequence[int], folder: Path, *, delta: int = 1, **terms: Any) -> list[Any]:
    calls = [
        world.store.products.inventory.adjust(product, delta).with_job_key(f"sku-{product}") for product in products
    ]
    return await world.run(calls, most=SIZE, job="job", journals=folder, **terms)


async def stocks(world: World, products: Sequence[int]) -> list[int | None]:
    return [await world.stock(product) for product in products]


async def test_a_job_with_keys_survives_reordered_shortened_and_extended_input(tmp_path: Path) -> None:
    world = World.made()
    products = [await world.product() for _ in range(26)]
    assert kinds(await keyed(world, products[:24], tmp_path)) == ["done"] * 24
    sent = len(world.batches())
    changed = [products[25], *reversed(products[3:24]), products[24]]
    assert kinds(await keyed(world, changed, tmp_path)) == ["done"] * 23
    assert len(world.batches()) == sent + 1
    assert await stocks(world, products) == [1] * 26
    assert kinds(await keyed(world, products, tmp_path)) == ["done"] * 26
    assert len(world.batches()) == sent + 1


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("reached", [True, False])
@pytest.mark.parametrize("way", ["batch", "bulk"])
async def test_a_job_with_keys_that_was_broken_off_goes_on_with_any_input(
    tmp_path: Path, at: int, reached: bool, way: str
) -> None:
    world = World.made(Breaking)
    products = [await world.product() for _ in range(32)]
    breaking = breaking_of(world)
    breaking.at, breaking.reached = breaking.created + at, reached
    with pytest.raises(KeyboardInterrupt):
        await keyed(world, products[:28], tmp_path)
    # Those of the batch that broke off are far from one another, and some are not there any more.
    changed = [product for product in (*products[1::2], *products[::2]) if product != products[SIZE * (at - 1) + 4]]
    results: list[Any]
    if way == "batch":
        results = await keyed(world, changed, tmp_path)
    else:
        calls = [world.store.products.inventory.adjust(one, 1).with_job_key(f"sku-{one}") for one in changed]
        terms = BatchOptions(job="job", journals=tmp_path)
        results = [result async for result in world.runner(SIZE).bulk(calls, terms)]
    assert kinds(results) == ["done"] * 31
    assert await stocks(world, changed) == [1] * 31
    assert kinds(await keyed(world, products, tmp_path)) == ["done"] * 32
    assert await stocks(world, products) == [1] * 32


async def test_a_key_with_other_content_is_refused_by_name_before_anything_is_sent(tmp_path: Path) -> None:
    world = World.made()
    products = [await world.product() for _ in range(25)]
    await keyed(world, products[:3], tmp_path)
    sent = len(world.batches())
    calls = [world.store.products.inventory.adjust(one, 1).with_job_key(f"sku-{one}") for one in products[3:]]
    calls.append(world.store.products.inventory.adjust(products[2], 2).with_job_key(f"sku-{products[2]}"))
    with pytest.raises(JobError, match=rf"job key 'sku-{products[2]}' was sent with other content .*another key"):
        await world.run(calls, most=SIZE, job="job", journals=tmp_path)
    assert len(world.batches()) == sent
    assert kinds(await keyed(world, products, tmp_path)) == ["done"] * 25


async def test_what_certainly_did_nothing_is_sent_again_also_with_other_content(tmp_path: Path) -> None:
    world = World.made()
    product, other = await world.product(), await world.product()

    def calls(number: int) -> list[Any]:
        adjust = world.store.products.inventory.adjust
        numbers = [product, number, other]
        return [adjust(one, 1).with_job_key(key) for key, one in zip("abc", numbers, strict=True)]

    terms: dict[str, Any] = {"job": "job", "journals": tmp_path, "stop_on_first_failure": True}
    assert kinds(await world.run(calls(1), **terms)) == ["done", "NotFound", "NotExecuted"]
    third = await world.product()
    assert kinds(await world.run(calls(third), **terms)) == ["done", "done", "done"]
    assert await stocks(world, [product, third, other]) == [1] * 3


async def test_a_batch_with_keys_left_open_too_long_is_unknown_and_the_rest_goes_on(tmp_path: Path) -> None:
    world = World.made(Breaking)
    products = [await world.product() for _ in range(12)]
    breaking_of(world).at = 1
    with pytest.raises(KeyboardInterrupt):
        await keyed(world, products[:8], tmp_path)
    world.clock.now += 56 * 60
    for _ in range(2):
        results = await keyed(world, products[4:], tmp_path)
        assert kinds(results) == ["OutcomeUnknown"] * 4 + ["done"] * 4
    assert await stocks(world, products) == [1] * 12


async def test_keys_are_for_all_calls_of_a_job_and_each_has_its_own(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    terms: dict[str, Any] = {"job": "job", "journals": tmp_path}

    def calls(*keys: str | int | None) -> list[Any]:
        made = deltas(world, product, len(keys))
        return [call if key is None else call.with_job_key(key) for call, key in zip(made, keys, strict=True)]

    with pytest.raises(ValueError, match="two calls of the job have the key 'a'"):
        await world.run(calls("a", "b", "a"), **terms)
    with pytest.raises(ValueError, match="has no job key and other calls have"):
        await world.run(calls("a", None), **terms)
    assert not world.batches()
    assert kinds(await world.run(calls("a", 7, "\ud83d"), **terms)) == ["done"] * 3
    assert kinds(await world.run(calls("7"), **terms)) == ["done"]
    with pytest.raises(JobError, match="it began with job keys, and these calls have none"):
        await world.run(calls(None), **terms)
    # Without a job they mean nothing.
    assert kinds(await world.run(calls("a", None))) == ["done"] * 2
    assert await world.stock(product) == 5

    async def twice() -> list[Any]:
        twice = calls("u", "v", "w", "u")
        return [one async for one in world.runner(2).bulk(twice, BatchOptions(job="other", journals=tmp_path))]

    with pytest.raises(ValueError, match="two calls of the job have the key 'u'"):
        await twice()


def test_a_key_is_text_or_a_number_and_goes_with_its_call() -> None:
    store = World.made().store
    call = store.products.get(7)
    assert call.request
    assert call.job_key is None
    for refused in ("", "x" * 201):
        with pytest.raises(ValueError, match="a job key has 1 to 200 characters"):
            call.with_job_key(refused)
    for odd in (True, None, 1.5):
        with pytest.raises(TypeError, match="can't be a job key"):
            call.with_job_key(odd)  # type: ignore[arg-type]
    assert call.with_job_key(7) is call
    assert (call.job_key, call.with_job_key("a").job_key) == ("7", "a")
    bound = call.bind(store._channel)
    assert bound.request
    assert (bound.job_key, pickle.loads(pickle.dumps(call)).job_key) == ("a", "a")


async def test_a_journal_holds_no_key_of_a_call(tmp_path: Path) -> None:
    world = World.made()
    await keyed(world, [await world.product()], tmp_path)
    assert not [line for line in journal_lines(tmp_path) if b"sku-" in line]


# The files.


@pytest.mark.parametrize("mode", ["unkeyed", "keyed"])
async def test_a_journal_that_cannot_be_written_loses_no_result_and_sends_no_more(
    tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    append = journal_file._append
    for at in range(4, 30, 3):
        world = World.made()
        products = [await world.product() for _ in range(28)]
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
        results = await world.run(calls, most=SIZE, job=f"job{at}", journals=tmp_path)
        executed = await stocks(world, products)
        assert [1 if kind == "done" else 0 for kind in kinds(results)] == executed
        assert set(kinds(results)) <= {"done", "NotExecuted"}
        causes = {str(result.__cause__) for result in results if isinstance(result, NotExecuted)}
        assert all("can't be written (No space left on device)" in cause for cause in causes)
        assert "can't be written" in caplog.text
        monkeypatch.setattr(journal_file, "_append", append)
        calls = [world.store.products.inventory.adjust(product, 1) for product in products]
        if mode == "keyed":
            calls = [call.with_job_key(str(number)) for number, call in enumerate(calls)]
        assert kinds(await world.run(calls, most=SIZE, job=f"job{at}", journals=tmp_path)) == ["done"] * 28
        assert await stocks(world, products) == [1] * 28


async def test_where_no_journal_can_be_kept_the_setting_is_named_and_nothing_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.made()
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "jobs"):
        with pytest.raises(ConfigError, match=r"can't be kept at .*: set ECWID_JOURNALS"):
            await world.run([world.store.profile.get()], job="job", journals=folder)

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(homeless))
    with pytest.raises(ConfigError, match="no home directory: set ECWID_JOURNALS"):
        await world.run([world.store.profile.get()], job="job")
    assert not world.sandbox.requests


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
async def test_journals_are_the_users_own_and_no_link_is_followed(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    folder = tmp_path / "jobs"
    await job(world, product, folder)
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    target = tmp_path / "target"
    target.write_text("precious")
    for suffix in (".jsonl", ".lock"):
        for planted in (Path.symlink_to, Path.hardlink_to):
            file = journal(folder).with_suffix(suffix)
            kept = file.rename(tmp_path / "kept")
            planted(file, target)
            with pytest.raises(JobError, match=r"can't be a journal: it is a link"):
                await job(world, product, folder)
            file.unlink()
            kept.rename(file)
    assert target.read_text() == "precious"
    assert kinds(await job(world, product, folder)) == ["done"] * CALLS


async def test_a_line_counts_at_its_own_place_only(tmp_path: Path) -> None:
    class Refusing(Breaking):
        refuses = True

        def reply(self, request: Request) -> Response:
            if self.refuses and request.path.endswith("/batch"):
                return make_response(status=402)
            return super().reply(request)

    world = World.made(Refusing)
    product = await world.product()
    await job(world, product, tmp_path, many=5)
    breaking_of(world).refuses = False
    withdrawn = journal_lines(tmp_path)[-1]
    assert b"withdrawn" in withdrawn
    assert kinds(await job(world, product, tmp_path, many=5)) == ["done"] * 5
    with journal(tmp_path).open("ab") as file:
        file.write(withdrawn)
    assert kinds(await job(world, product, tmp_path, many=5)) == ["done"] * 5
    assert len(world.batches()) == 1


async def test_journals_of_other_versions_and_jobs_are_refused(tmp_path: Path) -> None:
    world = World.made()
    product = await world.product()
    await job(world, product, tmp_path)
    path = journal(tmp_path)
    whole = path.read_bytes()
    head = unseal(whole.splitlines()[0]) or b""
    rest = whole[whole.index(b"\n") + 1 :]
    for changed, words in [
        (
            head.replace(b'"format_version":3', b'"format_version":4'),
            "another version of this library .journal format 4; this",
        ),
        (head.replace(b'"job":"job"', b'"job":"JOB"'), "is the journal of job 'JOB' of store 1003"),
    ]:
        assert changed != head
        path.write_bytes(seal(changed) + rest)
        with pytest.raises(JobError, match=words):
            await job(world, product, tmp_path)
    path.write_bytes(whole)
    older = tmp_path / "1003-job.jsonl"
    older.write_text('{"time":1,"size":10}\n')
    with pytest.raises(JobError, match=r"1003-job\.jsonl was written by an earlier version"):
        await job(world, product, tmp_path)
    older.unlink()
    assert kinds(await job(world, product, tmp_path)) == ["done"] * CALLS
    assert len(world.batches()) == 4


async def run_process(url: str, folder: Path, product: int, die_at: int) -> tuple[int, str]:
    arguments = (url, str(folder), *(str(number) for number in (product, CALLS, SIZE, die_at)))
    process = start("from tests.batch.job import main; main()", *arguments, cwd=ROOT)
    try:
        out, err = await asyncio.to_thread(process.communicate, 60)
        assert err == ""
        return process.returncode or 0, out
    finally:
        process.close()


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
