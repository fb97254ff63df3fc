"""Endpoints for customers, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.common import SelectMode
from ecwid_async.models.customer_groups import CustomerGroupDraft
from ecwid_async.models.customers import (
    CustomerBillingPersonDraft,
    CustomerDraft,
    CustomersMassUpdateCustomerDraft,
    CustomersMassUpdateDraft,
)

EMAIL = "zoë+tea@example.com"


async def test_a_customer_is_created_read_changed_and_deleted(store: Store) -> None:
    customers = store.customers
    person = CustomerBillingPersonDraft(name="Zoë Müller", country_code="DE", city="Köln")
    created = (await customers.create(CustomerDraft(email=EMAIL, billing_person=person))).id
    read = await customers.get(created)
    assert (read.email, read.billing_person.name) == (EMAIL, "Zoë Müller")
    assert (await customers.update(created, CustomerDraft(private_admin_notes="likes tea"))).update_count == 1
    [found] = await customers.search(email=EMAIL).all()
    assert (found.id, found.private_admin_notes) == (created, "likes tea")
    assert await customers.ids(keyword=EMAIL) == [created]
    assert (await customers.delete(created)).delete_count == 1
    with pytest.raises(NotFound):
        await customers.get(created)
    assert [one.id for one in await customers.deleted().all()] == [created]


async def test_filter_values_of_customers_find_customers(store: Store) -> None:
    filters = await store.customers.filters()
    assert filters.total == await store.customers.search().count()
    assert filters.store_groups
    bought = await store.customers.purchased_products("a")
    assert bought
    assert {one.id for one in await store.customers.search(purchased_product_ids=[bought[0].product_id]).all()}
    places = await store.customers.locations("united")
    assert "US" in [place.country_code for place in places]


async def test_all_customer_count_counts_all_customers(store: Store) -> None:
    assert await store.customers.search(keyword="nobody at all").count() == 0
    assert await store.customers.all_customer_count() == await store.customers.search().count() > 0


async def test_a_mass_update_changes_several_customers(store: Store) -> None:
    group = (await store.customer_groups.create(CustomerGroupDraft(name="Tea lovers"))).id
    some = (await store.customers.ids())[:3]
    change = CustomersMassUpdateCustomerDraft(customer_group_id=group)
    draft = CustomersMassUpdateDraft(mode=SelectMode.SELECTED, ids=some, customer=change)
    assert (await store.customers.mass_update(draft)).update_count == 3
    assert set(await store.customers.ids(customer_group_ids=[group])) == set(some)
