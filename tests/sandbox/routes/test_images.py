"""Main colors of images."""

import pytest


def test_the_colors_of_an_image_are_the_same_on_every_call(api):
    urls = ["https://x.example/1.jpg", "https://x.example/2.jpg"]
    found = api.post("/images/main-colors", {"imageUrls": urls})["result"]
    assert list(found) == urls
    assert found[urls[0]] != found[urls[1]]
    assert all(len(one["colors"]) == 5 and one["colors"][0].startswith("#") for one in found.values())
    assert api.post("/images/main-colors", {"imageUrls": urls})["result"] == found
    two = api.post("/images/main-colors", {"imageUrls": urls[:1], "colorsCount": 2})["result"]
    assert two[urls[0]]["colors"] == found[urls[0]]["colors"][:2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"imageUrls": []}, 400),
        ({"imageUrls": ["nothing"]}, 422),
        ({"imageUrls": ["https://x.example/1"], "colorsCount": 99}, 400),
    ],
)
def test_an_invalid_request_for_colors_is_refused(api, body, status):
    assert api.refused("POST", "/images/main-colors", body)[0] == status
