"""Base URLs: where a token may be sent."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ecwid_async.errors import ConfigError
from ecwid_async.wire import to_printable

__all__ = ["DEFAULT_BASE_URL", "normalize_url", "split_url", "validate_base_url"]

DEFAULT_BASE_URL: Final = "https://app.ecwid.com/api/v3"

_MAX_PORT: Final = 65_535
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Libraries disagree about any other host name. International names are written as in the DNS, ``xn--…``.
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_AUTHORITY: Final = re.compile(r"(?:.*@)?(?:\[[^\]]*\]|[^:\[\]@]*)(?::[0-9]{1,5})?")
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*)*")


def validate_base_url(base_url: str, *, example: str = DEFAULT_BASE_URL) -> str:
    """Return the base URL, normalized. Errors suggest `example`.

    Raises `ConfigError` if it is not a valid base URL, or would send a token unencrypted: plain ``http`` is allowed
    only to this machine.
    """
    parts = split_url(base_url)
    # The lengths differ if `urlsplit` drops characters, such as white space: they are in the URL by mistake.
    if (
        parts is None
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
        or not _PATH.fullmatch(parts.path)
        or len(parts.geturl()) != len(base_url)
    ):
        raise ConfigError(f"{_describe(base_url)} is not a valid base URL: give one such as {example}")
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigError(f"http:// would send the token to {to_printable(host)} unencrypted: use https://")
    return normalize_url(base_url)


def normalize_url(url: str) -> str:
    """Return one spelling of a URL for all that are equal: lower-case scheme and host, no default port, no final slash.

    It is part of the identity of a job. Text that is not an http or https URL is returned unchanged.
    """
    parts = split_url(url)
    if parts is None:
        return url
    credentials, at, address = parts.netloc.rpartition("@")
    if parts.port == _DEFAULT_PORTS[parts.scheme]:
        address = address.rpartition(":")[0]
    return parts._replace(netloc=credentials + at + address.lower(), path=parts.path.rstrip("/")).geturl()


def split_url(url: str) -> SplitResult | None:
    """The parts of an http or https URL with a host, or None if it is not one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except (ValueError, AttributeError, TypeError):
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not (_HOST_NAME.fullmatch(host) or _is_address(host)):
        return None
    if not _AUTHORITY.fullmatch(parts.netloc):
        return None
    return parts if port is None or 0 < port <= _MAX_PORT else None


def _describe(base_url: object) -> str:
    """The given value without its user, query and fragment, which may hold a password."""
    if not isinstance(base_url, str):
        return f"a {type(base_url).__name__}"
    _, at, rest = base_url.rpartition("@")
    return repr(to_printable(("***@" if at else "") + re.split(r"[?#]", rest)[0]))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return host.isascii()


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)
