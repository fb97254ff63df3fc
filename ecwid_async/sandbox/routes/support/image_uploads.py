"""Uploaded images: as the body of the request, or by address."""

from typing import Any, Final

import msgspec
from attrs import frozen

from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, ImageInfo, Item, Store, parse_number, read_image_info, uploads_of

__all__ = ["UploadedImage", "described_image", "new_image_id", "new_video_id", "uploaded_image"]

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
    """An image: its addresses by size, width and height in pixels, and the caller's own id."""

    urls: dict[str, str]
    width: int
    height: int
    external_id: str | None = None

    @property
    def original(self) -> str:
        """The address of the original image."""
        return self.urls["imageOriginalUrl"]

    @property
    def sizes(self) -> dict[str, dict[str, int]]:
        """Width and height by address, as `show_images` takes them."""
        return {self.original: {"width": self.width, "height": self.height}}


def uploaded_image(request: StoreRequest, number: int) -> UploadedImage:
    """The image in the body of the request, or at its ``externalUrl``, from which nothing is fetched.

    Raises `ErrorResponse` if there is no image, or if it is larger than 20 MB.
    """
    if "externalUrl" in request.params:
        default = ImageInfo()
        urls = image_urls(request.store, number, check_url(request.params["externalUrl"]))
        return UploadedImage(urls, default.width, default.height, _external_id(request.body))
    # No image starts with a brace: this is the JSON that accompanies an address, and the address is missing.
    if not request.body or request.body.startswith(b"{"):
        raise ErrorResponse.wrong_parameter("Send the image as the body, or its address as the parameter 'externalUrl'")
    if len(request.body) > MAX_IMAGE_BYTES:
        raise ErrorResponse(400, "INCORRECT_IMAGE_SIZE", f"An image may have at most {MAX_IMAGE_BYTES} bytes")
    header = read_image_info(request.body)
    urls = image_urls(request.store, number, extension=header.extension)
    uploads_of(request.store).put(urls["imageOriginalUrl"], request.body)
    return UploadedImage(urls, header.width, header.height)


def described_image(request: StoreRequest, number: int) -> UploadedImage:
    """The image described by the JSON body of an asynchronous upload: its address, width and height."""
    sent = request.json
    urls = image_urls(request.store, number, check_url(sent.get("url")))
    return UploadedImage(urls, _pixels(sent, "width"), _pixels(sent, "height"), sent.get("externalId"))


def _pixels(sent: Item, name: str) -> int:
    if sent.get(name) is None:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} is missing")
    pixels = parse_number(str(sent[name]))
    if not pixels:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} must be a number of pixels")
    return pixels


def _external_id(body: bytes) -> str | None:
    """The caller's own id, sent as JSON when the image itself is sent by address."""
    try:
        sent = msgspec.json.decode(body, type=dict[str, Any]) if body else {}
    except msgspec.DecodeError:
        return None
    return sent.get("externalId")
