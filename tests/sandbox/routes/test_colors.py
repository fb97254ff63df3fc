"""Colours of options, all and the latest; and those of pictures."""

import pytest

from ecwid_async.sandbox import Sandbox
from tests.sandbox.api import Api, Clock


@pytest.fixture
def api():
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None)
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


def paint(api, *colors):
    choices = [{"text": name, "hexCodes": [code], "textTranslated": {"de": name[::-1]}} for name, code in colors]
    option = {"type": "SWATCHES", "name": "Color", "choices": choices}
    number = api.post("/products", {"name": "Paint", "options": [option]})["id"]
    api.sandbox.clock.now += 1
    return number


def names(colors):
    return [color["name"] for color in colors["colors"]]


def test_the_latest_colours_are_those_of_the_products_changed_last(api):
    first = paint(api, ("Red", "#ff0000"), ("Blue", "#0000ff"))
    paint(api, ("Green", "#00ff00"), ("Red", "#ff0000"))
    assert names(api.get("/swatches/recent-colors")) == ["Green", "Red", "Blue"]
    api.put(f"/products/{first}", {"price": 1})
    recent = api.get("/swatches/recent-colors")
    assert names(recent) == ["Red", "Blue", "Green"]
    assert recent["colors"][1] == {"name": "Blue", "hexCode": "#0000ff", "translations": {"de": "eulB", "en": "Blue"}}
    assert sorted(names(api.get("/swatches"))) == ["Blue", "Green", "Red"]


def test_at_most_ten_colours_are_the_latest(api):
    for number in range(12):
        paint(api, (f"C{number}", f"#0000{number:02}"))
    assert names(api.get("/swatches/recent-colors")) == [f"C{number}" for number in range(11, 1, -1)]


def test_pictures_have_colours_by_address_the_same_on_every_call(api):
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
def test_colours_of_no_picture_are_refused(api, body, status):
    assert api.refused("POST", "/images/main-colors", body)[0] == status
