"""`Ecwid`, the connection that all stores share, and `Store`, the view of one of them."""

import os
from functools import cached_property
from ipaddress import ip_address
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar
from urllib.parse import urlsplit

from ecwid_async.calls import Call, Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError
from ecwid_async.transport.auth import Auth
from ecwid_async.transport.retry import Retry, RetryPolicy
from ecwid_async.wire import EventSink, Transport

if TYPE_CHECKING:
    from ecwid_async.resources.brands import Brands
    from ecwid_async.resources.carts import Carts
    from ecwid_async.resources.categories import Categories
    from ecwid_async.resources.customers import Customers
    from ecwid_async.resources.orders import Orders
    from ecwid_async.resources.products import Products
    from ecwid_async.resources.profile import ProfileResource
    from ecwid_async.resources.swatches import Swatches

__all__ = ["DEFAULT_BASE_URL", "Ecwid", "Store"]

T = TypeVar("T")

DEFAULT_BASE_URL: Final = "https://app.ecwid.com/api/v3"


class Ecwid:
    """The client: one pool of connections for any number of stores.

    ``async with Ecwid() as ecwid: store = ecwid.store(1003, token)``. `base_url` is that of the API, else
    ``ECWID_BASE_URL``, else Ecwid's own. `transport` replaces the network: a sandbox, a script, another HTTP library.
    `events` hears of every attempt and wait. `strict` raises `DecodeError` at a value of an unexpected type, which
    otherwise is kept in `extra` and counted in `codec.problems`.

    Raises `ConfigError` for a base URL that would send a token in the clear.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        transport: Transport | None = None,
        events: EventSink | None = None,
        retry: RetryPolicy | None = None,
        strict: bool = False,
    ) -> None:
        self.base_url = _checked(base_url or os.environ.get("ECWID_BASE_URL") or DEFAULT_BASE_URL)
        self.codec = Codec(strict=strict)
        self._transport = transport
        self._events = events
        self._retry = retry

    def __repr__(self) -> str:
        return f"<Ecwid at {self.base_url}>"

    def store(self, store_id: int | None = None, token: str | None = None) -> "Store":
        """A view of one store, cheap to make: by default the one ``ECWID_STORE_ID`` and ``ECWID_TOKEN`` name.

        Raises `ConfigError` where either is missing.
        """
        number = _store_id(os.environ.get("ECWID_STORE_ID") if store_id is None else store_id)
        secret = os.environ.get("ECWID_TOKEN") if token is None else token
        if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise ConfigError(
                "The store's access token is missing or is not one: pass `token`, or set ECWID_TOKEN "
                "(secret_… or public_…)."
            )
        signed = Auth(self.transport, number, secret)
        chain = Retry(signed, policy=self._retry, events=self._events, store_id=number)
        return Store(number, Channel(chain, self.codec))

    @property
    def transport(self) -> Transport:
        """What sends the requests of all stores, below credentials and retries."""
        if self._transport is None:
            from ecwid_async.transport.aiohttp import AiohttpTransport

            self._transport = AiohttpTransport(self.base_url)
        return self._transport

    async def aclose(self) -> None:
        """Release the connections. Closing twice is harmless."""
        if self._transport is not None:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


class Store:
    """One store: a section of the API behind each attribute. Made by `Ecwid.store`."""

    def __init__(self, store_id: int, channel: Channel) -> None:
        self.store_id = store_id
        self._channel = channel

    def __repr__(self) -> str:
        return f"<Store {self.store_id}>"

    async def send(self, call: Call[T]) -> T:
        """Send a call that was built elsewhere, unpickled for instance, to this store."""
        return await call.bind(self._channel).send()

    @cached_property
    def brands(self) -> "Brands":
        """Brands of the catalogue."""
        from ecwid_async.resources.brands import Brands

        return Brands(self._channel)

    @cached_property
    def carts(self) -> "Carts":
        """Abandoned carts."""
        from ecwid_async.resources.carts import Carts

        return Carts(self._channel)

    @cached_property
    def categories(self) -> "Categories":
        """Categories of the catalogue."""
        from ecwid_async.resources.categories import Categories

        return Categories(self._channel)

    @cached_property
    def customers(self) -> "Customers":
        """Customers and their contacts."""
        from ecwid_async.resources.customers import Customers

        return Customers(self._channel)

    @cached_property
    def orders(self) -> "Orders":
        """Orders."""
        from ecwid_async.resources.orders import Orders

        return Orders(self._channel)

    @cached_property
    def products(self) -> "Products":
        """Products of the catalogue."""
        from ecwid_async.resources.products import Products

        return Products(self._channel)

    @cached_property
    def profile(self) -> "ProfileResource":
        """The store's profile and settings."""
        from ecwid_async.resources.profile import ProfileResource

        return ProfileResource(self._channel)

    @cached_property
    def swatches(self) -> "Swatches":
        """Colours of the catalogue's swatches."""
        from ecwid_async.resources.swatches import Swatches

        return Swatches(self._channel)


def _checked(base_url: str) -> str:
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


def _store_id(given: int | str | None) -> int:
    if given is None or given == "":
        raise ConfigError("The store's id is missing: pass `store_id`, or set ECWID_STORE_ID.")
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or isinstance(given, bool):
        raise ConfigError(f"{given!r} is no store id: it is a whole number, such as 1003.")
    return number
