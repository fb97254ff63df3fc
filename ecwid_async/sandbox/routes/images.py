"""What the server sees in pictures: ``/images``."""

from hashlib import sha256
from typing import Final

from ecwid_async.sandbox.computed_fields import check_url
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import uploads_of

__all__: list[str] = []

_USUAL: Final = 5
_MOST: Final = 10


@route("POST /images/main-colors")
def get_image_main_colors(visit: Visit) -> Answer:
    """Colours for each picture, made up from its bytes or its address: the same ones on every call."""
    urls = visit.document.get("imageUrls")
    if not urls:
        raise Refusal.wrong("Field 'imageUrls' is missing")
    count = visit.document.get("colorsCount") or _USUAL
    if not 1 <= count <= _MOST:
        raise Refusal.wrong(f"Field 'colorsCount' must be between 1 and {_MOST}")
    files = uploads_of(visit.store)
    return {
        "result": {url: {"colors": _colors(files.get(check_url(url)) or url.encode(), count)} for url in urls},
    }


def _colors(content: bytes, count: int) -> list[str]:
    digest = sha256(content).hexdigest()
    return [f"#{digest[6 * at : 6 * at + 6]}" for at in range(count)]
