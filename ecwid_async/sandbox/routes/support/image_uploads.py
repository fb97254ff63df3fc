"""Pictures that requests bring: as bytes, by address to be fetched, or by address alone."""

from typing import Any, Final

import msgspec
from attrs import frozen

from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, ImageInfo, Item, Store, parse_number, read_image_info, uploads_of

__all__ = ["UploadedImage", "described_image", "new_image_id", "new_video_id", "uploaded_image"]

_FIRST_IMAGE_ID: Final = 4_500_000_001
# Clients read the numbers of videos into 32 bits.
_FIRST_VIDEO_ID: Final = 70_500_001


def new_image_id(store: Store) -> int:
    """A number for a new picture; one counter for the whole store."""
    return store.next_number("pictures", _FIRST_IMAGE_ID)


def new_video_id(store: Store) -> int:
    """A number for a new video or the cover of one."""
    return store.next_number("videos", _FIRST_VIDEO_ID)


@frozen
class UploadedImage:
    """A picture: its addresses in all sizes, its width and height in pixels, the caller's id."""

    urls: dict[str, str]
    width: int
    height: int
    external_id: str | None = None

    @property
    def original(self) -> str:
        """Where the picture itself is."""
        return self.urls["imageOriginalUrl"]

    @property
    def sizes(self) -> dict[str, dict[str, int]]:
        """Width and height by address, as `show_images` takes them."""
        return {self.original: {"width": self.width, "height": self.height}}


def uploaded_image(request: StoreRequest, number: int) -> UploadedImage:
    """The picture that is the request's body, or that its ``externalUrl`` names; nothing is fetched from there.

    Raises `ErrorResponse` where there is none, or more than 20 MB of it.
    """
    if "externalUrl" in request.params:
        usual = ImageInfo()
        urls = image_urls(request.store, number, check_url(request.params["externalUrl"]))
        return UploadedImage(urls, usual.width, usual.height, _external_id(request.body))
    # No picture starts with a brace: that is JSON which comes with an address, and the address is missing.
    if not request.body or request.body.startswith(b"{"):
        raise ErrorResponse.wrong_parameter(
            "Send the picture as the body, or its address as the parameter 'externalUrl'"
        )
    if len(request.body) > MAX_IMAGE_BYTES:
        raise ErrorResponse(400, "INCORRECT_IMAGE_SIZE", f"A picture may have {MAX_IMAGE_BYTES} bytes at most")
    seen = read_image_info(request.body)
    urls = image_urls(request.store, number, extension=seen.extension)
    uploads_of(request.store).keep(urls["imageOriginalUrl"], request.body)
    return UploadedImage(urls, seen.width, seen.height)


def described_image(request: StoreRequest, number: int) -> UploadedImage:
    """The picture whose address and measures stand in the JSON body of an asynchronous upload."""
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
    """The caller's own id, which comes as JSON where the picture comes by address."""
    try:
        sent = msgspec.json.decode(body, type=dict[str, Any]) if body else {}
    except msgspec.DecodeError:
        return None
    return sent.get("externalId")
