"""The example app, tested in this process as its users test theirs."""

import sys
from importlib import import_module
from pathlib import Path

import anyio
import pytest

from ecwid_async import Store
from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.testing import InstalledApp, deliver, lifespan, make_event, make_request, request_app
from ecwid_async.tokens import new_key

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment of the app. Its modules read it when they are imported, so each test imports them anew."""
    monkeypatch.syspath_prepend(EXAMPLES)
    for name in ("fastapi_app", "personal_data"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
    monkeypatch.setenv("APP_FOLDER", str(tmp_path))
    return monkeypatch


async def test_the_example_reads_the_order_of_a_webhook_and_shows_its_page(
    ecwid_app: InstalledApp,
    ecwid_sandbox: Sandbox,
    ecwid_store: Store,
    settings: pytest.MonkeyPatch,
) -> None:
    order = await ecwid_store.orders.search().first()
    assert order is not None
    async with serve(ecwid_sandbox) as server:
        settings.setenv("ECWID_BASE_URL", server.base_url)
        settings.setenv("ECWID_OAUTH_URL", server.oauth_url)
        example = import_module("fastapi_app")
        async with lifespan(example.app) as app:
            await example.tokens.put(ecwid_app.store_id, ecwid_app.token)
            ecwid_app.connect(app, path="/ecwid/webhooks")
            # The first attempt to read the order fails, and is repeated.
            fault = ecwid_sandbox.faults.add(Fault(request="GET /orders/{orderId}", status=503))
            ecwid_sandbox.emit(make_event("order.updated", entity_id=order.internal_id, order_id=order.id))
            assert await ecwid_app.deliver_webhooks() == 1
            with anyio.fail_after(60):
                while len(ecwid_sandbox.requests.to(f"GET /orders/{order.id}")) < 2:  # noqa: ASYNC110
                    await anyio.sleep(0.01)
            assert fault.hits == 1
            page = await request_app(app, make_request(ecwid_app.page_url(path="/ecwid/page")))
            assert (page.status, dict(page.headers)["location"]) == (303, "/orders")
            forged = await deliver(app, "order.created", client_secret="a secret of nobody", path="/ecwid/webhooks")
            assert forged == 401
