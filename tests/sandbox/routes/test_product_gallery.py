"""The gallery of products, behind the main image."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from tests.sandbox.api import Api, Clock

NOW = 1_725_434_411


def shop(**switches):
    sandbox = Sandbox(clock=Clock(NOW), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def api():
    return shop()


def make(api, **fields):
    return api.post("/products", {"name": "Thing", **fields})["id"]


def show(api, number, fields):
    return api.get(f"/products/{number}", responseFields=fields)


def upload(url):
    return {"url": url, "width": "10", "height": "10"}


def pictures(api, number):
    images = show(api, number, "media(images(id,imageOriginalUrl,isMain,orderBy))")["media"]["images"]
    assert [image["orderBy"] for image in images] == list(range(len(images)))
    return [(image["id"], image["imageOriginalUrl"][-1], image["isMain"]) for image in images]


def test_images_are_added_deleted_and_reordered(api):
    number = make(api)
    one = str(api.post(f"/products/{number}/gallery/async", upload("https://x.example/1"))["id"])
    assert pictures(api, number) == [(one, "1", False)]
    api.post(f"/products/{number}/image/async", upload("https://x.example/0"))
    two = str(api.post(f"/products/{number}/gallery/async", upload("https://x.example/2"))["id"])
    assert pictures(api, number) == [("0", "0", True), (one, "1", False), (two, "2", False)]
    assert show(api, number, "originalImageUrl,galleryImages(id)") == {
        "originalImageUrl": "https://x.example/0",
        "galleryImages": [{"id": int(one)}, {"id": int(two)}],
    }
    # Moved behind the others, the main image gives its position and id to the next one.
    order = [{"id": "0", "orderBy": 5}, {"id": one, "orderBy": 1}, {"id": two, "orderBy": 2}]
    api.put(f"/products/{number}", {"media": {"images": order}})
    (first, second, third) = pictures(api, number)
    assert (first, second) == (("0", "1", True), (two, "2", False))
    assert third[0] not in {"0", one, two}
    assert third[1:] == ("0", False)
    assert api.delete(f"/products/{number}/gallery/{two}") == {"deleteCount": 1}
    assert api.refused("DELETE", f"/products/{number}/gallery/{two}")[0] == 404
    assert api.delete(f"/products/{number}/gallery") == {"deleteCount": 1}
    assert pictures(api, number) == [("0", "1", True)]
    assert api.delete(f"/products/{number}/image") == {"deleteCount": 1}
    assert pictures(api, number) == []
    assert "imageUrl" not in api.get(f"/products/{number}")
