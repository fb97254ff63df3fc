"""A sandbox returns exactly to the state of a snapshot."""

from contextlib import suppress
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import App, Sandbox, SandboxClock, Switches, sample_event
from ecwid_async.sandbox.seed import DEMO_TOKEN
from tests.sandbox.api import Api, Clock
from tests.sandbox.fuzz import PNG, make_request
from tests.sandbox.snapshot import find_inconsistency, snapshot
from tests.sandbox.test_fuzz import small_store

READS = ("/products?limit=100", "/orders?limit=100", "/customers", "/profile", "/categories", "/latest-stats")


def observe(api: Api) -> dict[str, Any]:
    """All that is in a store, and what some reads return."""
    state = snapshot(api.store)
    for path in READS:
        name, _, query = path.partition("?")
        state[path] = api.send("GET", name, **dict(pair.split("=") for pair in query.split("&") if pair)).body
    return state


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=12), st.sampled_from([0.0, 40.0]))
def test_the_state_after_random_requests_can_be_undone(seeds: list[int], lag: float) -> None:
    sandbox, clock = small_store(Switches(upsert_lag=lag, delete_lag=lag / 2))
    api = Api(sandbox, store_id=7)
    store = sandbox.stores[7]
    before, now = observe(api), clock.now
    taken = sandbox.snapshot()
    for _ in range(2):
        for seed in seeds:
            with suppress(NotImplementedError):
                sandbox.handle(make_request(seed, store, DEMO_TOKEN))
            clock.now += 1
        store.profile = {"generalInfo": {"storeId": 7}}
        sandbox.restore(taken)
        clock.now = now
        assert sandbox.stores[7] is store
        assert observe(api) == before
    clock.now += 100
    for section in store.sections:
        store.table(section).show_due_writes()
        assert find_inconsistency(store.table(section)) == ""


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(1_750_000_000)


@pytest.fixture
def sandbox(clock: SandboxClock) -> Sandbox:
    sandbox = Sandbox(clock=clock, requests_per_minute=5)
    sandbox.add_store(1003, token="secret_demo")
    return sandbox


def test_new_items_get_the_same_ids_again(sandbox: Sandbox) -> None:
    api, taken = Api(sandbox), sandbox.snapshot()
    first = api.post("/products", {"name": "Mug"})["id"]
    sandbox.restore(taken)
    assert api.post("/products", {"name": "Cup"})["id"] == first
    assert api.get("/products", keyword="Mug")["total"] == 0


def test_uploads_and_deletions_are_undone(sandbox: Sandbox) -> None:
    sandbox.requests_per_minute = None
    api = Api(sandbox)
    kept, deleted = (api.post("/products", {"name": name})["id"] for name in ("Mug", "Cup"))
    api.delete(f"/products/{deleted}")
    taken = sandbox.snapshot()
    api.post(f"/products/{kept}/image", PNG)
    api.delete(f"/products/{kept}")
    sandbox.restore(taken)
    assert [item["id"] for item in api.get("/products")["items"]] == [kept]
    assert [item["id"] for item in api.get("/products/deleted")["items"]] == [deleted]
    assert "originalImage" not in str(api.get(f"/products/{kept}").get("media", {}).get("images"))


def test_a_batch_in_progress_goes_on(clock: SandboxClock) -> None:
    sandbox = Sandbox(clock=clock, switches=Switches(batch_seconds=10))
    sandbox.add_store(1003, token="secret_demo")
    api = Api(sandbox)
    requests = [{"method": "POST", "path": "/products", "body": {"name": f"Mug {number}"}} for number in range(3)]
    ticket = api.send("POST", "/batch", requests).body
    ticket = ticket.decode().split('"')[3]
    clock.advance(15)
    assert api.get("/batch", ticket=ticket)["completedRequests"] == 1
    taken = sandbox.snapshot()
    for _ in range(2):
        clock.advance(20)
        assert api.get("/batch", ticket=ticket)["status"] == "COMPLETED"
        assert api.get("/products")["total"] == 3
        sandbox.restore(taken)
        clock.freeze(taken.taken)
        assert api.get("/batch", ticket=ticket)["completedRequests"] == 1
        assert api.get("/products")["total"] == 1


def test_the_used_quota_is_part_of_it(sandbox: Sandbox) -> None:
    api = Api(sandbox)
    for _ in range(3):
        api.get("/products")
    taken = sandbox.snapshot()
    for _ in range(3):
        assert [api.send("GET", "/products").status for _ in range(3)] == [200, 200, 429]
        sandbox.restore(taken)


async def test_apps_installs_and_webhooks_are_part_of_it(sandbox: Sandbox, clock: SandboxClock) -> None:
    app = sandbox.add_app(App(client_id="a", client_secret="b", scopes=None, webhook_url="http://127.0.0.1/w"))
    token = sandbox.install("a", 1003).token
    sandbox.deliveries.clear()
    sandbox.emit(sample_event("order.created"))
    taken = sandbox.snapshot()
    assert repr(taken) == "<Snapshot of 1 stores>"

    async def sender(request: object) -> int:
        return 200

    sandbox.deliveries.sender = sender
    await sandbox.deliveries.deliver_due()
    sandbox.uninstall("a", 1003)
    sandbox.add_store(1004, token="secret_other")
    sandbox.add_app(App(client_id="b", client_secret="c"))
    app.webhook_url = None
    sandbox.restore(taken)
    assert (set(sandbox.stores), sandbox.apps) == ({1003}, {"a": app})
    assert app.webhook_url == "http://127.0.0.1/w"
    assert Api(sandbox, token=token).send("GET", "/products").status == 200
    assert [delivery.outcome for delivery in sandbox.deliveries] == ["waiting"]
    assert await sandbox.deliveries.deliver_due() == 1
    sandbox.restore(taken)
    assert [delivery.outcome for delivery in sandbox.deliveries] == ["waiting"]


async def test_a_webhook_that_is_being_sent_waits_in_the_snapshot(sandbox: Sandbox) -> None:
    sandbox.add_app(App(client_id="a", client_secret="b", scopes=None, webhook_url="http://127.0.0.1/w"))
    sandbox.install("a", 1003)
    sandbox.deliveries.clear()
    sandbox.emit(sample_event("order.created"))
    arrived, go = anyio.Event(), anyio.Event()
    sent: list[object] = []

    async def sender(request: object) -> int:
        sent.append(request)
        arrived.set()
        await go.wait()
        return 500

    sandbox.deliveries.sender = sender
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sandbox.deliveries.deliver_due)
        await arrived.wait()
        taken = sandbox.snapshot()
        assert sandbox.deliveries.waiting == 0
        sandbox.restore(taken)
        go.set()
    # The attempt that was in progress has no effect on what was restored, which was due and is sent again.
    (delivery,) = sandbox.deliveries
    assert (len(sent), len(delivery.attempts), sandbox.deliveries.waiting) == (2, 1, 1)


def test_a_snapshot_belongs_to_its_sandbox(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="another sandbox"):
        Sandbox(clock=Clock()).restore(sandbox.snapshot())


def test_no_snapshot_is_taken_within_a_request(sandbox: Sandbox) -> None:
    with sandbox.change(sandbox.stores[1003]), pytest.raises(RuntimeError, match="in progress"):
        sandbox.snapshot()
