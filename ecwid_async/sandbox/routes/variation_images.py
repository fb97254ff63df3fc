"""The image of a variation: ``/products/{productId}/combinations/{combinationId}/image``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    new_image_id,
    read_async_image_upload,
    read_image_upload,
)
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.routes.variations import find_variation, replace_variation
from ecwid_async.sandbox.state import Item

__all__: list[str] = []

_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "smallThumbnailUrl": "image160pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
    "originalImageUrl": "imageOriginalUrl",
}


@route("POST /products/{productId}/combinations/{combinationId}/image")
def upload_variation_image(request: StoreRequest) -> Result:
    """Replace the image; it is shown at once."""
    item = find_product(request)
    stored = find_variation(request, item)
    return _set_image(request, item, stored, read_image_upload(request, new_image_id(request.store)))


@route("POST /products/{productId}/combinations/{combinationId}/image/async")
def upload_variation_image_async(request: StoreRequest) -> Result:
    """Replace the image by one at a URL; it is shown at once."""
    item = find_product(request)
    stored = find_variation(request, item)
    if request.json.get("alt"):
        stored["alt"] = request.json["alt"]
    return _set_image(request, item, stored, read_async_image_upload(request, new_image_id(request.store)))


def _set_image(request: StoreRequest, item: Item, stored: Item, new: UploadedImage) -> Result:
    replace_variation(request, item, stored | {name: new.urls[source] for name, source in _IMAGE_FIELDS.items()})
    return {"id": new.id}


@route("DELETE /products/{productId}/combinations/{combinationId}/image")
def delete_variation_image(request: StoreRequest) -> Result:
    """Remove the image and all fields that refer to it."""
    item = find_product(request)
    stored = find_variation(request, item)
    if "imageUrl" not in stored:
        return {"deleteCount": 0}
    removed = {*_IMAGE_FIELDS, "alt"}
    remaining = {name: value for name, value in stored.items() if name not in removed} | {"alt": {"translated": {}}}
    replace_variation(request, item, remaining)
    return {"deleteCount": 1}
