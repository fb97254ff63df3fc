"""Endpoints for category images, called over HTTP."""

from pathlib import Path

from ecwid_async.client import Store
from ecwid_async.models.categories import CategoryDraft
from ecwid_async.models.images import AsyncImageDraft
from tests.endpoints.values import IMAGE_URL, PNG


async def test_the_image_of_a_category_is_uploaded_and_deleted(store: Store, tmp_path: Path) -> None:
    images = store.categories.images
    category = (await store.categories.create(CategoryDraft(name="Roses"))).id
    path = tmp_path / "apple.png"
    path.write_bytes(PNG)
    for upload in (
        images.upload(category, PNG),
        images.upload(category, external_url=IMAGE_URL),
        images.upload(category, path),
    ):
        assert (await upload).id
    assert (await store.categories.get(category)).original_image.width == 2
    image = AsyncImageDraft(url=IMAGE_URL, width=640, height=480)
    assert (await images.upload_async(category, image)).id
    assert (await store.categories.get(category)).original_image.width == 640
    assert (await images.delete(category)).delete_count == 1
    assert (await store.categories.get(category)).original_image is None
