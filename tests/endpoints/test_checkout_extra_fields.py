"""Endpoints for checkout extra fields, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.checkout_extra_fields import CheckoutExtraFieldDraft


async def test_an_extra_field_is_created_changed_and_deleted(store: Store) -> None:
    fields = store.checkout_extra_fields
    assert (await fields.create(CheckoutExtraFieldDraft(key="note/1", title="Note", type="TEXT"))).create_count == 1
    assert (await fields.get("note/1")).title == "Note"
    assert (await fields.update("note/1", CheckoutExtraFieldDraft(title="Notes"))).update_count == 1
    assert ("note/1", "Notes") in [(one.key, one.title) for one in await fields.search()]
    assert (await fields.delete("note/1")).delete_count == 1
    with pytest.raises(NotFound):
        await fields.get("note/1")
