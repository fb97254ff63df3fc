"""Images of categories."""

import pytest

from ecwid_async.sandbox import Sandbox
from tests.sandbox.api import Api, Clock


@pytest.fixture
def api():
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None)
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def tree(api):
    """Top contains A (which contains AA) and B; Side is next to Top."""
    numbers = {}
    for name, parent in {"Top": None, "Side": None, "A": "Top", "B": "Top", "AA": "A"}.items():
        body = {"name": name, **({"parentId": numbers[parent]} if parent else {})}
        numbers[name] = api.post("/categories", body)["id"]
    return numbers


def test_an_image_is_uploaded_and_deleted(api, tree):
    path = f"/categories/{tree['A']}"
    body = {"url": "https://x.example/a.jpg", "width": "10", "height": "10"}
    first = api.post(f"{path}/image/async", body)["id"]
    second = api.post(f"{path}/image/async", body)["id"]
    item = api.get(path)
    assert first != second
    assert item["thumbnailUrl"].endswith(f"/{second}.png")
    assert (item["originalImageUrl"], item["originalImage"]["url"]) == (body["url"], body["url"])
    assert (item["originalImage"]["width"], item["originalImage"]["height"]) == (10, 10)
    assert api.delete(f"{path}/image") == {"deleteCount": 1}
    left = api.get(path).keys()
    assert not {"thumbnailUrl", "imageUrl", "hdThumbnailUrl", "originalImageUrl", "originalImage"} & left
    assert api.refused("POST", f"{path}/image/async", {**body, "url": "ftp://x"})[:2] == (422, "WRONG_URL")
