"""Where a token may be sent to."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from ecwid_async.errors import ConfigError

__all__ = ["DEFAULT_BASE_URL", "checked_base_url"]

DEFAULT_BASE_URL: Final = "https://app.ecwid.com/api/v3"


def checked_base_url(base_url: str) -> str:
    """`base_url` without a slash at its end.

    Raises `ConfigError` for what is no base URL, and for one that would send a token in the clear: plain ``http`` is
    for this machine only.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"{base_url!r} is no base URL: give one such as {DEFAULT_BASE_URL}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigError(f"http:// would send the token to {host} in the clear: use https://")
    return base_url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
