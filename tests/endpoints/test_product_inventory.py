"""Endpoints for the product inventory, called over HTTP."""

from ecwid_async.client import Store


async def test_the_stock_of_a_product_is_adjusted(store: Store, product: int) -> None:
    assert (await store.products.get(product)).quantity == 5
    assert (await store.products.inventory.adjust(product, -7)).update_count == 1
    assert (await store.products.get(product)).quantity == -2
