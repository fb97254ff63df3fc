"""The main image of products."""

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


def upload(url):
    return {"url": url, "width": "10", "height": "10"}


@pytest.mark.parametrize("url", ["", " ", "ftp://x.example/1", "nothing", None])
def test_an_image_needs_an_http_url(api, url):
    number = make(api)
    for path in ("image", "gallery"):
        assert api.refused("POST", f"/products/{number}/{path}/async", upload(url))[:2] == (422, "WRONG_URL")
