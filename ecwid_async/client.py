"""`Ecwid`, the client that all stores share, and `Store`, the API of one store."""

import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Collection, Iterable
from functools import lru_cache, partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar, overload
from urllib.parse import urlsplit

from attrs import evolve

from ecwid_async.calls import Call, Channel
from ecwid_async.codec import Codec, DecodeProblem
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.observe import CombinedSink, LogSink
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
    normalize_url,
    validate_base_url,
    with_deadlines,
)
from ecwid_async.wire import EventSink, Transport, to_printable

if TYPE_CHECKING:
    from ecwid_async.batch import BatchCost, BatchRunner
    from ecwid_async.changes import EventCursor, Events, EventStart
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
    from ecwid_async.tokens import TokenSource, TokenTransport
    from ecwid_async.transport import Cache, NoCache, SharedReads

__all__ = ["DEFAULT_BASE_URL", "Ecwid", "Section", "Store"]

T = TypeVar("T")

_DEFAULT_QUOTA: Final = Quota()
_MAX_BUDGETS: Final = 4096
_MAX_TOKENS: Final = 4096
_MAX_ID_DIGITS: Final = 18
_LONGEST_SHOWN_ID: Final = 20


class Ecwid:
    """The client: one connection pool and one rate limiter for any number of stores.

    ``async with Ecwid() as ecwid: store = ecwid.store(1003, token)``

    - `base_url`: the base URL of the API; by default ``ECWID_BASE_URL``, or else Ecwid's own.
    - `transport`: replaces the network, with a sandbox, a script or another HTTP library.
    - `timeout`: the limit of each interactive call in seconds, waits and retries included (`math.inf` for none);
      `Call.with_timeout` overrides it for one call. Bulk calls and downloads have no limit.
    - `tokens`: where the tokens of stores come from, such as `ecwid_async.tokens.SQLTokens`: `store` then needs none.
    - `quota`: the rate limit to respect; None turns it off. `limiter` enforces it, in this process by default.
    - `cache`: keeps responses for a time, and sends identical reads in progress once: `MemoryCache()` or `RedisCache`.
      By default there is none. ``docs/cache.md`` says how old responses may be.
    - `events`: one or several callables that receive each `Event`; by default events are logged.
    - `strict`: raise `DecodeError` for a value of an unexpected type. By default the value is kept in `extra` and
      counted in ``ecwid.codec.problems``; `on_problem` is called with the first `DecodeProblem` of each kind.

    Raises `ConfigError` for an invalid setting, and for a base URL that would send the token unencrypted.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        transport: Transport | None = None,
        tokens: "TokenSource | None" = None,
        quota: Quota | None = _DEFAULT_QUOTA,
        limiter: Limiter | None = None,
        cache: "Cache | None" = None,
        events: EventSink | Iterable[EventSink] | None = None,
        retry: RetryPolicy | None = None,
        timeout: float | None = None,
        strict: bool = False,
        on_problem: Callable[[DecodeProblem], None] | None = None,
    ) -> None:
        _check_timeout(timeout)
        _check("transport", transport, _has(transport, "send"), "a transport")
        is_source = _has(tokens, "get") and _has(tokens, "invalidate")
        _check("tokens", tokens, is_source, "a source of tokens, such as MemoryTokens({1003: token})")
        _check("quota", quota, isinstance(quota, Quota), "Quota(requests=600)")
        _check("limiter", limiter, _has(limiter, "acquire"), "MemoryLimiter() or RedisLimiter(…)")
        _check("cache", cache, _has(cache, "look_up"), "MemoryCache() or RedisCache(…)")
        _check("retry", retry, isinstance(retry, RetryPolicy), "RetryPolicy(attempts=4)")
        _check("on_problem", on_problem, callable(on_problem), "a function")
        self._timeout = timeout
        url = os.environ.get("ECWID_BASE_URL") if base_url is None or base_url == "" else base_url
        self.base_url = validate_base_url(DEFAULT_BASE_URL if url is None or url == "" else url)
        self.codec = Codec(strict=strict, on_problem=on_problem)
        self._transport = transport
        self._events = CombinedSink.from_argument(LogSink() if events is None else events)
        self._host_and_port: str | None = None
        if transport is None or base_url is not None:
            self._host_and_port, self._server = _host_and_port(self.base_url), self.base_url
        else:
            self._server = _server_of(transport)  # a custom transport may lead anywhere
        self._retry = retry or RetryPolicy()
        # An evicted budget would be full again by now: calls to thousands of other stores came after it.
        self._budget = lru_cache(maxsize=_MAX_BUDGETS)(partial(_new_budget, self._retry))
        self._token_transport: Callable[[int], TokenTransport] | None = None
        if tokens is not None:
            # A store whose entry was evicted reads its token again.
            self._token_transport = lru_cache(maxsize=_MAX_TOKENS)(partial(self._new_token_transport, tokens))
        self._quota = quota
        if limiter is None and quota is not None:
            limiter = MemoryLimiter(quota)
        self._limiter = limiter
        self._cache = cache
        self._shared_reads = None if cache is None else _new_shared_reads()

    def __repr__(self) -> str:
        return f"<Ecwid at {self.base_url}>"

    def store(self, store_id: int | None = None, token: str | None = None, *, timeout: float | None = None) -> "Store":
        """Return the API of one store, by default that of ``ECWID_STORE_ID``. Cheap to create.

        Without `token`, the token comes from the client's `tokens`, which are asked with the first request, or else
        from ``ECWID_TOKEN``. `timeout`, in seconds, replaces the client's timeout for the calls of this `Store`.

        Raises `ConfigError` if the store id or token is missing or invalid, or the token of the environment belongs to
        another store. If `tokens` has no token, the calls raise `MissingToken`; if it fails, `TokenUnavailable`.
        """
        _check_timeout(timeout)
        token = _as_secret(token)  # in this frame too: some tracebacks show local variables
        number = _parse_store_id(os.environ.get("ECWID_STORE_ID") if store_id is None else store_id)
        if token is None and self._token_transport is not None:
            transport = self._token_transport(number)
            channel = self._new_channel(transport, number, transport.secrets, timeout, token=transport)
            return Store(number, channel, quota=self._quota)
        if token is None:
            _check_token_owner(number)
        secret = _read_secret(token, "token", "ECWID_TOKEN", "The store's access token (secret_… or public_…)")
        channel = self._new_channel(self._connect_store(number, secret), number, (secret,), timeout, token=secret)
        return Store(number, channel, quota=self._quota)

    def application(self, client_id: str | None = None, client_secret: str | None = None) -> "Application":
        """Return the API of an app itself, by default that of ``ECWID_CLIENT_ID`` and ``ECWID_CLIENT_SECRET``.

        Raises `ConfigError` if either is missing.
        """
        from ecwid_async.resources.application import Application

        client_secret = _as_secret(client_secret)
        app = _read_secret(client_id, "client_id", "ECWID_CLIENT_ID", "The app's client id")
        secret = _read_secret(client_secret, "client_secret", "ECWID_CLIENT_SECRET", "The app's client secret")
        auth = Auth.for_application(with_deadlines(self.transport), app, secret)
        return Application(self._new_channel(self._with_rate_limit(auth, None, secret), None, (secret,)))

    def quarantine(self) -> QuarantineList:
        """The tokens and stores whose calls fail at once, because the API reported that they can't work.

        ``await ecwid.quarantine()`` returns a list of `Quarantine`, oldest first: the store, the reason, the start and
        the end of each. ``await ecwid.quarantine().clear(1003)`` lifts the quarantines of a store, ``clear()`` lifts
        all. Clear one once its cause is fixed: the next call is sent again. Neither sends a request. Clients that share
        a limiter on Redis share their quarantines.
        """
        return QuarantineList(self._limiter)

    def reload_token(self, store_id: int) -> None:
        """Read the token of a store from `tokens` again with its next request, as after it was replaced.

        Without it, the old token is used until the API refuses it. Other processes are not told. Raises `ConfigError`
        for an invalid id.
        """
        number = _parse_store_id(store_id)
        if self._token_transport is not None:
            self._token_transport(number).reload()

    @property
    def cache(self) -> "Cache | NoCache":
        """The cache: ``await ecwid.cache.drop(1003)`` forgets what was read from a store, such as for its webhooks.

        Without a cache, that does nothing.
        """
        from ecwid_async.transport import NoCache

        return NoCache() if self._cache is None else self._cache

    def _new_token_transport(self, tokens: "TokenSource", store_id: int) -> "TokenTransport":
        from ecwid_async.tokens import TokenTransport

        return TokenTransport(tokens, store_id, partial(self._connect_store, store_id))

    def _connect_store(self, store_id: int, token: Secret) -> Transport:
        """A transport with the credentials and the rate limit of a token."""
        return self._with_rate_limit(Auth.for_store(with_deadlines(self.transport), store_id, token), store_id, token)

    def _with_rate_limit(self, auth: Auth, store_id: int | None, secret: Secret) -> Transport:
        if self._limiter is None:
            return auth
        return RateLimit(
            auth,
            self._limiter,
            token=secret,
            store_id=store_id,
            quota=self._quota,
            throttle_timeout=self._retry.throttle_timeout,
            events=self._events,
            server=self._host_and_port,
        )

    def _new_channel(
        self,
        limited: Transport,
        store_id: int | None,
        secrets: Collection[str],
        timeout: float | None = None,
        *,
        token: "Secret | TokenTransport | None" = None,
    ) -> Channel:
        transport: Transport = Retry(
            limited,
            policy=self._retry,
            budget=self._budget(store_id),
            events=self._events,
            store_id=store_id,
            server=self._host_and_port,
        )
        if self._cache is not None and self._shared_reads is not None and store_id is not None and token is not None:
            from ecwid_async.transport import CachedReads

            transport = CachedReads(
                transport,
                self._cache,
                self._shared_reads,
                store_id=store_id,
                token=token,
                server=self._server,
                events=self._events,
                host_and_port=self._host_and_port,
            )
        return Channel(
            transport,
            self.codec,
            timeout=self._timeout if timeout is None else timeout,
            secrets=secrets,
            server=self._server,
        )

    @property
    def transport(self) -> Transport:
        """The transport of all stores, without their credentials, rate limit and retries."""
        if self._transport is None:
            from ecwid_async.transport import AiohttpTransport

            # One atomic step, so that threads that start together share the transport.
            self._transport = vars(self).setdefault("_default_transport", AiohttpTransport(self.base_url))
        return self._transport

    async def aclose(self) -> None:
        """Close the connections of the running event loop. Closing twice is harmless.

        Later calls open new connections, so one client can serve several event loops, at the same time or in turn.
        """
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


class Section:
    """An attribute of `Store` that loads its resource on first use: ``orders`` from ``resources/orders.py``."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._class_name: str = owner.__annotations__[name]

    @overload
    def __get__(self, store: None, owner: type) -> Self: ...

    @overload
    def __get__(self, store: "Store", owner: type) -> object: ...

    def __get__(self, store: "Store | None", owner: type) -> object:
        if store is None:
            return self
        module = import_module(f"ecwid_async.resources.{self._name}")
        resource: object = getattr(module, self._class_name)(store._channel)
        # From now on the instance's attribute is found first.
        vars(store)[self._name] = resource
        return resource


def _section(doc: str) -> Any:
    """Return a `Section`. Type checkers and editors take the class of the resource from the attribute's annotation."""
    return Section(doc)


class Store:
    """The API of one store, with a section of the API in each attribute. Created by `Ecwid.store`."""

    application: "Application" = _section("The app that the token belongs to.")
    batches: "Batches" = _section("Batches of requests; `Store.batch` is easier to use.")
    billing: "Billing" = _section("Charges of the app to the store's owner.")
    brands: "Brands" = _section("Brands of the catalogue.")
    carts: "Carts" = _section("Abandoned carts.")
    categories: "Categories" = _section("Categories of the catalogue.")
    checkout_extra_fields: "CheckoutExtraFields" = _section("Additional fields of the checkout.")
    coupons: "Coupons" = _section("Discount coupons.")
    customer_groups: "CustomerGroups" = _section("Customer groups.")
    customers: "Customers" = _section("Customers, their contacts and extra fields.")
    dictionaries: "Dictionaries" = _section("Countries, currencies, states and tax classes.")
    domains: "Domains" = _section("The domain of the store.")
    images: "Images" = _section("Main colors of images.")
    orders: "Orders" = _section("Orders, their invoices and extra fields.")
    payment_options: "PaymentOptions" = _section("Payment methods.")
    product_types: "ProductTypes" = _section("Product types, which define the attributes of products.")
    products: "Products" = _section("Products, their variations, images, files and stock.")
    profile: "ProfileResource" = _section("The profile and settings of the store.")
    promotions: "Promotions" = _section("Discounts that apply automatically.")
    redirects: "Redirects" = _section("Redirects of the Instant Site.")
    reports: "Reports" = _section("Store reports, and the times of the last changes.")
    reviews: "Reviews" = _section("Product reviews.")
    sales_channels: "SalesChannels" = _section("Product feeds for marketplaces.")
    shipping_options: "ShippingOptions" = _section("Shipping, delivery and pickup methods.")
    staff: "Staff" = _section("Staff accounts.")
    storage: "Storage" = _section("The app's own data about the store.")
    storefront: "Storefront" = _section("Storefront pages.")
    subscriptions: "Subscriptions" = _section("Recurring subscriptions.")
    swatches: "Swatches" = _section("Colors of product options.")

    def __init__(self, store_id: int, channel: Channel, *, quota: Quota | None = None) -> None:
        self.store_id = store_id
        self._channel = evolve(channel, store_id=store_id)
        self._quota = quota

    def __repr__(self) -> str:
        return f"<Store {self.store_id}>"

    @property
    def transport(self) -> Transport:
        """Sends requests that no method covers to this store, with credentials, rate limit and retries."""
        return self._channel.transport

    @property
    def server(self) -> str:
        """The base URL of the calls, or another identifier of the server."""
        return self._channel.server

    def _with_transport(self, wrap: Callable[[Transport], Transport]) -> "Store":
        """The same store, whose calls are sent through `wrap(self.transport)`."""
        channel = evolve(self._channel, transport=wrap(self._channel.transport))
        return Store(self.store_id, channel, quota=self._quota)

    def send(self, call: Call[T]) -> Call[T]:
        """Bind a call that was built elsewhere, such as an unpickled one, to this store. Awaiting the result sends it.

        That raises `RuntimeError` if the call was already sent or closed.
        """
        return call.bind(self._channel)

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
        journal_folder: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  it becomes the deadline of the requests
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
        journal_folder: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  it becomes the deadline of the requests
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
        journal_folder: str | os.PathLike[str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  it becomes the deadline of the requests
    ) -> list[T] | list[T | EcwidError]:
        """Let the store execute any number of calls, up to 500 at a time. Returns their results, in order.

        With ``raise_on_failure=False``, the result of a failed call is its error: `APIError`, `NotExecuted`, or
        `OutcomeUnknown` for a call that may have been executed. Otherwise `BatchError`, which has all results, is
        raised at the end if any call failed.

        The calls after a failed one are executed too, unless `stop_on_first_failure` is set. With
        `allow_parallel_mode` the store executes up to 100 at once, in any order. ``batches.cancel_group(group_id)``
        stops the batches that were sent with that `group_id`. `cost` is what counts towards the rate limit: each call
        ("per_call") or each batch ("per_batch"). After `timeout` seconds nothing more is sent or awaited; calls that
        were sent are executed nevertheless. A call with a timeout of its own is refused.

        A `job` name makes sure that nothing is executed twice. A journal is kept in `journal_folder`, or else in
        ``ECWID_JOURNAL_FOLDER``, or else in the user's state folder; the same calls under the same name resume where
        an earlier run was interrupted. If each call has a key (`Call.with_job_key`), the input may be reordered and
        changed: only calls whose keys were not executed are sent. A call that was executed so long ago that the server
        no longer has its response returns `ResponseExpired`. ``docs/batch.md`` describes how to keep the input the
        same, and what to do about each error.

        Raises `ValueError` for a call that a batch can't contain, such as an upload of bytes; `JobError` for other
        calls under the same name or key, for a job that is already running, and for a damaged journal; `ConfigError` if
        no journal can be kept. None of these sends anything.

        ``POST /batch``
        """
        from ecwid_async.batch import BatchOptions

        options = BatchOptions(
            stop_on_first_failure=stop_on_first_failure,
            allow_parallel_mode=allow_parallel_mode,
            group_id=group_id,
            cost=cost,
            job=job,
            journal_folder=journal_folder,
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
        journal_folder: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[T | EcwidError, None]:
        """Like `batch`, for a stream of calls: takes calls as they arrive and yields their results in order.

        The result of a failed call is its error; once sending has stopped, each later result is `NotExecuted`. At most
        three batches are held at a time. If the loop may end early, close the generator (``contextlib.aclosing``):
        calls that were sent are executed nevertheless, and a generator passed as `calls` is closed. An error raised by
        `calls` is raised after the results of the calls that were sent.
        """
        from ecwid_async.batch import BatchOptions

        options = BatchOptions(
            stop_on_first_failure=stop_on_first_failure,
            allow_parallel_mode=allow_parallel_mode,
            group_id=group_id,
            cost=cost,
            job=job,
            journal_folder=journal_folder,
            timeout=timeout,
        )
        return self._runner().bulk(calls, options)

    def events(
        self,
        since: "EventCursor | str | None" = None,
        *,
        sections: Collection[str] = (),
        start: "EventStart" = "now",
        lag: float = 300.0,
        concurrency: int = 8,
    ) -> "Events":
        """Read what changed as events, like those of webhooks: ``async with store.events(cursor) as events``.

        `since` is the cursor of the last batch of an earlier read, also as JSON. Without it, events begin now, so the
        first read yields a cursor and no events; with ``start="beginning"`` it yields an event for each existing item.
        The same applies to a section that was not read before.

        `sections` are the sections to read, by default all with events: profile, orders, carts, products, customers,
        coupons and reviews. ``docs/changes.md`` has the types of events of each. Sections that the token does not open
        are skipped: see `Events.skipped`. A store without changes costs one request.

        `lag` is how many seconds the search index may be behind the store. At most `concurrency` pages are requested at
        a time. Raises `ConfigError` for the cursor of another store, an unknown section, and an invalid number.

        ``GET /latest-stats`` and the lists of the sections that changed.
        """
        from ecwid_async.changes import Events

        return Events(self._channel, since, sections=sections, start=start, lag=lag, concurrency=concurrency)

    def _runner(self) -> "BatchRunner":
        from ecwid_async.batch import BatchRunner

        if self._quota is None:
            return BatchRunner(self._channel, self.store_id)
        return BatchRunner(self._channel, self.store_id, max_batch_size=self._quota.requests - self._quota.reserve)


def _server_of(transport: Transport) -> str:
    """An identifier of the server of a custom transport, for the journals of jobs."""
    base_url = getattr(transport, "base_url", None)
    if isinstance(base_url, str):
        return normalize_url(base_url)
    return f"{type(transport).__module__}.{type(transport).__qualname__}"


def _host_and_port(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _as_secret(text: str | None) -> Secret | None:
    if text is None:
        return None
    # `str` would return the name of an enum's member. Anything but text counts as missing.
    return Secret(str.__str__(text) if isinstance(text, str) else "")


def _read_secret(value: str | None, argument: str, variable: str, meaning: str) -> Secret:
    secret = _as_secret(os.environ.get(variable) if value is None else value)
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ConfigError(
            f"{meaning} is missing or invalid (it has no spaces, line breaks or non-ASCII characters): "
            f"pass `{argument}`, or set {variable}."
        )
    return secret


def _check_token_owner(store_id: int) -> None:
    """Raise `ConfigError` if the environment has a token, but for another store."""
    owner = os.environ.get("ECWID_STORE_ID")
    if owner and os.environ.get("ECWID_TOKEN") and _parse_store_id(owner) != store_id:
        raise ConfigError(f"ECWID_TOKEN is for the store {owner}, not for {store_id}: pass `token`.")


def _has(value: object, method: str) -> bool:
    """Whether an object has a method. A class is no object: its parentheses are missing."""
    return not isinstance(value, type) and callable(getattr(value, method, None))


def _check(name: str, value: object, is_valid: bool, wanted: str) -> None:
    if value is not None and not is_valid:
        kind = f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"
        raise ConfigError(f"{name} is {kind}: pass {wanted}, or leave it out")


def _new_shared_reads() -> "SharedReads":
    """Without a cache, a client starts without its modules."""
    from ecwid_async.transport import SharedReads

    return SharedReads()


def _new_budget(policy: RetryPolicy, store_id: int | None) -> RetryBudget:
    """A budget of its own for each store."""
    del store_id
    return RetryBudget(policy)


def _check_timeout(timeout: float | None) -> None:
    if timeout is not None:
        check_number("timeout", timeout, exclusive=True, unbounded=True)


def _parse_store_id(value: int | str | None) -> int:
    if value is None or value == "":
        raise ConfigError("The store id is missing: pass `store_id`, or set ECWID_STORE_ID.")
    number = 0
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) < _MAX_ID_DIGITS:
            number = int(text)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = int(value)
    if not 0 < number < 10**_MAX_ID_DIGITS:
        raise ConfigError(f"{_shown(value)} is not a valid store id: pass a whole number, such as 1003.")
    return number


def _shown(value: object) -> str:
    # A long value may be the token, passed in the place of the id.
    if isinstance(value, int | float | str) and (not isinstance(value, int) or abs(value) < 10**_MAX_ID_DIGITS):
        text = to_printable(repr(value))
        if len(text) < _LONGEST_SHOWN_ID:
            return text
    return f"a {type(value).__name__}"
