"""What can be set on a transport, the same for every HTTP library."""

import os
import ssl
from functools import cache
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ecwid_async import __version__
from ecwid_async.errors import ConfigError
from ecwid_async.transport.http.base_url import split_url
from ecwid_async.transport.validation import check_count, check_number

__all__ = ["USER_AGENT", "Settings", "Timeouts"]


USER_AGENT: Final = f"ecwid-async/{__version__}"
"""What the transports call themselves."""


@frozen(kw_only=True)
class Timeouts:
    """Limits in seconds: for a whole exchange, for a connection to open or come free, between chunks of a download.

    Raises `ConfigError` for one that is not above zero.
    """

    total: float = 60.0
    connect: float = 10.0
    read: float = 30.0

    def __attrs_post_init__(self) -> None:
        for name in ("total", "connect", "read"):
            check_number(f"Timeouts.{name}", getattr(self, name), above=True)


def _shown(proxy: str | None) -> str:
    """A proxy's address without the password in it."""
    return "None" if proxy is None else repr(f"{proxy.partition('://')[0]}://…")


@frozen(kw_only=True)
class Settings:
    """How a transport connects and what it puts up with.

    `connections` bounds the pool of an event loop; one that was idle for `keep_alive` seconds is not used again: the
    server may be closing it already, and of a write that it carried then nobody would know the outcome.
    `largest_response` bounds, in bytes after decompression, an answer that is read whole; a download is read in pieces
    of any number. `proxy` is a URL, with name and password where it wants them; the environment's proxies are not
    asked. `ca` is a PEM file of the authorities to trust in place of the system's, `tls` a whole context instead.

    Raises `ConfigError` for what can't be used.
    """

    timeouts: Timeouts = Timeouts()
    connections: int = 100
    keep_alive: float = 5.0
    largest_response: int = 64 * 1024 * 1024
    proxy: str | None = field(default=None, repr=_shown)
    ca: str | os.PathLike[str] | None = None
    tls: ssl.SSLContext | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.timeouts, Timeouts):
            raise ConfigError(f"timeouts is a {type(self.timeouts).__name__}: give Timeouts(total=60)")
        check_number("keep_alive", self.keep_alive, above=True)
        check_count("connections", self.connections)
        check_count("largest_response", self.largest_response)
        if self.proxy is not None and split_url(self.proxy) is None:
            raise ConfigError("the proxy can't be used: give a URL such as http://proxy.example.com:3128")
        if self.ca is not None and self.tls is not None:
            raise ConfigError("`ca` and `tls` contradict each other: load the authorities into the context")
        if self.tls is not None and not isinstance(self.tls, ssl.SSLContext):
            raise ConfigError(f"tls is a {type(self.tls).__name__}: give ssl.create_default_context(), or leave it out")
        if self.ca is not None and not (isinstance(self.ca, str | os.PathLike) and Path(self.ca).is_file()):
            raise ConfigError(f"there is no file {self.ca!r} with authorities to trust")

    def tls_context(self) -> ssl.SSLContext:
        """The context that connections are made with. Raises `ConfigError` where `ca` holds no certificates."""
        if self.tls is not None:
            return self.tls
        if self.ca is None:
            return _default_tls()
        try:
            return ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError as error:
            raise ConfigError(f"{self.ca} holds no certificates in PEM form") from error


@cache
def _default_tls() -> ssl.SSLContext:
    # To read the system's authorities takes 20 ms.
    return ssl.create_default_context()
