"""Where a token may be sent to."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ecwid_async.errors import ConfigError
from ecwid_async.wire import printable

__all__ = ["DEFAULT_BASE_URL", "checked_base_url", "one_spelling", "split_url"]

DEFAULT_BASE_URL: Final = "https://app.ecwid.com/api/v3"

_PORTS: Final = 65_536
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Libraries differ in what they make of anything else: international names are written as in the DNS, ``xn--…``.
_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_AUTHORITY: Final = re.compile(r"(?:.*@)?(?:\[[^\]]*\]|[^:\[\]@]*)(?::[0-9]{1,5})?")
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*)*")


def checked_base_url(base_url: str) -> str:
    """`base_url` as `one_spelling` has it.

    Raises `ConfigError` for what is no base URL, and for one that would send a token in the clear: plain ``http`` is
    for this machine only.
    """
    parts = split_url(base_url)
    # What `urlsplit` leaves out by itself, white space for instance, is there by mistake.
    if (
        parts is None
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
        or not _PATH.fullmatch(parts.path)
        or len(parts.geturl()) != len(base_url)
    ):
        raise ConfigError(f"{_shown(base_url)} is no base URL: give one such as {DEFAULT_BASE_URL}")
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigError(f"http:// would send the token to {printable(host)} in the clear: use https://")
    return one_spelling(base_url)


def one_spelling(url: str) -> str:
    """The same for each spelling of a URL: scheme and host in lower case, no default port, no slash at the end.

    Jobs are kept by it. What is no http or https URL comes back as it is.
    """
    parts = split_url(url)
    if parts is None:
        return url
    credentials, at, place = parts.netloc.rpartition("@")
    if parts.port == _DEFAULT_PORTS[parts.scheme]:
        place = place.rpartition(":")[0]
    return parts._replace(netloc=credentials + at + place.lower(), path=parts.path.rstrip("/")).geturl()


def split_url(url: str) -> SplitResult | None:
    """The parts of an http or https URL of some host; None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except (ValueError, AttributeError, TypeError):
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not (_NAME.fullmatch(host) or _is_address(host)):
        return None
    if not _AUTHORITY.fullmatch(parts.netloc):
        return None
    return parts if port is None or 0 < port < _PORTS else None


def _shown(base_url: object) -> str:
    """What was given, without what may be a password in it."""
    if not isinstance(base_url, str):
        return f"a {type(base_url).__name__}"
    credentials, at, rest = base_url.rpartition("@")
    del credentials
    return repr(printable(("***@" if at else "") + re.split(r"[?#]", rest)[0]))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return host.isascii()


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)
