"""Order statuses."""

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock, products=3, orders=6, customers=2, categories=1)


def test_all_statuses_are_listed(api: Api) -> None:
    statuses = api.get("/profile/order_statuses")["items"]
    assert len(statuses) == 20
    assert statuses[1] == {
        "statusId": "PAID",
        "orderStatusType": "PAYMENT_STATUS",
        "defaultStatus": True,
        "enabled": True,
        "sendNotificationWhenStatusIsAssigned": True,
    }
    own = [one for one in statuses if not one.get("defaultStatus")]
    assert len(own) == 6
    assert not any(one["enabled"] for one in own)


def test_a_custom_status_can_be_named(api: Api, clock: Clock) -> None:
    path = "/profile/order_status/CUSTOM_PAYMENT_STATUS_2"
    change = {"name": "Money on hold", "enabled": True, "nameTranslations": {"de": "Wartet"}}
    assert api.put(path, change) == {"updateCount": 1}
    status = api.get(path)
    assert status["enabled"]
    assert status["nameTranslated"] == {"en": "Money on hold", "de": "Wartet"}
    assert status["lastNameChangeDate"] == "2025-06-15 15:06:40 +0000"
    assert status in api.get("/profile/order_statuses")["items"]
    clock.now += 60
    api.put(path, {"enabled": False})
    assert api.get(path)["lastNameChangeDate"] == status["lastNameChangeDate"]


def test_a_built_in_status_cannot_be_renamed(api: Api) -> None:
    path = "/profile/order_status/PAID"
    assert api.refused("PUT", path, {"name": "Mine"})[:2] == (409, "NOT_ALLOWED_TO_UPDATE_PARAMETER")
    assert api.refused("PUT", path, {"enabled": False})[:2] == (409, "NOT_ALLOWED_TO_UPDATE_PARAMETER")
    api.put(path, {"sendNotificationWhenStatusIsAssigned": False, "enabled": True})
    assert not api.get(path)["sendNotificationWhenStatusIsAssigned"]
    assert api.refused("GET", "/profile/order_status/NONE")[0] == 404
