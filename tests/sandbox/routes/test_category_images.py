"""Images of categories."""


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
