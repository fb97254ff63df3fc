"""The main image of a product: ``/products/{productId}/image``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    described_image,
    new_image_id,
    uploaded_image,
)
from ecwid_async.sandbox.routes.support.product_media import media_of, new_image, remove_image, save_media
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("POST /products/{productId}/image")
def upload_product_image(request: StoreRequest) -> Result:
    """Replace the main image."""
    return _set_main_image(
        request, find_product(request), uploaded_image(request, number := new_image_id(request.store)), number
    )


@route("POST /products/{productId}/image/async")
def upload_product_image_async(request: StoreRequest) -> Result:
    """Replace the main image; it is shown at once, from the given address."""
    return _set_main_image(
        request, find_product(request), described_image(request, number := new_image_id(request.store)), number
    )


def _set_main_image(request: StoreRequest, item: Item, new: UploadedImage, number: int) -> Result:
    images, _ = media_of(item)
    others = [image for image in images if image["id"] != "0"]
    images[:] = [*others, new_image(request, others, new, number) | {"id": "0", "orderBy": -1}]
    save_media(request, item, new)
    return {"id": number}


@route("DELETE /products/{productId}/image")
def delete_product_image(request: StoreRequest) -> Result:
    """Delete the main image; the gallery stays."""
    return remove_image(request, "0")
