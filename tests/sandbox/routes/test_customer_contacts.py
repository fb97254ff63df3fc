"""Contacts of customers."""

from tests.sandbox.api import Api


def test_contacts_are_added_read_changed_and_deleted(api: Api) -> None:
    path = f"/customers/{api.post('/customers', {'email': 'a@example.com'})['id']}/contacts"
    assert api.post(path, {"contact": "+31 499", "type": "PHONE", "note": "ночью"}) == {"createCount": 1}
    email, phone = api.get(path)["items"]
    assert (phone["contact"], phone["note"], phone["default"]) == ("+31 499", "ночью", False)
    assert email["id"] != phone["id"]
    assert api.get(f"{path}/{phone['id']}") == phone
    assert api.put(f"{path}/{phone['id']}", {"note": "day"}) == {"updateCount": 1}
    assert api.get(f"{path}/{phone['id']}") == phone | {"note": "day"}
    assert api.get("/customers", phone="31499")["total"] == 1
    assert api.delete(f"{path}/{phone['id']}") == {"deleteCount": 1}
    assert api.get(path)["items"] == [email]


def test_each_type_has_one_default_contact(api: Api) -> None:
    path = f"/customers/{api.post('/customers', {'email': 'a@example.com'})['id']}/contacts"
    api.post(path, {"contact": "b@example.com", "type": "EMAIL", "default": True})
    assert [contact["default"] for contact in api.get(path)["items"]] == [False, True]
    first = api.get(path)["items"][0]["id"]
    api.put(f"{path}/{first}", {"default": True})
    assert [contact["default"] for contact in api.get(path)["items"]] == [True, False]


def test_a_contact_needs_a_value_and_a_type(api: Api) -> None:
    path = f"/customers/{api.post('/customers', {'email': 'a@example.com'})['id']}/contacts"
    assert api.refused("POST", path, {"type": "PHONE"})[0] == 400
    assert api.refused("POST", path, {"contact": "1"})[0] == 400
    assert api.refused("GET", f"{path}/99") == (404, "CONTACT_NOT_FOUND", "Contact #99 not found")
    assert api.refused("GET", "/customers/99/contacts")[:2] == (404, "CUSTOMER_NOT_FOUND")
