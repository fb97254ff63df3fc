"""The endpoints of customer groups, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.customer_groups import CustomerGroupDraft


async def test_a_group_is_created_changed_and_deleted(store: Store) -> None:
    groups = store.customer_groups
    made = (await groups.create(CustomerGroupDraft(name="VIP / best"))).id
    assert (await groups.get(made)).name == "VIP / best"
    assert (await groups.update(made, CustomerGroupDraft(name="Best"))).update_count == 1
    assert [one.id for one in await groups.search(keyword="Best").all()] == [made]
    assert made in [one.id for one in await groups.search().all()]
    assert (await groups.delete(made)).delete_count == 1
    with pytest.raises(NotFound):
        await groups.get(made)
