"""Endpoints for product videos, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from tests.endpoints.values import IMAGE_URL, PNG, VIDEO_URL


async def test_videos_are_added_and_deleted(store: Store, product: int) -> None:
    videos = store.products.gallery.videos
    created = (await videos.upload(product, VIDEO_URL)).id
    read = await videos.get(product, created)
    assert (read.id, read.url) == (created, VIDEO_URL)
    assert (await videos.upload_cover(product, created, PNG)).id
    assert (await videos.upload_cover(product, created, external_url=IMAGE_URL)).id
    assert [one.id for one in (await store.products.get(product)).media.videos] == [created]
    assert (await videos.delete(product, created)).delete_count == 1
    with pytest.raises(NotFound):
        await videos.get(product, created)

    assert (await store.products.videos.upload(product, VIDEO_URL)).id
    assert len((await store.products.get(product)).media.videos) == 1
    assert (await store.products.videos.delete(product)).delete_count == 1
    assert (await store.products.get(product)).media.videos == []
