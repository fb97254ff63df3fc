"""Items read by id equal the items in lists, in every section that has both."""

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
async def test_an_item_read_by_id_equals_the_item_in_the_paginated_list(store: Store, section: str, key: str) -> None:
    resource = getattr(store, section)
    # Lists of categories contain product ids only on request.
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
async def test_an_item_read_by_id_equals_the_item_in_the_plain_list(store: Store, section: str, key: str) -> None:
    resource = attrgetter(section)(store)
    listed = await resource.search()
    assert listed
    for item in listed:
        assert await resource.get(getattr(item, key)) == item


@pytest.mark.parametrize(
    ("name", "owner", "listed"),
    [
        ("customers.contacts", lambda store: store.customers.search(), "contacts"),
        ("products.variations", lambda store: store.products.search(), "combinations"),
    ],
)
async def test_a_nested_item_read_by_id_equals_the_one_in_its_owner(
    store: Store, name: str, owner: Callable[[Store], Any], listed: str
) -> None:
    parts = attrgetter(name)(store)
    owners = [one async for one in owner(store) if getattr(one, listed)][:5]
    assert owners
    for one in owners:
        found = await parts.search(one.id)
        assert found == getattr(one, listed)
        for part in found:
            assert await parts.get(one.id, part.id) == part
