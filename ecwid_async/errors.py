"""Every error of the library.

EcwidError
├── ConfigError                 a setting is missing or can't be used
├── APIError                    the API answered, and the answer is not a success
│   ├── BadRequest              400
│   ├── PaymentRequired         402
│   │   └── StoreSuspended      402 STORE_IS_SUSPENDED
│   ├── Forbidden               403
│   │   ├── InvalidToken        403 INVALID_API_TOKEN (and 401)
│   │   └── MissingScope        403 INSUFFICIENT_APP_SCOPE
│   ├── NotFound                404
│   │   └── StoreNotFound       404 STORE_NOT_FOUND
│   ├── MethodNotAllowed        405
│   ├── RequestTimeout          408
│   ├── Conflict                409
│   ├── UnsupportedMediaType    415
│   ├── Unprocessable           422
│   ├── RateLimited             429
│   └── ServerError             5xx
├── TransportError              there is no whole answer
│   ├── NotSent                 the request never left: sending it again is safe
│   ├── OutcomeUnknown          it left, and nobody knows whether it took effect
│   └── Timeout                 the deadline passed first
│       └── NotSentInTime       and before anything left: it is NotSent too
├── BatchError                  calls of a batch did not succeed: `results` has what became of each
├── NotExecuted                 a call of a batch that was not carried out
├── ResponseExpired             a job's call that was carried out before, its answer no longer there
├── JobError                    a job's journal is of other input, in use or damaged
├── ScanDrifted                 a list moved too much to be known to be read whole
├── LimiterUnavailable         the shared count of requests can't be reached
├── UploadChanged               a file changed while it was uploaded
├── UploadTooLarge              a file is larger than the API takes
├── ResponseTooLarge            an answer is larger than the transport's limit
└── DecodeError                 an answer is not of the documented shape

All of them pickle. None holds the token. Where an error ends a call, its `outcome` says what that means for the call.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, ClassVar, Final, Literal, TypeAlias

import msgspec
from attrs import evolve

from ecwid_async.primitives.safe_json import NotJSON, read_json
from ecwid_async.wire import Headers, Request, Response, StreamBody, printable

__all__ = [
    "APIError",
    "BadRequest",
    "BatchError",
    "ConfigError",
    "Conflict",
    "DecodeError",
    "EcwidError",
    "Forbidden",
    "InvalidToken",
    "JobError",
    "LimiterUnavailable",
    "MethodNotAllowed",
    "MissingScope",
    "NotExecuted",
    "NotFound",
    "NotSent",
    "NotSentInTime",
    "Outcome",
    "OutcomeUnknown",
    "PaymentRequired",
    "RateLimited",
    "RequestTimeout",
    "ResponseExpired",
    "ResponseTooLarge",
    "ScanDrifted",
    "ServerError",
    "StoreNotFound",
    "StoreSuspended",
    "Timeout",
    "TransportError",
    "Unprocessable",
    "UnsupportedMediaType",
    "UploadChanged",
    "UploadTooLarge",
    "api_error",
    "http_date",
    "no_result",
    "outcome_of",
    "retry_after",
    "unreadable",
]

# No server means to be left alone for longer than a day.
_LONGEST_WAIT: Final = 86_400.0
# What is kept of an error's message, and how many details.
_LONGEST_MESSAGE: Final = 2_000
_MOST_DETAILS: Final = 100

Outcome: TypeAlias = Literal["not_sent", "refused", "unknown", "done"]
"""What an error means for its call, all attempts together.

"not_sent": nothing of it reached the server. "refused": the server said no and did nothing. "unknown": it may have
taken effect. "done": the server did it, and only reading its response failed.
"""


class EcwidError(Exception):
    """The root of every error this library raises on purpose.

    `outcome` says what became of the call that the error ends; None for what is not about one call, as a wrong setting.
    """

    outcome: Outcome | None = None

    look_up: Callable[[], Awaitable[object | None]] | None = None

    async def resolve(self) -> object | None:
        """Where the outcome is "unknown": look for what the write was to create, by its SKU, e-mail address or code.

        Returns the item, or None. The item may be older than the write; and None soon after it may mean that the search
        does not know it yet. Raises `LookupError` for a call whose data identify nothing, for an outcome that is known,
        and for a pickled error.
        """
        if self.outcome != "unknown":
            raise LookupError(f"there is nothing to look up: the outcome of this call is {self.outcome!r}")
        if self.look_up is None:
            raise LookupError("nothing in this call identifies what it writes: read the store's items and compare")
        return await self.look_up()

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only constructors: the default, cls(*args), can't rebuild them. A stream can't be pickled.
        state = {name: value for name, value in self.__dict__.items() if name != "look_up"}
        request = state.get("request")
        if isinstance(request, Request) and isinstance(request.body, StreamBody):
            state["request"] = evolve(request, body=None)
        return _rebuild, (type(self), self.args, state)


def _rebuild(cls: type[EcwidError], args: tuple[object, ...], state: dict[str, object]) -> EcwidError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class ConfigError(EcwidError, ValueError):
    """A setting is missing or can't be used; the message says which and where to set it."""


# What anything between here and the API answers too, with a page of its own.
_ANYBODYS: Final = frozenset({400, 401, 403, 404, 405})
_NOT_THE_API: Final = (
    "That is not how the API reports an error: check the base URL, and whether a proxy or firewall answered in its "
    "place."
)


class APIError(EcwidError):
    """The API answered with anything but success.

    `code` and `message` are the body's ``errorCode`` and ``errorMessage`` where it had them; `details` are its
    ``args``; `excerpt` is the beginning of a body that has neither, such as a proxy's page. All four are printable and
    have the token masked. `attempts` is how often the request was sent. `outcome` is "refused", or "unknown" where a
    write may have taken effect all the same.
    See https://docs.ecwid.com/api-reference/rest-api/errors.
    """

    hint: ClassVar[str] = "Look the code up in the API's error list."

    def __init__(
        self,
        *,
        status: int,
        code: str | None = None,
        message: str | None = None,
        details: Mapping[str, str] | None = None,
        excerpt: str | None = None,
        request: Request,
        outcome: Outcome = "refused",
        headers: Headers | None = None,
        attempts: int = 1,
    ) -> None:
        self.attempts = attempts
        self.status = status
        self.code = code
        self.message = message
        self.details: dict[str, str] = dict(details or {})
        self.excerpt = excerpt
        self.request = request
        self.request_id = request.id
        self.outcome = outcome
        self.retry_after = retry_after(headers) if headers is not None else None
        named = " ".join(part for part in (str(status), code) if part)
        said = f": {message}" if message else f" with the body {excerpt!r}" if excerpt else ""
        hint = _NOT_THE_API if excerpt and status in _ANYBODYS else self.hint
        super().__init__(f"{request.options.operation} answered {named}{said} [request {request.id}]. {hint}")


class BadRequest(APIError):
    """400: a parameter or a field is wrong."""

    hint = "Correct the parameter or field the message names; sending the same again gives the same answer."


class PaymentRequired(APIError):
    """402: the store's plan does not allow this, or a limit of the plan is reached."""

    hint = "The store's plan or its limits do not allow this; upgrade the plan or ask for less at once."


class StoreSuspended(PaymentRequired):
    """402 STORE_IS_SUSPENDED: no call to this store works until its owner settles it with Ecwid."""

    hint = "The store is suspended: stop calling it until its owner has settled that with Ecwid."


class Forbidden(APIError):
    """403: the token does not allow this."""

    hint = "The token or the plan does not allow this call; repeating it does not help."


class InvalidToken(Forbidden):
    """403 INVALID_API_TOKEN: the token is wrong, revoked, or belongs to another store."""

    hint = "Check the store id and the token (ECWID_STORE_ID, ECWID_TOKEN); reinstall the app for a new token."


class MissingScope(Forbidden):
    """403 INSUFFICIENT_APP_SCOPE: the app was not granted the access scope that this endpoint needs."""

    hint = "Add the scope to the app's settings and have the store's owner approve it again."


class NotFound(APIError):
    """404: there is no such item, or no such store."""

    hint = (
        "Check the path and the id: the item may have been deleted meanwhile. If every call fails like this, check the "
        "base URL (ECWID_BASE_URL)."
    )


class StoreNotFound(NotFound):
    """404 STORE_NOT_FOUND: there is no store with this id."""

    hint = "There is no such store: check the store id (ECWID_STORE_ID) and the base URL."


class MethodNotAllowed(APIError):
    """405: the path exists and does not take this verb."""

    hint = "Check the verb against the API's documentation."


class RequestTimeout(APIError):
    """408: the server gave up on the request."""

    hint = "Ask for less at once, or try again later."


class Conflict(APIError):
    """409: the write contradicts what is stored, as with an SKU that is already used."""

    hint = "Read the stored item and decide which of the two should win."


class UnsupportedMediaType(APIError):
    """415: the body's content type is not the one this endpoint takes."""

    hint = "JSON goes out as application/json, a file as application/octet-stream."


class Unprocessable(APIError):
    """422: the body is well formed and its content can't be used (an image, a URL, a read-only field)."""

    hint = "Correct the value the message names."


class RateLimited(APIError):
    """429: too many requests on this token. `retry_after` is in seconds, None where the server did not say."""

    hint = "Wait `retry_after` seconds before the next call with this token."


class ServerError(APIError):
    """5xx: the server failed. A write may have taken effect: then `outcome` is "unknown"."""

    hint = "Try a read again later; check a write's effect before repeating it."


class TransportError(EcwidError):
    """There is no whole answer. `request` is what was to be sent, `attempts` how often it was tried."""

    hint: ClassVar[str] = "Check the network."
    outcome: Outcome | None = "unknown"

    def __init__(self, reason: str, *, request: Request) -> None:
        self.reason = reason = printable(reason)
        self.request = request
        self.request_id = request.id
        self.attempts = 1
        super().__init__(f"{request.options.operation}: {reason} [request {request.id}]. {self.hint}")


class NotSent(TransportError):
    """The request never reached the server (name lookup, refused connection, TLS, full pool)."""

    outcome = "not_sent"
    hint = "Nothing has happened on the server: check base URL and network, then send it again."


class OutcomeUnknown(TransportError):
    """The request left and no whole answer came: it may have taken effect."""

    hint = "Read the item back before repeating a write; `await error.resolve()` does where it can."


class Timeout(TransportError):
    """The deadline passed before the whole answer was there. A write may have taken effect."""

    hint = "Give the call more time; read the item back before repeating a write."


class NotSentInTime(NotSent, Timeout):
    """The deadline passed before the request was sent: in the queue for the rate limit, or while connecting."""

    hint = "Give the call more time, or send fewer at once."


class BatchError(EcwidError):
    """Calls of a batch did not succeed. `results` has a result or an error for each call, in order."""

    def __init__(self, results: Sequence[object]) -> None:
        self.results = list(results)
        kinds = Counter(type(error).__name__ for _, error in self.failures)
        named = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        first = f" The first, at {self.failures[0][0]}: {self.failures[0][1]}" if self.failures else ""
        super().__init__(
            f"{len(self.failures)} of {len(self.results)} calls did not succeed ({named}); the others did: see "
            f"`results`, or pass raise_on_failure=False.{first}"
        )

    @property
    def failures(self) -> list[tuple[int, EcwidError]]:
        """The errors, each with the position of its call."""
        return [(at, result) for at, result in enumerate(self.results) if isinstance(result, EcwidError)]


class NotExecuted(EcwidError):
    """A call of a batch that was not carried out: something before it failed, or its group was cancelled."""

    outcome = "refused"

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__(
            f"{request.options.operation} was not carried out: something before it failed, or its group was "
            "cancelled. Nothing has happened; build the call again to send it."
        )


class ResponseExpired(EcwidError):
    """A call of a job that was carried out in an earlier run, with `status`; the server no longer has its answer."""

    def __init__(self, request: Request, status: int) -> None:
        self.request = request
        self.status = status
        self.outcome = outcome_of(request, status)
        super().__init__(
            f"{request.options.operation} was carried out in an earlier run of this job and answered {status}; the "
            "server keeps answers for a while only. Read the item where you need it."
        )


class JobError(EcwidError, ValueError):
    """A job can't go on: its journal is of other input, in use by another process, or damaged."""


class ScanDrifted(EcwidError):
    """A list changed so much while it was read that nobody knows whether everything was seen. See `Pages.scan`."""


class LimiterUnavailable(EcwidError):
    """The shared count of requests can't be reached, so nobody knows whether there is room: nothing was sent."""

    outcome = "not_sent"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the shared state of the rate limit is not available ({reason}); nothing was sent. Bring Redis back and "
            "call again, or let RedisLimiter go on without it: when_away=N."
        )


class UploadChanged(EcwidError):
    """A file changed while it was uploaded: the upload was interrupted before its end."""

    # The server takes no part of a body for the whole.
    outcome = "not_sent"

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"the file changed after its upload began ({what}), and the upload was interrupted: upload it again once "
            "nobody writes to it, or upload a copy."
        )


class UploadTooLarge(EcwidError, ValueError):
    """A file is larger than the API takes. `size` and `most` are in bytes; `size` is what was counted so far."""

    # One that is found too large on the way breaks off, and the server takes no part of a body for the whole.
    outcome = "not_sent"

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        self.most = most
        super().__init__(f"the file has {size:,} bytes or more, and the API takes {most:,}: send a smaller one")


class ResponseTooLarge(EcwidError):
    """A response is larger than the limit of `most` bytes: the server did what was asked, and said too much.

    `status` is the answer's; `operation` and `request_id` name the call.
    """

    def __init__(
        self,
        request: Request,
        status: int,
        most: int,
        advice: str = "Ask for less at once, or raise `largest_response` of the transport's settings.",
    ) -> None:
        self.operation = request.options.operation
        self.request_id = request.id
        self.status = status
        self.outcome = outcome_of(request, status)
        self.most = most
        super().__init__(
            f"{self.operation} answered {status} with more than {most:,} bytes [request {request.id}]. {advice}"
        )


_CHANGED: Final = "If the API changed, decode without `strict` and report the field."
_NOT_THE_APIS: Final = "The API answers with JSON: check the base URL, and whether a proxy answered in its place."


class DecodeError(EcwidError):
    """An answer is not of the documented shape. Names where and which type, never the value.

    `path` is where in the body (``items[3].price``); `expected` and `found` are types.
    """

    outcome = "done"

    def __init__(
        self,
        *,
        operation: str,
        path: str,
        expected: str,
        found: str,
        advice: str | None = None,
    ) -> None:
        if advice is None:
            advice = _NOT_THE_APIS if expected == "JSON" and not path else _CHANGED
        self.operation = operation
        self.path = path
        self.expected = expected
        self.found = found
        where = f" at {path}" if path else ""
        super().__init__(f"{operation}: expected {expected}{where}, found {found}. {advice}")


_BY_CODE: dict[str, type[APIError]] = {
    "INVALID_API_TOKEN": InvalidToken,
    "INSUFFICIENT_APP_SCOPE": MissingScope,
    "STORE_IS_SUSPENDED": StoreSuspended,
    "STORE_NOT_FOUND": StoreNotFound,
    "RATE_LIMITED": RateLimited,
    "TIMEOUT": RequestTimeout,
    "INTERNAL_ERROR": ServerError,
}
_BY_STATUS: dict[int, type[APIError]] = {
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


def api_error(request: Request, response: Response, secrets: Collection[str] = ()) -> APIError:
    """The error that an unsuccessful answer stands for. The body may be JSON, empty, HTML or cut short.

    The code decides before the status, since the API reuses statuses. `secrets` are masked wherever the body has them.
    """
    try:
        body = read_json(response.body, _error_bodies)
    except NotJSON:
        body = _ErrorBody()
    code = printable(body.errorCode, secrets, 100) if isinstance(body.errorCode, str) else ""
    message = body.errorMessage if isinstance(body.errorMessage, str) else ""
    message = printable(message, secrets, _LONGEST_MESSAGE)
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
            printable(_text(name), secrets, 100): printable(_text(value), secrets)
            for name, value in islice(args.items(), _MOST_DETAILS)
        },
        excerpt=None if code or message else _excerpt(response.body, secrets),
        request=request,
        # What the last attempt was answered says nothing of an earlier one.
        outcome="unknown" if response.in_doubt and outcome == "refused" else outcome,
        headers=response.headers,
        attempts=response.attempts,
    )


def _excerpt(body: bytes, secrets: Collection[str]) -> str | None:
    return printable(body[:_EXCERPTED].decode("utf-8", "replace"), secrets) or None


# Of a body: enough to fill an excerpt, whatever white space it begins with.
_EXCERPTED: Final = 16 * 1024


def _text(value: object) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError):
        # An int of thousands of digits, or lists of lists of lists.
        return "…"


def outcome_of(request: Request, status: int) -> Outcome:
    """What a status means for the call that was answered with it."""
    if 200 <= status < 300:
        return "done"
    return "unknown" if (status == 408 or status >= 500) and request.method != "GET" else "refused"


def unreadable(request: Request, response: Response) -> str | None:
    """What a success of a write has in its body in place of a result; None where it has one, or needs none.

    A body that is no result proves nothing: a proxy may have answered in the API's place. Where nothing came at all, a
    PUT or DELETE has worked: it has no more to say than a count.
    """
    body = response.body
    if not body or body.isspace():
        return None if request.method in _TERSE or request.options.expects == "anything" else "nothing"
    if request.options.expects == "anything":
        return None
    start = body.lstrip()[:1] if body[0] in b" \t\r\n" else body[:1]
    if start == b"{":
        try:
            read_json(body, _skimming)
            return None
        except NotJSON as error:
            return str(error)
    return "a page of HTML" if start == b"<" else "no JSON object"


def no_result(request: Request, response: Response, found: str) -> OutcomeUnknown:
    """The error of a write whose success has `found` in place of a result; see `unreadable`."""
    reason = f"status {response.status} came with {found} in place of a result, which proves nothing"
    error = OutcomeUnknown(reason, request=request)
    error.attempts = response.attempts
    return error


_TERSE: Final = frozenset({"PUT", "DELETE"})
_skimming: Final = msgspec.json.Decoder(msgspec.Raw)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, given as a number or a date; None where it is absent or absurd."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        moment = http_date(value)
        if moment is None:
            return None
        now = http_date(headers.get("date", "")) or datetime.now(UTC)
        seconds = max(0.0, (moment - now).total_seconds())
    return seconds if seconds <= _LONGEST_WAIT else None


def http_date(text: str) -> datetime | None:
    """The moment that a header such as ``Date`` names; None for what is no date."""
    # No date is longer, and the parser takes the square of the length.
    if len(text) > 100:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # A zone of -0000 means UTC, and comes out as none.
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        # The parser raises the last two for some texts that are no dates.
        return None
