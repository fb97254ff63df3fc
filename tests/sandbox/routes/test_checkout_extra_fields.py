"""Extra fields of the checkout."""

from tests.sandbox.api import Api

FIELDS = "/profile/extrafields"


def test_an_extra_field_is_created_changed_and_deleted(api: Api) -> None:
    sent = {
        "key": "gift wrap/1",
        "title": "Gift wrap",
        "type": "TOGGLE_BUTTON_GROUP",
        "checkoutDisplaySection": "PAYMENT_METHODS",
        "options": [{"title": "Yes", "surcharge": 2, "surchargeType": "ABSOLUTE"}],
    }
    assert api.post(FIELDS, sent) == {"createCount": 1}
    path = f"{FIELDS}/gift+wrap%2F1"
    field = api.get(path)
    assert field["type"] == "toggle_button_group"
    assert field["checkoutDisplaySection"] == "payment_details"
    assert field["titleTranslated"] == {"en": "Gift wrap"}
    assert field["options"] == sent["options"]
    assert api.put(path, {"title": "Wrap", "key": "other", "type": "CHECKBOX", "orderBy": 5}) == {"updateCount": 1}
    changed = api.get(path)
    assert (changed["key"], changed["title"], changed["type"]) == ("gift wrap/1", "Wrap", "checkbox")
    api.post(FIELDS, {"key": "first", "orderBy": 1})
    assert [one["key"] for one in api.get(FIELDS)["items"]] == ["first", "gift wrap/1"]
    assert api.get(f"{FIELDS}/first")["checkoutDisplaySection"] == "email"
    assert api.delete(path) == {"deleteCount": 1}
    assert api.refused("GET", path)[0] == 404


def test_an_extra_field_needs_a_unique_key(api: Api) -> None:
    assert "key" in api.refused("POST", FIELDS, {"title": "x"})[2]
    api.post(FIELDS, {"key": "a"})
    assert api.refused("POST", FIELDS, {"key": "a"})[:2] == (409, "CONSTRAINT_VIOLATION")
