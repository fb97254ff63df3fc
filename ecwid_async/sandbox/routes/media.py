"""Pictures and videos of products: the main image, the gallery, videos and their covers."""

from typing import Final

from ecwid_async.sandbox.computed_fields import check_url, picture, show_images
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.image_uploads import (
    UploadedImage,
    described_image,
    new_image_id,
    new_video_id,
    uploaded_image,
)
from ecwid_async.sandbox.routes.products import find_product, save_product
from ecwid_async.sandbox.routes.shared import apply_change
from ecwid_async.sandbox.state import Item, host_of

__all__: list[str] = []

MAIN_VIDEOS: Final = "main_videos"


def media_of(item: Item) -> tuple[list[Item], list[Item]]:
    media = item.setdefault("media", {})
    return media.setdefault("images", []), media.setdefault("videos", [])


def save_media(request: StoreRequest, item: Item, new: UploadedImage | None = None) -> None:
    show_images(item, new.sizes if new else None)
    save_product(request, apply_change(request, item, {}))


def new_video(request: StoreRequest, number: int, url: object) -> Item:
    host = host_of(url)
    if not host:
        raise Refusal(422, "NOT_VIDEO_URL", f"{str(url)[:200]!r} is not the address of a video")
    request.raise_if_simulated("VIDEO_NOT_SUPPORTED", 422, f"Videos of {host} are not supported")
    request.raise_if_simulated("VIDEO_UNAVAILABLE", 422, f"There is no video at {url}")
    provider = host.removeprefix("www.").partition(".")[0].capitalize()
    return {
        "id": number,
        "videoCoverId": number,
        "url": url,
        "embedHtml": f'<iframe src="{url}"></iframe>',
        "providerName": provider,
        "title": f"{provider} video {number}",
        **picture(request.store, number),
    }


# The main image.


@route("POST /products/{productId}/image")
def upload_product_image(request: StoreRequest) -> Result:
    """The main image; it takes the place of the one before."""
    return _set_main_image(
        request, find_product(request), uploaded_image(request, number := new_image_id(request.store)), number
    )


@route("POST /products/{productId}/image/async")
def upload_product_image_async(request: StoreRequest) -> Result:
    """The main image; it takes the place of the one before."""
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
    """The main image; the gallery stays."""
    return remove_image(request, "0")


def new_image(request: StoreRequest, images: list[Item], new: UploadedImage, number: int) -> Item:
    alt = {} if request.endpoint.content == "binary" else request.json.get("alt") or {}
    image: Item = {"id": str(number), **new.urls, "alt": {"translated": {}, **alt}}
    if new.external_id:
        if any(other.get("externalId") == new.external_id for other in images):
            raise Refusal(409, "EXTERNAL_ID_ALREADY_USED", f"External id {new.external_id!r} is already used")
        image["externalId"] = new.external_id
    return image


# The gallery.


@route("POST /products/{productId}/gallery")
def upload_product_gallery_image(request: StoreRequest) -> Result:
    """One more picture, behind the others."""
    return _add_image(
        request, find_product(request), uploaded_image(request, number := new_image_id(request.store)), number
    )


@route("POST /products/{productId}/gallery/async")
def upload_product_gallery_image_async(request: StoreRequest) -> Result:
    """One more picture, behind the others."""
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
    """One picture of the gallery, or a video: the documentation has this path for both."""
    number, item = request.path_number("galleryImageId"), find_product(request)
    if any(video["id"] == number for video in media_of(item)[1]):
        return remove_video(request, item, number)
    return remove_image(request, str(number))


@route("DELETE /products/{productId}/gallery")
def delete_product_gallery(request: StoreRequest) -> Result:
    """All pictures but the main one; tells how many there were."""
    item = find_product(request)
    images, _ = media_of(item)
    kept = [image for image in images if image["id"] == "0"]
    count = len(images) - len(kept)
    images[:] = kept
    save_media(request, item)
    return {"deleteCount": count}


def remove_image(request: StoreRequest, number: str) -> Result:
    item = find_product(request)
    images, _ = media_of(item)
    kept = [image for image in images if image["id"] != number]
    if len(kept) == len(images):
        raise Refusal(404, "IMAGE_NOT_FOUND", f"Image #{number} not found")
    images[:] = kept
    save_media(request, item)
    return {"deleteCount": 1}


# Videos.


@route("POST /products/{productId}/gallery/video")
def upload_product_gallery_video(request: StoreRequest) -> Result:
    """One more video in the gallery."""
    item, number = find_product(request), new_video_id(request.store)
    _, videos = media_of(item)
    videos.append(new_video(request, number, request.json.get("url")))
    save_media(request, item)
    return {"id": number}


@route("GET /products/{productId}/gallery/video/{galleryVideoId}")
def get_product_gallery_video(request: StoreRequest) -> Result:
    """One video of the gallery; only the product itself tells where the original of its cover is."""
    video = _find_video(request, find_product(request))
    return {name: value for name, value in video.items() if name != "imageOriginalUrl"}


@route("PUT /products/{productId}/gallery/video/{galleryVideoId}")
def upload_product_gallery_video_cover(request: StoreRequest) -> Result:
    """Another cover of a video."""
    item = find_product(request)
    video = _find_video(request, item)
    new = uploaded_image(request, number := new_video_id(request.store))
    video.update({"videoCoverId": number, **new.urls})
    save_media(request, item)
    return {"id": number}


@route("DELETE /products/{productId}/gallery/video/{galleryVideoId}")
def delete_product_gallery_video(request: StoreRequest) -> Result:
    """One video of the gallery."""
    item = find_product(request)
    return remove_video(request, item, _find_video(request, item)["id"])


def remove_video(request: StoreRequest, item: Item, number: int) -> Result:
    _, videos = media_of(item)
    [gone] = (video for video in videos if video["id"] == number)
    videos.remove(gone)
    main = request.store.records(MAIN_VIDEOS)
    if main.get(item["id"]) == number:
        del main[item["id"]]
    save_media(request, item)
    return {"deleteCount": 1}


def _find_video(request: StoreRequest, item: Item) -> Item:
    number = request.path_number("galleryVideoId")
    for video in media_of(item)[1]:
        if video["id"] == number:
            return video
    raise Refusal(404, "VIDEO_NOT_FOUND", f"Video #{number} not found")


@route("POST /products/{productId}/video")
def upload_product_video(request: StoreRequest) -> Result:
    """The main video; it takes the place of the one before."""
    item, number = find_product(request), new_video_id(request.store)
    set_main_video(request, item, new_video(request, number, request.json.get("url")))
    save_media(request, item)
    return {"id": number}


@route("DELETE /products/{productId}/video")
def delete_product_video(request: StoreRequest) -> Result:
    """The main video."""
    item = find_product(request)
    if item["id"] not in request.store.records(MAIN_VIDEOS):
        raise Refusal(404, "VIDEO_NOT_FOUND", f"Product #{item['id']} has no main video")
    set_main_video(request, item, None)
    save_media(request, item)
    return {"deleteCount": 1}


def set_main_video(request: StoreRequest, item: Item, video: Item | None) -> None:
    main = request.store.records(MAIN_VIDEOS)
    _, videos = media_of(item)
    videos[:] = [other for other in videos if other["id"] != main.get(item["id"])]
    main.pop(item["id"], None)
    if video is not None:
        videos.insert(0, video)
        main[item["id"]] = video["id"]


@route("PUT /products/{productId}/media")
def update_product_media(request: StoreRequest) -> Result:
    """All media at once, by address: the main one and the gallery, in the given order."""
    item, change = find_product(request), request.json
    images, videos = media_of(item)
    given_images: list[Item] = []
    videos.clear()
    main = change.get("mainMedia") or {}
    set_main_video(request, item, None)
    for at, given in enumerate([main, *(change.get("galleryMedia") or ())]):
        if given.get("imageUrl"):
            number = new_image_id(request.store)
            place: Item = {"orderBy": at, "id": "0"} if given is main else {"orderBy": at}
            urls = picture(request.store, number, check_url(given["imageUrl"]))
            given_images.append({"id": str(number), **urls, "alt": {"translated": {}}, **place})
        if given.get("videoUrl"):
            video = new_video(request, new_video_id(request.store), given["videoUrl"])
            if given is main:
                set_main_video(request, item, video)
            else:
                videos.append(video)
    images[:] = given_images
    save_media(request, item)
    return {"updateCount": 1}
