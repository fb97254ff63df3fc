"""Endpoints for customer groups, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.customer_groups import CustomerGroupDraft


async def test_a_group_is_created_changed_and_deleted(store: Store) -> None:
    groups = store.customer_groups
    created = (await groups.create(CustomerGroupDraft(name="VIP / best"))).id
    assert (await groups.get(created)).name == "VIP / best"
    assert (await groups.update(created, CustomerGroupDraft(name="Best"))).update_count == 1
    assert [one.id for one in await groups.search(keyword="Best").all()] == [created]
    assert created in [one.id for one in await groups.search().all()]
    assert (await groups.delete(created)).delete_count == 1
    with pytest.raises(NotFound):
        await groups.get(created)
