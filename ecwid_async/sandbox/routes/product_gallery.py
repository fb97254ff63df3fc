"""The gallery of a product: ``/products/{productId}/gallery``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    described_image,
    new_image_id,
    uploaded_image,
)
from ecwid_async.sandbox.routes.support.product_media import media_of, new_image, remove_image, remove_video, save_media
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("POST /products/{productId}/gallery")
def upload_product_gallery_image(request: StoreRequest) -> Result:
    """Add an image after the others."""
    return _add_image(
        request, find_product(request), uploaded_image(request, number := new_image_id(request.store)), number
    )


@route("POST /products/{productId}/gallery/async")
def upload_product_gallery_image_async(request: StoreRequest) -> Result:
    """Add an image after the others; it is shown at once, from the given address."""
    return _add_image(
        request, find_product(request), described_image(request, number := new_image_id(request.store)), number
    )


def _add_image(request: StoreRequest, item: Item, new: UploadedImage, number: int) -> Result:
    images, _ = media_of(item)
    images.append(new_image(request, images, new, number) | {"orderBy": len(images)})
    save_media(request, item, new)
    return {"id": number}


@route("DELETE /products/{productId}/gallery/{galleryImageId}")
def delete_product_gallery_image(request: StoreRequest) -> Result:
    """Delete an image of the gallery, or a video: both have this path in the documentation."""
    number, item = request.path_number("galleryImageId"), find_product(request)
    if any(video["id"] == number for video in media_of(item)[1]):
        return remove_video(request, item, number)
    return remove_image(request, str(number))


@route("DELETE /products/{productId}/gallery")
def delete_product_gallery(request: StoreRequest) -> Result:
    """Delete all images but the main one; returns how many there were."""
    item = find_product(request)
    images, _ = media_of(item)
    kept = [image for image in images if image["id"] == "0"]
    count = len(images) - len(kept)
    images[:] = kept
    save_media(request, item)
    return {"deleteCount": count}
