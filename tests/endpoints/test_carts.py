"""Endpoints for carts, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.carts import CartDraft
from tests.endpoints.values import SHIPPING_TAXES


async def test_a_cart_is_found_changed_and_placed(store: Store) -> None:
    carts = store.carts
    shown, total = await carts.search(show_hidden=False).count(), await carts.search().count()
    cart = await carts.search().first()
    assert (await carts.get(cart.cart_id)).items == cart.items
    assert (await carts.update(cart.cart_id, CartDraft(taxes_on_shipping=SHIPPING_TAXES))).update_count == 1
    assert (await carts.get(cart.cart_id)).taxes_on_shipping == SHIPPING_TAXES
    assert SHIPPING_TAXES in [one.taxes_on_shipping for one in await carts.search().all()]
    assert (await carts.update(cart.cart_id, CartDraft(hidden=True))).update_count == 1
    assert await carts.search(show_hidden=False).count() == shown - 1
    assert await carts.search().count() == await carts.search(show_hidden=True).count() == total
    placed = await carts.place(cart.cart_id)
    assert placed.cart_id == cart.cart_id
    assert (await store.orders.get(placed.id)).total == cart.total
