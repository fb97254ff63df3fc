"""Settings of a transport, the same for every HTTP library."""

import os
import ssl
from functools import cache
from pathlib import Path
from typing import Final

from attrs import field

from ecwid_async import __version__
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.http.base_url import split_url
from ecwid_async.transport.validation import check_count, check_number

__all__ = ["USER_AGENT", "Settings", "Timeouts"]

USER_AGENT: Final = f"ecwid-async/{__version__}"


@frozen(kw_only=True)
class Timeouts:
    """Timeouts in seconds.

    - `total`: a whole exchange. Downloads are exempt.
    - `connect`: opening a connection, or waiting for a free one.
    - `read`: between the chunks of a download.

    Raises `ConfigError` unless each is finite and greater than zero.
    """

    total: float = 60.0
    connect: float = 10.0
    read: float = 30.0

    def __attrs_post_init__(self) -> None:
        for name in ("total", "connect", "read"):
            check_number(f"Timeouts.{name}", getattr(self, name), exclusive=True)


def _without_password(proxy: str | None) -> str:
    return "None" if proxy is None else repr(f"{proxy.partition('://')[0]}://…")


@frozen(kw_only=True)
class Settings:
    """How a transport connects, and which responses it accepts.

    - `connections`: the size of the pool of one event loop.
    - `keep_alive`: seconds for which an idle connection may be reused. Later the server may be closing it, and the
      outcome of a write sent on it would be unknown.
    - `largest_response`: the limit, in bytes after decompression, of a response that is read as a whole. Downloads are
      read in chunks and have no limit.
    - `proxy`: the URL of a proxy, with user and password if needed. Environment variables are ignored.
    - `ca`: a PEM file of certificate authorities to trust instead of the system's.
    - `tls`: a TLS context to use instead of the default one.

    Raises `ConfigError` for an invalid value, and for `ca` and `tls` together.
    """

    timeouts: Timeouts = Timeouts()
    connections: int = 100
    keep_alive: float = 5.0
    largest_response: int = 64 * 1024 * 1024
    proxy: str | None = field(default=None, repr=_without_password)
    ca: str | os.PathLike[str] | None = None
    tls: ssl.SSLContext | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.timeouts, Timeouts):
            raise ConfigError(f"timeouts is a {type(self.timeouts).__name__}: give Timeouts(total=60)")
        check_number("keep_alive", self.keep_alive, exclusive=True)
        check_count("connections", self.connections)
        check_count("largest_response", self.largest_response)
        if self.proxy is not None and split_url(self.proxy) is None:
            raise ConfigError("the proxy can't be used: give a URL such as http://proxy.example.com:3128")
        if self.ca is not None and self.tls is not None:
            raise ConfigError("`ca` and `tls` exclude each other: load the authorities into the context")
        if self.tls is not None and not isinstance(self.tls, ssl.SSLContext):
            raise ConfigError(f"tls is a {type(self.tls).__name__}: give ssl.create_default_context(), or leave it out")
        if self.ca is not None and not (isinstance(self.ca, str | os.PathLike) and Path(self.ca).is_file()):
            raise ConfigError(f"{self.ca!r} is not a file: give `ca` a PEM file of authorities to trust")

    def tls_context(self) -> ssl.SSLContext:
        """Return the TLS context for connections. Raises `ConfigError` if `ca` contains no certificates."""
        if self.tls is not None:
            return self.tls
        if self.ca is None:
            return _default_tls()
        try:
            return ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError as error:
            raise ConfigError(f"{self.ca} contains no certificates in PEM form") from error


@cache
def _default_tls() -> ssl.SSLContext:
    # Cached: loading the system's authorities takes 20 ms.
    return ssl.create_default_context()
