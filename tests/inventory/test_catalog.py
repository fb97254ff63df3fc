"""Brands, product types, swatches and categories, over the wire."""

from pathlib import Path

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.product_types import ProductTypeAttribute, ProductTypeDraft
from ecwid_async.models.products import ProductDraft
from tests.inventory.pictures import ADDRESS, PNG


async def test_brands_and_swatches_are_those_of_the_products(store: Store) -> None:
    brands = await store.brands.search().all()
    assert brands
    assert all(brand.name and brand.products_filtered_by_brand_url for brand in brands)
    swatches = await store.swatches.get()
    recent = await store.swatches.recent_colors()
    assert recent
    assert {swatch.hex_code for swatch in recent} <= {swatch.hex_code for swatch in swatches}


async def test_product_types(store: Store) -> None:
    types = store.product_types
    made = (await types.create(ProductTypeDraft(name="Mugs", attributes=[ProductTypeAttribute(name="Glaze")]))).id
    read = await types.get(made)
    assert (read.name, [one.name for one in read.attributes or []]) == ("Mugs", ["Glaze"])
    await types.update(made, ProductTypeDraft(name="Cups"))
    assert "Cups" in [one.name for one in await types.search()]
    assert (await types.delete(made)).delete_count == 1
    with pytest.raises(NotFound):
        await types.get(made)


async def test_categories(store: Store, tmp_path: Path) -> None:
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
        categories.images.upload(first, external_url=ADDRESS),
        categories.images.upload(first, _on_disk(tmp_path)),
    ):
        assert (await uploaded).id
    assert (await categories.get(first)).original_image.width == 2
    image = AsyncImageDraft(url=ADDRESS, width=640, height=480)
    assert (await categories.images.upload_async(first, image)).id
    assert (await categories.get(first)).original_image.width == 640
    assert (await categories.images.delete(first)).delete_count == 1
    assert (await categories.get(first)).original_image is None

    assert (await categories.delete(first)).delete_count == 1
    with pytest.raises(NotFound):
        await categories.get(first)


async def test_sort_order_of_products(store: Store) -> None:
    category = (await store.categories.create(CategoryDraft(name="Shelf"))).id
    made = [(await store.products.create(ProductDraft(name=name, category_ids=[category]))).id for name in "ABC"]
    assert (await store.products.sort_order.update(made[::-1], parent_category=category)).update_count
    assert await store.products.sort_order.get(parent_category=category) == made[::-1]


def _on_disk(folder: Path) -> Path:
    path = folder / "apple.png"
    path.write_bytes(PNG)
    return path
