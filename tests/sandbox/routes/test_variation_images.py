"""Images of variations."""

from ecwid_async.sandbox.state import uploads_of
from tests.sandbox.routes.variation_helpers import create_variation


def test_an_image_is_uploaded_and_deleted(api, product):
    number = create_variation(api, product)
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
    number = create_variation(api, product)
    path = f"{product}/combinations/{number}"
    api.post(f"{path}/image/async", {"url": "https://x.example/1.jpg", "width": 10, "height": 10})
    assert api.get(path)["originalImageUrl"] == "https://x.example/1.jpg"
    assert api.refused("POST", f"{path}/image/async", {"url": " ", "width": 1, "height": 1})[1] == "WRONG_URL"
