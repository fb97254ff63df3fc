"""An async client for the Ecwid (Lightspeed E-Series) REST API.

Names load on first use (PEP 562): importing the package loads neither an HTTP library nor a model.
"""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ecwid_async.calls import Call as Call
    from ecwid_async.calls import deadline as deadline
    from ecwid_async.changes import ChangeBatch as ChangeBatch
    from ecwid_async.changes import Changes as Changes
    from ecwid_async.changes import Cursor as Cursor
    from ecwid_async.changes import Deletion as Deletion
    from ecwid_async.client import Ecwid as Ecwid
    from ecwid_async.client import Store as Store
    from ecwid_async.codec import DecodeProblem as DecodeProblem
    from ecwid_async.codec import warm_up as warm_up
    from ecwid_async.errors import APIError as APIError
    from ecwid_async.errors import BadRequest as BadRequest
    from ecwid_async.errors import BatchError as BatchError
    from ecwid_async.errors import ConfigError as ConfigError
    from ecwid_async.errors import Conflict as Conflict
    from ecwid_async.errors import DecodeError as DecodeError
    from ecwid_async.errors import EcwidError as EcwidError
    from ecwid_async.errors import Forbidden as Forbidden
    from ecwid_async.errors import InvalidToken as InvalidToken
    from ecwid_async.errors import JobError as JobError
    from ecwid_async.errors import LimiterUnavailable as LimiterUnavailable
    from ecwid_async.errors import MethodNotAllowed as MethodNotAllowed
    from ecwid_async.errors import MissingScope as MissingScope
    from ecwid_async.errors import MissingToken as MissingToken
    from ecwid_async.errors import NotExecuted as NotExecuted
    from ecwid_async.errors import NotFound as NotFound
    from ecwid_async.errors import NotSent as NotSent
    from ecwid_async.errors import NotSentInTime as NotSentInTime
    from ecwid_async.errors import OutcomeUnknown as OutcomeUnknown
    from ecwid_async.errors import PaymentRequired as PaymentRequired
    from ecwid_async.errors import RateLimited as RateLimited
    from ecwid_async.errors import RequestTimeout as RequestTimeout
    from ecwid_async.errors import ResponseExpired as ResponseExpired
    from ecwid_async.errors import ResponseTooLarge as ResponseTooLarge
    from ecwid_async.errors import ScanDrifted as ScanDrifted
    from ecwid_async.errors import ServerError as ServerError
    from ecwid_async.errors import StoreNotFound as StoreNotFound
    from ecwid_async.errors import StoreSuspended as StoreSuspended
    from ecwid_async.errors import Timeout as Timeout
    from ecwid_async.errors import TokenUnavailable as TokenUnavailable
    from ecwid_async.errors import TooManyDeletions as TooManyDeletions
    from ecwid_async.errors import TransportError as TransportError
    from ecwid_async.errors import Unprocessable as Unprocessable
    from ecwid_async.errors import UnsupportedMediaType as UnsupportedMediaType
    from ecwid_async.errors import UploadChanged as UploadChanged
    from ecwid_async.errors import UploadTooLarge as UploadTooLarge
    from ecwid_async.files import Download as Download
    from ecwid_async.models.base import UNSET as UNSET
    from ecwid_async.models.base import Draft as Draft
    from ecwid_async.models.base import Model as Model
    from ecwid_async.models.base import Unset as Unset
    from ecwid_async.pages import Page as Page
    from ecwid_async.pages import Pages as Pages
    from ecwid_async.scan import Scan as Scan
    from ecwid_async.transport import Quarantine as Quarantine
    from ecwid_async.transport import Quota as Quota
    from ecwid_async.transport import RetryPolicy as RetryPolicy
    from ecwid_async.wire import Event as Event
    from ecwid_async.wire import EventKind as EventKind

_MODULES = {
    "calls": ("Call", "deadline"),
    "changes": ("ChangeBatch", "Changes", "Cursor", "Deletion"),
    "client": ("Ecwid", "Store"),
    "codec": ("DecodeProblem", "warm_up"),
    "errors": (
        "APIError",
        "ResponseExpired",
        "BadRequest",
        "BatchError",
        "ConfigError",
        "Conflict",
        "DecodeError",
        "EcwidError",
        "Forbidden",
        "LimiterUnavailable",
        "InvalidToken",
        "JobError",
        "MethodNotAllowed",
        "MissingScope",
        "MissingToken",
        "NotExecuted",
        "NotFound",
        "NotSent",
        "NotSentInTime",
        "OutcomeUnknown",
        "PaymentRequired",
        "RateLimited",
        "RequestTimeout",
        "ResponseTooLarge",
        "ScanDrifted",
        "ServerError",
        "StoreNotFound",
        "StoreSuspended",
        "Timeout",
        "TokenUnavailable",
        "TooManyDeletions",
        "TransportError",
        "Unprocessable",
        "UnsupportedMediaType",
        "UploadChanged",
        "UploadTooLarge",
    ),
    "files": ("Download",),
    "models.base": ("UNSET", "Draft", "Model", "Unset"),
    "pages": ("Page", "Pages"),
    "scan": ("Scan",),
    "transport": ("Quarantine", "Quota", "RetryPolicy"),
    "wire": ("Event", "EventKind"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
