"""Product gallery."""

from ecwid_async.client import Store
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.product_media import ProductMainMediaDraft, ProductMediaDraft
from tests.endpoints.values import IMAGE_URL, PNG


async def test_the_gallery_is_filled_sorted_and_emptied(store: Store, product: int) -> None:
    gallery = store.products.gallery
    assert (await store.products.images.upload(product, PNG)).id
    first = await gallery.upload(product, PNG, file_name="one.png")
    assert (await gallery.upload(product, external_url=IMAGE_URL)).id
    draft = AsyncImageDraft(url="https://example.com/third.png", width=640, height=480)
    assert (await gallery.upload_async(product, draft)).id
    shown = (await store.products.get(product)).gallery_images
    assert [one.id for one in shown][:1] == [first.id]
    assert len(shown) == 3

    addresses = [f"https://example.com/{name}.png" for name in ("main", "second", "third")]
    main, *others = [ProductMainMediaDraft(image_url=address) for address in addresses]
    media = ProductMediaDraft(main_media=main, gallery_media=others)
    assert (await store.products.media.update(product, media)).update_count == 1
    read = await store.products.get(product)
    shown = read.gallery_images
    assert [one.original_image_url for one in shown] == addresses[1:]
    assert read.original_image.url == addresses[0]

    assert (await gallery.delete(product, shown[0].id)).delete_count == 1
    left = (await store.products.get(product)).gallery_images
    assert [one.id for one in left] == [one.id for one in shown[1:]]
    assert (await gallery.delete_all(product, confirm=True)).delete_count == len(left)
    assert (await store.products.get(product)).gallery_images == []
