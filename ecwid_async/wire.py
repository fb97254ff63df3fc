"""The interface between resources and transports: requests, responses and events, as plain values without the token.

The path of a `Request` is relative to a store; the innermost transport adds the store and its credentials. `Options`
hold all that a transport needs to know about a call (whether it may be retried, its urgency, its deadline), so that
retries and rate limits are independent of resources.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from enum import Enum, StrEnum
from functools import lru_cache
from random import getrandbits
from typing import Final, Literal, Protocol, cast
from urllib.parse import quote_plus

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = [
    "SANDBOX_HEADER",
    "Body",
    "Event",
    "EventKind",
    "EventSink",
    "Headers",
    "Lane",
    "Options",
    "Request",
    "Response",
    "StreamBody",
    "StreamedResponse",
    "Transport",
    "encode_query",
    "encode_segment",
    "mask_secrets",
    "new_request",
    "new_request_id",
    "new_response",
    "parse_content_length",
    "to_printable",
    "with_deadline",
]

# Shorter parts of a secret also occur in unrelated text.
_SHORTEST_SECRET_PART: Final = 8
_HIDDEN_HEADERS: Final = frozenset({"authorization", "cookie", "set-cookie", "x-ecwid-app-secret-key"})
_REFUSED_SEGMENTS: Final = frozenset({"", ".", ".."})


SANDBOX_HEADER: Final = "X-Ecwid-Sandbox"
"""Identifies a sandbox in each of its responses: a restarted sandbox has lost all earlier requests."""


class Lane(StrEnum):
    """How urgent a call is: a user waits for an interactive call, a bulk call takes the rest of the quota."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class _OptionsBuilder:
    """Options whose attributes are being set: creating a frozen instance takes four times as long."""

    __slots__ = ("__weakref__", "cost", "deadline", "expects", "fresh", "lane", "operation", "repeatable", "timed")

    operation: str
    repeatable: bool
    expects: Literal["object", "anything"]
    lane: Lane
    cost: int
    deadline: float | None
    fresh: bool
    timed: bool


@frozen(kw_only=True)
class Options(_OptionsBuilder):
    """How a transport may send a request.

    `operation` is the endpoint as documented (``GET /orders/{orderId}``), the same for every id, for metrics and logs.
    `repeatable` says that sending it twice does no harm. `expects` describes the body of a success: a write with any
    other body may not have taken effect. `cost` is what it counts towards the rate limit, in requests. `deadline` is a
    time of the event loop's clock, in seconds. `fresh` reads go past the cache. `timed` asks for the `duration` of the
    response.
    """

    operation: str
    repeatable: bool = False
    expects: Literal["object", "anything"] = "anything"
    lane: Lane = Lane.INTERACTIVE
    cost: int = 1
    deadline: float | None = None
    fresh: bool = False
    timed: bool = False


class Headers(Mapping[str, str]):
    """HTTP headers. Case does not matter, repeated names are joined by commas, and `repr` hides credentials."""

    __slots__ = ("_index", "_pairs", "_secrets")

    def __init__(self, pairs: Iterable[tuple[str | bytes, str | bytes]] = ()) -> None:
        self._pairs = pairs if isinstance(pairs, tuple) else tuple(pairs)
        self._index: dict[str, str] | None = None

    def hide_secrets(self, secrets: tuple[str, ...]) -> None:
        """Mask these secrets in `repr`, `printable_items` and pickles, since a server may quote them."""
        self._secrets: tuple[str, ...] = secrets

    def _hidden_secrets(self) -> tuple[str, ...]:
        return getattr(self, "_secrets", ())

    def mask(self, secrets: tuple[str, ...]) -> "Headers":
        """A copy in which these secrets are masked."""
        return Headers(
            tuple(
                (mask_secrets(_decode_header(name), secrets), mask_secrets(_decode_header(value), secrets))
                for name, value in self._pairs
            )
        )

    def masked(self) -> "Headers":
        """A copy in which the secrets of `hide_secrets` are masked."""
        return self.mask(self._hidden_secrets())

    @property
    def pairs(self) -> tuple[tuple[str | bytes, str | bytes], ...]:
        """Names and values as they were passed."""
        return self._pairs

    def with_added(self, *pairs: tuple[str, str]) -> "Headers":
        """A copy with more headers."""
        return Headers(self._pairs + pairs)

    def _lookup(self) -> dict[str, str]:
        if self._index is None:
            index: dict[str, str] = {}
            for raw_name, raw_value in self._pairs:
                name = _decode_header(raw_name).lower()
                value = _decode_header(raw_value)
                index[name] = f"{index[name]}, {value}" if name in index else value
            self._index = index
        return self._index

    def __getitem__(self, name: str) -> str:
        return self._lookup()[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lookup())

    def __len__(self) -> int:
        return len(self._lookup())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._lookup()

    def __repr__(self) -> str:
        return f"Headers({self.printable_items()!r})"

    def printable_items(self) -> dict[str, str]:
        """Names and values with masked credentials."""
        secrets = self._hidden_secrets()
        return {
            mask_secrets(name, secrets): "***" if name in _HIDDEN_HEADERS else mask_secrets(value, secrets)
            for name, value in self.items()
        }

    def __reduce__(self) -> tuple[type["Headers"], tuple[tuple[tuple[str, str], ...]]]:
        return Headers, (tuple(self.masked().items()),)


def _decode_header(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


_NO_HEADERS: Final = Headers()
# Enough for every body.
_MAX_LENGTH_DIGITS: Final = 19


def parse_content_length(headers: Mapping[str, str]) -> int | None:
    """The length of a body in bytes, from ``Content-Length``; None if it is missing or invalid."""
    text = headers.get("Content-Length", "")
    is_valid = text.isascii() and text.isdigit() and len(text) < _MAX_LENGTH_DIGITS
    return int(text) if is_valid and "Transfer-Encoding" not in headers else None


@frozen
class StreamBody:
    """A request body that is read while it is sent. It can be read once, so its request is never repeated.

    `length`, if known, is sent as ``Content-Length``, in bytes.
    """

    chunks: AsyncIterable[bytes]
    length: int | None = None

    async def read(self) -> bytes:
        """Read the whole body, for transports that send it in one piece, and close it."""
        try:
            return b"".join([chunk async for chunk in self.chunks])
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Close the source of the chunks, such as a file. Transports call it after the exchange."""
        close = getattr(self.chunks, "aclose", None)
        if close is not None:
            # Raised by a generator that is still being read. It is closed when its reader ends.
            with suppress(RuntimeError):
                await close()


Body = bytes | StreamBody | None


def new_request_id() -> str:
    """Return eight random hexadecimal digits that identify one call in logs, here and at Ecwid."""
    return "%08x" % getrandbits(32)  # noqa: UP031  an f-string takes longer


class _RequestBuilder:
    """Like `_OptionsBuilder`."""

    __slots__ = ("__weakref__", "body", "headers", "id", "method", "options", "params", "path")

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    body: Body
    headers: Headers
    options: Options
    id: str


@frozen(kw_only=True)
class Request(_RequestBuilder):
    """One API request, relative to a store: ``path`` starts with a slash and is already encoded.

    `id` is sent as ``X-Ecwid-Api-Request-Id``, so that Ecwid's support can find a failed request.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Body = field(default=None, repr=False)
    headers: Headers = _NO_HEADERS
    options: Options
    id: str = field(factory=new_request_id)

    def __str__(self) -> str:
        # Shown in messages: values of parameters may be customer data.
        names = "&".join(f"{name}=…" for name, _ in self.params)
        return f"{self.method} {self.path}{'?' if names else ''}{names}"

    @property
    def target(self) -> str:
        """The encoded path and query, without the prefix of the store."""
        return f"{self.path}?{encode_query(self.params)}" if self.params else self.path


def new_request(
    method: str,
    path: str,
    params: tuple[tuple[str, str], ...],
    body: Body,
    headers: Headers,
    options: Options,
    request_id: str,
) -> Request:
    """Return the same as ``Request(…)``, in a fraction of the time."""
    request = _RequestBuilder()
    request.method = method
    request.path = path
    request.params = params
    request.body = body
    request.headers = headers
    request.options = options
    request.id = request_id
    request.__class__ = Request
    return cast(Request, request)


def with_deadline(request: Request, deadline: float) -> Request:
    """The request with another deadline."""
    other, options = request.options, _OptionsBuilder()
    options.operation = other.operation
    options.repeatable = other.repeatable
    options.expects = other.expects
    options.lane = other.lane
    options.cost = other.cost
    options.deadline = deadline
    options.fresh = other.fresh
    options.timed = other.timed
    options.__class__ = Options
    return new_request(
        request.method,
        request.path,
        request.params,
        request.body,
        request.headers,
        cast(Options, options),
        request.id,
    )


class _ResponseBuilder:
    """Like `_OptionsBuilder`."""

    __slots__ = ("__weakref__", "age", "attempts", "body", "duration", "headers", "in_doubt", "status")

    status: int
    headers: Headers
    body: bytes
    attempts: int
    in_doubt: bool
    duration: float
    age: float | None


@frozen
class Response(_ResponseBuilder):
    """A complete response: status, headers, and the bytes of the body after decoding any content encoding.

    `attempts` is how often the request was sent; `in_doubt` says that an earlier attempt may have taken effect.
    `duration` is the time from sending the last attempt of a bulk or timed request to receiving its response, in
    seconds. `age` is the seconds since a response from the cache was read from the server; None for any other.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    attempts: int = 1
    in_doubt: bool = False
    duration: float = field(default=0.0, eq=False)
    age: float | None = field(default=None, eq=False)


def new_response(status: int, headers: Headers, body: bytes) -> Response:
    """Return the same as ``Response(status, headers, body)``, in a fraction of the time."""
    response = _ResponseBuilder()
    response.status = status
    response.headers = headers
    response.body = body
    response.attempts = 1
    response.in_doubt = False
    response.duration = 0.0
    response.age = None
    response.__class__ = Response
    return cast(Response, response)


@frozen
class StreamedResponse:
    """A response whose body is read in chunks, while its connection stays open."""

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes]


class Transport(Protocol):
    """Sends requests: with an HTTP library, or through another transport with retries, a rate limit or credentials.

    Methods raise `ecwid_async.errors.TransportError` if there is no complete response. A response with any status is
    returned. The client cancels `send` at the deadline of the request, unless the transport has a true attribute
    `enforces_deadlines`.
    """

    async def send(self, request: Request) -> Response:
        """Send a request once and read the complete response."""

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send a request once and yield the response; its body is read as it arrives."""

    async def aclose(self) -> None:
        """Close the connections. Closing twice is harmless."""


class EventKind(StrEnum):
    """What happens to a call while it is in progress.

    CALL_STARTED and CALL_ENDED enclose a call with all its attempts and delays, however it ends. They are emitted in
    the task that awaits the call, unless a download is passed to another task.

    With a cache, a read emits CACHE_HIT and nothing else, or COALESCED if it waits for an identical read in progress.
    CACHE_MISS precedes the events of the read itself, which has a task of its own.
    """

    CALL_STARTED = "call_started"
    ATTEMPT_STARTED = "attempt_started"
    ATTEMPT_ENDED = "attempt_ended"
    DELAYED = "delayed"
    RETRYING = "retrying"
    THROTTLED = "throttled"
    QUARANTINED = "quarantined"
    GAVE_UP = "gave_up"
    CALL_ENDED = "call_ended"
    CACHE_HIT = "cache_hit"
    CACHE_MISS = "cache_miss"
    COALESCED = "coalesced"
    CACHE_UNAVAILABLE = "cache_unavailable"


@frozen(kw_only=True)
class Event:
    """One step of a call, without token, body or customer data.

    `seconds` is the duration of an attempt or a delay, of the whole call at its end, or the age of a response from the
    cache. `error` is the class name of the error. `server` is the host and port of the server.
    """

    kind: EventKind
    operation: str
    request_id: str
    store_id: int | None = None
    attempt: int = 1
    status: int | None = None
    seconds: float | None = None
    error: str | None = None
    server: str | None = None


EventSink = Callable[[Event], None]
"""Receives events. A sink with a method ``wants(kind) -> bool`` receives only the kinds that it wants. An event that no
sink wants is not built."""


def encode_segment(segment: str | int) -> str:
    """Encode one path segment as the server decodes it, which is as in a form: space as ``+``, slash as ``%2F``.

    Raises `ValueError` for a segment that, once trimmed, leads to another endpoint (empty, ``.`` or ``..``), and for
    anything but text or a whole number.
    """
    if type(segment) is str and segment.isalnum() and segment.isascii():
        return segment  # the usual case
    if isinstance(segment, Enum):
        segment = segment.value  # `str` would return the name of the member
    if isinstance(segment, bool) or not isinstance(segment, str | int):
        raise ValueError(f"{segment!r} is not a valid id: pass the id of the item")
    text = str(segment)
    if text.strip() in _REFUSED_SEGMENTS:
        raise ValueError(f"{text!r} is not a valid id: pass the id of the item")
    return quote_plus(text)


def encode_query(params: Iterable[tuple[str, str]]) -> str:
    """Encode query parameters. Commas and parentheses stay readable, as in the API's documentation."""
    return "&".join([f"{_encode(name)}={_encode(value, safe=',()')}" for name, value in params])


def _encode(text: str, safe: str = "") -> str:
    if text.isascii() and (text.isidentifier() or text.isalnum()):
        return text  # the usual case
    return quote_plus(text, safe=safe)


def to_printable(text: str, secrets: Iterable[str] = (), limit: int | None = 500) -> str:
    """Turn untrusted text into one line that is safe to print in a message, a log or a terminal.

    `secrets` are masked as by `mask_secrets`; control and other invisible characters are escaped (``\\x1b``),
    whitespace is collapsed, and a line longer than `limit` characters is cut and ends in ``…``.
    """
    line = " ".join((mask_secrets(text, secrets) if secrets else text).split())
    if not line.isprintable():
        line = "".join([char if char.isprintable() else _escape(char) for char in line])
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """Replace each secret by ``***``: in plain text, URL-encoded, escaped as in JSON, or within Base64."""
    for secret in secrets:
        if secret:
            text = _secret_pattern(str(secret)).sub("***", text)
    return text


@lru_cache(maxsize=64)
def _secret_pattern(secret: str) -> re.Pattern[str]:
    """A pattern that matches a secret in every form in which servers and proxies quote it."""
    # Each character may be encoded or not: encoders differ in the characters that they keep.
    characters = "".join([_character_pattern(char) for char in secret])
    return re.compile("|".join([characters, *_base64_patterns(secret.encode())]))


def _character_pattern(char: str) -> str:
    # Without a limit on backslashes, text that consists of them would take quadratic time.
    forms = [r"\\{0,8}" + re.escape(char)]
    if ord(char) < 0x10000:
        forms.append(rf"\\{{1,8}}u(?i:{ord(char):04x})")
    forms.append("".join(f"(?i:%{byte:02x})" for byte in char.encode("utf-8", "surrogatepass")))
    return f"(?:{'|'.join(forms)})"


def _base64_patterns(secret: bytes) -> Iterator[str]:
    # Within longer text, the secret starts at one of three offsets in a group of bytes. Only characters that encode
    # nothing but the secret count.
    for offset in range(3):
        text = b64encode(bytes(offset) + secret).rstrip(b"=").decode()
        whole = text[(offset * 8 + 5) // 6 : (offset + len(secret)) * 8 // 6]
        if len(whole) >= _SHORTEST_SECRET_PART:
            yield re.escape(whole).replace(r"\+", "[+-]").replace("/", "[/_]")
