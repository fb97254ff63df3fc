"""The app that the tokens belong to: its subscription and its token."""

import pytest

from ecwid_async.client import Ecwid
from ecwid_async.errors import InvalidToken
from ecwid_async.sandbox.seed import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_STORE_ID
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock)


def test_the_app_has_a_subscription(api: Api) -> None:
    found = api.get("/application")
    assert found["subscriptionStatus"] == found["subscription"]["status"] == "ACTIVE"
    assert found["subscription"]["startDate"] < found["subscription"]["expirationDate"]


def test_uninstalling_the_app_revokes_its_tokens(api: Api) -> None:
    api.store.add_token("other")
    assert api.call("DELETE", "/application", namespace="somebody-else") == {"deleteCount": 0}
    api.get("/profile")
    assert api.call("DELETE", "/application", namespace=f"custom-app-{DEMO_STORE_ID}-1") == {"deleteCount": 1}
    for token in (api.token, "other"):
        api.token = token
        assert api.refused("GET", "/profile")[:2] == (403, "INVALID_API_TOKEN")


def test_the_token_lists_its_scopes(api: Api) -> None:
    api.store.add_token("plain", scopes=["read_orders", "read_catalog"])
    everything = api.get("/application/token")["permissions"]
    assert {"read_orders", "charge", "update_store_profile"} <= set(everything)
    api.token = "plain"
    found = api.get("/application/token")
    assert found["permissions"] == ["read_catalog", "read_orders"]
    assert found["created"] < found["expires"]


async def test_an_app_reads_its_subscription_with_its_own_credentials() -> None:
    ecwid = Ecwid(transport=demo_store().sandbox)
    token = await ecwid.application(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET).token()
    assert "read_orders" in (token.permissions or ())
    with pytest.raises(InvalidToken):
        await ecwid.application(DEMO_CLIENT_ID, "guessed").token()
    with pytest.raises(InvalidToken):
        await ecwid.store(DEMO_STORE_ID, DEMO_CLIENT_SECRET).profile.get()
