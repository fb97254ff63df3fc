"""Categories."""

from pathlib import Path

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.images import AsyncImageDraft
from tests.endpoints.values import IMAGE_URL, PNG


async def test_a_category_is_created_filled_changed_and_deleted(store: Store, tmp_path: Path) -> None:
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

    await categories.sort_order.update([second, first], parent_category=parent)
    assert await categories.sort_order.get(parent_category=parent) == [second, first]

    products = [one.id async for one in store.products.search(limit=2, response_fields="items(id)")][:2]
    assert (await categories.assign_products(first, products)).update_count == 1
    assert {one.id for one in await store.products.search(category=first).all()} == set(products)
    assert (await categories.unassign_products(first, products[:1])).delete_count == 1
    assert [one.id for one in await store.products.search(category=first).all()] == products[1:]

    for uploaded in (
        categories.images.upload(first, PNG),
        categories.images.upload(first, external_url=IMAGE_URL),
        categories.images.upload(first, _on_disk(tmp_path)),
    ):
        assert (await uploaded).id
    assert (await categories.get(first)).original_image.width == 2
    image = AsyncImageDraft(url=IMAGE_URL, width=640, height=480)
    assert (await categories.images.upload_async(first, image)).id
    assert (await categories.get(first)).original_image.width == 640
    assert (await categories.images.delete(first)).delete_count == 1
    assert (await categories.get(first)).original_image is None

    assert (await categories.delete(first)).delete_count == 1
    with pytest.raises(NotFound):
        await categories.get(first)


def _on_disk(folder: Path) -> Path:
    path = folder / "apple.png"
    path.write_bytes(PNG)
    return path
