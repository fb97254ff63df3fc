"""Endpoints for product media, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.product_media import ProductMainMediaDraft, ProductMediaDraft
from tests.endpoints.values import PNG


async def test_the_main_image_and_the_gallery_are_replaced(store: Store, product: int) -> None:
    assert (await store.products.images.upload(product, PNG)).id
    assert (await store.products.gallery.upload(product, PNG)).id
    urls = [f"https://example.com/{name}.png" for name in ("main", "second", "third")]
    main, *others = [ProductMainMediaDraft(image_url=url) for url in urls]
    media = ProductMediaDraft(main_media=main, gallery_media=others)
    assert (await store.products.media.update(product, media)).update_count == 1
    read = await store.products.get(product)
    assert [one.original_image_url for one in read.gallery_images] == urls[1:]
    assert read.original_image.url == urls[0]
