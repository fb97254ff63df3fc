"""A worker synchronizes the stores that are due, ends gracefully, and shares them with others."""

import ast
import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecwid_async import ConfigError
from ecwid_async.sync import DatabaseError, FleetEvent, FleetProblem, SliceEnded, SliceStarted, Worker, WorkerSettings
from ecwid_async.tokens import MemoryTokens, new_key
from tests.postgresql import USER_WITH_PASSWORD, PostgreSQL
from tests.sync.worker.shops import FLEET, SHORT_LEASE, WORKER, Database, Shops, wait_until


def outcomes(*lists: list[FleetEvent]) -> list[str]:
    return [event.result.outcome for events in lists for event in events if isinstance(event, SliceEnded)]


async def test_stores_are_synchronized_again_and_again(url: str) -> None:
    shops, database, events = Shops(3), Database(url), list[FleetEvent]()
    async with shops.running(url, on_event=events.append):
        await database.wait_for_rounds(shops, 2)
    assert database.differences(shops) == []
    assert set(outcomes(events)) <= {"ok", "continues"}
    assert not [event for event in events if isinstance(event, FleetProblem)]
    # Finished jobs are deleted, and the worker is forgotten.
    assert [job for job in database.jobs() if job[1] != "todo"] == []
    assert database.execute("SELECT id FROM procrastinate_workers") == []


@pytest.mark.slow
async def test_two_workers_share_the_stores_and_never_synchronize_one_at_the_same_time(url: str) -> None:
    shops, database, first, second = Shops(3), Database(url), list[FleetEvent](), list[FleetEvent]()
    async with shops.running(url, on_event=first.append), shops.running(url, on_event=second.append):
        await wait_until(lambda: outcomes(first) and outcomes(second))
        await database.wait_for_rounds(shops)
    assert "busy" not in outcomes(first, second)
    assert database.differences(shops) == []


async def test_two_workers_with_one_store_do_each_round_once(url: str) -> None:
    shops, database, first, second = Shops(1), Database(url), list[FleetEvent](), list[FleetEvent]()
    async with shops.running(url, on_event=first.append), shops.running(url, on_event=second.append):
        await database.wait_for_rounds(shops, 2)
    assert "busy" not in outcomes(first, second)
    (slices,) = database.schedule("slice").values()
    assert len([event for event in (*first, *second) if isinstance(event, SliceStarted)]) == slices


@pytest.mark.slow
async def test_a_stop_lets_slices_pause_and_leaves_no_job_in_progress(url: str) -> None:
    shops, database, events = Shops(2, items=120), Database(url), list[FleetEvent]()
    for store in shops.sandbox.stores.values():
        store.response_delay = 0.2
    async with shops.running(url, on_event=events.append) as worker:
        await wait_until(lambda: len([event for event in events if isinstance(event, SliceStarted)]) == 2)
        worker.stop()
    assert {status for _, status in database.jobs()} <= {"todo"}
    assert set(database.schedule("claimed_until").values()) == {None}
    assert database.execute("SELECT count(*) FROM ecwid_stores WHERE lease_until IS NOT NULL") == [(0,)]
    # Another one continues.
    for store in shops.sandbox.stores.values():
        store.response_delay = 0.0
    async with shops.running(url):
        await wait_until(lambda: set(database.schedule("condition").values()) == {"ok"})
    assert database.differences(shops) == []


async def test_a_cancelled_worker_ends_gracefully(url: str) -> None:
    shops, database, events = Shops(1), Database(url), list[FleetEvent]()
    async with shops.worker(url, on_event=events.append) as worker:
        task = asyncio.create_task(worker.run())
        await wait_until(lambda: any(isinstance(event, SliceStarted) for event in events))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert {status for _, status in database.jobs()} <= {"todo"}
    assert database.execute("SELECT id FROM procrastinate_workers") == []
    assert set(database.schedule("claimed_until").values()) == {None}


async def test_a_store_with_a_dead_token_waits_for_all_workers(url: str) -> None:
    shops, database = Shops(2), Database(url)
    shops.sandbox.stores[1004].revoke_all()
    async with shops.running(url):
        await wait_until(lambda: database.schedule("condition") == {1003: "ok", 1004: "refused"})
    shops.sandbox.requests.clear()
    async with shops.running(url):
        since = database.now()
        await wait_until(lambda: database.schedule("completed_start")[1003] > since)
    assert shops.requests(1004) == 0
    assert database.schedule("due_at")[1004] > database.now() + 60
    assert "INVALID_API_TOKEN" in database.schedule("error")[1004]


async def test_a_store_that_is_woken_is_enqueued_though_others_are_due_later(url: str) -> None:
    shops, database = Shops(2), Database(url)
    hourly = evolve(FLEET, every=3600.0)
    async with shops.running(url, fleet_settings=hourly) as worker:
        await wait_until(lambda: set(database.schedule("condition").values()) == {"ok"})
        since = database.now()
        assert await worker.fleet.wake(1004) == 1
        await wait_until(lambda: database.schedule("completed_start")[1004] > since)
    assert database.schedule("completed_start")[1003] < since
    # Nothing waits for a time to come: a job for later would swallow this one.
    assert database.execute("SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL") == [(0,)]


async def test_a_notification_comes_before_the_next_poll(url: str) -> None:
    shops, database = Shops(1), Database(url)
    patient = evolve(WORKER, poll_interval=600.0)
    async with shops.running(url, settings=patient):
        await database.wait_for_rounds(shops)


async def test_without_notifications_jobs_are_looked_for(url: str, caplog: pytest.LogCaptureFixture) -> None:
    shops, database = Shops(1), Database(url)
    broken = evolve(WORKER, listen_url="postgresql://somebody:hunter2@/workers?host=/nowhere")
    async with shops.running(url, settings=broken):
        await database.wait_for_rounds(shops)
    assert "no notifications of new jobs" in caplog.text
    assert "hunter2" not in caplog.text + repr(broken)


@pytest.mark.slow
async def test_workers_go_on_after_the_database_was_restarted(url: str, postgresql_server: PostgreSQL) -> None:
    shops, database, events = Shops(2), Database(url), list[FleetEvent]()
    async with (
        shops.running(url, on_event=events.append, mirror_settings=SHORT_LEASE),
        shops.running(url, mirror_settings=SHORT_LEASE),
    ):
        await wait_until(lambda: outcomes(events))
        postgresql_server.stop()
        await wait_until(lambda: any(isinstance(event, FleetProblem) for event in events))
        postgresql_server.start()
        shops.create(1003, "products")
        await database.wait_for_rounds(shops)
    assert database.differences(shops) == []
    assert {status for _, status in database.jobs()} <= {"todo"}


async def test_the_queue_of_a_fleet_can_not_be_that_of_an_inbox(url: str) -> None:
    from ecwid_async import Ecwid
    from ecwid_async.sync import Fleet, FleetSettings, Mirror, Worker

    async with Ecwid() as ecwid, Mirror(url) as mirror:
        fleet = Fleet(mirror, ecwid, [1003], settings=FleetSettings(name="inbox"))
        with pytest.raises(ConfigError, match="must not end with inbox"):
            Worker(fleet)


async def test_a_wrong_password_and_no_postgresql_are_clear_errors(
    url: str, postgresql_server: PostgreSQL, tmp_path: Any
) -> None:
    with suppress(Exception):
        await postgresql_server.execute(f"CREATE ROLE {USER_WITH_PASSWORD} LOGIN PASSWORD 'right'")
    shops = Shops(1)
    with pytest.raises(ConfigError, match="is in PostgreSQL"):
        async with shops.worker(f"sqlite:///{tmp_path / 'shop.db'}"):
            pass
    wrong = url.replace("postgres@", f"{USER_WITH_PASSWORD}:hunter2@")
    with pytest.raises(DatabaseError, match="Check the user and the password") as caught:
        async with shops.running(wrong):
            pass
    assert "hunter2" not in str(caught.value)


async def test_the_list_of_the_stores_is_read_again(url: str) -> None:
    shops, database = Shops(2), Database(url)
    tokens = MemoryTokens({1003: shops.tokens[1003]})
    settings = evolve(FLEET, listing_interval=1.0)
    async with shops.running(url, tokens=tokens, stores=tokens.store_ids, fleet_settings=settings):
        await wait_until(lambda: database.schedule("condition") == {1003: "ok"})
        await tokens.put(1004, shops.tokens[1004])
        await wait_until(lambda: database.schedule("condition") == {1003: "ok", 1004: "ok"})


def test_settings_out_of_range_are_refused() -> None:
    for settings in ({"heartbeat": 0}, {"enqueue_interval": 0.5}, {"connections": 0}, {"stalled_after": 15.0}):
        with pytest.raises(ConfigError, match="WorkerSettings"):
            WorkerSettings(**settings)  # type: ignore[arg-type]


async def test_the_example_of_the_docs_runs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "workers.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```py\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert "postgresql://shop@db.example.com/shop" in code
    ran = []

    async def run(self: Worker) -> None:
        ran.append(self.fleet.settings.name)

    monkeypatch.setattr(Worker, "run", run)
    monkeypatch.setenv("ECWID_TOKEN_KEYS", str.__str__(new_key()))
    code = code.replace("postgresql://shop@db.example.com/shop", url)
    await eval(compile(code, "workers.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), {})
    assert ran == ["default"]
