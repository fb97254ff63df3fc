"""Videos of products."""

import pytest

from tests.sandbox.routes.product_helpers import create_product, read_fields


@pytest.mark.parametrize("code", ["VIDEO_NOT_SUPPORTED", "VIDEO_UNAVAILABLE"])
def test_an_unavailable_video_can_be_simulated(api, code):
    number = create_product(api)
    api.store.simulated_errors.add(code)
    for path in ("video", "gallery/video"):
        assert api.refused("POST", f"/products/{number}/{path}", {"url": "https://vimeo.com/1"})[:2] == (422, code)


def test_videos_are_added_and_deleted(api):
    number = create_product(api)
    path = f"/products/{number}"
    one = api.post(f"{path}/gallery/video", {"url": "https://www.youtube.com/watch?v=1"})["id"]
    assert api.get(f"{path}/gallery/video/{one}")["providerName"] == "Youtube"
    main = api.post(f"{path}/video", {"url": "https://vimeo.com/2"})["id"]
    other = api.post(f"{path}/video", {"url": "https://vimeo.com/3"})["id"]
    assert [v["id"] for v in read_fields(api, number, "media(videos(id))")["media"]["videos"]] == [other, one]
    assert main != other
    assert api.delete(f"{path}/video") == {"deleteCount": 1}
    assert api.refused("DELETE", f"{path}/video")[0] == 404
    assert api.delete(f"{path}/gallery/video/{one}") == {"deleteCount": 1}
    assert api.refused("GET", f"{path}/gallery/video/{one}")[0] == 404
    assert api.refused("POST", f"{path}/video", {"url": "no"})[:2] == (422, "NOT_VIDEO_URL")
