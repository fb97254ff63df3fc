"""The meaning of a response: its error, whether a write has a result, and the headers ``Retry-After`` and ``Date``."""

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

# Limits of what an error keeps.
_LONGEST_MESSAGE: Final = 2_000
_LONGEST_CODE: Final = 100
_MOST_DETAILS: Final = 100
# Enough of a body to fill an excerpt, whatever white space it starts with.
_EXCERPTED_BYTES: Final = 16 * 1024
# No server means a longer wait than a day.
_LONGEST_WAIT: Final = 86_400.0
_LONGEST_DATE: Final = 100
# A success of these needs no body.
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

    The error code takes precedence over the status, since the API reuses statuses. `secrets` are masked everywhere in
    the error.
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
        # The response to the last attempt does not say whether an earlier one took effect.
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
    """The error for a successful response to a write whose body is not a result; None if it is one or needs none.

    Such a body proves nothing: a proxy may have responded in the API's place. Only a PUT or DELETE may have an empty
    body: its result would be no more than a count.
    """
    found = _unexpected_body(request, response.body)
    if found is None:
        return None
    reason = f"status {response.status} came with {found} in place of a result, which proves nothing"
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
    """The seconds in ``Retry-After``, which is a number or a date; None if it is missing, invalid or over a day."""
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
    # The parser takes quadratic time.
    if len(text) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # The parser returns a naive datetime for the zone -0000, which means UTC.
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        # The last two come from some texts that are not dates.
        return None
