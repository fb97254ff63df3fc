"""Endpoints for customer contacts, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.customer_contacts import CustomerContactDraft
from ecwid_async.models.customers import CustomerDraft

EMAIL = "zoë+tea@example.com"


async def test_a_contact_is_added_changed_and_deleted(store: Store) -> None:
    contacts = store.customers.contacts
    customer = (await store.customers.create(CustomerDraft(email=EMAIL))).id
    draft = CustomerContactDraft(contact="second@example.com", type="EMAIL", default=False, order_by=1)
    assert (await contacts.create(customer, draft)).create_count == 1
    [created] = [one for one in await contacts.search(customer) if one.contact == "second@example.com"]
    assert await contacts.get(customer, created.id) == created
    assert (await contacts.update(customer, created.id, CustomerContactDraft(note="work"))).update_count == 1
    assert (await contacts.get(customer, created.id)).note == "work"
    assert (await contacts.delete(customer, created.id)).delete_count == 1
    with pytest.raises(NotFound):
        await contacts.get(customer, created.id)
