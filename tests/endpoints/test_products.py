"""Endpoints for products, called over HTTP."""

from decimal import Decimal

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.product_options import SizeOption
from ecwid_async.models.products import ProductDraft
from tests.endpoints.values import SIZES


async def test_a_product_is_created_read_changed_and_deleted(store: Store, product: int) -> None:
    read = await store.products.get(product)
    assert (read.sku, read.price, read.quantity) == ("POT-1", Decimal("12.50"), 5)
    [size] = read.options
    assert isinstance(size, SizeOption)
    assert (size.name, [choice.text for choice in size.choices]) == (SIZES.name, ["S", "M", "L"])
    result = await store.products.update(product, ProductDraft(name="Pot", price=Decimal("9.99")), return_item=True)
    assert result.update_count == 1
    assert [one.name for one in await store.products.search(sku="POT-1").all()] == ["Pot"]
    assert [one.id for one in await store.products.search(keyword="Pot", price_to=10).all()] == [product]
    assert (await store.products.delete(product)).delete_count == 1
    with pytest.raises(NotFound):
        await store.products.get(product)
    assert [one.id for one in await store.products.deleted().all()] == [product]


async def test_all_products_can_be_deleted(store: Store) -> None:
    before = await store.products.search().count()
    assert before > 0
    await store.products.delete_all(confirm=True)
    assert await store.products.search().count() == 0
    assert await store.products.deleted().count() == before


async def test_filters_are_computed_from_the_products(store: Store) -> None:
    total = await store.products.search(enabled=True).count()
    filters = await store.products.filters(
        ["price", "inventory", "categories", "onsale", "attribute_Brand", "option_Size"], enabled=True
    )
    facets = await store.products.facets(["price", "categories", "option_Size"], enabled=True)
    assert (filters.product_count, facets.product_count) == (total, total)
    assert filters.filters.price.min_value <= filters.filters.price.max_value
    assert filters.filters.categories.values
    assert facets.filters.options
    assert filters.filters.attributes
