"""Each button of the page that changes a store makes the change from which its event follows."""

import pytest

from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.page import CHANGES, change_store
from ecwid_async.sandbox.seed import DEMO_STORE_ID, demo_sandbox
from ecwid_async.sandbox.webhooks import EVENT_TYPES


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    sandbox = demo_sandbox(products=5, orders=10, customers=5, carts=1, categories=2)
    sandbox.add_app(App(client_id="my-app", client_secret="s", scopes=None, webhook_url="http://127.0.0.1:9/w"))
    sandbox.install("my-app", DEMO_STORE_ID)
    return sandbox


@pytest.mark.parametrize("event_type", CHANGES)
def test_the_event_follows(sandbox: Sandbox, event_type: str) -> None:
    assert event_type in EVENT_TYPES
    sandbox.deliveries.clear()
    changed = change_store(sandbox, sandbox.stores[DEMO_STORE_ID], event_type)
    assert event_type in {each.event.event_type for each in sandbox.deliveries}
    assert changed["path"].startswith("/")
    # It is not a request of a client.
    assert not sandbox.requests


def test_a_change_can_be_repeated(sandbox: Sandbox) -> None:
    store = sandbox.stores[DEMO_STORE_ID]
    for event_type in ("product.created", *["product.updated"] * 12, *["order.updated"] * 4):
        sandbox.deliveries.clear()
        change_store(sandbox, store, event_type)
        assert event_type in {each.event.event_type for each in sandbox.deliveries}


@pytest.mark.parametrize("event_type", [name for name, change in CHANGES.items() if change.section is not None])
def test_a_store_without_items_has_none_to_change(event_type: str) -> None:
    sandbox = Sandbox()
    store = sandbox.add_store(1003, token="secret_demo")
    with pytest.raises(ErrorResponse, match="create one first") as caught:
        change_store(sandbox, store, event_type)
    assert caught.value.status == 409


def test_a_change_that_the_store_refuses_is_an_error() -> None:
    sandbox = Sandbox()
    store = sandbox.add_store(1003, token="secret_demo")
    for _ in range(100):
        change_store(sandbox, store, "promotion.created")
    with pytest.raises(ErrorResponse, match="already 100 promotions"):
        change_store(sandbox, store, "promotion.created")
