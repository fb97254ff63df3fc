"""`Problem`, an error as an HTTP response: problem details in JSON (RFC 9457)."""

import logging
import math
import re
from http import HTTPStatus
from typing import Final

import msgspec
from attrs import field

from ecwid_async.apps.errors import AppError, WebhookRejected
from ecwid_async.apps.http import OutgoingResponse
from ecwid_async.errors import (
    APIError,
    ConfigError,
    Conflict,
    DecodeError,
    EcwidError,
    InvalidToken,
    LimiterUnavailable,
    MissingToken,
    NotFound,
    NotSent,
    NotSentInTime,
    Outcome,
    RateLimited,
    RequestTimeout,
    ResponseTooLarge,
    ScanDrifted,
    ServerError,
    StoreNotFound,
    StoreSuspended,
    Timeout,
    TokenUnavailable,
    TransportError,
    Unprocessable,
    UploadTooLarge,
)
from ecwid_async.primitives.error_groups import first_error
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["Problem", "find_error"]

_log: Final = logging.getLogger("ecwid_async")

_DISCONNECTED: Final = "The app is not connected to the store any more. The store's owner can install it again."
_UNREACHABLE: Final = "Ecwid can't be reached, or did not respond as expected. Try again later."
_BUSY: Final = "Too many requests were made for this store. Try again later; nothing was changed."
_PART_MISSING: Final = "A part of the app is not available. Try again later."
# Classes of errors, with the status and the text for whoever sent the request. The closest base class decides. Only
# what the request itself may have caused has a 4xx.
_RESPONSES: Final[dict[type[BaseException], tuple[HTTPStatus, str]]] = {
    EcwidError: (HTTPStatus.INTERNAL_SERVER_ERROR, "The request failed. Its log has the reason."),
    ConfigError: (HTTPStatus.INTERNAL_SERVER_ERROR, "The app is not configured correctly. Its log has the reason."),
    APIError: (HTTPStatus.BAD_GATEWAY, "Ecwid refused a request of the app. Its log has the reason."),
    NotFound: (HTTPStatus.NOT_FOUND, "The store has no such item."),
    Conflict: (HTTPStatus.CONFLICT, "The store has data that contradicts this change."),
    Unprocessable: (HTTPStatus.UNPROCESSABLE_ENTITY, "The store can't use a value of this request."),
    UploadTooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too large."),
    InvalidToken: (HTTPStatus.BAD_GATEWAY, _DISCONNECTED),
    MissingToken: (HTTPStatus.BAD_GATEWAY, _DISCONNECTED),
    StoreNotFound: (HTTPStatus.BAD_GATEWAY, _DISCONNECTED),
    StoreSuspended: (HTTPStatus.BAD_GATEWAY, "The store is suspended. Its owner can settle that with Ecwid."),
    TransportError: (HTTPStatus.BAD_GATEWAY, _UNREACHABLE),
    NotSent: (HTTPStatus.BAD_GATEWAY, _UNREACHABLE),
    DecodeError: (HTTPStatus.BAD_GATEWAY, _UNREACHABLE),
    ResponseTooLarge: (HTTPStatus.BAD_GATEWAY, _UNREACHABLE),
    ServerError: (HTTPStatus.BAD_GATEWAY, _UNREACHABLE),
    Timeout: (HTTPStatus.GATEWAY_TIMEOUT, "Ecwid did not respond in time. Try again later."),
    RequestTimeout: (HTTPStatus.GATEWAY_TIMEOUT, "Ecwid did not respond in time. Try again later."),
    RateLimited: (HTTPStatus.SERVICE_UNAVAILABLE, _BUSY),
    NotSentInTime: (HTTPStatus.SERVICE_UNAVAILABLE, _BUSY),
    LimiterUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, _PART_MISSING),
    TokenUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, _PART_MISSING),
    ScanDrifted: (HTTPStatus.SERVICE_UNAVAILABLE, "The store changed too much meanwhile. Try again later."),
}

# Seconds.
_DEFAULT_RETRY_AFTER: Final = 5
_LONGEST_RETRY_AFTER: Final = 3600
# A proxy may have sent anything.
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@frozen(kw_only=True)
class Problem:
    """An error as problem details (RFC 9457), for whoever sent the request to the app.

    `detail` is a text of ours: neither it nor any other member has secrets, or values that Ecwid or a request sent.
    `error` is the class of the error; `code` the error code of the API; `operation` the endpoint as documented;
    `request_id` identifies the call in the logs of the app and of Ecwid; `outcome` says whether it took effect.
    `retry_after` is in seconds.
    """

    status: int
    detail: str
    error: str | None = None
    code: str | None = None
    operation: str | None = None
    request_id: str | None = None
    outcome: Outcome | None = None
    retry_after: int | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, error: EcwidError) -> "Problem":
        """The problem for an error. An `AppError` has a status of its own; the docs list those of the others."""
        if isinstance(error, AppError):
            status, detail = error.status, _text_of(error)
        else:
            status, detail = next(_RESPONSES[base] for base in type(error).__mro__ if base in _RESPONSES)
        return cls(
            status=status,
            detail=detail,
            error=type(error).__name__,
            code=_checked_code(getattr(error, "code", None)),
            operation=_operation(error),
            request_id=getattr(error, "request_id", None),
            outcome=error.outcome,
            retry_after=_retry_after(error) if status == HTTPStatus.SERVICE_UNAVAILABLE else None,
        )

    def response(self) -> OutgoingResponse:
        """The response, which nothing caches."""
        members: dict[str, str | int | None] = {
            "type": "about:blank",
            "title": _title(self.status),
            "status": int(self.status),
            "detail": self.detail,
            "error": self.error,
            "code": self.code,
            "operation": self.operation,
            "request_id": self.request_id,
            "outcome": self.outcome,
        }
        headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"), *self.headers]
        if self.retry_after is not None:
            headers.append(("Retry-After", str(self.retry_after)))
        body = msgspec.json.encode({name: value for name, value in members.items() if value is not None})
        return OutgoingResponse(self.status, tuple(headers), body)

    def log(self) -> None:
        """Log a failure of the app or of Ecwid."""
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            reason = " ".join(part for part in (self.error, self.code) if part)
            request = f" [request {self.request_id}]" if self.request_id else ""
            _log.warning("responded with %d: %s from %s%s", self.status, reason, self.operation or "the app", request)


def find_error(error: Exception) -> EcwidError | None:
    """The `EcwidError` to respond to: the error itself, or the first of a group that contains no others."""
    if isinstance(error, ExceptionGroup):
        _, others = error.split(EcwidError)
        first = first_error(error)
        return first if others is None and isinstance(first, EcwidError) else None
    return error if isinstance(error, EcwidError) else None


def _text_of(error: AppError) -> str:
    if isinstance(error, WebhookRejected):
        # Its message is for the app's log: it explains how a signature differs from the right one.
        return f"The webhook was refused ({error.reason}). The log of the app says why."
    # The message of a failure may have that of a database.
    return str(error) if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else _PART_MISSING


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _operation(error: EcwidError) -> str | None:
    request = getattr(error, "request", None)
    operation = getattr(error, "operation", None) if request is None else request.options.operation
    return operation if isinstance(operation, str) else None


def _checked_code(code: object) -> str | None:
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _retry_after(error: EcwidError) -> int:
    seconds = error.retry_after if isinstance(error, APIError) else None
    if seconds is None or not seconds >= 0:
        return _DEFAULT_RETRY_AFTER
    return max(1, math.ceil(min(seconds, _LONGEST_RETRY_AFTER)))
