"""The clock of a sandbox: frozen, advanced, and followed by quotas, lags and retries."""

import pytest

from ecwid_async.sandbox import App, AppRequest, Sandbox, SandboxClock, Switches, sample_event
from tests.sandbox.api import Api, Clock


def test_it_shows_the_time_of_its_source_until_it_is_changed() -> None:
    source = Clock(100)
    clock = SandboxClock(source=source)
    assert (clock(), clock.frozen) == (100, False)
    source.now += 5
    assert clock() == 105
    clock.advance(60)
    source.now += 5
    assert clock() == 170


def test_frozen_it_stands_still_until_it_is_advanced() -> None:
    source = Clock(100)
    clock = SandboxClock(source=source)
    clock.freeze()
    source.now += 50
    assert (clock(), clock.frozen) == (100, True)
    clock.advance(3600)
    assert clock() == 3700
    clock.resume()
    source.now += 1
    assert (clock(), clock.frozen) == (3701, False)
    clock.reset()
    assert clock() == 151


def test_it_starts_frozen_at_a_given_time() -> None:
    clock = SandboxClock(1_750_000_000)
    assert (clock(), clock.frozen) == (1_750_000_000, True)
    assert repr(clock) == "<SandboxClock 1750000000.000 frozen>"


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan"), 1e20])
def test_it_does_not_go_back_nor_beyond_what_can_be_shown(seconds: float) -> None:
    clock = SandboxClock(100)
    with pytest.raises(ValueError, match=r"is not a time|be advanced"):
        clock.advance(seconds)
    assert clock() == 100


def test_quota_and_lag_follow_it() -> None:
    clock = SandboxClock(1_750_000_000)
    sandbox = Sandbox(clock=clock, requests_per_minute=2, switches=Switches(upsert_lag=30))
    sandbox.add_store(1003, token="secret_demo")
    api = Api(sandbox)
    api.post("/products", {"name": "Mug"})
    assert api.get("/products")["total"] == 0
    assert api.send("GET", "/products").status == 429
    clock.advance(60)
    assert api.get("/products")["total"] == 1


async def test_webhooks_are_retried_when_it_is_advanced() -> None:
    clock = SandboxClock(1_750_000_000)
    sandbox = Sandbox(clock=clock)
    sandbox.add_store(1003, token="secret_demo")
    sandbox.add_app(App(client_id="a", client_secret="b", scopes=None, webhook_url="http://127.0.0.1/w"))
    sandbox.install("a", 1003)
    sandbox.deliveries.clear()
    statuses = [500, 200]

    async def app(request: AppRequest) -> int:
        return statuses.pop(0)

    sandbox.deliveries.sender = app
    (delivery,) = sandbox.emit(sample_event("order.created"))
    assert await sandbox.deliveries.deliver_due() == 1
    assert await sandbox.deliveries.deliver_due() == 0
    clock.advance(15 * 60)
    assert await sandbox.deliveries.deliver_due() == 1
    assert delivery.outcome == "delivered"
