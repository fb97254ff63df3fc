"""Videos of a product: ``/products/{productId}/video`` and ``/products/{productId}/gallery/video``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.image_uploads import new_video_id, read_image_upload
from ecwid_async.sandbox.routes.support.product_media_storage import (
    MAIN_VIDEOS,
    media_of,
    new_video,
    remove_video,
    save_media,
    set_main_video,
)
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("POST /products/{productId}/gallery/video")
def upload_product_gallery_video(request: StoreRequest) -> Result:
    """Add a video to the gallery."""
    item, video_id = find_product(request), new_video_id(request.store)
    _, videos = media_of(item)
    videos.append(new_video(request, video_id, request.json.get("url")))
    save_media(request, item)
    return {"id": video_id}


@route("GET /products/{productId}/gallery/video/{galleryVideoId}")
def get_product_gallery_video(request: StoreRequest) -> Result:
    """Read a video of the gallery. Only the product contains the URL of its original cover."""
    video = _find_video(request, find_product(request))
    return {name: value for name, value in video.items() if name != "imageOriginalUrl"}


@route("PUT /products/{productId}/gallery/video/{galleryVideoId}")
def upload_product_gallery_video_cover(request: StoreRequest) -> Result:
    """Replace the cover of a video."""
    item = find_product(request)
    video = _find_video(request, item)
    new = read_image_upload(request, new_video_id(request.store))
    video.update({"videoCoverId": new.id, **new.urls})
    save_media(request, item)
    return {"id": new.id}


@route("DELETE /products/{productId}/gallery/video/{galleryVideoId}")
def delete_product_gallery_video(request: StoreRequest) -> Result:
    """Delete a video of the gallery."""
    item = find_product(request)
    return remove_video(request, item, _find_video(request, item)["id"])


def _find_video(request: StoreRequest, item: Item) -> Item:
    video_id = request.path_number("galleryVideoId")
    _, videos = media_of(item)
    for video in videos:
        if video["id"] == video_id:
            return video
    raise ErrorResponse(404, "VIDEO_NOT_FOUND", f"Video #{video_id} not found")


@route("POST /products/{productId}/video")
def upload_product_video(request: StoreRequest) -> Result:
    """Replace the main video."""
    item, video_id = find_product(request), new_video_id(request.store)
    set_main_video(request, item, new_video(request, video_id, request.json.get("url")))
    save_media(request, item)
    return {"id": video_id}


@route("DELETE /products/{productId}/video")
def delete_product_video(request: StoreRequest) -> Result:
    """Delete the main video."""
    item = find_product(request)
    if item["id"] not in request.store.records(MAIN_VIDEOS):
        raise ErrorResponse(404, "VIDEO_NOT_FOUND", f"Product #{item['id']} has no main video")
    set_main_video(request, item, None)
    save_media(request, item)
    return {"deleteCount": 1}
