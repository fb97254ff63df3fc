"""Apps: what Ecwid sends to a running service, and how a service serves many stores.

- `webhooks` verifies webhooks, and routes their events to functions.
- `inbox` keeps accepted events until they are handled: in memory, in SQLite or in PostgreSQL.
- `oauth` installs the app in stores and gets their tokens.
- `payload` reads what the control panel passes to the app's page.
- `checkout` has the requests of the checkout for payments, shipping rates and discounts.
- `web` has what all frameworks share; `asgi`, `aiohttp_web` and `fastapi` connect it to each of them.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.checkout import CartDiscount as CartDiscount
    from ecwid_async.apps.checkout import CheckoutAddress as CheckoutAddress
    from ecwid_async.apps.checkout import CheckoutCart as CheckoutCart
    from ecwid_async.apps.checkout import CheckoutCartItem as CheckoutCartItem
    from ecwid_async.apps.checkout import CheckoutCategory as CheckoutCategory
    from ecwid_async.apps.checkout import DiscountRequest as DiscountRequest
    from ecwid_async.apps.checkout import DiscountRequests as DiscountRequests
    from ecwid_async.apps.checkout import Payment as Payment
    from ecwid_async.apps.checkout import PaymentRequest as PaymentRequest
    from ecwid_async.apps.checkout import PaymentRequests as PaymentRequests
    from ecwid_async.apps.checkout import ShippingRate as ShippingRate
    from ecwid_async.apps.checkout import ShippingRequest as ShippingRequest
    from ecwid_async.apps.checkout import ShippingRequests as ShippingRequests
    from ecwid_async.apps.checkout import UnauthenticatedPayments as UnauthenticatedPayments
    from ecwid_async.apps.credentials import read_client_id as read_client_id
    from ecwid_async.apps.credentials import read_client_secrets as read_client_secrets
    from ecwid_async.apps.errors import AlreadyHandled as AlreadyHandled
    from ecwid_async.apps.errors import AppError as AppError
    from ecwid_async.apps.errors import EntityGone as EntityGone
    from ecwid_async.apps.errors import HandlerTimeout as HandlerTimeout
    from ecwid_async.apps.errors import InboxError as InboxError
    from ecwid_async.apps.errors import InstallError as InstallError
    from ecwid_async.apps.errors import InstallFailure as InstallFailure
    from ecwid_async.apps.errors import NotRetryable as NotRetryable
    from ecwid_async.apps.errors import PayloadError as PayloadError
    from ecwid_async.apps.errors import WebhookLoop as WebhookLoop
    from ecwid_async.apps.errors import WebhookRejected as WebhookRejected
    from ecwid_async.apps.http import IncomingRequest as IncomingRequest
    from ecwid_async.apps.http import OutgoingResponse as OutgoingResponse
    from ecwid_async.apps.inbox import ClaimedEvents as ClaimedEvents
    from ecwid_async.apps.inbox import DeadEvent as DeadEvent
    from ecwid_async.apps.inbox import Inbox as Inbox
    from ecwid_async.apps.inbox import InboxSettings as InboxSettings
    from ecwid_async.apps.inbox import InboxStatus as InboxStatus
    from ecwid_async.apps.inbox import MemoryInbox as MemoryInbox
    from ecwid_async.apps.inbox import PostgreSQLInbox as PostgreSQLInbox
    from ecwid_async.apps.inbox import SQLiteInbox as SQLiteInbox
    from ecwid_async.apps.inbox import StoredEvent as StoredEvent
    from ecwid_async.apps.inbox import forget_handled as forget_handled
    from ecwid_async.apps.inbox import handled_once as handled_once
    from ecwid_async.apps.inbox import open_inbox as open_inbox
    from ecwid_async.apps.oauth import DEFAULT_OAUTH_URL as DEFAULT_OAUTH_URL
    from ecwid_async.apps.oauth import CodeClaims as CodeClaims
    from ecwid_async.apps.oauth import Grant as Grant
    from ecwid_async.apps.oauth import Installation as Installation
    from ecwid_async.apps.oauth import InstallOrigin as InstallOrigin
    from ecwid_async.apps.oauth import Installs as Installs
    from ecwid_async.apps.oauth import InstallTokens as InstallTokens
    from ecwid_async.apps.oauth import MemoryCodeClaims as MemoryCodeClaims
    from ecwid_async.apps.oauth import TokenEndpoint as TokenEndpoint
    from ecwid_async.apps.oauth import Uninstalls as Uninstalls
    from ecwid_async.apps.oauth import UninstallState as UninstallState
    from ecwid_async.apps.oauth import authorize_url as authorize_url
    from ecwid_async.apps.oauth import read_redirect_uri as read_redirect_uri
    from ecwid_async.apps.payload import MemoryUsedPayloads as MemoryUsedPayloads
    from ecwid_async.apps.payload import PageSession as PageSession
    from ecwid_async.apps.payload import PageSessions as PageSessions
    from ecwid_async.apps.payload import Payload as Payload
    from ecwid_async.apps.payload import PayloadReader as PayloadReader
    from ecwid_async.apps.payload import TokenStore as TokenStore
    from ecwid_async.apps.payload import UnverifiedPayload as UnverifiedPayload
    from ecwid_async.apps.payload import UsedPayloads as UsedPayloads
    from ecwid_async.apps.payload import VerifiedPayload as VerifiedPayload
    from ecwid_async.apps.payload import ViewMode as ViewMode
    from ecwid_async.apps.web import Background as Background
    from ecwid_async.apps.web import BackgroundStatus as BackgroundStatus
    from ecwid_async.apps.web import Handler as Handler
    from ecwid_async.apps.web import Health as Health
    from ecwid_async.apps.web import HealthReport as HealthReport
    from ecwid_async.apps.web import Problem as Problem
    from ecwid_async.apps.web import Restarts as Restarts
    from ecwid_async.apps.web import Service as Service
    from ecwid_async.apps.webhooks import EventPolicy as EventPolicy
    from ecwid_async.apps.webhooks import KnownStores as KnownStores
    from ecwid_async.apps.webhooks import LoopLimit as LoopLimit
    from ecwid_async.apps.webhooks import ReceivedEvent as ReceivedEvent
    from ecwid_async.apps.webhooks import SignatureDiagnosis as SignatureDiagnosis
    from ecwid_async.apps.webhooks import VerifiedEvent as VerifiedEvent
    from ecwid_async.apps.webhooks import WebhookCounts as WebhookCounts
    from ecwid_async.apps.webhooks import WebhookOutcome as WebhookOutcome
    from ecwid_async.apps.webhooks import WebhookRecord as WebhookRecord
    from ecwid_async.apps.webhooks import WebhookRouter as WebhookRouter
    from ecwid_async.apps.webhooks import Webhooks as Webhooks
    from ecwid_async.apps.webhooks import WebhookSink as WebhookSink
    from ecwid_async.apps.webhooks import WebhookVerifier as WebhookVerifier
    from ecwid_async.apps.webhooks import diagnose_signature as diagnose_signature
    from ecwid_async.apps.webhooks import log_webhook as log_webhook

_MODULES: Final = {
    "checkout": (
        "CartDiscount",
        "CheckoutAddress",
        "CheckoutCart",
        "CheckoutCartItem",
        "CheckoutCategory",
        "DiscountRequest",
        "DiscountRequests",
        "UnauthenticatedPayments",
        "Payment",
        "PaymentRequest",
        "PaymentRequests",
        "ShippingRate",
        "ShippingRequest",
        "ShippingRequests",
    ),
    "credentials": ("read_client_id", "read_client_secrets"),
    "errors": (
        "AlreadyHandled",
        "AppError",
        "EntityGone",
        "HandlerTimeout",
        "InboxError",
        "InstallError",
        "InstallFailure",
        "NotRetryable",
        "PayloadError",
        "WebhookLoop",
        "WebhookRejected",
    ),
    "http": ("IncomingRequest", "OutgoingResponse"),
    "webhooks": (
        "EventPolicy",
        "KnownStores",
        "LoopLimit",
        "ReceivedEvent",
        "SignatureDiagnosis",
        "VerifiedEvent",
        "WebhookCounts",
        "WebhookOutcome",
        "WebhookRecord",
        "WebhookRouter",
        "WebhookSink",
        "WebhookVerifier",
        "Webhooks",
        "diagnose_signature",
        "log_webhook",
    ),
    "payload": (
        "MemoryUsedPayloads",
        "PageSession",
        "PageSessions",
        "Payload",
        "PayloadReader",
        "TokenStore",
        "UnverifiedPayload",
        "UsedPayloads",
        "VerifiedPayload",
        "ViewMode",
    ),
    "inbox": (
        "ClaimedEvents",
        "DeadEvent",
        "Inbox",
        "InboxSettings",
        "InboxStatus",
        "MemoryInbox",
        "PostgreSQLInbox",
        "SQLiteInbox",
        "StoredEvent",
        "forget_handled",
        "handled_once",
        "open_inbox",
    ),
    "oauth": (
        "CodeClaims",
        "DEFAULT_OAUTH_URL",
        "Grant",
        "InstallOrigin",
        "InstallTokens",
        "Installation",
        "Installs",
        "MemoryCodeClaims",
        "TokenEndpoint",
        "UninstallState",
        "Uninstalls",
        "authorize_url",
        "read_redirect_uri",
    ),
    "web": ("Background", "BackgroundStatus", "Handler", "Health", "HealthReport", "Problem", "Restarts", "Service"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    # Lazy: each part has an extra or a framework of its own.
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
