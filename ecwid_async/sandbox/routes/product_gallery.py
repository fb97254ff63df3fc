"""The gallery of a product: ``/products/{productId}/gallery``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import (
    UploadedImage,
    new_image_id,
    read_async_image_upload,
    read_image_upload,
)
from ecwid_async.sandbox.routes.support.product_media_storage import (
    media_of,
    new_image,
    remove_image,
    remove_video,
    save_media,
)
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("POST /products/{productId}/gallery")
def upload_product_gallery_image(request: StoreRequest) -> Result:
    """Add an image after the others."""
    return _add_image(request, find_product(request), read_image_upload(request, new_image_id(request.store)))


@route("POST /products/{productId}/gallery/async")
def upload_product_gallery_image_async(request: StoreRequest) -> Result:
    """Add an image at a URL after the others; it is shown at once."""
    return _add_image(request, find_product(request), read_async_image_upload(request, new_image_id(request.store)))


def _add_image(request: StoreRequest, item: Item, new: UploadedImage) -> Result:
    images, _ = media_of(item)
    images.append(new_image(request, images, new) | {"orderBy": len(images)})
    save_media(request, item, new)
    return {"id": new.id}


@route("DELETE /products/{productId}/gallery/{galleryImageId}")
def delete_product_gallery_image(request: StoreRequest) -> Result:
    """Delete an image or a video of the gallery; both have this path in the documentation."""
    medium_id, item = request.path_number("galleryImageId"), find_product(request)
    _, videos = media_of(item)
    if any(video["id"] == medium_id for video in videos):
        return remove_video(request, item, medium_id)
    return remove_image(request, str(medium_id))


@route("DELETE /products/{productId}/gallery")
def delete_product_gallery(request: StoreRequest) -> Result:
    """Delete all images except the main one."""
    item = find_product(request)
    images, _ = media_of(item)
    kept = [image for image in images if image["id"] == "0"]
    deleted = len(images) - len(kept)
    images[:] = kept
    save_media(request, item)
    return {"deleteCount": deleted}
