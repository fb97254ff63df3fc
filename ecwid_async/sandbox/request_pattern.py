"""Patterns that select requests to a sandbox, such as ``GET /products/{productId}``."""

from typing import Final
from urllib.parse import unquote_plus

from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["RequestPattern", "path_in_store"]

_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"})
_ANY: Final = "*"
_REST: Final = "**"
_EXAMPLES: Final = "use one like 'GET /products', 'PUT /orders/{orderId}', '/orders/**' or '*'"


@frozen
class RequestPattern:
    """A method and a path below the store. None of either selects all.

    A segment ``{name}`` or ``*`` is any one segment, ``**`` at the end any number of them.
    """

    method: str | None
    segments: tuple[str, ...] | None

    @classmethod
    def parse(cls, text: "str | RequestPattern") -> "RequestPattern":
        """The pattern of ``GET /products``, ``/products`` for any method, or ``*`` for all requests.

        Raises `ValueError` if it is not a pattern.
        """
        if isinstance(text, RequestPattern):
            return text
        method, _, path = text.strip().partition(" ")
        if method.startswith("/"):
            method, path = _ANY, text.strip()
        method, path = method.upper(), path.strip()
        if method not in (_ANY, *_METHODS):
            raise ValueError(f"{text[:100]!r} is not a pattern of requests: {_EXAMPLES}")
        if path and (not path.startswith("/") or "?" in path or " " in path or _REST in path[:-2]):
            raise ValueError(f"{text[:100]!r} has no path without a query: {_EXAMPLES}")
        segments = None if not path else tuple(unquote_plus(part) for part in path.strip("/").split("/"))
        return cls(None if method == _ANY else method, segments)

    def __str__(self) -> str:
        path = "" if self.segments is None else f"/{'/'.join(self.segments)}"
        return f"{self.method or ''} {path}".strip() or _ANY

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is selected. `path` is encoded, with or without the id of the store."""
        if self.method not in (None, method):
            return False
        if self.segments is None:
            return True
        found = [unquote_plus(part) for part in path_in_store(path).strip("/").split("/")]
        wanted = self.segments
        if wanted[-1] == _REST:
            wanted = wanted[:-1]
            found = found[: len(wanted)]
        return len(found) == len(wanted) and all(map(_segment_matches, wanted, found))


def path_in_store(path: str) -> str:
    """The path without the store's id with which it starts: ``/products`` of ``/1003/products``."""
    first, _, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if first.isdecimal() else path


def _segment_matches(wanted: str, found: str) -> bool:
    return wanted in (_ANY, found) or (wanted.startswith("{") and wanted.endswith("}"))
