"""Endpoints for the product gallery, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.images import AsyncImageDraft
from tests.endpoints.values import IMAGE_URL, PNG


async def test_images_of_the_gallery_are_added_and_deleted(store: Store, product: int) -> None:
    gallery = store.products.gallery
    assert (await store.products.images.upload(product, PNG)).id
    first = await gallery.upload(product, PNG, file_name="one.png")
    assert (await gallery.upload(product, external_url=IMAGE_URL)).id
    draft = AsyncImageDraft(url="https://example.com/third.png", width=640, height=480)
    assert (await gallery.upload_async(product, draft)).id
    shown = (await store.products.get(product)).gallery_images
    assert [one.id for one in shown][:1] == [first.id]
    assert len(shown) == 3

    assert (await gallery.delete(product, shown[0].id)).delete_count == 1
    left = (await store.products.get(product)).gallery_images
    assert [one.id for one in left] == [one.id for one in shown[1:]]
    assert (await gallery.delete_all(product, confirm=True)).delete_count == len(left)
    assert (await store.products.get(product)).gallery_images == []
