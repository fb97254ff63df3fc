"""Endpoints for product images, called over HTTP."""

from pathlib import Path

from ecwid_async.client import Store
from ecwid_async.models.images import AsyncImageDraft
from tests.endpoints.values import IMAGE_URL, PNG


async def test_the_main_image_is_uploaded_and_deleted(store: Store, product: int, tmp_path: Path) -> None:
    path = tmp_path / "apple.png"
    path.write_bytes(PNG)
    for given in ({"source": PNG}, {"source": path}):
        assert (await store.products.images.upload(product, **given)).id
        image = (await store.products.get(product)).original_image
        assert (image.width, image.height) == (2, 3)
    assert (await store.products.images.upload(product, external_url=IMAGE_URL)).id
    draft = AsyncImageDraft(url=IMAGE_URL, width=640, height=480)
    assert (await store.products.images.upload_async(product, draft)).id
    assert (await store.products.get(product)).original_image.width == 640
    assert (await store.products.images.delete(product)).delete_count == 1
    assert (await store.products.get(product)).original_image is None
