"""All exceptions of the library.

EcwidError
├── ConfigError                 a setting is missing or invalid
│   └── MissingToken            the source of tokens has no token for a store
├── APIError                    the API responded with an error
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
├── TransportError              there is no complete response
│   ├── NotSent                 the request was not sent: sending it again is safe
│   ├── OutcomeUnknown          the request was sent and may have taken effect
│   └── Timeout                 the deadline passed first
│       └── NotSentInTime       the deadline passed before sending; also a NotSent
├── BatchError                  some calls of a batch failed: see `results`
├── NotExecuted                 a call of a batch that was not executed
├── ResponseExpired             a call that an earlier run of a job executed, whose response has expired
├── JobError                    the journal of a job belongs to other input, is in use or is damaged
├── ScanDrifted                 a list changed too much during a scan to prove it complete
├── TooManyDeletions            more known items are gone from a list than were likely deleted
├── LimiterUnavailable          the shared rate limit state can't be reached
├── TokenUnavailable            the source of tokens failed
├── UploadChanged               a file changed during its upload
├── UploadTooLarge              a file is larger than the API accepts
├── ResponseTooLarge            a response is larger than the limit of the transport
└── DecodeError                 a response does not have the documented shape

All of them can be pickled, and none contains the token. The `outcome` of an error is the outcome of its call.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, TypeAlias

from attrs import evolve

from ecwid_async.wire import Request, StreamBody, to_printable

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
    "MissingToken",
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
    "TokenUnavailable",
    "TooManyDeletions",
    "TransportError",
    "Unprocessable",
    "UnsupportedMediaType",
    "UploadChanged",
    "UploadTooLarge",
    "outcome_of",
]

Outcome: TypeAlias = Literal["not_sent", "refused", "unknown", "done"]
"""Whether a call took effect, over all its attempts.

"not_sent": nothing reached the server. "refused": the server rejected it and did nothing. "unknown": it may have taken
effect. "done": the server executed it, and only reading its response failed.
"""


def outcome_of(request: Request, status: int) -> Outcome:
    """The outcome of a call whose response has this status."""
    if 200 <= status < 300:
        return "done"
    return "unknown" if (status == 408 or status >= 500) and request.method != "GET" else "refused"


class EcwidError(Exception):
    """The base class of the errors of calls, settings, scans, jobs and exports.

    An argument that is wrong in itself raises `TypeError` or `ValueError` where the call is built.

    `outcome` says whether the call took effect; None if the error is not about one call, such as a wrong setting.
    """

    outcome: Outcome | None = None

    look_up: Callable[[], Awaitable[object | None]] | None = None

    async def resolve(self) -> object | None:
        """Look up the item that a write with an unknown outcome was meant to create: by its SKU, email or code.

        Returns the item or None. The item may be older than the write; shortly after the write, None may mean that the
        search has not indexed the item yet. Raises `LookupError` if nothing in the call identifies the item, if the
        outcome is known, and for an unpickled error.
        """
        if self.outcome != "unknown":
            raise LookupError(f"there is nothing to look up: the outcome of this call is {self.outcome!r}")
        if self.look_up is None:
            raise LookupError("nothing in this call identifies the item: read the store's items and compare")
        return await self.look_up()

    def __reduce__(self) -> tuple[Any, ...]:
        # The default, cls(*args), fails for constructors with keyword-only arguments. A stream can't be pickled.
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
    """A setting is missing or invalid; the message says which one and where to set it."""


class MissingToken(ConfigError):
    """The source of tokens has no token for the store `store_id`, or the API has refused the one that it had."""

    outcome = "not_sent"

    def __init__(self, store_id: int, source: str) -> None:
        self.store_id = store_id
        super().__init__(
            f"there is no valid token for store {store_id} in {source}; nothing was sent. Add the token that the app "
            "received when it was installed, or pass `token`."
        )


# Proxies and firewalls use these statuses too, with a page of their own.
_ALSO_FROM_PROXIES: Final = frozenset({400, 401, 403, 404, 405})
_NOT_THE_API: Final = (
    "That is not how the API reports an error: check the base URL, and whether a proxy or firewall responded in its "
    "place."
)


class APIError(EcwidError):
    """The API responded with an error.

    `code`, `message` and `details` are ``errorCode``, ``errorMessage`` and ``args`` of the body, if it has them;
    `excerpt` is the beginning of a body that has no code or message, such as a proxy's page. All four are printable,
    with the token masked. `retry_after` is the server's ``Retry-After`` in seconds, if it sent one. `attempts` is how
    often the request was sent. `outcome` is "refused", or "unknown" if a write may have taken effect nevertheless.
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
        retry_after: float | None = None,
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
        self.retry_after = retry_after
        status_and_code = " ".join(part for part in (str(status), code) if part)
        text = f": {message}" if message else f" with the body {excerpt!r}" if excerpt else ""
        hint = _NOT_THE_API if excerpt and status in _ALSO_FROM_PROXIES else self.hint
        super().__init__(f"{request.options.operation} returned {status_and_code}{text} [request {request.id}]. {hint}")


class BadRequest(APIError):
    """400: a parameter or field is wrong."""

    hint = "Correct the parameter or field the message names; sending the same request again gives the same response."


class PaymentRequired(APIError):
    """402: the plan of the store does not allow this, or a limit of the plan is reached."""

    hint = "The store's plan or its limits do not allow this; upgrade the plan or request less at once."


class StoreSuspended(PaymentRequired):
    """402 STORE_IS_SUSPENDED: no call to this store works until its owner settles it with Ecwid."""

    hint = "The store is suspended: stop calling it until its owner has settled that with Ecwid."


class Forbidden(APIError):
    """403: the token does not allow this."""

    hint = "The token or the plan does not allow this call; repeating it does not help."


class InvalidToken(Forbidden):
    """403 INVALID_API_TOKEN: the token is wrong, revoked, or belongs to another store."""

    hint = "Check the store id and the token; reinstall the app for a new token."


class MissingScope(Forbidden):
    """403 INSUFFICIENT_APP_SCOPE: the app was not granted the access scope that this endpoint needs."""

    hint = "Add the scope to the app's settings and have the store's owner approve it again."


class NotFound(APIError):
    """404: the item does not exist."""

    hint = (
        "Check the path and the id: the item may have been deleted meanwhile. If every call fails like this, check the "
        "base URL."
    )


class StoreNotFound(NotFound):
    """404 STORE_NOT_FOUND: the store does not exist."""

    hint = "No store has this id: check the store id and the base URL."


class MethodNotAllowed(APIError):
    """405: the path exists, but not with this HTTP method."""

    hint = "Check the HTTP method against the API's documentation."


class RequestTimeout(APIError):
    """408: the server took too long."""

    hint = "Request less at once, or try again later."


class Conflict(APIError):
    """409: the write contradicts stored data, for example with an SKU that is already used."""

    hint = "Read the stored item and decide which of the two should win."


class UnsupportedMediaType(APIError):
    """415: the content type of the body is not the one this endpoint accepts."""

    hint = "Send JSON as application/json, and a file as application/octet-stream."


class Unprocessable(APIError):
    """422: the body is well formed, but its content can't be used (an image, a URL, a read-only field)."""

    hint = "Correct the value the message names."


class RateLimited(APIError):
    """429: too many requests with this token. `retry_after` is in seconds, None if the server sent no time."""

    hint = "Wait `retry_after` seconds before the next call with this token."


class ServerError(APIError):
    """5xx: the server failed. A write may have taken effect: then `outcome` is "unknown"."""

    hint = "Try a read again later; check a write's effect before repeating it."


class TransportError(EcwidError):
    """There is no complete response. `request` is the request, `attempts` how often it was tried."""

    hint: ClassVar[str] = "Check the network."
    outcome: Outcome | None = "unknown"

    def __init__(self, reason: str, *, request: Request) -> None:
        self.reason = reason = to_printable(reason)
        self.request = request
        self.request_id = request.id
        self.attempts = 1
        super().__init__(f"{request.options.operation}: {reason} [request {request.id}]. {self.hint}")


class NotSent(TransportError):
    """The request never reached the server (name lookup, refused connection, TLS, full pool)."""

    outcome = "not_sent"
    hint = "Nothing has happened on the server: check base URL and network, then send it again."


class OutcomeUnknown(TransportError):
    """The request was sent and no complete response came: it may have taken effect."""

    hint = "Read the item back before repeating a write; `await error.resolve()` does if it can."


class Timeout(TransportError):
    """The deadline passed before the complete response arrived. A write may have taken effect."""

    hint = "Give the call more time; read the item back before repeating a write."


class NotSentInTime(NotSent, Timeout):
    """The deadline passed before the request was sent: waiting for the rate limit, or connecting."""

    hint = "Give the call more time, or send fewer at once."


class BatchError(EcwidError):
    """Some calls of a batch failed. `results` has a result or an error for each call, in order."""

    def __init__(self, results: Sequence[object]) -> None:
        self.results = list(results)
        kinds = Counter(type(error).__name__ for _, error in self.failures)
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        first = f" The first, at {self.failures[0][0]}: {self.failures[0][1]}" if self.failures else ""
        super().__init__(
            f"{len(self.failures)} of {len(self.results)} calls did not succeed ({counts}): see `results` "
            f"for all, or pass raise_on_failure=False.{first}"
        )

    @property
    def failures(self) -> list[tuple[int, EcwidError]]:
        """The errors, each with the position of its call."""
        return [(position, result) for position, result in enumerate(self.results) if isinstance(result, EcwidError)]


class NotExecuted(EcwidError):
    """A call of a batch that was not executed: an earlier call failed, or its group was cancelled."""

    outcome = "refused"

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__(
            f"{request.options.operation} was not executed: an earlier call failed, or its group was cancelled. "
            "Nothing has happened; build the call again to send it."
        )


class ResponseExpired(EcwidError):
    """A call that an earlier run of a job executed, with `status`; the server no longer has the response."""

    def __init__(self, request: Request, status: int) -> None:
        self.request = request
        self.status = status
        self.outcome = outcome_of(request, status)
        super().__init__(
            f"{request.options.operation} was executed in an earlier run of this job with status {status}; the "
            "server keeps responses only for a while. Read the item if you need it."
        )


class JobError(EcwidError, ValueError):
    """A job can't continue: its journal belongs to other input, is in use by another process, or is damaged."""


class ScanDrifted(EcwidError):
    """A list changed so much during a scan that it can't be proven complete. See `Pages.scan`.

    `reason` is the assumption about the server that is broken, empty if none seems to be.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class TooManyDeletions(EcwidError):
    """So many known items are gone from a list that a mistake is more likely: no deletion of them was yielded.

    `gone` of `known` items are not listed any more. Deletions from the list of deleted items do not count.
    """

    def __init__(self, operation: str, *, gone: int, known: int) -> None:
        self.operation = operation
        self.gone = gone
        self.known = known
        super().__init__(
            f"{operation} lacks {gone:,} of {known:,} known items, so none of them was taken for deleted. Check that "
            "this is the same store, and that the token has all scopes that it had: without them, hidden items are not "
            "listed. If the items were deleted, pass confirm_deletions=True."
        )


class LimiterUnavailable(EcwidError):
    """The shared rate limit state can't be reached, so it is unknown whether there is room: nothing was sent."""

    outcome = "not_sent"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the shared state of the rate limit is not available ({reason}); nothing was sent. Bring Redis back and "
            "call again, or let RedisLimiter continue without it: when_unavailable=N."
        )


class TokenUnavailable(EcwidError):
    """The source of tokens failed, so it is unknown whether it has a token.

    `store_id` is the store; None if the error is not about a single one. `reason` does not contain the token.
    """

    outcome = "not_sent"

    def __init__(self, reason: str, *, store_id: int | None = None) -> None:
        self.reason = reason = to_printable(reason)
        self.store_id = store_id
        subject = "the tokens are" if store_id is None else f"the token of store {store_id} is"
        super().__init__(f"{subject} not available ({reason}). Bring the source of the tokens back and call again.")


class UploadChanged(EcwidError):
    """A file changed during its upload, and the upload was stopped. `change` describes the change."""

    # The server does not accept a partial body.
    outcome = "not_sent"

    def __init__(self, change: str) -> None:
        self.change = change
        super().__init__(
            f"the file changed after its upload began ({change}), and the upload was stopped: upload it again once "
            "nothing writes to it, or upload a copy."
        )


class UploadTooLarge(EcwidError, ValueError):
    """A file is larger than the API accepts. `size` and `limit` are in bytes; `size` is the count so far."""

    # An upload that exceeds the limit midway is stopped, and the server does not accept a partial body.
    outcome = "not_sent"

    def __init__(self, size: int, limit: int) -> None:
        self.size = size
        self.limit = limit
        super().__init__(f"the file has {size:,} bytes or more, and the API accepts {limit:,}: send a smaller one")


class ResponseTooLarge(EcwidError):
    """A response is larger than `limit` bytes. The server executed the call.

    `status` is the status of the response; `operation` and `request_id` identify the call.
    """

    def __init__(
        self,
        request: Request,
        status: int,
        limit: int,
        advice: str = "Request less at once, or raise `largest_response` in the settings of the transport.",
    ) -> None:
        self.operation = request.options.operation
        self.request_id = request.id
        self.status = status
        self.outcome = outcome_of(request, status)
        self.limit = limit
        super().__init__(
            f"{self.operation} returned {status} with more than {limit:,} bytes [request {request.id}]. {advice}"
        )


_SHAPE_CHANGED: Final = "If the API changed, decode without `strict` and report the field."
_NO_JSON: Final = "The API responds with JSON: check the base URL, and whether a proxy responded in its place."


class DecodeError(EcwidError):
    """A response does not have the documented shape. The message contains the path and the types, never the value.

    `path` is the location in the body (``items[3].price``); `expected` and `found` are types.
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
            advice = _NO_JSON if expected == "JSON" and not path else _SHAPE_CHANGED
        self.operation = operation
        self.path = path
        self.expected = expected
        self.found = found
        location = f" at {path}" if path else ""
        super().__init__(f"{operation}: expected {expected}{location}, found {found}. {advice}")
