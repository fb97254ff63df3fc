"""Staff accounts and invitations."""

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock)


def test_an_account_is_invited_changed_and_deleted(api: Api) -> None:
    before = api.get("/staff")["staffList"]
    sent = {"email": "ann@example.com", "staffScopes": ["REPORT_ACCESS"]}
    assert api.post("/staff", sent) == {"success": True}
    account = api.get("/staff")["staffList"][-1]
    assert account == sent | {"id": account["id"], "name": "ann", "inviteAccepted": False}
    assert api.get(f"/staff/{account['id']}") == sent
    assert api.put(f"/staff/{account['id']}", {"staffScopes": ["STORE_MANAGEMENT"]}) == {"updateCount": 1}
    assert api.get(f"/staff/{account['id']}")["staffScopes"] == ["STORE_MANAGEMENT"]
    assert api.delete(f"/staff/{account['id']}") == {"deleteCount": 1}
    assert api.get("/staff")["staffList"] == before
    assert api.refused("GET", f"/staff/{account['id']}")[0] == 404


def test_an_invitation_is_resent_or_cancelled(api: Api) -> None:
    api.post("/staff", {"email": "ann@example.com"})
    assert api.post("/staff/invite", {"email": "Ann@example.com"}) == {"success": True}
    assert api.call("DELETE", "/staff/invite", {"email": "ann@example.com"}) == {"deleteCount": 1}
    assert api.refused("POST", "/staff/invite", {"email": "ann@example.com"})[0] == 404
    # An accepted invitation is no longer open.
    assert api.refused("DELETE", "/staff/invite", {"email": "john.doe@example.com"})[0] == 404


def test_an_invalid_invitation_is_refused(api: Api) -> None:
    assert api.refused("POST", "/staff", {"email": "ann"})[:2] == (400, "WRONG_PARAMETER")
    assert api.refused("POST", "/staff", {"email": "JOHN.doe@example.com"})[:2] == (409, "CONSTRAINT_VIOLATION")
    assert "staffScopes" in api.refused("POST", "/staff", {"email": "a@b.c", "staffScopes": ["EVERYTHING"]})[2]
