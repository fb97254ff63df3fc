"""The body and the headers of a request in the form that HTTP libraries take."""

from collections.abc import AsyncIterator
from types import TracebackType

from ecwid_async.errors import UploadChanged
from ecwid_async.transport.http.settings import USER_AGENT
from ecwid_async.wire import Body, Request, StreamBody

__all__ = ["UploadStream", "request_body", "request_headers"]


class UploadStream:
    """A streamed body that keeps the error of its source, for which an HTTP library would report a broken connection.

    If the length is announced, the last chunk is held back until the source has ended. Otherwise a library would
    truncate a source that is too long, and the server would wait for the rest of one that is too short.
    """

    def __init__(self, body: StreamBody) -> None:
        self._chunks = body.chunks
        self._length = body.length
        self._error: Exception | None = None
        self._traceback: TracebackType | None = None

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
            self._error, self._traceback = error, error.__traceback__
            raise

    def raise_source_error(self) -> None:
        """Raise the error of the source, if there was one, with its original traceback and cause."""
        if self._error is not None:
            raise self._error.with_traceback(self._traceback) from self._error.__cause__


def request_body(body: Body) -> bytes | UploadStream | None:
    """The body to pass to an HTTP library."""
    return UploadStream(body) if isinstance(body, StreamBody) else body


def request_headers(request: Request, *more: tuple[str, str]) -> list[tuple[str | bytes, str | bytes]]:
    """The headers to send: of the request, `more`, the user agent, and the length of a stream if it is known."""
    pairs = [("User-Agent", USER_AGENT), *more, *request.headers.pairs]
    if isinstance(request.body, StreamBody) and request.body.length is not None:
        pairs.append(("Content-Length", str(request.body.length)))
    return pairs
