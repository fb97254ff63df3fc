"""Extra fields of the checkout."""

import pytest

from ecwid_async.sandbox import Sandbox
from tests.sandbox.api import Api

FIELDS = "/profile/extrafields"


@pytest.fixture
def empty() -> Api:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(7, token="secret_1")
    return Api(sandbox, store_id=7, token="secret_1")


def test_an_extra_field_is_created_changed_and_deleted(empty: Api) -> None:
    sent = {
        "key": "gift wrap/1",
        "title": "Gift wrap",
        "type": "TOGGLE_BUTTON_GROUP",
        "checkoutDisplaySection": "PAYMENT_METHODS",
        "options": [{"title": "Yes", "surcharge": 2, "surchargeType": "ABSOLUTE"}],
    }
    assert empty.post(FIELDS, sent) == {"createCount": 1}
    path = f"{FIELDS}/gift+wrap%2F1"
    field = empty.get(path)
    assert field["type"] == "toggle_button_group"
    assert field["checkoutDisplaySection"] == "payment_details"
    assert field["titleTranslated"] == {"en": "Gift wrap"}
    assert field["options"] == sent["options"]
    assert empty.put(path, {"title": "Wrap", "key": "other", "type": "CHECKBOX", "orderBy": 5}) == {"updateCount": 1}
    changed = empty.get(path)
    assert (changed["key"], changed["title"], changed["type"]) == ("gift wrap/1", "Wrap", "checkbox")
    empty.post(FIELDS, {"key": "first", "orderBy": 1})
    assert [one["key"] for one in empty.get(FIELDS)["items"]] == ["first", "gift wrap/1"]
    assert empty.get(f"{FIELDS}/first")["checkoutDisplaySection"] == "email"
    assert empty.delete(path) == {"deleteCount": 1}
    assert empty.refused("GET", path)[0] == 404


def test_an_extra_field_needs_a_unique_key(empty: Api) -> None:
    assert "key" in empty.refused("POST", FIELDS, {"title": "x"})[2]
    empty.post(FIELDS, {"key": "a"})
    assert empty.refused("POST", FIELDS, {"key": "a"})[:2] == (409, "CONSTRAINT_VIOLATION")
