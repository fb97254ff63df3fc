"""Health checks say what is wrong with a process, without a request to Ecwid and without anything of a store."""

import asyncio
import json
from typing import Any

import pytest
from attrs import asdict, evolve

from ecwid_async import ConfigError, Ecwid, InvalidToken
from ecwid_async.apps import Health, InboxStatus, IncomingRequest, OutgoingResponse, Service
from ecwid_async.sandbox import Sandbox
from tests.apps.web.test_contract import Worker, wait_until
from tests.apps.web.test_service import Failing, Time, service_of

REQUEST = IncomingRequest(method="GET", path="/readyz")


STATUS = InboxStatus(waiting=3, in_progress=1, retrying=2, dead=4, handled=5, oldest_age=12.3, is_running=True)


class Inbox:
    def __init__(self, error: Exception | None = None, *, hangs: bool = False) -> None:
        self.error, self.hangs = error, hangs
        self.reads = 0
        self.state = STATUS

    async def status(self) -> InboxStatus:
        self.reads += 1
        if self.error is not None:
            raise self.error
        if self.hangs:
            await asyncio.Event().wait()
        return self.state


def data(response: OutgoingResponse) -> dict[str, Any]:
    assert dict(response.headers)["Cache-Control"] == "no-store"
    result = json.loads(response.body)
    assert isinstance(result, dict)
    return result


async def test_a_process_that_runs_is_ready() -> None:
    worker = Worker()
    service = Service(background=[worker])
    health = Health(service=service, inbox=Inbox())
    async with service:
        await wait_until(lambda: worker.log == ["run"])
        response = await health.ready(REQUEST)
        assert (await health.live(REQUEST)).status == 200
    assert response.status == 200
    assert data(response) == {
        "status": "ready",
        "problems": [],
        "background": [{"name": "Worker", "running": True, "restarts": 0, "last_error": None}],
        "inbox": asdict(STATUS),
        "quarantined_stores": None,
    }


async def test_a_process_that_is_not_started_lives_but_is_not_ready() -> None:
    health = Health(service=Service(background=[Worker()]))
    response = await health.ready(REQUEST)
    assert response.status == 503
    assert data(response)["problems"] == ["the service is not started", "Worker is not running"]
    assert (await health.live(REQUEST)).status == 200


async def test_what_failed_in_the_background_makes_it_unready_until_it_runs_again() -> None:
    time = Time()
    time.limit = 1
    failing = Failing(time, times=1)
    service = service_of(failing, time=time)
    health = Health(service=service)
    async with service:
        await wait_until(lambda: time.slept == [1])
        response = await health.ready(REQUEST)
        assert response.status == 503
        assert data(response)["background"] == [
            {"name": "Failing", "running": False, "restarts": 0, "last_error": "RuntimeError"}
        ]
        assert "jane" not in response.body.decode()
        assert (await health.live(REQUEST)).status == 200  # it is started again


async def test_what_ended_for_good_in_the_background_ends_the_process() -> None:
    worker = Worker()
    service = Service(background=[worker])
    health = Health(service=service)
    async with service:
        await wait_until(lambda: worker.log == ["run"])
        next(task for task in asyncio.all_tasks() if task.get_name() == "ecwid Worker").cancel()
        await wait_until(lambda: not service.alive)
        assert (await health.live(REQUEST)).status == 503


async def test_an_inbox_that_fails_makes_it_unready_and_its_message_stays_inside() -> None:
    health = Health(inbox=Inbox(OSError("postgresql://user:password@db")))
    response = await health.ready(REQUEST)
    assert response.status == 503
    assert data(response)["problems"] == ["the inbox can't be read (OSError)"]


async def test_an_inbox_that_does_not_respond_makes_it_unready() -> None:
    response = await Health(inbox=Inbox(hangs=True), timeout=0.01).ready(REQUEST)
    assert data(response)["problems"] == ["the inbox can't be read (TimeoutError)"]


@pytest.mark.parametrize(("age", "status"), [(None, 200), (59.9, 200), (60.1, 503)])
async def test_an_event_that_waits_too_long_makes_it_unready_if_asked_for(age: float | None, status: int) -> None:
    inbox = Inbox()
    inbox.state = evolve(STATUS, oldest_age=age)
    assert (await Health(inbox=inbox, max_age=60).ready(REQUEST)).status == status
    assert (await Health(inbox=inbox).ready(REQUEST)).status == 200


async def test_quarantined_stores_are_counted_and_nothing_is_sent() -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token="secret_right")
    async with Ecwid(transport=sandbox) as ecwid:
        for token in ("secret_wrong", "secret_worse"):
            with pytest.raises(InvalidToken):
                await ecwid.store(1003, token).profile.get()
        sent = len(sandbox.requests)
        response = await Health(ecwid=ecwid).ready(REQUEST)
    assert len(sandbox.requests) == sent
    assert response.status == 200
    assert data(response)["quarantined_stores"] == 1
    assert "1003" not in response.body.decode()


async def test_frequent_checks_cost_one_query_a_second() -> None:
    inbox, time = Inbox(), Time()
    health = Health(inbox=inbox, clock=time.clock)
    await asyncio.gather(*(health.ready(REQUEST) for _ in range(20)))
    assert inbox.reads == 1
    time.now += 1.1
    await health.ready(REQUEST)
    assert inbox.reads == 2


@pytest.mark.parametrize("settings", [{"max_age": 0}, {"timeout": 0}, {"keep": -1}])
def test_invalid_numbers_are_refused(settings: Any) -> None:
    with pytest.raises(ConfigError):
        Health(**settings)
