"""Webhooks in a service: handled in the background, and finished or released when the service ends."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import pytest

from ecwid_async.apps import Health, IncomingRequest, ReceivedEvent, Restarts, Service, SQLiteInbox, Webhooks
from ecwid_async.models.events import ProductEvent
from ecwid_async.models.products import Product
from ecwid_async.wire import Headers

SECRET = "secret_of_the_app"
Received = ReceivedEvent[ProductEvent, Product]


def webhook(event_id: str) -> IncomingRequest:
    created = int(time.time())
    digest = hmac.digest(SECRET.encode(), f"{created}.{event_id}".encode(), hashlib.sha256)
    event = {
        "eventId": event_id,
        "eventCreated": created,
        "storeId": 1003,
        "entityId": 7,
        "eventType": "product.updated",
    }
    headers = Headers((("X-Ecwid-Webhook-Signature", base64.b64encode(digest).decode()),))
    return IncomingRequest(method="POST", path="/webhooks", headers=headers, body=json.dumps(event).encode())


async def test_an_event_is_handled_while_the_service_runs(tmp_path: Path) -> None:
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    webhooks = Webhooks(inbox, client_secret=SECRET)
    handled = asyncio.Event()

    @webhooks.on("product.updated")
    async def handle(event: Received) -> None:
        handled.set()

    async with Service(inbox, background=[webhooks]):
        assert (await webhooks.handle(webhook("a"))).status == 200
        await asyncio.wait_for(handled.wait(), 30)


async def test_a_handler_in_progress_is_finished_when_the_service_ends(tmp_path: Path) -> None:
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    webhooks = Webhooks(inbox, client_secret=SECRET)
    started, finished = asyncio.Event(), []

    @webhooks.on("product.updated")
    async def handle(event: Received) -> None:
        started.set()
        await asyncio.sleep(0.05)
        finished.append(event.event_id)

    async with Service(inbox, background=[webhooks]):
        await webhooks.handle(webhook("a"))
        await asyncio.wait_for(started.wait(), 30)
    assert finished == ["a"]
    async with SQLiteInbox(tmp_path / "inbox.db") as again:
        status = await again.status()
    assert (status.waiting, status.in_progress, status.retrying) == (0, 0, 0)


async def test_a_handler_that_does_not_finish_is_cancelled_and_its_event_handled_by_the_next_process(
    tmp_path: Path,
) -> None:
    started = asyncio.Event()
    webhooks = Webhooks(SQLiteInbox(tmp_path / "inbox.db"), client_secret=SECRET)

    @webhooks.on("product.updated")
    async def hang(event: Received) -> None:
        started.set()
        await asyncio.Event().wait()

    async with Service(webhooks.inbox, background=[webhooks], grace=0.01):
        await webhooks.handle(webhook("a"))
        await asyncio.wait_for(started.wait(), 30)

    handled: list[str] = []
    done = asyncio.Event()
    successor = Webhooks(SQLiteInbox(tmp_path / "inbox.db"), client_secret=SECRET)

    @successor.on("product.updated")
    async def handle(event: Received) -> None:
        handled.append(event.event_id)
        done.set()

    async with Service(successor.inbox, background=[successor]):
        await asyncio.wait_for(done.wait(), 30)
    assert handled == ["a"]


async def test_an_inbox_that_fails_is_started_again_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    webhooks = Webhooks(inbox, client_secret=SECRET)
    handled = asyncio.Event()

    @webhooks.on("product.updated")
    async def handle(event: Received) -> None:
        handled.set()

    runs = 0
    run = webhooks.run

    async def fail_once() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise OSError("disk I/O error")
        await run()

    monkeypatch.setattr(webhooks, "run", fail_once)
    service = Service(inbox, background=[webhooks], restarts=Restarts(first=0.01))
    health = Health(service=service, inbox=inbox, keep=0)
    async with service:
        assert (await webhooks.handle(webhook("a"))).status == 200
        await asyncio.wait_for(handled.wait(), 30)
        report = await health.report()
    assert report.is_ready
    assert report.background[0].restarts == 1
    assert report.background[0].last_error == "OSError"
