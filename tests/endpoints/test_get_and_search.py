"""Items read one by one are equal to those in lists."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from ecwid_async.client import Store


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("carts", "cart_id"),
        ("categories", "id"),
        ("coupons", "code"),
        ("customer_groups", "id"),
        ("customers", "id"),
        ("orders", "id"),
        ("products", "id"),
        ("redirects", "id"),
        ("reviews", "id"),
        ("subscriptions", "subscription_id"),
    ],
)
async def test_items_of_paginated_lists(store: Store, section: str, key: str) -> None:
    resource = getattr(store, section)
    # Lists have the ids of products only on request.
    arguments = {"product_ids": True} if section == "categories" else {}
    listed = await resource.search(limit=30, **arguments).all()
    assert len(listed) == await resource.search().count() > 0
    for item in listed:
        assert await resource.get(getattr(item, key)) == item


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("checkout_extra_fields", "key"),
        ("customers.extra_fields", "key"),
        ("orders.statuses", "status_id"),
        ("payment_options", "id"),
        ("product_types", "id"),
        ("storage", "key"),
    ],
)
async def test_items_of_plain_lists(store: Store, section: str, key: str) -> None:
    resource = attrgetter(section)(store)
    listed = await resource.search()
    assert listed
    for item in listed:
        assert await resource.get(getattr(item, key)) == item


async def test_staff(store: Store) -> None:
    """The list has more fields. In the documentation's example too, an account has only scopes and email."""
    for account in await store.staff.search():
        read = await store.staff.get(account.id)
        assert (read.email, read.staff_scopes) == (account.email, account.staff_scopes)


@pytest.mark.parametrize(
    ("name", "owner", "listed"),
    [
        ("customers.contacts", lambda store: store.customers.search(), "contacts"),
        ("products.variations", lambda store: store.products.search(), "combinations"),
    ],
)
async def test_parts_of_other_items(store: Store, name: str, owner: Callable[[Store], Any], listed: str) -> None:
    parts = attrgetter(name)(store)
    owners = [one async for one in owner(store) if getattr(one, listed)][:5]
    assert owners
    for one in owners:
        found = await parts.search(one.id)
        assert found == getattr(one, listed)
        for part in found:
            assert await parts.get(one.id, part.id) == part


async def test_extra_fields_of_orders(store: Store) -> None:
    orders = [one async for one in store.orders.search() if one.order_extra_fields]
    assert orders
    assert await store.orders.extra_fields.search(orders[0].id) == orders[0].order_extra_fields


async def test_last_orders(store: Store) -> None:
    """`last` returns the newest order of all, or of a customer."""
    orders = await store.orders.search().all()
    newest = {order.email.lower(): order for order in sorted(orders, key=attrgetter("create_timestamp"))}
    assert await store.orders.last() == orders[0]
    for email in newest:
        assert await store.orders.last(customer_email=email) == newest[email]
