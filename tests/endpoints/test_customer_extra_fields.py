"""Endpoints for customer extra fields, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.customer_extra_fields import CustomerExtraFieldDraft


async def test_an_extra_field_is_added_changed_and_deleted(store: Store) -> None:
    fields = store.customers.extra_fields
    created = (await fields.create(CustomerExtraFieldDraft(title="Card", type="TEXT"))).key
    assert (await fields.get(created)).title == "Card"
    assert (await fields.update(created, CustomerExtraFieldDraft(title="Tea card"))).update_count == 1
    assert ("Tea card", created) in [(one.title, one.key) for one in await fields.search()]
    assert (await fields.delete(created)).delete_count == 1
    with pytest.raises(NotFound):
        await fields.get(created)
