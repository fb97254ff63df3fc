"""The main image of a product: ``/products/{productId}/image``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    new_image_id,
    read_async_image_upload,
    read_image_upload,
)
from ecwid_async.sandbox.routes.support.product_media_storage import media_of, new_image, remove_image, save_media
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("POST /products/{productId}/image")
def upload_product_image(request: StoreRequest) -> Result:
    """Replace the main image."""
    return _set_main_image(request, find_product(request), read_image_upload(request, new_image_id(request.store)))


@route("POST /products/{productId}/image/async")
def upload_product_image_async(request: StoreRequest) -> Result:
    """Replace the main image by one at a URL; it is shown at once."""
    return _set_main_image(
        request, find_product(request), read_async_image_upload(request, new_image_id(request.store))
    )


def _set_main_image(request: StoreRequest, item: Item, new: UploadedImage) -> Result:
    images, _ = media_of(item)
    others = [image for image in images if image["id"] != "0"]
    images[:] = [*others, new_image(request, others, new) | {"id": "0", "orderBy": -1}]
    save_media(request, item, new)
    return {"id": new.id}


@route("DELETE /products/{productId}/image")
def delete_product_image(request: StoreRequest) -> Result:
    """Delete the main image; the gallery stays."""
    return remove_image(request, "0")
