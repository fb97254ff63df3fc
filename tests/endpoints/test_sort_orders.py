"""Endpoints for sort orders, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.products import ProductDraft


async def test_products_of_a_category_are_sorted(store: Store) -> None:
    category = (await store.categories.create(CategoryDraft(name="Shelf"))).id
    created = [(await store.products.create(ProductDraft(name=name, category_ids=[category]))).id for name in "ABC"]
    assert (await store.products.sort_order.update(created[::-1], parent_category=category)).update_count
    assert await store.products.sort_order.get(parent_category=category) == created[::-1]


async def test_subcategories_are_sorted(store: Store) -> None:
    categories = store.categories
    parent = (await categories.create(CategoryDraft(name="Flowers"))).id
    first = (await categories.create(CategoryDraft(name="Roses", parent_id=parent))).id
    second = (await categories.create(CategoryDraft(name="Lilies", parent_id=parent))).id
    await categories.sort_order.update([second, first], parent_category=parent)
    assert await categories.sort_order.get(parent_category=parent) == [second, first]
