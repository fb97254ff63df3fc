"""HTTP requests to an app and its responses as plain values, the same for every web framework."""

from collections.abc import Iterable
from typing import Final

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.wire import Headers

__all__ = ["IncomingRequest", "OutgoingResponse"]

_NO_HEADERS: Final = Headers()


@frozen(kw_only=True)
class IncomingRequest:
    """A request to the app.

    `path` and `query` are as they were sent, still encoded; `query` has no question mark. `headers` keeps repeated
    headers apart in `Headers.pairs`. `repr` shows neither the query nor the body, which may have secrets.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Headers = _NO_HEADERS
    body: bytes = field(default=b"", repr=False)

    def header_values(self, name: str) -> list[str]:
        """All values of a header, in order. Two headers of one name are two values."""
        wanted = name.lower()
        # Most names have another length, which is quick to see.
        return [
            _to_text(value)
            for key, value in self.headers.pairs
            if len(key) == len(wanted) and _to_text(key).lower() == wanted
        ]


@frozen
class OutgoingResponse:
    """The app's response. `headers` may repeat a name, such as ``Set-Cookie``. `repr` does not show the body."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def redirect(cls, url: str, headers: Iterable[tuple[str, str]] = ()) -> "OutgoingResponse":
        """A redirect that browsers follow with GET (303), and that nothing caches."""
        return cls(303, (("Location", url), ("Cache-Control", "no-store"), *headers))


def _to_text(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")
