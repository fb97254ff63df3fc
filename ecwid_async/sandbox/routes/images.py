"""Main colors of images: ``/images``."""

from hashlib import sha256
from typing import Final

from ecwid_async.sandbox.computed_fields import check_url
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import uploads_of

__all__: list[str] = []

_DEFAULT_COUNT: Final = 5
_MAX_COUNT: Final = 10


@route("POST /images/main-colors")
def get_image_main_colors(request: StoreRequest) -> Result:
    """Colors for each image. They are derived from a hash of its bytes or URL, so they are the same on every call."""
    urls = request.json.get("imageUrls")
    if not urls:
        raise ErrorResponse.wrong_parameter("Field 'imageUrls' is missing")
    count = request.json.get("colorsCount") or _DEFAULT_COUNT
    if not 1 <= count <= _MAX_COUNT:
        raise ErrorResponse.wrong_parameter(f"Field 'colorsCount' must be between 1 and {_MAX_COUNT}")
    uploads = uploads_of(request.store)
    return {
        "result": {url: {"colors": _colors(uploads.get(check_url(url)) or url.encode(), count)} for url in urls},
    }


def _colors(content: bytes, count: int) -> list[str]:
    digest = sha256(content).hexdigest()
    return [f"#{digest[6 * position : 6 * position + 6]}" for position in range(count)]
