"""Interpreting responses: the error, the missing result of a write, and the headers ``Retry-After`` and ``Date``."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Final

import msgspec

from ecwid_async.errors import (
    APIError,
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    MethodNotAllowed,
    MissingScope,
    NotFound,
    OutcomeUnknown,
    PaymentRequired,
    RateLimited,
    RequestTimeout,
    ServerError,
    StoreNotFound,
    StoreSuspended,
    Unprocessable,
    UnsupportedMediaType,
    outcome_of,
)
from ecwid_async.primitives.safe_json import NotJSON, decode_json
from ecwid_async.wire import Request, Response, to_printable

__all__ = ["parse_error", "parse_http_date", "parse_retry_after", "result_error"]

# Limits for the contents of an error.
_LONGEST_MESSAGE: Final = 2_000
_LONGEST_CODE: Final = 100
_MOST_DETAILS: Final = 100
# Enough of a body to fill an excerpt, even after leading white space.
_EXCERPTED_BYTES: Final = 16 * 1024
# A delay of over a day, in seconds, is a mistake.
_LONGEST_WAIT: Final = 86_400.0
_LONGEST_DATE: Final = 100
# HTTP methods whose success needs no body.
_NEEDS_NO_RESULT: Final = frozenset({"PUT", "DELETE"})

_BY_CODE: Final[dict[str, type[APIError]]] = {
    "INVALID_API_TOKEN": InvalidToken,
    "INSUFFICIENT_APP_SCOPE": MissingScope,
    "STORE_IS_SUSPENDED": StoreSuspended,
    "STORE_NOT_FOUND": StoreNotFound,
    "RATE_LIMITED": RateLimited,
    "TIMEOUT": RequestTimeout,
    "INTERNAL_ERROR": ServerError,
}
_BY_STATUS: Final[dict[int, type[APIError]]] = {
    400: BadRequest,
    401: InvalidToken,
    402: PaymentRequired,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    408: RequestTimeout,
    409: Conflict,
    415: UnsupportedMediaType,
    422: Unprocessable,
    429: RateLimited,
}


class _ErrorBody(msgspec.Struct):
    errorMessage: object = None  # noqa: N815  the API's own names
    errorCode: object = None  # noqa: N815
    args: object = None


_error_bodies: Final = msgspec.json.Decoder(_ErrorBody, float_hook=Decimal)
_any_json: Final = msgspec.json.Decoder(msgspec.Raw)


def parse_error(request: Request, response: Response, secrets: Collection[str] = ()) -> APIError:
    """The error for an unsuccessful response, whose body may be JSON, empty, HTML or cut short.

    The error code takes precedence over the status, because the API uses one status for several errors. `secrets` are
    masked everywhere in the error.
    """
    try:
        body = decode_json(response.body, _error_bodies)
    except NotJSON:
        body = _ErrorBody()
    code = to_printable(body.errorCode, secrets, _LONGEST_CODE) if isinstance(body.errorCode, str) else ""
    message = body.errorMessage if isinstance(body.errorMessage, str) else ""
    message = to_printable(message, secrets, _LONGEST_MESSAGE)
    args = body.args if isinstance(body.args, dict) else {}
    cls = _BY_CODE.get(code) or _BY_STATUS.get(response.status)
    if cls is None:
        cls = ServerError if response.status >= 500 else APIError
    outcome = outcome_of(request, response.status)
    return cls(
        status=response.status,
        code=code or None,
        message=message or None,
        details={
            to_printable(_text(name), secrets, _LONGEST_CODE): to_printable(_text(value), secrets)
            for name, value in islice(args.items(), _MOST_DETAILS)
        },
        excerpt=None if code or message else _excerpt(response.body, secrets),
        request=request,
        # The last response does not show whether an earlier attempt took effect.
        outcome="unknown" if response.in_doubt and outcome == "refused" else outcome,
        retry_after=parse_retry_after(response.headers),
        attempts=response.attempts,
    )


def _excerpt(body: bytes, secrets: Collection[str]) -> str | None:
    return to_printable(body[:_EXCERPTED_BYTES].decode("utf-8", "replace"), secrets) or None


def _text(value: object) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError):
        # An int of thousands of digits, or deeply nested lists.
        return "…"


def result_error(request: Request, response: Response) -> OutcomeUnknown | None:
    """The error for a write with a successful status but no result; None if there is a result, or none is needed.

    Without a result the write may not have taken effect: a proxy may have responded in the API's place. An empty body
    is accepted only for PUT and DELETE, whose result would be just a count.
    """
    found = _unexpected_body(request, response.body)
    if found is None:
        return None
    reason = f"status {response.status} with {found} instead of a result does not confirm the write"
    error = OutcomeUnknown(reason, request=request)
    error.attempts = response.attempts
    return error


def _unexpected_body(request: Request, body: bytes) -> str | None:
    if not body or body.isspace():
        return None if request.method in _NEEDS_NO_RESULT or request.options.expects == "anything" else "nothing"
    if request.options.expects == "anything":
        return None
    start = body.lstrip()[:1] if body[0] in b" \t\r\n" else body[:1]
    if start == b"{":
        try:
            decode_json(body, _any_json)
            return None
        except NotJSON as error:
            return str(error)
    return "a page of HTML" if start == b"<" else "no JSON object"


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """The delay in ``Retry-After``, in seconds. The header is a number or a date.

    None if it is missing, invalid or over a day.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        moment = parse_http_date(value)
        if moment is None:
            return None
        now = parse_http_date(headers.get("date", "")) or datetime.now(UTC)
        seconds = max(0.0, (moment - now).total_seconds())
    return seconds if seconds <= _LONGEST_WAIT else None


def parse_http_date(text: str) -> datetime | None:
    """The time in a header such as ``Date``, in UTC; None if it is not a date."""
    # The parser takes quadratic time for long text.
    if len(text) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # The parser returns a naive datetime for the zone -0000, which means UTC.
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        # The parser raises the last two for some texts that are not dates.
        return None
