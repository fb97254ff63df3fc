"""Endpoints for orders, called over HTTP."""

from decimal import Decimal
from operator import attrgetter

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.orders import OrderDraft
from tests.endpoints.values import BUYER_EMAIL


async def test_an_order_is_created_read_changed_and_deleted(store: Store, order: int) -> None:
    orders = store.orders
    read = await orders.get(order)
    assert (read.order_number, read.email, read.items[0].price) == (order, BUYER_EMAIL, Decimal("12.50"))
    assert await orders.last(customer_email=BUYER_EMAIL) == read
    assert (await orders.get(read.id)) == read
    assert (await orders.repeat_url(order)).repeat_order_url.startswith("https://")
    assert (await orders.update(order, OrderDraft(private_admin_notes="by hand"))).update_count == 1
    [found] = await orders.search(email=BUYER_EMAIL).all()
    assert (found.order_number, found.private_admin_notes) == (order, "by hand")
    assert (await orders.delete(order)).delete_count == 1
    with pytest.raises(NotFound):
        await orders.get(order)
    [gone] = await orders.deleted().all()
    assert (gone.id, gone.order_id) == (order, read.id)


async def test_the_last_order_is_the_newest_of_the_store_or_of_a_customer(store: Store) -> None:
    orders = await store.orders.search().all()
    newest = {order.email.lower(): order for order in sorted(orders, key=attrgetter("create_timestamp"))}
    assert await store.orders.last() == orders[0]
    for email in newest:
        assert await store.orders.last(customer_email=email) == newest[email]
