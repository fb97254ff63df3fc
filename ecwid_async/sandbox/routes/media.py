"""Pictures and videos of products, as far as they come by address: the main image, the gallery, videos."""

from typing import Final
from urllib.parse import urlsplit

from ecwid_async.sandbox.bodies import Refusal
from ecwid_async.sandbox.catalog import check_url, picture, show_images
from ecwid_async.sandbox.routes import Answer, Visit, route
from ecwid_async.sandbox.routes.products import product
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.table import Item

__all__: list[str] = []

_FIRST_NUMBER: Final = 4_500_000_001
_MAIN_VIDEO: Final = "main_videos"


def _number(visit: Visit) -> int:
    """A number for a new picture or video; one counter for the whole store."""
    number: int = visit.store.odds.get("media", _FIRST_NUMBER)
    visit.store.odds["media"] = number + 1
    return number


def _media(item: Item) -> tuple[list[Item], list[Item]]:
    media = item.setdefault("media", {})
    return media.setdefault("images", []), media.setdefault("videos", [])


def _save(visit: Visit, item: Item) -> None:
    show_images(item)
    visit.store.table("products").put(updated(visit, item, {}))


def _image(visit: Visit, number: int, url: str, alt: Item | None = None) -> Item:
    return {"id": str(number), **picture(visit.store, number, url), "alt": {"translated": {}, **(alt or {})}}


def _video(visit: Visit, number: int, url: object) -> Item:
    host = urlsplit(url).hostname if isinstance(url, str) else None
    if not host:
        raise Refusal(422, "NOT_VIDEO_URL", f"{url!r} is not the address of a video")
    provider = host.removeprefix("www.").partition(".")[0].capitalize()
    return {
        "id": number,
        "videoCoverId": number,
        "url": url,
        "embedHtml": f'<iframe src="{url}"></iframe>',
        "providerName": provider,
        "title": f"{provider} video {number}",
        **picture(visit.store, number),
    }


@route("POST /products/{productId}/image/async")
def upload_product_image_async(visit: Visit) -> Answer:
    """The main image; it takes the place of the one before."""
    item, url = product(visit), check_url(visit.document.get("url"))
    number = _number(visit)
    images, _ = _media(item)
    images[:] = [image for image in images if image["id"] != "0"]
    images.append(_image(visit, number, url, visit.document.get("alt")) | {"id": "0", "orderBy": -1})
    _save(visit, item)
    return {"id": number}


@route("DELETE /products/{productId}/image")
def delete_product_image(visit: Visit) -> Answer:
    """The main image; the gallery stays."""
    return _delete_image(visit, "0")


@route("POST /products/{productId}/gallery/async")
def upload_product_gallery_image_async(visit: Visit) -> Answer:
    """One more picture, behind the others."""
    item, url = product(visit), check_url(visit.document.get("url"))
    number = _number(visit)
    images, _ = _media(item)
    images.append(_image(visit, number, url, visit.document.get("alt")) | {"orderBy": len(images)})
    _save(visit, item)
    return {"id": number}


@route("DELETE /products/{productId}/gallery/{galleryImageId}")
def delete_product_gallery_image(visit: Visit) -> Answer:
    """One picture of the gallery."""
    return _delete_image(visit, str(visit.id("galleryImageId")))


@route("DELETE /products/{productId}/gallery")
def delete_product_gallery(visit: Visit) -> Answer:
    """All pictures but the main one; tells how many there were."""
    item = product(visit)
    images, _ = _media(item)
    count = sum(image["id"] != "0" for image in images)
    images[:] = [image for image in images if image["id"] == "0"]
    _save(visit, item)
    return {"deleteCount": count}


def _delete_image(visit: Visit, number: str) -> Answer:
    item = product(visit)
    images, _ = _media(item)
    kept = [image for image in images if image["id"] != number]
    if len(kept) == len(images):
        raise Refusal(404, "IMAGE_NOT_FOUND", f"Image #{number} not found")
    images[:] = kept
    _save(visit, item)
    return {"deleteCount": 1}


@route("POST /products/{productId}/gallery/video")
def upload_product_gallery_video(visit: Visit) -> Answer:
    """One more video in the gallery."""
    item, number = product(visit), _number(visit)
    _, videos = _media(item)
    videos.append(_video(visit, number, visit.document.get("url")))
    _save(visit, item)
    return {"id": number}


@route("GET /products/{productId}/gallery/video/{galleryVideoId}")
def get_product_gallery_video(visit: Visit) -> Answer:
    """One video of the gallery."""
    return _find_video(visit, product(visit))


@route("DELETE /products/{productId}/gallery/video/{galleryVideoId}")
def delete_product_gallery_video(visit: Visit) -> Answer:
    """One video of the gallery."""
    item = product(visit)
    _media(item)[1].remove(_find_video(visit, item))
    _save(visit, item)
    return {"deleteCount": 1}


def _find_video(visit: Visit, item: Item) -> Item:
    number = visit.id("galleryVideoId")
    for video in _media(item)[1]:
        if video["id"] == number:
            return video
    raise Refusal(404, "VIDEO_NOT_FOUND", f"Video #{number} not found")


@route("POST /products/{productId}/video")
def upload_product_video(visit: Visit) -> Answer:
    """The main video; it takes the place of the one before."""
    item, number = product(visit), _number(visit)
    _set_main_video(visit, item, _video(visit, number, visit.document.get("url")))
    _save(visit, item)
    return {"id": number}


@route("DELETE /products/{productId}/video")
def delete_product_video(visit: Visit) -> Answer:
    """The main video."""
    item = product(visit)
    if item["id"] not in visit.store.odds.get(_MAIN_VIDEO, {}):
        raise Refusal(404, "VIDEO_NOT_FOUND", f"Product #{item['id']} has no main video")
    _set_main_video(visit, item, None)
    _save(visit, item)
    return {"deleteCount": 1}


def _set_main_video(visit: Visit, item: Item, video: Item | None) -> None:
    main: dict[int, int] = visit.store.odds.setdefault(_MAIN_VIDEO, {})
    _, videos = _media(item)
    videos[:] = [other for other in videos if other["id"] != main.get(item["id"])]
    main.pop(item["id"], None)
    if video is not None:
        videos.insert(0, video)
        main[item["id"]] = video["id"]


@route("PUT /products/{productId}/media")
def update_product_media(visit: Visit) -> Answer:
    """All media at once, by address: the main one and the gallery, in the given order."""
    item, change = product(visit), visit.document
    images, videos = _media(item)
    images.clear()
    videos.clear()
    main = change.get("mainMedia") or {}
    _set_main_video(visit, item, None)
    for at, given in enumerate([main, *(change.get("galleryMedia") or ())]):
        number = _number(visit)
        if given.get("imageUrl"):
            place: Item = {"orderBy": at, "id": "0"} if given is main else {"orderBy": at}
            images.append(_image(visit, number, check_url(given["imageUrl"])) | place)
        if given.get("videoUrl"):
            video = _video(visit, number, given["videoUrl"])
            if given is main:
                _set_main_video(visit, item, video)
            else:
                videos.append(video)
    _save(visit, item)
    return {"updateCount": 1}
