"""The image of a category: ``/categories/{categoryId}/image``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.categories import find_category
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    new_image_id,
    read_async_image_upload,
    read_image_upload,
)
from ecwid_async.sandbox.state import Item, uploads_of

__all__: list[str] = []

_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
}


@route("POST /categories/{categoryId}/image")
def upload_category_image(request: StoreRequest) -> Result:
    """Replace the image; it is shown at once."""
    item = find_category(request)
    return _set_image(request, item, read_image_upload(request, new_image_id(request.store)))


@route("POST /categories/{categoryId}/image/async")
def upload_category_image_async(request: StoreRequest) -> Result:
    """Replace the image by one at a URL; it is shown at once."""
    item = find_category(request)
    item |= {"alt": request.json["alt"]} if request.json.get("alt") else {}
    return _set_image(request, item, read_async_image_upload(request, new_image_id(request.store)))


@route("DELETE /categories/{categoryId}/image")
def delete_category_image(request: StoreRequest) -> Result:
    """Remove the image and all fields that refer to it."""
    item = find_category(request)
    if "imageUrl" not in item:
        return {"deleteCount": 0}
    uploads_of(request.store).discard((item.get("originalImageUrl", ""),))
    for name in (*_IMAGE_FIELDS, "originalImageUrl", "originalImage", "thumbnail", "alt"):
        item.pop(name, None)
    request.store.table("categories").put(item)
    return {"deleteCount": 1}


def _set_image(request: StoreRequest, item: Item, new: UploadedImage) -> Result:
    """Show this image. The thumbnail's file name is the image's id."""
    thumbnail = f"{new.urls['image400pxUrl'].rpartition('/')[0]}/{new.id}.png"
    if item.get("originalImageUrl") != new.original:
        uploads_of(request.store).discard((item.get("originalImageUrl", ""),))
    item |= {
        **{name: new.urls[source] for name, source in _IMAGE_FIELDS.items()},
        "thumbnailUrl": thumbnail,
        "originalImageUrl": new.original,
        "originalImage": {"url": new.original, "width": new.width, "height": new.height},
        "thumbnail": {"url": thumbnail, "width": 400, "height": 400},
    }
    request.store.table("categories").put(item)
    return {"id": new.id}
