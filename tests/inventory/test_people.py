"""Customers, their groups, contacts and extra fields, and staff, over the wire."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.common import SelectMode
from ecwid_async.models.customer_extra_fields import CustomerExtraFieldDraft
from ecwid_async.models.customer_groups import CustomerGroupDraft
from ecwid_async.models.customers import (
    CustomerBillingPersonDraft,
    CustomerContactDraft,
    CustomerDraft,
    CustomersMassUpdateCustomerDraft,
    CustomersMassUpdateDraft,
)
from ecwid_async.models.staff import StaffDraft, StaffScope

EMAIL = "zoë+tea@example.com"


async def test_customers(store: Store) -> None:
    customers = store.customers
    person = CustomerBillingPersonDraft(name="Zoë Müller", country_code="DE", city="Köln")
    made = (await customers.create(CustomerDraft(email=EMAIL, billing_person=person))).id
    read = await customers.get(made)
    assert (read.email, read.billing_person.name) == (EMAIL, "Zoë Müller")
    assert (await customers.update(made, CustomerDraft(private_admin_notes="likes tea"))).update_count == 1
    [found] = await customers.search(email=EMAIL).all()
    assert (found.id, found.private_admin_notes) == (made, "likes tea")
    assert await customers.ids(keyword=EMAIL) == [made]
    assert (await customers.delete(made)).delete_count == 1
    with pytest.raises(NotFound):
        await customers.get(made)
    assert [one.id for one in await customers.deleted().all()] == [made]


async def test_what_customers_can_be_found_by(store: Store) -> None:
    filters = await store.customers.filters()
    assert filters.total == await store.customers.search().count()
    assert filters.store_groups
    bought = await store.customers.purchased_products("a")
    assert bought
    assert {one.id for one in await store.customers.search(purchased_product_ids=[bought[0].product_id]).all()}
    places = await store.customers.locations("united")
    assert "US" in [place.country_code for place in places]


async def test_all_customers_are_counted_whatever_is_searched_for(store: Store) -> None:
    assert await store.customers.search(keyword="nobody at all").count() == 0
    assert await store.customers.all_customer_count() == await store.customers.search().count() > 0


async def test_many_customers_are_changed_at_once(store: Store) -> None:
    group = (await store.customer_groups.create(CustomerGroupDraft(name="Tea lovers"))).id
    some = (await store.customers.ids())[:3]
    change = CustomersMassUpdateCustomerDraft(customer_group_id=group)
    draft = CustomersMassUpdateDraft(mode=SelectMode.SELECTED, ids=some, customer=change)
    assert (await store.customers.mass_update(draft)).update_count == 3
    assert set(await store.customers.ids(customer_group_ids=[group])) == set(some)


async def test_contacts(store: Store) -> None:
    contacts = store.customers.contacts
    customer = (await store.customers.create(CustomerDraft(email=EMAIL))).id
    draft = CustomerContactDraft(contact="second@example.com", type="EMAIL", default=False, order_by=1)
    assert (await contacts.create(customer, draft)).create_count == 1
    [made] = [one for one in await contacts.search(customer) if one.contact == "second@example.com"]
    assert await contacts.get(customer, made.id) == made
    assert (await contacts.update(customer, made.id, CustomerContactDraft(note="work"))).update_count == 1
    assert (await contacts.get(customer, made.id)).note == "work"
    assert (await contacts.delete(customer, made.id)).delete_count == 1
    with pytest.raises(NotFound):
        await contacts.get(customer, made.id)


async def test_extra_fields(store: Store) -> None:
    fields = store.customers.extra_fields
    made = (await fields.create(CustomerExtraFieldDraft(title="Card", type="TEXT"))).key
    assert (await fields.get(made)).title == "Card"
    assert (await fields.update(made, CustomerExtraFieldDraft(title="Tea card"))).update_count == 1
    assert ("Tea card", made) in [(one.title, one.key) for one in await fields.search()]
    assert (await fields.delete(made)).delete_count == 1
    with pytest.raises(NotFound):
        await fields.get(made)


async def test_groups(store: Store) -> None:
    groups = store.customer_groups
    made = (await groups.create(CustomerGroupDraft(name="VIP / best"))).id
    assert (await groups.get(made)).name == "VIP / best"
    assert (await groups.update(made, CustomerGroupDraft(name="Best"))).update_count == 1
    assert [one.id for one in await groups.search(keyword="Best").all()] == [made]
    assert made in [one.id for one in await groups.search().all()]
    assert (await groups.delete(made)).delete_count == 1
    with pytest.raises(NotFound):
        await groups.get(made)


async def test_staff(store: Store) -> None:
    staff = store.staff
    assert StaffScope.REPORT_ACCESS in await store.profile.staff_scopes()
    for email in ("ann@example.com", "bob@example.com"):
        assert (await staff.create(StaffDraft(email=email, staff_scopes=[StaffScope.REPORT_ACCESS]))).success
    accounts = {one.email: one for one in await staff.search()}
    ann = accounts["ann@example.com"].id
    assert (await staff.get(ann)).staff_scopes == [StaffScope.REPORT_ACCESS]
    assert (await staff.update(ann, StaffDraft(staff_scopes=[StaffScope.SALES_MANAGEMENT]))).update_count == 1
    assert (await staff.get(ann)).staff_scopes == [StaffScope.SALES_MANAGEMENT]
    assert (await staff.resend_invite("bob@example.com")).success
    assert (await staff.cancel_invite("bob@example.com")).delete_count == 1
    assert (await staff.delete(ann)).delete_count == 1
    assert {"ann@example.com", "bob@example.com"}.isdisjoint({one.email for one in await staff.search()})
