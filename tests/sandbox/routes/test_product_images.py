"""The main image of products."""

import pytest

from tests.sandbox.routes.product_helpers import create_product, image_body


@pytest.mark.parametrize("url", ["", " ", "ftp://x.example/1", "nothing", None])
def test_an_image_needs_an_http_url(api, url):
    number = create_product(api)
    for path in ("image", "gallery"):
        assert api.refused("POST", f"/products/{number}/{path}/async", image_body(url))[:2] == (422, "WRONG_URL")
