"""Extra fields of an order."""

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock, products=3, orders=6, customers=2, categories=1)


def test_an_extra_field_is_added_changed_and_deleted(api: Api, order: int, clock: Clock) -> None:
    path = f"/orders/{order}/extraFields"
    assert api.get(path) == []
    clock.now += 60
    sent = {"id": "reference", "value": "#334", "title": "Affiliate number", "showInInvoice": False}
    assert api.post(path, sent) == {"createCount": 1}
    [field] = api.get(path)
    assert field == sent | {"customerInputType": "TEXT", "orderDetailsDisplaySection": ""}
    assert api.get(f"/orders/{order}")["orderExtraFields"] == [field]
    assert api.get(f"/orders/{order}")["updateTimestamp"] == clock.now
    assert api.put(f"{path}/reference", {"value": "#335"}) == {"updateCount": 1}
    assert api.get(path) == [field | {"value": "#335"}]
    assert api.delete(f"{path}/reference") == {"deleteCount": 1}
    assert api.get(path) == []


def test_an_extra_field_needs_all_fields_and_a_unique_id(api: Api, order: int) -> None:
    path, sent = f"/orders/{order}/extraFields", {"id": "a", "value": "b", "title": "c"}
    api.post(path, sent)
    assert api.refused("POST", path, sent)[:2] == (409, "CONSTRAINT_VIOLATION")
    for name in sent:
        assert name in api.refused("POST", path, {k: v for k, v in sent.items() if k != name})[2]
    assert api.refused("PUT", f"{path}/none", {})[0] == 404
    assert api.refused("DELETE", f"{path}/none")[0] == 404
    assert api.refused("GET", "/orders/1/extraFields")[:2] == (404, "ORDER_NOT_FOUND")
