"""Colors of product options: all of them, and the most recently used ones."""

from tests.sandbox.routes.product_helpers import create_product


def create_paint(api, *colors):
    choices = [{"text": name, "hexCodes": [code], "textTranslated": {"de": name[::-1]}} for name, code in colors]
    option = {"type": "SWATCHES", "name": "Color", "choices": choices}
    number = api.post("/products", {"name": "Paint", "options": [option]})["id"]
    api.sandbox.clock.now += 1
    return number


def names(response):
    return [color["name"] for color in response["colors"]]


def test_recent_colors_are_from_the_most_recently_changed_products(api):
    first = create_paint(api, ("Red", "#ff0000"), ("Blue", "#0000ff"))
    create_paint(api, ("Green", "#00ff00"), ("Red", "#ff0000"))
    assert names(api.get("/swatches/recent-colors")) == ["Green", "Red", "Blue"]
    api.put(f"/products/{first}", {"price": 1})
    recent = api.get("/swatches/recent-colors")
    assert names(recent) == ["Red", "Blue", "Green"]
    assert recent["colors"][1] == {"name": "Blue", "hexCode": "#0000ff", "translations": {"de": "eulB", "en": "Blue"}}
    assert sorted(names(api.get("/swatches"))) == ["Blue", "Green", "Red"]


def test_there_are_at_most_ten_recent_colors(api):
    for number in range(12):
        create_paint(api, (f"C{number}", f"#0000{number:02}"))
    assert names(api.get("/swatches/recent-colors")) == [f"C{number}" for number in range(11, 1, -1)]


def test_swatches_are_the_colors_of_product_options(api):
    choice = {"text": "Red", "textTranslated": {"de": "Rot"}, "hexCodes": ["#f00"]}
    create_product(api, options=[{"type": "SWATCHES", "name": "Color", "choices": [choice]}])
    create_product(api, options=[{"type": "SWATCHES", "name": "Color", "choices": [choice]}])
    assert api.get("/swatches") == {
        "colors": [{"name": "Red", "hexCode": "#f00", "translations": {"de": "Rot", "en": "Red"}}]
    }


def test_any_text_can_be_a_color(api):
    create_paint(api, ("Dark=Light", "a=b"))
    assert names(api.get("/swatches")) == ["Dark=Light"]
