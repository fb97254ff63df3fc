"""The example apps as a newcomer runs them: install, webhook, order list, personal data, uninstall."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from ecwid_async import Ecwid, Store
from ecwid_async.models.customers import CustomerDraft
from ecwid_async.models.orders import OrderDraft
from ecwid_async.sandbox import Fault, WebhookFaults, sample_event
from ecwid_async.sync import Mirror
from tests.examples.running_app import (
    CLIENT_ID,
    CLIENT_SECRET,
    COMMANDS,
    EXAMPLES,
    STORE,
    TOKEN,
    Browser,
    RunningApp,
    running_app,
)

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")

EMAIL = "jane@example.com"


@asynccontextmanager
async def owner_of(app: RunningApp) -> AsyncIterator[Store]:
    """The store as its owner's other programs see it."""
    async with Ecwid(base_url=app.api_url) as ecwid:
        yield ecwid.store(STORE, TOKEN)


async def create_order(store: Store, customer_id: int) -> str:
    created = await store.orders.create(
        OrderDraft(
            email=EMAIL,
            customer_id=customer_id,
            total=Decimal(25),
            subtotal=Decimal(25),
            payment_status="PAID",
            fulfillment_status="SHIPPED",
        )
    )
    assert created.order_id is not None
    return created.order_id


@pytest.mark.parametrize(
    "example", [pytest.param(name, marks=() if name == "fastapi_app.py" else pytest.mark.slow) for name in COMMANDS]
)
async def test_a_newcomer_installs_it_receives_a_webhook_and_sees_the_order(tmp_path: Path, example: str) -> None:
    """And everything after that, up to the end of the installation."""
    async with running_app(tmp_path, example) as app, owner_of(app) as store, aiohttp.ClientSession() as client:
        browser = Browser(client)
        assert await app.status("/orders") == 401
        assert await app.status("/ecwid/ready") == 200
        _, status, page = await browser.install(app.url)
        assert (status, "installed" in page) == (200, True), page

        customer = await store.customers.create(CustomerDraft(email=EMAIL, name="Jane"))
        assert customer.id is not None
        order_id = await create_order(store, customer.id)
        await app.wait_for(f"order {order_id} of store {STORE} is PAID")

        app.sandbox.faults.add(Fault(request="GET /orders", status=402))
        _, status, problem = await browser.open(app.sandbox.iframe_url(CLIENT_ID, STORE))
        assert (status, json.loads(problem)["error"]) == (502, "PaymentRequired")
        address, status, page = await browser.open(app.sandbox.iframe_url(CLIENT_ID, STORE))
        assert (address, status) == (f"{app.url}/orders", 200)
        assert f"<li>{order_id}: 25 PAID" in page

        secrets = [TOKEN, CLIENT_SECRET, app.sandbox.stores[STORE].installs[CLIENT_ID].token]
        async with Mirror(f"sqlite:///{tmp_path / 'mirror.db'}") as mirror:
            await check_personal_data(app, store, mirror, customer.id, order_id)
            app.sandbox.deliveries.faults = WebhookFaults(signature="invalid")
            app.sandbox.emit(sample_event("order.created"))
            await app.wait_for("webhook refused, wrong_signature")
            app.sandbox.deliveries.faults = WebhookFaults()
            app.sandbox.uninstall(CLIENT_ID, STORE)
            await wait_until(lambda: has_no_rows(mirror))
            await wait_until(lambda: is_gone(tmp_path / f"store-{STORE}-profile.json"))
        assert await app.status("/ecwid/live") == 200
    assert app.process.returncode in (0, -signal.SIGTERM), app.output  # uvicorn repeats the signal at its end
    assert "Traceback" not in app.output
    assert re.search(r"/callback\b.* 200", app.output)
    shown = app.output + page
    assert [text for text in (EMAIL, *secrets) if text in shown] == []
    for name in ("code=", "payload="):  # in the access log
        assert app.output.count(name) == app.output.count(f"{name}***")


async def check_personal_data(app: RunningApp, store: Store, mirror: Mirror, customer_id: int, order_id: str) -> None:
    await mirror.sync(store, only=["customers", "orders"])
    assert await rows(mirror) == {"customers": 1, "orders": 1}

    app.sandbox.emit(sample_event("customer.personalDataExportRequest", entity_id=customer_id))
    exported = app.folder / f"customer-{STORE}-{customer_id}.json"

    async def is_written() -> bool:
        return exported.exists() and exported.stat().st_size > 0

    await wait_until(is_written)
    customer, order = json.loads(exported.read_text())
    assert (customer["email"], order["id"]) == (EMAIL, order_id)
    assert exported.stat().st_mode & 0o077 == 0

    app.sandbox.emit(sample_event("profile.personalDataExportRequest", entity_id="../no/path"))
    profile = app.folder / f"store-{STORE}-profile.json"

    async def has_profile() -> bool:
        return profile.exists() and profile.stat().st_size > 0

    await wait_until(has_profile)
    assert json.loads(profile.read_text())[0]["generalInfo"]["storeId"] == STORE

    app.sandbox.emit(sample_event("customer.personalDataRemovalRequest", entity_id=customer_id))
    await wait_until(lambda: has_no_rows(mirror))
    await wait_until(lambda: is_gone(exported))


async def is_gone(file: Path) -> bool:
    return not file.exists()


async def rows(mirror: Mirror) -> dict[str, int | None]:
    found = await mirror.status(STORE)
    return {name: section.rows for status in found for name, section in status.sections.items() if section.rows}


async def has_no_rows(mirror: Mirror) -> bool:
    return await rows(mirror) == {}


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  another process does it
            await asyncio.sleep(0.02)
