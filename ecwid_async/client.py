"""`Ecwid`, the connection that all stores share, and `Store`, the view of one of them."""

import os
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, overload
from urllib.parse import urlsplit

from attrs import evolve

from ecwid_async.calls import Call, Channel
from ecwid_async.codec import Codec
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.observe import LogSink, Sinks
from ecwid_async.transport import (
    DEFAULT_BASE_URL,
    Auth,
    Limiter,
    MemoryLimiter,
    QuarantineList,
    Quota,
    RateLimit,
    Retry,
    RetryBudget,
    RetryPolicy,
    Secret,
    check_number,
    checked_base_url,
    normalized_url,
)
from ecwid_async.wire import EventSink, Transport, printable

if TYPE_CHECKING:
    # What a reader gets is the same, and jedi completes it without the attributes of the descriptor itself.
    from builtins import property as cached_property

    from ecwid_async.batch import BatchCost, BatchRunner
    from ecwid_async.resources.application import Application
    from ecwid_async.resources.batches import Batches
    from ecwid_async.resources.billing import Billing
    from ecwid_async.resources.brands import Brands
    from ecwid_async.resources.carts import Carts
    from ecwid_async.resources.categories import Categories
    from ecwid_async.resources.checkout_extra_fields import CheckoutExtraFields
    from ecwid_async.resources.coupons import Coupons
    from ecwid_async.resources.customer_groups import CustomerGroups
    from ecwid_async.resources.customers import Customers
    from ecwid_async.resources.dictionaries import Dictionaries
    from ecwid_async.resources.domains import Domains
    from ecwid_async.resources.images import Images
    from ecwid_async.resources.orders import Orders
    from ecwid_async.resources.payment_options import PaymentOptions
    from ecwid_async.resources.product_types import ProductTypes
    from ecwid_async.resources.products import Products
    from ecwid_async.resources.profile import ProfileResource
    from ecwid_async.resources.promotions import Promotions
    from ecwid_async.resources.redirects import Redirects
    from ecwid_async.resources.reports import Reports
    from ecwid_async.resources.reviews import Reviews
    from ecwid_async.resources.sales_channels import SalesChannels
    from ecwid_async.resources.shipping_options import ShippingOptions
    from ecwid_async.resources.staff import Staff
    from ecwid_async.resources.storage import Storage
    from ecwid_async.resources.storefront import Storefront
    from ecwid_async.resources.subscriptions import Subscriptions
    from ecwid_async.resources.swatches import Swatches
else:
    from functools import cached_property

__all__ = ["DEFAULT_BASE_URL", "Ecwid", "Store"]

T = TypeVar("T")

_QUOTA: Final = Quota()
_MOST_BUDGETS: Final = 4096
# Of a store's id, in decimal; and what can be shown of something that is none.
_DIGITS: Final = 18
_SHORT: Final = 20


class Ecwid:
    """The client: one pool of connections for any number of stores.

    ``async with Ecwid() as ecwid: store = ecwid.store(1003, token)``. `base_url` is that of the API, else
    ``ECWID_BASE_URL``, else Ecwid's own. `transport` replaces the network: a sandbox, a script, another HTTP library.
    `timeout` bounds each interactive call, in seconds and with all its waits, unless it is sent with one of its own
    (`math.inf` for none); bulk calls and downloads have none. `quota` is the rate limit to keep, None for none;
    `limiter` counts for it, in this process unless another is given to share. `events`, a callable or several, hears
    of every attempt and wait; without it, logging does. `strict` raises `DecodeError` at a value of an unexpected type,
    which otherwise is kept in `extra` and counted in `codec.problems`.

    Raises `ConfigError` for a base URL that would send a token in the clear, and for what is no such setting.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        transport: Transport | None = None,
        quota: Quota | None = _QUOTA,
        limiter: Limiter | None = None,
        events: EventSink | Iterable[EventSink] | None = None,
        retry: RetryPolicy | None = None,
        timeout: float | None = None,
        strict: bool = False,
    ) -> None:
        _check_timeout(timeout)
        _check("transport", transport, callable(getattr(transport, "send", None)), "a transport")
        _check("quota", quota, isinstance(quota, Quota), "Quota(requests=600)")
        _check("limiter", limiter, callable(getattr(limiter, "acquire", None)), "MemoryLimiter() or RedisLimiter(…)")
        _check("retry", retry, isinstance(retry, RetryPolicy), "RetryPolicy(attempts=4)")
        self._timeout = timeout
        given = os.environ.get("ECWID_BASE_URL") if base_url is None or base_url == "" else base_url
        self.base_url = checked_base_url(DEFAULT_BASE_URL if given is None or given == "" else given)
        self.codec = Codec(strict=strict)
        self._transport = transport
        self._events = Sinks.of(LogSink() if events is None else events)
        # A transport of the caller's may lead anywhere.
        self._server = _server(self.base_url) if transport is None or base_url is not None else None
        self._address = self.base_url if transport is None or base_url is not None else _address(transport)
        self._retry = retry or RetryPolicy()
        # One that is forgotten is as good as full by then: nobody has called its store for thousands of others.
        self._budget = lru_cache(maxsize=_MOST_BUDGETS)(self._new_budget)
        self._quota = quota
        if limiter is None and quota is not None:
            limiter = MemoryLimiter(quota)
        self._limiter = limiter

    def __repr__(self) -> str:
        return f"<Ecwid at {self.base_url}>"

    def store(self, store_id: int | None = None, token: str | None = None, *, timeout: float | None = None) -> "Store":
        """A view of one store, cheap to make: by default the one ``ECWID_STORE_ID`` and ``ECWID_TOKEN`` name.

        `timeout` takes the place of the client's for calls of this view.

        Raises `ConfigError` where store id or token is missing or can't be one.
        """
        _check_timeout(timeout)
        token = _masked(token)  # here too: a traceback with locals shows every frame's
        number = _store_id(os.environ.get("ECWID_STORE_ID") if store_id is None else store_id)
        secret = _secret(token, "token", "ECWID_TOKEN", "The store's access token (secret_… or public_…)")
        channel = self._channel(Auth.of_store(self.transport, number, secret), number, secret, timeout)
        return Store(number, channel, quota=self._quota)

    def application(self, client_id: str | None = None, client_secret: str | None = None) -> "Application":
        """What an app may ask about itself, by default the one ``ECWID_CLIENT_ID`` and ``ECWID_CLIENT_SECRET`` name.

        Raises `ConfigError` where either is missing.
        """
        from ecwid_async.resources.application import Application

        client_secret = _masked(client_secret)
        app = _secret(client_id, "client_id", "ECWID_CLIENT_ID", "The app's client id")
        secret = _secret(client_secret, "client_secret", "ECWID_CLIENT_SECRET", "The app's client secret")
        return Application(self._channel(Auth.of_application(self.transport, app, secret), None, secret))

    def quarantine(self) -> QuarantineList:
        """The tokens and stores whose calls are not sent, since the API said that they can't work.

        ``await ecwid.quarantine()`` gives a list of `Quarantine`, the oldest first: which store, why, since and until
        when. ``await ecwid.quarantine().clear(1003)`` lifts those of a store, ``clear()`` all: do it where the reason
        is gone, and the next call is sent. It needs no request. Where the count is shared on Redis, so are they.
        """
        return QuarantineList(self._limiter)

    def _new_budget(self, store_id: int | None) -> RetryBudget:
        del store_id
        return RetryBudget(self._retry)

    def _channel(self, signed: Auth, store_id: int | None, secret: str, timeout: float | None = None) -> Channel:
        paced: Transport = signed
        if self._limiter is not None:
            paced = RateLimit(
                signed,
                self._limiter,
                token=secret,
                store_id=store_id,
                quota=self._quota,
                throttle_timeout=self._retry.throttle_timeout,
                events=self._events,
                server=self._server,
            )
        retry = Retry(
            paced,
            policy=self._retry,
            budget=self._budget(store_id),
            events=self._events,
            store_id=store_id,
            server=self._server,
        )
        return Channel(
            retry,
            self.codec,
            timeout=self._timeout if timeout is None else timeout,
            secrets=signed.secrets,
            server=self._address,
        )

    @property
    def transport(self) -> Transport:
        """What sends the requests of all stores, below credentials and retries."""
        if self._transport is None:
            from ecwid_async.transport import AiohttpTransport

            # In one step, so that threads that begin together share what the first of them made.
            self._transport = vars(self).setdefault("_made", AiohttpTransport(self.base_url))
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

    def __init__(self, store_id: int, channel: Channel, *, quota: Quota | None = None) -> None:
        self.store_id = store_id
        self._channel = evolve(channel, store_id=store_id)
        self._quota = quota

    def __repr__(self) -> str:
        return f"<Store {self.store_id}>"

    @property
    def transport(self) -> Transport:
        """What sends this store's requests, credentials and retries included: for what no method covers."""
        return self._channel.transport

    @property
    def server(self) -> str:
        """The base URL that calls go to, or what else distinguishes that server."""
        return self._channel.server

    async def send(self, call: Call[T]) -> T:
        """Send a call that was built elsewhere, unpickled for instance, to this store."""
        return await call.bind(self._channel)

    @overload
    async def batch(
        self,
        calls: Iterable[Call[T]],
        *,
        raise_on_failure: Literal[True] = True,
        stop_on_first_failure: bool = False,
        allow_parallel_mode: bool = False,
        group_id: str | None = None,
        cost: "BatchCost" = "per_call",
        job: str | None = None,
        journals: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  it travels with the requests
    ) -> list[T]: ...

    @overload
    async def batch(
        self,
        calls: Iterable[Call[T]],
        *,
        raise_on_failure: bool,
        stop_on_first_failure: bool = False,
        allow_parallel_mode: bool = False,
        group_id: str | None = None,
        cost: "BatchCost" = "per_call",
        job: str | None = None,
        journals: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> list[T | EcwidError]: ...

    async def batch(
        self,
        calls: Iterable[Call[T]],
        *,
        raise_on_failure: bool = True,
        stop_on_first_failure: bool = False,
        allow_parallel_mode: bool = False,
        group_id: str | None = None,
        cost: "BatchCost" = "per_call",
        job: str | None = None,
        journals: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  it travels with the requests
    ) -> list[T] | list[T | EcwidError]:
        """Have the store execute any number of calls, up to 500 at a time. Returns their results, in order.

        With ``raise_on_failure=False`` a call that failed has its error in the place of a result: `APIError`,
        `NotExecuted`, `OutcomeUnknown` for one that may have been executed. Otherwise one that failed raises
        `BatchError` in the end, which holds all results.

        After the first failure the rest is executed all the same, unless `stop_on_first_failure`. With
        `allow_parallel_mode` the store takes up to 100 at once, in any order. ``batches.cancel_group(group_id)`` stops
        what was sent with that `group_id`. `cost` is what counts towards the rate limit: each call ("per_call") or each
        batch ("per_batch"). After `timeout` seconds nothing more is sent or awaited; what was sent is executed.

        Under the name of a `job` nothing is executed twice: a journal is kept, in the folder `journals`, else in
        ``ECWID_JOURNALS``, else with the user's program state, and the same calls under the same name resume where an
        earlier run was interrupted. Where each call has a key (`Call.with_job_key`), the input may be reordered and
        changed: only keys that were not executed are sent. What was executed so long ago that the server no longer has
        its response gives `ResponseExpired`. ``docs/batch.md`` says how to keep the input the same, and what to do with
        each error.

        Raises `ValueError` for a call that a batch can't carry, such as an upload of bytes; `JobError` for other calls
        under the same name or key, for a job that is running already, and for a damaged journal; `ConfigError` where no
        journal can be kept. Nothing was sent then.

        ``POST /batch``
        """
        from ecwid_async.batch import BatchOptions

        options = BatchOptions(
            stop_on_first_failure=stop_on_first_failure,
            allow_parallel_mode=allow_parallel_mode,
            group_id=group_id,
            cost=cost,
            job=job,
            journals=journals,
            timeout=timeout,
        )
        return await self._runner().batch(calls, options, raise_on_failure=raise_on_failure)

    def bulk(
        self,
        calls: Iterable[Call[T]] | AsyncIterable[Call[T]],
        *,
        stop_on_first_failure: bool = False,
        allow_parallel_mode: bool = False,
        group_id: str | None = None,
        cost: "BatchCost" = "per_call",
        job: str | None = None,
        journals: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[T | EcwidError, None]:
        """`batch` for a stream of calls: takes them as they come and yields their results in order.

        A call that failed has its error in the place of a result; where no more is sent, every later one gives
        `NotExecuted`. Three batches at most are held at a time. Close it (``contextlib.aclosing``) where it may be left
        early: what was sent by then is executed all the same, and a generator that it takes calls from is closed. An
        error of `calls` itself is raised after the results of what was sent.
        """
        from ecwid_async.batch import BatchOptions

        options = BatchOptions(
            stop_on_first_failure=stop_on_first_failure,
            allow_parallel_mode=allow_parallel_mode,
            group_id=group_id,
            cost=cost,
            job=job,
            journals=journals,
            timeout=timeout,
        )
        return self._runner().bulk(calls, options)

    def _runner(self) -> "BatchRunner":
        from ecwid_async.batch import BatchRunner

        if self._quota is None:
            return BatchRunner(self._channel, self.store_id)
        return BatchRunner(self._channel, self.store_id, max_batch_size=self._quota.requests - self._quota.reserve)

    @cached_property
    def application(self) -> "Application":
        """The app that the token belongs to."""
        from ecwid_async.resources.application import Application

        return Application(self._channel)

    @cached_property
    def batches(self) -> "Batches":
        """Many requests sent as one."""
        from ecwid_async.resources.batches import Batches

        return Batches(self._channel)

    @cached_property
    def billing(self) -> "Billing":
        """What the app charges the store's owner."""
        from ecwid_async.resources.billing import Billing

        return Billing(self._channel)

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
    def checkout_extra_fields(self) -> "CheckoutExtraFields":
        """What the checkout asks beside the usual."""
        from ecwid_async.resources.checkout_extra_fields import CheckoutExtraFields

        return CheckoutExtraFields(self._channel)

    @cached_property
    def coupons(self) -> "Coupons":
        """Discount coupons."""
        from ecwid_async.resources.coupons import Coupons

        return Coupons(self._channel)

    @cached_property
    def customer_groups(self) -> "CustomerGroups":
        """Groups of customers."""
        from ecwid_async.resources.customer_groups import CustomerGroups

        return CustomerGroups(self._channel)

    @cached_property
    def customers(self) -> "Customers":
        """Customers, their contacts and extra fields."""
        from ecwid_async.resources.customers import Customers

        return Customers(self._channel)

    @cached_property
    def dictionaries(self) -> "Dictionaries":
        """Countries, currencies, states and tax classes."""
        from ecwid_async.resources.dictionaries import Dictionaries

        return Dictionaries(self._channel)

    @cached_property
    def domains(self) -> "Domains":
        """The store's own domain."""
        from ecwid_async.resources.domains import Domains

        return Domains(self._channel)

    @cached_property
    def images(self) -> "Images":
        """What images look like."""
        from ecwid_async.resources.images import Images

        return Images(self._channel)

    @cached_property
    def orders(self) -> "Orders":
        """Orders."""
        from ecwid_async.resources.orders import Orders

        return Orders(self._channel)

    @cached_property
    def payment_options(self) -> "PaymentOptions":
        """How orders are paid for."""
        from ecwid_async.resources.payment_options import PaymentOptions

        return PaymentOptions(self._channel)

    @cached_property
    def product_types(self) -> "ProductTypes":
        """Product types: which attributes products have."""
        from ecwid_async.resources.product_types import ProductTypes

        return ProductTypes(self._channel)

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
    def promotions(self) -> "Promotions":
        """Discounts that apply by themselves."""
        from ecwid_async.resources.promotions import Promotions

        return Promotions(self._channel)

    @cached_property
    def redirects(self) -> "Redirects":
        """Redirects of the Instant Site."""
        from ecwid_async.resources.redirects import Redirects

        return Redirects(self._channel)

    @cached_property
    def reports(self) -> "Reports":
        """Figures on the store, and when it last changed."""
        from ecwid_async.resources.reports import Reports

        return Reports(self._channel)

    @cached_property
    def reviews(self) -> "Reviews":
        """Reviews of products."""
        from ecwid_async.resources.reviews import Reviews

        return Reviews(self._channel)

    @cached_property
    def sales_channels(self) -> "SalesChannels":
        """Feeds of products for marketplaces."""
        from ecwid_async.resources.sales_channels import SalesChannels

        return SalesChannels(self._channel)

    @cached_property
    def shipping_options(self) -> "ShippingOptions":
        """How orders are shipped, delivered or picked up."""
        from ecwid_async.resources.shipping_options import ShippingOptions

        return ShippingOptions(self._channel)

    @cached_property
    def staff(self) -> "Staff":
        """Staff accounts."""
        from ecwid_async.resources.staff import Staff

        return Staff(self._channel)

    @cached_property
    def storage(self) -> "Storage":
        """What the app stores about the store."""
        from ecwid_async.resources.storage import Storage

        return Storage(self._channel)

    @cached_property
    def storefront(self) -> "Storefront":
        """Pages of the storefront."""
        from ecwid_async.resources.storefront import Storefront

        return Storefront(self._channel)

    @cached_property
    def subscriptions(self) -> "Subscriptions":
        """Recurring subscriptions."""
        from ecwid_async.resources.subscriptions import Subscriptions

        return Subscriptions(self._channel)

    @cached_property
    def swatches(self) -> "Swatches":
        """Colours of the catalogue's swatches."""
        from ecwid_async.resources.swatches import Swatches

        return Swatches(self._channel)


def _address(transport: Transport) -> str:
    """What distinguishes the server that a transport of the caller's leads to, in the journals of jobs."""
    base_url = getattr(transport, "base_url", None)
    if isinstance(base_url, str):
        return normalized_url(base_url)
    return f"{type(transport).__module__}.{type(transport).__qualname__}"


def _server(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _masked(secret: str | None) -> Secret | None:
    if secret is None:
        return None
    # Of an enum of texts its value, not its name; what is no text can't be one.
    return Secret(str.__str__(secret) if isinstance(secret, str) else "")


def _secret(given: str | None, argument: str, variable: str, meaning: str) -> Secret:
    secret = _masked(os.environ.get(variable) if given is None else given)
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ConfigError(
            f"{meaning} is missing or can't be one (spaces, line breaks and letters beyond ASCII are in none): "
            f"pass `{argument}`, or set {variable}."
        )
    return secret


def _check(name: str, value: object, fits: bool, wanted: str) -> None:
    if value is not None and not fits:
        raise ConfigError(f"{name} is a {type(value).__name__}: give {wanted}, or leave it out")


def _check_timeout(timeout: float | None) -> None:
    if timeout is not None:
        check_number("timeout", timeout, above=True, endless=True)


def _store_id(given: int | str | None) -> int:
    if given is None or given == "":
        raise ConfigError("The store's id is missing: pass `store_id`, or set ECWID_STORE_ID.")
    number = 0
    if isinstance(given, str):
        text = given.strip()
        if text.isascii() and text.isdigit() and len(text) < _DIGITS:
            number = int(text)
    elif isinstance(given, int) and not isinstance(given, bool):
        number = int(given)
    if not 0 < number < 10**_DIGITS:
        raise ConfigError(f"{_shown(given)} is no store id: it is a whole number, such as 1003.")
    return number


def _shown(given: object) -> str:
    # Arguments get mixed up: what is long may be the token.
    if isinstance(given, int | float | str) and (not isinstance(given, int) or abs(given) < 10**_DIGITS):
        text = printable(repr(given))
        if len(text) < _SHORT:
            return text
    return f"a {type(given).__name__}"
