"""What crosses the transport seam: plain values and protocols, no I/O and no token.

A `Request` names an endpoint relative to one store; a transport adds the store and its credentials innermost.
Everything a transport needs to know about a call (may it be repeated, how urgent is it, until when) travels in
`Options`, so that retries and rate limits never look into a resource.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from enum import Enum, StrEnum
from functools import lru_cache
from random import getrandbits
from typing import Final, Literal, Protocol
from urllib.parse import quote_plus

from attrs import field, frozen

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
    "content_length",
    "encode_query",
    "encode_segment",
    "masked",
    "new_request_id",
    "printable",
]

# Less of a secret would be found in what has nothing to do with it.
_SHORTEST_TRACE: Final = 8
_HIDDEN_HEADERS: Final = frozenset({"authorization", "x-ecwid-app-secret-key"})
_REFUSED_SEGMENTS: Final = frozenset({"", ".", ".."})


SANDBOX_HEADER: Final = "X-Ecwid-Sandbox"
"""Identifies a sandbox in each of its responses: one that is started again has nothing of what was sent before."""


class Lane(StrEnum):
    """How urgent a call is: somebody waits for an interactive one, a bulk one takes what the quota leaves."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


@frozen(kw_only=True)
class Options:
    """What a transport may do with a request.

    `operation` is the endpoint as the API documents it (``GET /orders/{orderId}``): the same for every id, so it fits
    metrics and logs. `repeatable` says that a second send does no harm. `expects` is what a success has in its body: a
    write whose body is anything else may not have happened. `cost` counts requests of the rate limit. `deadline` is a
    moment of the event loop's clock, in seconds.
    """

    operation: str
    repeatable: bool = False
    expects: Literal["object", "anything"] = "anything"
    lane: Lane = Lane.INTERACTIVE
    cost: int = 1
    deadline: float | None = None


class Headers(Mapping[str, str]):
    """HTTP headers: case does not matter, a repeated name is joined by commas, credentials are hidden in `repr`."""

    __slots__ = ("_index", "_pairs", "_secrets")

    def __init__(self, pairs: Iterable[tuple[str | bytes, str | bytes]] = ()) -> None:
        self._pairs = pairs if isinstance(pairs, tuple) else tuple(pairs)
        self._index: dict[str, str] | None = None

    def hide(self, secrets: tuple[str, ...]) -> None:
        """Mask these wherever the headers are shown: a server may quote them."""
        self._secrets: tuple[str, ...] = secrets

    def _hidden(self) -> tuple[str, ...]:
        return getattr(self, "_secrets", ())

    def masked(self, secrets: tuple[str, ...]) -> "Headers":
        """These headers without the secrets in them."""
        return Headers(
            tuple((masked(_text(name), secrets), masked(_text(value), secrets)) for name, value in self._pairs)
        )

    @property
    def pairs(self) -> tuple[tuple[str | bytes, str | bytes], ...]:
        """Names and values as they were given."""
        return self._pairs

    def plus(self, *pairs: tuple[str, str]) -> "Headers":
        """These headers and some more."""
        return Headers(self._pairs + pairs)

    def _lookup(self) -> dict[str, str]:
        if self._index is None:
            index: dict[str, str] = {}
            for raw_name, raw_value in self._pairs:
                name = _text(raw_name).lower()
                value = _text(raw_value)
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
        return f"Headers({self.shown()!r})"

    def shown(self) -> dict[str, str]:
        """Names and values as they may be shown: without credentials."""
        secrets = self._hidden()
        return {
            masked(name, secrets): "***" if name in _HIDDEN_HEADERS else masked(value, secrets)
            for name, value in self.items()
        }

    def __reduce__(self) -> tuple[type["Headers"], tuple[tuple[tuple[str, str], ...]]]:
        return Headers, (tuple(self.masked(self._hidden()).items()),)


def _text(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


_NO_HEADERS: Final = Headers()
# More digits than the length of any body has.
_DIGITS: Final = 19


def content_length(headers: Mapping[str, str]) -> int | None:
    """The length of a body as it was announced; None where it was not, or where no body has such a length."""
    announced = headers.get("Content-Length", "")
    usable = announced.isascii() and announced.isdigit() and len(announced) < _DIGITS
    return int(announced) if usable and "Transfer-Encoding" not in headers else None


@frozen
class StreamBody:
    """A request body that exists once: it is counted while it is sent, and a request with one is never repeated.

    `length` in bytes is sent as Content-Length where it is known.
    """

    chunks: AsyncIterable[bytes]
    length: int | None = None

    async def read(self) -> bytes:
        """The whole body, for transports that send it in one piece. It is closed then, however reading it ends."""
        try:
            return b"".join([chunk async for chunk in self.chunks])
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Let go of what the chunks come from, a file for instance. For transports, once the exchange is over."""
        close = getattr(self.chunks, "aclose", None)
        if close is not None:
            # A generator that is still being read closes when its reader ends.
            with suppress(RuntimeError):
                await close()


Body = bytes | StreamBody | None


def new_request_id() -> str:
    """Eight random characters that name one call in logs, here and at the vendor."""
    return f"{getrandbits(32):08x}"


@frozen(kw_only=True)
class Request:
    """One call of the API, relative to a store: ``path`` starts with a slash and is already encoded.

    `id` goes out as ``X-Ecwid-Api-Request-Id``, so that a failure can be named to the vendor's support.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Body = field(default=None, repr=False)
    headers: Headers = _NO_HEADERS
    options: Options
    id: str = field(factory=new_request_id)

    def __str__(self) -> str:
        # For messages: the values of parameters may be a customer's.
        names = "&".join(f"{name}=…" for name, _ in self.params)
        return f"{self.method} {self.path}{'?' if names else ''}{names}"

    @property
    def target(self) -> str:
        """Path and query as they go over the wire, without the store's prefix."""
        return f"{self.path}?{encode_query(self.params)}" if self.params else self.path


@frozen
class Response:
    """A whole answer: status, headers, and the body's bytes after any content encoding is undone.

    `attempts` is how often the request was sent for it; `in_doubt` says that an earlier attempt may have taken effect.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    attempts: int = 1
    in_doubt: bool = False


@frozen
class StreamedResponse:
    """An answer whose body is read chunk by chunk, while its connection stays open."""

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes]


class Transport(Protocol):
    """What sends requests. The HTTP library is one, and each policy (retry, rate limit, credentials) wraps another.

    `send` raises `ecwid_async.errors.TransportError` where there is no whole answer; an answer of any status is
    returned, not raised.
    """

    async def send(self, request: Request) -> Response:
        """Send once and read the whole answer."""

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send once and hand out the answer's body while it arrives."""

    async def aclose(self) -> None:
        """Release connections. Closing twice is harmless."""


class EventKind(StrEnum):
    """What happens to a call while it is in progress.

    CALL_STARTED and CALL_ENDED enclose a call with all its attempts and delays, however it ends. They are emitted in
    the task that awaits the call, unless a download is passed on to another.
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


@frozen(kw_only=True)
class Event:
    """One record for whoever observes: no token, no body, no customer's data.

    `seconds` is the time an answer took or a wait lasts, or the whole call at its end; `error` is the class name of
    what went wrong. `server` is the host and port that the call goes to.
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
"""Receives events. A sink with a method ``wants(kind) -> bool`` is asked first and gets only the kinds that it wants;
CALL_STARTED stands for CALL_ENDED as well."""


def encode_segment(segment: str | int) -> str:
    """Encode one path segment the way the server decodes it: as in a form, space is ``+``, slash is ``%2F``.

    Raises `ValueError` for what names another endpoint, or would once a server trimmed it: nothing, ``.`` or ``..``,
    and for what is neither text nor a number.
    """
    if isinstance(segment, Enum):
        segment = segment.value  # `str` would name the member
    if isinstance(segment, bool) or not isinstance(segment, str | int):
        raise ValueError(f"{segment!r} is not an id: pass the id of the item that the call is about")
    text = str(segment)
    if text.isalnum() and text.isascii():
        return text  # as nearly every id is
    if text.strip() in _REFUSED_SEGMENTS:
        raise ValueError(f"{text!r} is not an id: pass the id of the item that the call is about")
    return quote_plus(text)


def encode_query(params: Iterable[tuple[str, str]]) -> str:
    """Encode query parameters; commas and brackets stay readable, as the API's documentation writes them."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value, safe=',()')}" for name, value in params)


def printable(text: str, secrets: Iterable[str] = (), limit: int | None = 500) -> str:
    """Text from outside as one line that is safe to print: in a message, a log or a terminal.

    `secrets` in it are masked, as by `masked`; control and other invisible characters are escaped (``\\x1b``), runs of
    white space become one space, and what is longer than `limit` characters ends in ``…``.
    """
    line = " ".join((masked(text, secrets) if secrets else text).split())
    if not line.isprintable():
        line = "".join([char if char.isprintable() else _escaped(char) for char in line])
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` with ``***`` in place of each secret: as it is, URL-encoded, escaped as in JSON, or inside Base64."""
    for secret in secrets:
        if secret:
            text = _traces(str(secret)).sub("***", text)
    return text


@lru_cache(maxsize=64)
def _traces(secret: str) -> re.Pattern[str]:
    """What finds a secret in any of the forms in which servers and proxies quote one."""
    # Each character may be written in its own way, since encoders differ in which of them they spare.
    spelled = "".join([_spellings(char) for char in secret])
    return re.compile("|".join([spelled, *_in_base64(secret.encode())]))


def _spellings(char: str) -> str:
    # The number of backslashes is bounded, or a text of nothing else would take the square of its length.
    forms = [r"\\{0,8}" + re.escape(char)]
    if ord(char) < 0x10000:
        forms.append(rf"\\{{1,8}}u(?i:{ord(char):04x})")
    forms.append("".join(f"(?i:%{byte:02x})" for byte in char.encode("utf-8", "surrogatepass")))
    return f"(?:{'|'.join(forms)})"


def _in_base64(secret: bytes) -> Iterator[str]:
    # Within a longer text it begins at any of the three places of a group; only whole characters of it are compared.
    for before in range(3):
        text = b64encode(bytes(before) + secret).rstrip(b"=").decode()
        whole = text[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]
        if len(whole) >= _SHORTEST_TRACE:
            yield re.escape(whole).replace(r"\+", "[+-]").replace("/", "[/_]")
