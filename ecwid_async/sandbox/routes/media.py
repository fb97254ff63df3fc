"""Pictures and videos of products: the main image, the gallery, videos and their covers."""

from typing import Final

from ecwid_async.sandbox.computed_fields import check_url, picture, show_images
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.image_uploads import Brought, announced, brought, new_number, new_video_number
from ecwid_async.sandbox.routes.products import keep, product
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item, host_of

__all__: list[str] = []

_MAIN_VIDEO: Final = "main_videos"


def _media(item: Item) -> tuple[list[Item], list[Item]]:
    media = item.setdefault("media", {})
    return media.setdefault("images", []), media.setdefault("videos", [])


def _save(visit: Visit, item: Item, new: Brought | None = None) -> None:
    show_images(item, new.sizes if new else None)
    keep(visit, updated(visit, item, {}))


def _video(visit: Visit, number: int, url: object) -> Item:
    host = host_of(url)
    if not host:
        raise Refusal(422, "NOT_VIDEO_URL", f"{str(url)[:200]!r} is not the address of a video")
    visit.unless_refused("VIDEO_NOT_SUPPORTED", 422, f"Videos of {host} are not supported")
    visit.unless_refused("VIDEO_UNAVAILABLE", 422, f"There is no video at {url}")
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


# The main image.


@route("POST /products/{productId}/image")
def upload_product_image(visit: Visit) -> Answer:
    """The main image; it takes the place of the one before."""
    return _set_main_image(visit, product(visit), brought(visit, number := new_number(visit.store)), number)


@route("POST /products/{productId}/image/async")
def upload_product_image_async(visit: Visit) -> Answer:
    """The main image; it takes the place of the one before."""
    return _set_main_image(visit, product(visit), announced(visit, number := new_number(visit.store)), number)


def _set_main_image(visit: Visit, item: Item, new: Brought, number: int) -> Answer:
    images, _ = _media(item)
    others = [image for image in images if image["id"] != "0"]
    images[:] = [*others, _image(visit, others, new, number) | {"id": "0", "orderBy": -1}]
    _save(visit, item, new)
    return {"id": number}


@route("DELETE /products/{productId}/image")
def delete_product_image(visit: Visit) -> Answer:
    """The main image; the gallery stays."""
    return _delete_image(visit, "0")


def _image(visit: Visit, images: list[Item], new: Brought, number: int) -> Item:
    alt = {} if visit.endpoint.content == "binary" else visit.document.get("alt") or {}
    image: Item = {"id": str(number), **new.urls, "alt": {"translated": {}, **alt}}
    if new.external_id:
        if any(other.get("externalId") == new.external_id for other in images):
            raise Refusal(409, "EXTERNAL_ID_ALREADY_USED", f"External id {new.external_id!r} is already used")
        image["externalId"] = new.external_id
    return image


# The gallery.


@route("POST /products/{productId}/gallery")
def upload_product_gallery_image(visit: Visit) -> Answer:
    """One more picture, behind the others."""
    return _add_image(visit, product(visit), brought(visit, number := new_number(visit.store)), number)


@route("POST /products/{productId}/gallery/async")
def upload_product_gallery_image_async(visit: Visit) -> Answer:
    """One more picture, behind the others."""
    return _add_image(visit, product(visit), announced(visit, number := new_number(visit.store)), number)


def _add_image(visit: Visit, item: Item, new: Brought, number: int) -> Answer:
    images, _ = _media(item)
    images.append(_image(visit, images, new, number) | {"orderBy": len(images)})
    _save(visit, item, new)
    return {"id": number}


@route("DELETE /products/{productId}/gallery/{galleryImageId}")
def delete_product_gallery_image(visit: Visit) -> Answer:
    """One picture of the gallery, or a video: the documentation has this path for both."""
    number, item = visit.id("galleryImageId"), product(visit)
    if any(video["id"] == number for video in _media(item)[1]):
        return _delete_video(visit, item, number)
    return _delete_image(visit, str(number))


@route("DELETE /products/{productId}/gallery")
def delete_product_gallery(visit: Visit) -> Answer:
    """All pictures but the main one; tells how many there were."""
    item = product(visit)
    images, _ = _media(item)
    kept = [image for image in images if image["id"] == "0"]
    count = len(images) - len(kept)
    images[:] = kept
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


# Videos.


@route("POST /products/{productId}/gallery/video")
def upload_product_gallery_video(visit: Visit) -> Answer:
    """One more video in the gallery."""
    item, number = product(visit), new_video_number(visit.store)
    _, videos = _media(item)
    videos.append(_video(visit, number, visit.document.get("url")))
    _save(visit, item)
    return {"id": number}


@route("GET /products/{productId}/gallery/video/{galleryVideoId}")
def get_product_gallery_video(visit: Visit) -> Answer:
    """One video of the gallery; only the product itself tells where the original of its cover is."""
    video = _find_video(visit, product(visit))
    return {name: value for name, value in video.items() if name != "imageOriginalUrl"}


@route("PUT /products/{productId}/gallery/video/{galleryVideoId}")
def upload_product_gallery_video_cover(visit: Visit) -> Answer:
    """Another cover of a video."""
    item = product(visit)
    video = _find_video(visit, item)
    new = brought(visit, number := new_video_number(visit.store))
    video.update({"videoCoverId": number, **new.urls})
    _save(visit, item)
    return {"id": number}


@route("DELETE /products/{productId}/gallery/video/{galleryVideoId}")
def delete_product_gallery_video(visit: Visit) -> Answer:
    """One video of the gallery."""
    item = product(visit)
    return _delete_video(visit, item, _find_video(visit, item)["id"])


def _delete_video(visit: Visit, item: Item, number: int) -> Answer:
    _, videos = _media(item)
    [gone] = (video for video in videos if video["id"] == number)
    videos.remove(gone)
    main = visit.store.records(_MAIN_VIDEO)
    if main.get(item["id"]) == number:
        del main[item["id"]]
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
    item, number = product(visit), new_video_number(visit.store)
    _set_main_video(visit, item, _video(visit, number, visit.document.get("url")))
    _save(visit, item)
    return {"id": number}


@route("DELETE /products/{productId}/video")
def delete_product_video(visit: Visit) -> Answer:
    """The main video."""
    item = product(visit)
    if item["id"] not in visit.store.records(_MAIN_VIDEO):
        raise Refusal(404, "VIDEO_NOT_FOUND", f"Product #{item['id']} has no main video")
    _set_main_video(visit, item, None)
    _save(visit, item)
    return {"deleteCount": 1}


def _set_main_video(visit: Visit, item: Item, video: Item | None) -> None:
    main = visit.store.records(_MAIN_VIDEO)
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
    given_images: list[Item] = []
    videos.clear()
    main = change.get("mainMedia") or {}
    _set_main_video(visit, item, None)
    for at, given in enumerate([main, *(change.get("galleryMedia") or ())]):
        if given.get("imageUrl"):
            number = new_number(visit.store)
            place: Item = {"orderBy": at, "id": "0"} if given is main else {"orderBy": at}
            urls = picture(visit.store, number, check_url(given["imageUrl"]))
            given_images.append({"id": str(number), **urls, "alt": {"translated": {}}, **place})
        if given.get("videoUrl"):
            video = _video(visit, new_video_number(visit.store), given["videoUrl"])
            if given is main:
                _set_main_video(visit, item, video)
            else:
                videos.append(video)
    images[:] = given_images
    _save(visit, item)
    return {"updateCount": 1}
