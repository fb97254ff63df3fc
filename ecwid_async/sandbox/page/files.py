"""The files of the page: HTML, CSS and JavaScript without data, which the page reads from the control."""

from functools import cache
from pathlib import Path
from typing import Final

from ecwid_async.wire import Headers, Response

__all__ = ["read_page_file"]

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    **dict.fromkeys(
        ("page.js", "connection.js", "elements.js", "chart.js", "lists.js", "controls.js"),
        "text/javascript; charset=utf-8",
    ),
}
# Nothing from elsewhere, no code or text that becomes HTML, and no frame around the page that could steal clicks.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS: Final = (
    ("Cache-Control", "no-cache"),
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


@cache
def read_page_file(name: str) -> Response | None:
    """The response with a file of the page, of which ``index.html`` is the first. None if there is no such file."""
    content_type = _TYPES.get(name)
    if content_type is None:
        return None
    return Response(200, Headers((("Content-Type", content_type), *_HEADERS)), (_FOLDER / name).read_bytes())
