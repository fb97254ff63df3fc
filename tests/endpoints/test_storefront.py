"""Endpoints for the storefront, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.storefront import StorefrontPageStatus, StorefrontPageType


async def test_a_page_of_the_storefront_is_found_by_its_slug(store: Store) -> None:
    created = (await store.products.create(ProductDraft(name="Green Pizza", custom_slug="pizza"))).id
    page = await store.storefront.page(slug="green-pizza", get_static_content=True)
    assert (page.status, page.type) == (StorefrontPageStatus.NONCANONICAL, StorefrontPageType.PRODUCT)
    assert page.store_entity_data.id == str(created)
    assert page.static_content.html_code
