"""A sandbox sends webhooks and other requests to this machine only."""

from ipaddress import ip_address
from urllib.parse import urlsplit

__all__ = ["NotLoopback", "check_loopback"]


class NotLoopback(ValueError):
    """The URL of an app is not on this machine, so nothing was sent."""


def check_loopback(url: str) -> None:
    """Raise `NotLoopback` unless a URL leads to this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise NotLoopback("the URL of an app must be like http://127.0.0.1:8000/webhooks")
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise NotLoopback(
            f"a sandbox sends requests only to this machine, not to {host[:100]!r}: "
            "use a URL like http://127.0.0.1:8000/webhooks"
        )
