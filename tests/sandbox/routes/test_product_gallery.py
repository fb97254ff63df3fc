"""The gallery of products, which comes after the main image."""

from tests.sandbox.routes.product_helpers import create_product, image_body, image_list, read_fields


def test_images_are_added_deleted_and_reordered(api):
    number = create_product(api)
    one = str(api.post(f"/products/{number}/gallery/async", image_body("https://x.example/1"))["id"])
    assert image_list(api, number) == [(one, "1", False)]
    api.post(f"/products/{number}/image/async", image_body("https://x.example/0"))
    two = str(api.post(f"/products/{number}/gallery/async", image_body("https://x.example/2"))["id"])
    assert image_list(api, number) == [("0", "0", True), (one, "1", False), (two, "2", False)]
    assert read_fields(api, number, "originalImageUrl,galleryImages(id)") == {
        "originalImageUrl": "https://x.example/0",
        "galleryImages": [{"id": int(one)}, {"id": int(two)}],
    }
    # If the main image is moved to the end, the next image becomes the main one, with the id 0.
    order = [{"id": "0", "orderBy": 5}, {"id": one, "orderBy": 1}, {"id": two, "orderBy": 2}]
    api.put(f"/products/{number}", {"media": {"images": order}})
    (first, second, third) = image_list(api, number)
    assert (first, second) == (("0", "1", True), (two, "2", False))
    assert third[0] not in {"0", one, two}
    assert third[1:] == ("0", False)
    assert api.delete(f"/products/{number}/gallery/{two}") == {"deleteCount": 1}
    assert api.refused("DELETE", f"/products/{number}/gallery/{two}")[0] == 404
    assert api.delete(f"/products/{number}/gallery") == {"deleteCount": 1}
    assert image_list(api, number) == [("0", "1", True)]
    assert api.delete(f"/products/{number}/image") == {"deleteCount": 1}
    assert image_list(api, number) == []
    assert "imageUrl" not in api.get(f"/products/{number}")
