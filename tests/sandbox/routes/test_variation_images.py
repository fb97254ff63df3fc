"""Images of variations."""

import pytest

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.state import uploads_of
from tests.sandbox.api import Api, Clock

SIZE = {
    "type": "SIZE",
    "name": "Size",
    "nameTranslated": {"de": "Größe"},
    "choices": [
        {"text": "S", "textTranslated": {"de": "klein"}},
        {"text": "M", "priceModifier": 2},
        {"text": "L", "priceModifier": 50, "priceModifierType": "PERCENT"},
    ],
}


COLOR = {"type": "SELECT", "name": "Color", "choices": [{"text": "Red"}, {"text": "Blue"}]}


def shop(**switches):
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None, switches=Switches(**switches))
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def api():
    return shop()


@pytest.fixture
def product(api):
    return product_of(api)


def product_of(api, **fields):
    fields = {"name": "Shirt", "sku": "SHIRT", "price": 10, "options": [SIZE, COLOR], **fields}
    return f"/products/{api.post('/products', fields)['id']}"


def picked(**options):
    return [{"name": name, "value": value} for name, value in options.items()]


def make(api, product, size="S", **fields):
    return api.post(f"{product}/combinations", {"options": picked(Size=size), **fields})["id"]


def test_an_image_is_uploaded_and_deleted(api, product):
    number = make(api, product)
    path = f"{product}/combinations/{number}"
    uploaded = api.post(f"{path}/image", b"GIF89a\x01\0\x01\0")["id"]
    shown = api.get(path)
    assert str(uploaded) in shown["imageUrl"]
    assert uploads_of(api.store).get(shown["originalImageUrl"]) == b"GIF89a\x01\0\x01\0"
    assert api.delete(f"{path}/image") == {"deleteCount": 1}
    assert api.delete(f"{path}/image") == {"deleteCount": 0}
    assert not {"imageUrl", "thumbnailUrl", "originalImageUrl"} & api.get(path).keys()
    assert len(uploads_of(api.store)) == 0


def test_an_asynchronous_upload_is_shown_at_once(api, product):
    number = make(api, product)
    path = f"{product}/combinations/{number}"
    api.post(f"{path}/image/async", {"url": "https://x.example/1.jpg", "width": 10, "height": 10})
    assert api.get(path)["originalImageUrl"] == "https://x.example/1.jpg"
    assert api.refused("POST", f"{path}/image/async", {"url": " ", "width": 1, "height": 1})[1] == "WRONG_URL"
