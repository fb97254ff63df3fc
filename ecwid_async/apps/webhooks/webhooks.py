"""`Webhooks`: receives webhooks, stores their events, and handles them afterwards."""

import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Container, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import anyio

from ecwid_async.apps.errors import WebhookRejected
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.inbox import Inbox, InboxSettings, InboxStatus, StoredEvent
from ecwid_async.apps.inbox.retries import mask_message
from ecwid_async.apps.webhooks.body import canonical_event_type
from ecwid_async.apps.webhooks.dispatcher import Dispatcher
from ecwid_async.apps.webhooks.event_types import check_event_types, matches_event_type
from ecwid_async.apps.webhooks.loop_guard import LoopGuard, LoopLimit
from ecwid_async.apps.webhooks.records import WebhookCounts, WebhookOutcome, WebhookRecord, WebhookSink, log_webhook
from ecwid_async.apps.webhooks.router import WebhookRouter
from ecwid_async.apps.webhooks.verifier import (
    DEFAULT_MAX_BODY,
    DEFAULT_REPLAY_WINDOW,
    MAX_CLOCK_SKEW,
    VerifiedEvent,
    WebhookVerifier,
)
from ecwid_async.errors import ConfigError, EcwidError
from ecwid_async.models.events import StoreEvent

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ecwid_async.client import Ecwid
    from ecwid_async.tokens import TokenSource

__all__ = ["EventPolicy", "KnownStores", "Webhooks"]

_DEFAULT_LOOP_LIMIT: Final = LoopLimit()
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")

KnownStores: TypeAlias = "TokenSource | Container[int] | Callable[[int], bool | Awaitable[bool]]"
"""Which stores are known: those with a token in a source, those in a set, or those that a function knows."""

EventPolicy: TypeAlias = Iterable[str] | Callable[[VerifiedEvent], bool]
"""Which events are accepted: types and patterns, or a function."""

# Ecwid waits for 10.
_RESPONSE_TIMEOUT: Final = 8.0
_logger: Final = logging.getLogger("ecwid_async.webhooks")


class Webhooks(WebhookRouter):
    """Receives the webhooks of an app: `handle` stores their events in the inbox, `run` runs their handlers.

    ::

        webhooks = Webhooks(SQLiteInbox("inbox.db"), ecwid=ecwid)

        @webhooks.on("order.created")
        async def ship(event: ReceivedEvent[OrderEvent, Order]) -> None:
            order = await event.fetch()

    - `client_secret`: the app's client secret, or several while one is being replaced; by default those in
      ``ECWID_CLIENT_SECRET``.
    - `ecwid`: the client for `ReceivedEvent.store` and `fetch`, with `tokens`. If it has a cache, the responses of a
      store are dropped when an event of the store is accepted.
    - `engine`: SQLAlchemy's engine of the application's database, for `ReceivedEvent.transaction`.
    - `stores`: which stores are known, by default all. Events of other stores are not stored, except for those of the
      app itself, which arrive before an installation is complete, and after its end.
    - `accept`: which events are stored, by default all: types and patterns, or a function of the `VerifiedEvent`.
    - `replay_window`: how old an event may be, in seconds. Ecwid repeats webhooks for 24 hours.
    - `max_body`: the largest body that is accepted, in bytes.
    - `loop_limit`: when the events of an entity count as caused by the handler itself; None for no limit.
    - `records`: receives a `WebhookRecord` of everything that happens; by default they are logged.

    Raises `ConfigError` for an invalid setting.
    """

    def __init__(
        self,
        inbox: Inbox,
        *,
        client_secret: str | Iterable[str] | None = None,
        ecwid: "Ecwid | None" = None,
        engine: "AsyncEngine | None" = None,
        stores: "KnownStores | None" = None,
        accept: EventPolicy = ("*",),
        replay_window: float = DEFAULT_REPLAY_WINDOW,
        max_body: int = DEFAULT_MAX_BODY,
        loop_limit: LoopLimit | None = _DEFAULT_LOOP_LIMIT,
        records: WebhookSink = log_webhook,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        if not callable(getattr(inbox, "put", None)):
            raise ConfigError('`inbox` is not an inbox: pass one, such as SQLiteInbox("inbox.db").')
        if not callable(records) or _is_async(records):
            raise ConfigError("`records` is not a function of a WebhookRecord, without `async`.")
        if loop_limit is not None and not isinstance(loop_limit, LoopLimit):
            raise ConfigError("`loop_limit` is not a LoopLimit, such as LoopLimit(runs=100), or None.")
        if engine is not None and not hasattr(engine, "sync_engine"):
            raise ConfigError("`engine` is not an AsyncEngine of SQLAlchemy: make it with create_async_engine.")
        self.inbox: Final = inbox
        """Where events wait for their handlers."""
        self.verifier: Final = WebhookVerifier(
            client_secret, replay_window=replay_window, max_body=max_body, clock=clock
        )
        """Checks the signatures."""
        _check_settings(inbox, replay_window, max_body)
        self.counts: Final = WebhookCounts()
        """How often each outcome occurred in this process."""
        self._is_known = None if stores is None else _known_stores(stores)
        self._accepts = _policy(accept)
        self._ecwid = ecwid
        self._records = records
        self._clock = clock
        self._dispatcher = Dispatcher(
            self, ecwid=ecwid, engine=engine, guard=LoopGuard(loop_limit, clock), report=self._report
        )

    def __repr__(self) -> str:
        return f"<Webhooks with {len(self._handlers)} handlers>"

    async def handle(self, request: IncomingRequest) -> OutgoingResponse:
        """Store the event of a webhook, and return the response, within 8 seconds. Never raises.

        200 for an event that is stored now or before, belongs to an unknown store or is not accepted; 405 for anything
        but POST; 401, 400 or 413 for a webhook that is not Ecwid's, too old, malformed or too large; 503 if the event
        can't be stored, so that Ecwid sends it again.
        """
        start = time.monotonic()
        if request.method != "POST":
            return OutgoingResponse(405, (("Allow", "POST"), _TEXT), b"Webhooks are sent with POST.")
        try:
            event = self.verifier.verify(request)
        except WebhookRejected as error:
            self._report(
                WebhookRecord(
                    outcome=WebhookOutcome.REFUSED,
                    seconds=time.monotonic() - start,
                    reason=error.reason,
                    error=error.reason,
                    message=str(error),
                )
            )
            # The message is for the app's developer, and in the log.
            return OutgoingResponse(error.status, (_TEXT,), error.reason.encode())
        outcome = WebhookOutcome.NOT_STORED
        failure: Exception | None = None
        try:
            with anyio.move_on_after(_RESPONSE_TIMEOUT) as scope:
                outcome = await self.accept(event)
            if scope.cancelled_caught:
                failure = TimeoutError()
        except Exception as error:
            failure = error
        self._report_event(event, outcome, start, failure)
        return OutgoingResponse(503 if outcome is WebhookOutcome.NOT_STORED else 200)

    async def accept(self, event: VerifiedEvent) -> WebhookOutcome:
        """Store an event that was verified, unless `stores` or `accept` leave it out.

        Returns ACCEPTED, DUPLICATE, UNKNOWN_STORE or DROPPED. Raises `InboxError` if the event can't be stored.
        """
        is_own = event.event_type.startswith("application.")
        if self._is_known is not None and not is_own and not await self._is_known(event.store_id):
            return WebhookOutcome.UNKNOWN_STORE
        await self._drop_cached(event.store_id)
        if not self._accepts(event):
            return WebhookOutcome.DROPPED
        stored = StoredEvent(
            store_id=event.store_id,
            event_id=event.event_id,
            event_type=event.event_type,
            entity_id=event.entity_id,
            body=event.body,
            received_at=self._clock(),
        )
        return WebhookOutcome.ACCEPTED if await self.inbox.put(stored) else WebhookOutcome.DUPLICATE

    async def add(self, event: StoreEvent) -> WebhookOutcome:
        """Store an event that did not come in a webhook, such as one of `Store.events`: like `accept`.

        Raises `ValueError` for an event without `store_id`, `event_id` or `event_type`.
        """
        if event.store_id is None or event.event_id is None or event.event_type is None:
            raise ValueError("an event needs a `store_id`, an `event_id` and an `event_type`.")
        start = time.monotonic()
        given = VerifiedEvent(
            store_id=event.store_id,
            event_id=event.event_id,
            event_type=canonical_event_type(str(event.event_type)),
            entity_id="" if event.entity_id is None else str(event.entity_id),
            event_created=float(event.event_created or 0),
            body=event.to_json().encode(),
        )
        outcome = await self.accept(given)
        self._report_event(given, outcome, start)
        return outcome

    async def _drop_cached(self, store_id: int) -> None:
        """Forget the cached responses of a store. Also for events that are left out: the store has changed."""
        if self._ecwid is None:
            return
        try:
            await self._ecwid.cache.drop(store_id)
        except Exception as error:
            # The event matters more. Cached responses are forgotten in time anyway.
            _logger.warning("can't drop the cached responses of store %d: %s", store_id, type(error).__name__)

    async def run(self, *, until_idle: bool = False) -> None:
        """Run the handlers of stored events until `stop` is called, or with `until_idle` until none is due.

        Run it beside the server, in one process or in several: see `Inbox.run`. Raises `InboxError` if the inbox fails.
        """
        await self.inbox.run(self._dispatcher.handle, coalesces=self.coalesces, until_idle=until_idle)

    def stop(self) -> None:
        """End `run`: handlers in progress get some time to finish."""
        self.inbox.stop()

    async def status(self) -> InboxStatus:
        """How many events wait, are in progress, are retried and are dead, and the age of the oldest."""
        return await self.inbox.status()

    def _report_event(
        self, event: VerifiedEvent, outcome: WebhookOutcome, start: float, failure: Exception | None = None
    ) -> None:
        self._report(
            WebhookRecord(
                outcome=outcome,
                seconds=time.monotonic() - start,
                store_id=event.store_id,
                event_type=event.event_type,
                event_id=event.event_id,
                error=None if failure is None else type(failure).__name__,
                # The message of any other error may have personal data.
                message=mask_message(failure) if isinstance(failure, EcwidError) else None,
            )
        )

    def _report(self, record: WebhookRecord) -> None:
        self.counts.add(record)
        try:
            self._records(record)
        except Exception:
            # An event must not be lost for want of a log.
            _logger.exception("the function for records of webhooks failed")


def _check_settings(inbox: Inbox, replay_window: float, max_body: int) -> None:
    """Raise `ConfigError` if the inbox refuses accepted events, or forgets them while they may be repeated."""
    settings = getattr(inbox, "settings", None)
    if not isinstance(settings, InboxSettings):
        return
    if settings.kept < replay_window + MAX_CLOCK_SKEW:
        raise ConfigError(
            f"the inbox remembers handled events for {settings.kept:g} seconds, but a webhook is accepted for "
            f"{replay_window:g} (`replay_window`) and could be handled twice: set InboxSettings(kept=…) to a day more."
        )
    if settings.max_body < max_body:
        raise ConfigError(
            f"the inbox takes bodies of {settings.max_body:,} bytes, but {max_body:,} are accepted (`max_body`): set "
            "InboxSettings(max_body=…) to as much."
        )


def _is_async(function: object) -> bool:
    return any(map(inspect.iscoroutinefunction, (function, getattr(function, "__call__", None))))  # noqa: B004


def _known_stores(stores: "KnownStores") -> Callable[[int], Awaitable[bool]]:
    if callable(getattr(stores, "invalidate", None)):
        source = cast("TokenSource", stores)

        async def has_token(store_id: int) -> bool:
            return await source.get(store_id) is not None

        return has_token
    if callable(stores):
        function = stores

        async def ask(store_id: int) -> bool:
            result = function(store_id)
            return bool(await result if inspect.isawaitable(result) else result)

        return ask
    # Of other containers, not all ids may be at hand.
    listed: Iterable[object] = stores if isinstance(stores, str | list | tuple | set | frozenset | dict) else ()
    if not isinstance(stores, Container) or not all(isinstance(each, int) for each in listed):
        raise ConfigError("`stores` is not a set of ids, which are numbers, a source of tokens or a function.")
    known = stores

    async def contains(store_id: int) -> bool:
        return store_id in known

    return contains


def _policy(accept: EventPolicy) -> Callable[[VerifiedEvent], bool]:
    if callable(accept) and not _is_async(accept):
        return accept
    if not isinstance(accept, Iterable):
        raise ConfigError("`accept` is neither types of events nor a function of a VerifiedEvent, without `async`.")
    patterns = check_event_types((accept,) if isinstance(accept, str) else tuple(accept))
    return lambda event: any(matches_event_type(pattern, event.event_type) for pattern in patterns)
