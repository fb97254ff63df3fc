"""Uploaded images: sent as the body of a request, or by URL."""

from typing import Any, Final

import msgspec

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, ImageInfo, Item, Store, parse_number, read_image_info, uploads_of

__all__ = ["UploadedImage", "new_image_id", "new_video_id", "read_async_image_upload", "read_image_upload"]

_FIRST_IMAGE_ID: Final = 4_500_000_001
# Clients read the ids of videos as 32-bit integers.
_FIRST_VIDEO_ID: Final = 70_500_001


def new_image_id(store: Store) -> int:
    """The id for a new image; all images of a store share one counter."""
    return store.next_number("pictures", _FIRST_IMAGE_ID)


def new_video_id(store: Store) -> int:
    """The id for a new video or its cover."""
    return store.next_number("videos", _FIRST_VIDEO_ID)


@frozen
class UploadedImage:
    """An image: its id, its URLs by the names of their fields, width and height in pixels, and the caller's own id."""

    id: int
    urls: dict[str, str]
    width: int
    height: int
    external_id: str | None = None

    @property
    def original(self) -> str:
        """The URL of the original image."""
        return self.urls["imageOriginalUrl"]

    @property
    def sizes(self) -> dict[str, dict[str, int]]:
        """Width and height by URL, as `set_image_fields` expects them."""
        return {self.original: {"width": self.width, "height": self.height}}


def read_image_upload(request: StoreRequest, image_id: int) -> UploadedImage:
    """The image in the body, or the one at ``externalUrl``, which is not downloaded.

    Raises `ErrorResponse` if the image is missing or larger than 20 MB.
    """
    if "externalUrl" in request.params:
        default = ImageInfo()
        urls = image_urls(request.store, image_id, check_url(request.params["externalUrl"]))
        return UploadedImage(image_id, urls, default.width, default.height, _external_id(request.body))
    # A body that starts with a brace is not an image but the JSON sent along with a URL, and the URL is missing.
    if not request.body or request.body.startswith(b"{"):
        raise ErrorResponse.wrong_parameter("Send the image as the body, or its URL as the parameter 'externalUrl'")
    if len(request.body) > MAX_IMAGE_BYTES:
        raise ErrorResponse(400, "INCORRECT_IMAGE_SIZE", f"An image may have at most {MAX_IMAGE_BYTES} bytes")
    info = read_image_info(request.body)
    urls = image_urls(request.store, image_id, extension=info.extension)
    uploads_of(request.store).put(urls["imageOriginalUrl"], request.body)
    return UploadedImage(image_id, urls, info.width, info.height)


def read_async_image_upload(request: StoreRequest, image_id: int) -> UploadedImage:
    """The image in the JSON body of an asynchronous upload: its URL, width and height.

    Raises `ErrorResponse` if one of them is missing or invalid. The image is not downloaded.
    """
    sent = request.json
    urls = image_urls(request.store, image_id, check_url(sent.get("url")))
    return UploadedImage(image_id, urls, _pixels(sent, "width"), _pixels(sent, "height"), sent.get("externalId"))


def _pixels(sent: Item, name: str) -> int:
    if sent.get(name) is None:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} is missing")
    pixels = parse_number(str(sent[name]))
    if not pixels:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} must be a number of pixels")
    return pixels


def _external_id(body: bytes) -> str | None:
    """The caller's own id for the image, in the JSON body sent along with a URL."""
    try:
        sent = msgspec.json.decode(body, type=dict[str, Any]) if body else {}
    except msgspec.DecodeError:
        return None
    return sent.get("externalId")
