"""Images and videos stored in products: added, removed, and the main one replaced."""

from typing import Final

from ecwid_async.sandbox.computed_fields import image_urls, set_image_fields
from ecwid_async.sandbox.engine import Result, StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.image_uploads import UploadedImage
from ecwid_async.sandbox.routes.support.items import apply_change
from ecwid_async.sandbox.routes.support.product_storage import find_product, save_product
from ecwid_async.sandbox.state import Item, host_of

__all__ = [
    "MAIN_VIDEOS",
    "media_of",
    "new_image",
    "new_video",
    "remove_image",
    "remove_video",
    "save_media",
    "set_main_video",
]

MAIN_VIDEOS: Final = "main_videos"
"""The name of the store's records of main videos: video ids by product id."""


def media_of(item: Item) -> tuple[list[Item], list[Item]]:
    """The lists of images and videos of a product, to be changed in place."""
    media = item.setdefault("media", {})
    return media.setdefault("images", []), media.setdefault("videos", [])


def save_media(request: StoreRequest, item: Item, new: UploadedImage | None = None) -> None:
    """Store a product whose media have changed; `new` is the image just uploaded, if any."""
    set_image_fields(item, new.sizes if new else None)
    save_product(request, apply_change(request, item, {}))


def new_video(request: StoreRequest, video_id: int, url: object) -> Item:
    """The video at this URL. Raises `ErrorResponse` 422 if it is not the URL of a video."""
    host = host_of(url)
    if not host:
        raise ErrorResponse(422, "NOT_VIDEO_URL", f"{str(url)[:200]!r} is not the URL of a video")
    request.raise_if_simulated("VIDEO_NOT_SUPPORTED", 422, f"Videos of {host} are not supported")
    request.raise_if_simulated("VIDEO_UNAVAILABLE", 422, f"There is no video at {url}")
    provider = host.removeprefix("www.").partition(".")[0].capitalize()
    return {
        "id": video_id,
        "videoCoverId": video_id,
        "url": url,
        "embedHtml": f'<iframe src="{url}"></iframe>',
        "providerName": provider,
        "title": f"{provider} video {video_id}",
        **image_urls(request.store, video_id),
    }


def new_image(request: StoreRequest, images: list[Item], new: UploadedImage) -> Item:
    """An uploaded image as an element of `images`. Raises `ErrorResponse` 409 if one of them has its external id."""
    alt = {} if request.endpoint.content == "binary" else request.json.get("alt") or {}
    image: Item = {"id": str(new.id), **new.urls, "alt": {"translated": {}, **alt}}
    if new.external_id:
        if any(other.get("externalId") == new.external_id for other in images):
            raise ErrorResponse(409, "EXTERNAL_ID_ALREADY_USED", f"External id {new.external_id!r} is already used")
        image["externalId"] = new.external_id
    return image


def remove_image(request: StoreRequest, image_id: str) -> Result:
    """Delete an image of the product identified by the path. Raises `ErrorResponse` 404 if either does not exist."""
    item = find_product(request)
    images, _ = media_of(item)
    kept = [image for image in images if image["id"] != image_id]
    if len(kept) == len(images):
        raise ErrorResponse(404, "IMAGE_NOT_FOUND", f"Image #{image_id} not found")
    images[:] = kept
    save_media(request, item)
    return {"deleteCount": 1}


def remove_video(request: StoreRequest, item: Item, video_id: int) -> Result:
    """Delete a video of a product, which may be the main one. The product must have it."""
    _, videos = media_of(item)
    [removed] = (video for video in videos if video["id"] == video_id)
    videos.remove(removed)
    main_videos = request.store.records(MAIN_VIDEOS)
    if main_videos.get(item["id"]) == video_id:
        del main_videos[item["id"]]
    save_media(request, item)
    return {"deleteCount": 1}


def set_main_video(request: StoreRequest, item: Item, video: Item | None) -> None:
    """Replace the main video of a product; None removes it."""
    main_videos = request.store.records(MAIN_VIDEOS)
    _, videos = media_of(item)
    videos[:] = [other for other in videos if other["id"] != main_videos.get(item["id"])]
    main_videos.pop(item["id"], None)
    if video is not None:
        videos.insert(0, video)
        main_videos[item["id"]] = video["id"]
