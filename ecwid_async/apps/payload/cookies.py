"""The cookie of a session: sent to a page in a frame of another site, and to nothing else."""

from typing import Final

from ecwid_async.apps.http import IncomingRequest

__all__ = ["COOKIE_NAME", "cookie_values", "format_cookie"]

COOKIE_NAME: Final = "__Host-ecwid-page"
"""The prefix makes browsers refuse a cookie of that name from another host, a parent domain or without encryption."""

_MAX_HEADER: Final = 16_384
_MAX_VALUES: Final = 4


def format_cookie(value: str, lifetime: float) -> tuple[str, str]:
    """The header that sets the cookie.

    The frame of the control panel belongs to another site: without ``SameSite=None`` the cookie would not be sent, and
    without ``Partitioned`` browsers that block cookies of other sites would refuse it.
    """
    attributes = f"Path=/; Max-Age={int(lifetime)}; HttpOnly; Secure; SameSite=None; Partitioned"
    return "Set-Cookie", f"{COOKIE_NAME}={value}; {attributes}"


def cookie_values(request: IncomingRequest) -> list[str]:
    """The values of the cookie in a request. A browser may send one of the frame and one of the site itself."""
    found: list[str] = []
    for header in request.header_values("Cookie"):
        for part in header[:_MAX_HEADER].split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE_NAME and len(found) < _MAX_VALUES:
                found.append(value)
    return found
