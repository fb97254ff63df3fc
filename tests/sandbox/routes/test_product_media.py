"""All media of a product in one request."""

from tests.sandbox.routes.product_helpers import create_product, image_list, read_fields


def test_all_media_are_replaced(api):
    number = create_product(api)
    media = {
        "mainMedia": {"imageUrl": "https://x.example/1"},
        "galleryMedia": [{"imageUrl": "https://x.example/2"}, {"videoUrl": "https://vimeo.com/3"}],
    }
    assert api.put(f"/products/{number}/media", media) == {"updateCount": 1}
    main, second = image_list(api, number)
    assert (main, second[1:]) == (("0", "1", True), ("2", False))
    assert [v["url"] for v in read_fields(api, number, "media(videos(url))")["media"]["videos"]] == [
        "https://vimeo.com/3"
    ]
