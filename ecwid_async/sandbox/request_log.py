"""The requests that a sandbox received."""

from collections import Counter, deque
from typing import Final, NamedTuple

from ecwid_async.sandbox.request_pattern import RequestPattern, path_in_store

__all__ = ["Exchange", "RequestLog"]

_MAX_EXCHANGES: Final = 10_000


class Exchange(NamedTuple):
    """A request that the sandbox received, with the status of its response; 0 if a fault let it have none.

    `at` is when it was handled, in Unix seconds by the clock of the sandbox. `counted` is whether it used a part of the
    rate limit of its token.
    """

    method: str
    path: str
    params: dict[str, str]
    status: int
    at: float = 0.0
    counted: bool = False

    @property
    def store_id(self) -> int | None:
        """The store in the path."""
        first = self.path.removeprefix("/").partition("/")[0]
        return int(first) if first.isdecimal() and len(first) < 20 else None

    def __str__(self) -> str:
        """Method and path below the store: ``GET /products``."""
        return f"{self.method} {path_in_store(self.path)}"


class RequestLog(deque[Exchange]):
    """The latest 10,000 requests, oldest first. Requests inside a batch are before that of the batch."""

    def __init__(self) -> None:
        super().__init__(maxlen=_MAX_EXCHANGES)

    def to(self, pattern: str, *, store_id: int | None = None) -> list[Exchange]:
        """The requests that match ``GET /products``, ``PUT /orders/{orderId}``, ``/orders/**`` or ``*``.

        Of all stores, or of one. Raises `ValueError` if it is not a pattern.
        """
        wanted = RequestPattern.parse(pattern)
        return [
            exchange
            for exchange in self
            if wanted.matches(exchange.method, exchange.path) and store_id in (None, exchange.store_id)
        ]

    def counts(self) -> Counter[str]:
        """How many requests there were to each method and path: ``{"GET /products": 2}``."""
        return Counter(map(str, self))
