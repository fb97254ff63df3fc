"""What every HTTP library's transport does alike: send a stream, bound an answer, tell the truth of a failure."""

import traceback
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Final

from ecwid_async.errors import (
    NotSent,
    NotSentInTime,
    OutcomeUnknown,
    ResponseTooLarge,
    Timeout,
    TransportError,
    UploadChanged,
)
from ecwid_async.transport.http.content_encoding import BodyError, Chunk, Decoder
from ecwid_async.transport.http.settings import USER_AGENT
from ecwid_async.wire import Body, Headers, Request, StreamBody, content_length

__all__ = [
    "Sending",
    "decoded",
    "header_pairs",
    "kind_of",
    "outgoing",
    "past_deadline",
    "read_whole",
    "unanswered",
    "without_locals",
]

# Timers may fire a little early.
_CLOCK_TOLERANCE: Final = 0.001


class Sending:
    """A streamed body under way, which remembers why it broke off: a library would only tell of the connection.

    A body of announced length is sent to its end only once its source has ended there: a library would cut what is
    longer, and for what is shorter the server would wait.
    """

    def __init__(self, body: StreamBody) -> None:
        self._chunks = body.chunks
        self._length = body.length
        self._error: Exception | None = None
        self._place: TracebackType | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            sent, last = 0, b""
            async for chunk in self._chunks:
                sent += len(chunk)
                if self._length is None or sent < self._length:
                    yield chunk
                elif sent == self._length:
                    last += chunk
                else:
                    raise UploadChanged(f"it was {self._length:,} bytes and is longer now")
            if self._length is not None and sent < self._length:
                raise UploadChanged(f"it was {self._length:,} bytes and is {sent:,} now")
            if last:
                yield last
        except Exception as error:
            self._error, self._place = error, error.__traceback__
            raise

    def raise_failure(self) -> None:
        """Raise what the source of the body raised, if it did, as if nothing had been in between."""
        if self._error is not None:
            raise self._error.with_traceback(self._place) from self._error.__cause__


def outgoing(body: Body) -> "bytes | Sending | None":
    """A body in the form in which it is sent."""
    return Sending(body) if isinstance(body, StreamBody) else body


def header_pairs(request: Request, *more: tuple[str, str]) -> list[tuple[str | bytes, str | bytes]]:
    """The request's headers as they go out, with the length of a stream where it is known."""
    pairs = [("User-Agent", USER_AGENT), *more, *request.headers.pairs]
    if isinstance(request.body, StreamBody) and request.body.length is not None:
        pairs.append(("Content-Length", str(request.body.length)))
    return pairs


async def read_whole(chunks: AsyncIterable[Chunk], request: Request, status: int, headers: Headers, most: int) -> bytes:
    """Join the chunks of a response and undo its content encoding.

    Raises `ResponseTooLarge` as soon as they are more than `most` bytes, `BodyError` where they are no whole body.
    """
    announced = content_length(headers)
    if announced is not None and announced > most:
        raise ResponseTooLarge(request, status, most)
    decoder = Decoder(request, status, headers)
    parts: list[Chunk] = []
    size = 0
    async for chunk in chunks:
        for piece in (chunk,) if decoder.plain else decoder.feed(chunk):
            size += len(piece)
            if size > most:
                raise ResponseTooLarge(request, status, most)
            parts.append(piece)
    decoder.finish()
    return b"".join(parts)


async def decoded(
    chunks: AsyncIterable[Chunk], request: Request, status: int, headers: Headers
) -> AsyncGenerator[bytes]:
    """The chunks of a response with its content encoding undone. Raises `BodyError` where they are no whole body."""
    decoder = Decoder(request, status, headers)
    async for chunk in chunks:
        for piece in decoder.feed(chunk):
            yield piece
    decoder.finish()


def kind_of(error: BaseException) -> str:
    """What happened, for a message."""
    return str(error) if isinstance(error, BodyError) else type(error).__name__


def unanswered(request: Request, base_url: str, kind: str, *, sent: bool, now: float) -> TransportError:
    """The error of an exchange that ended without a whole answer.

    `kind` names what happened, `sent` is False where nothing can have left, `now` is the event loop's time.
    """
    deadline = request.options.deadline
    late = deadline is not None and now >= deadline - _CLOCK_TOLERANCE
    if not sent:
        return (NotSentInTime if late else NotSent)(f"no connection to {base_url} ({kind})", request=request)
    if late:
        return Timeout("the deadline passed before the answer was there", request=request)
    return OutcomeUnknown(f"no whole answer came ({kind})", request=request)


# Whoever holds a request as it is sent, with the token in it: HTTP libraries, and what they send it through.
_LIBRARIES: Final = frozenset({"aiohttp", "h11", "httpcore2", "httpx2", "pyqwest"})
_CARRIERS: Final = frozenset({"anyio", "asyncio", "contextlib", "ecwid_async", "socket", "ssl", "trio", "uvloop"})


def past_deadline(request: Request) -> NotSentInTime:
    """The error of a request whose deadline had passed before it was sent."""
    return NotSentInTime("the deadline had passed before it was sent", request=request)


def without_locals(error: BaseException) -> None:
    """Empty the frames of HTTP libraries that an error has passed through: they hold the headers as they are sent.

    Frames of the caller's, as of what feeds an upload or of an error that is being handled, keep what is in them.
    """
    seen: set[int] = set()
    chain: list[BaseException | None] = [error]
    while chain:
        link = chain.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            _empty(link.__traceback__)
            chain += (link.__cause__, link.__context__)


def _empty(trace: TracebackType | None) -> None:
    in_library = False
    for frame, _ in traceback.walk_tb(trace):
        module = str(frame.f_globals.get("__name__"))
        package = module.partition(".")[0]
        if package in _LIBRARIES:
            # Not the half of it that serves: what that calls is the caller's.
            in_library = not module.startswith("aiohttp.web")
        elif package == "ecwid_async":
            in_library = False
        if in_library or package in _CARRIERS:
            # A frame that is running can't be cleared.
            with suppress(RuntimeError):
                frame.clear()
