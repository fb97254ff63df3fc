"""Endpoints for images, called over HTTP."""

from ecwid_async.client import Store
from tests.endpoints.values import IMAGE_URL


async def test_main_colors_are_computed_for_each_image(store: Store) -> None:
    colors = await store.images.main_colors([IMAGE_URL, "https://example.com/b.png"], colors_count=3)
    assert [len(one.colors) for one in colors.values()] == [3, 3]
    assert colors.keys() == {IMAGE_URL, "https://example.com/b.png"}
