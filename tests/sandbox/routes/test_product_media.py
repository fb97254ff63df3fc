"""All media of a product in one request."""

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


def pictures(api, number):
    images = show(api, number, "media(images(id,imageOriginalUrl,isMain,orderBy))")["media"]["images"]
    assert [image["orderBy"] for image in images] == list(range(len(images)))
    return [(image["id"], image["imageOriginalUrl"][-1], image["isMain"]) for image in images]


def test_all_media_are_replaced(api):
    number = make(api)
    media = {
        "mainMedia": {"imageUrl": "https://x.example/1"},
        "galleryMedia": [{"imageUrl": "https://x.example/2"}, {"videoUrl": "https://vimeo.com/3"}],
    }
    assert api.put(f"/products/{number}/media", media) == {"updateCount": 1}
    main, second = pictures(api, number)
    assert (main, second[1:]) == (("0", "1", True), ("2", False))
    assert [v["url"] for v in show(api, number, "media(videos(url))")["media"]["videos"]] == ["https://vimeo.com/3"]
