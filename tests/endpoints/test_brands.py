"""Endpoints for brands, called over HTTP."""

from ecwid_async.client import Store


async def test_brands_are_listed(store: Store) -> None:
    brands = await store.brands.search().all()
    assert brands
    assert all(brand.name and brand.products_filtered_by_brand_url for brand in brands)
