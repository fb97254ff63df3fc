"""Sort orders."""

from ecwid_async.client import Store
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.products import ProductDraft


async def test_products_of_a_category_are_sorted(store: Store) -> None:
    category = (await store.categories.create(CategoryDraft(name="Shelf"))).id
    made = [(await store.products.create(ProductDraft(name=name, category_ids=[category]))).id for name in "ABC"]
    assert (await store.products.sort_order.update(made[::-1], parent_category=category)).update_count
    assert await store.products.sort_order.get(parent_category=category) == made[::-1]
