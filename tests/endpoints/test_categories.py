"""Endpoints for categories, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.categories import CategoryDraft


async def test_a_category_is_created_filled_changed_and_deleted(store: Store) -> None:
    categories = store.categories
    parent = (await categories.create(CategoryDraft(name="Gärten & more"))).id
    first = (await categories.create(CategoryDraft(name="Roses", parent_id=parent))).id
    second = (await categories.create(CategoryDraft(name="Lilies", parent_id=parent))).id
    assert (await categories.get(first)).parent_id == parent
    assert (await categories.update(first, CategoryDraft(name="Red roses"))).update_count == 1
    assert {one.id for one in await categories.search(parent=parent).all()} == {first, second}
    assert [one.name for one in await categories.search(keyword="red roses").all()] == ["Red roses"]
    found = await categories.search_by_path("Gärten & more/Lilies", delimiter="/").all()
    assert [one.id for one in found] == [second]

    products = [one.id async for one in store.products.search(limit=2, response_fields="items(id)")][:2]
    assert (await categories.assign_products(first, products)).update_count == 1
    assert {one.id for one in await store.products.search(category=first).all()} == set(products)
    assert (await categories.unassign_products(first, products[:1])).delete_count == 1
    assert [one.id for one in await store.products.search(category=first).all()] == products[1:]

    assert (await categories.delete(first)).delete_count == 1
    with pytest.raises(NotFound):
        await categories.get(first)
