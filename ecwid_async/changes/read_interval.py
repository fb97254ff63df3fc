"""When the state that a response shows existed, by the server's clock."""

import time
from collections.abc import Callable
from typing import Self

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import server_time
from ecwid_async.wire import Response

__all__ = ["ReadInterval"]


@frozen
class ReadInterval:
    """A response shows the state of the store at some time between `begin` and `end`, in Unix seconds.

    The times are those of the server's clock. A search may be behind the store, so its interval begins earlier.
    """

    begin: float
    end: float

    @classmethod
    def of_response(cls, response: Response, *, lag: float = 0.0, clock: Callable[[], float] = time.time) -> Self:
        """Return the interval of a response. `clock` replaces a missing or absurd ``Date``; `lag` is as in `at`."""
        return cls.at(server_time(response.headers.get("Date", ""), clock), response.duration, lag=lag)

    @classmethod
    def at(cls, server_time: float, duration: float, *, lag: float = 0.0) -> Self:
        """Return the interval of a response.

        `server_time` is the whole second of its ``Date`` header, `duration` the number of seconds from sending the
        request to receiving the response, and `lag` how many seconds a search may be behind the store.
        """
        return cls(server_time - duration - lag, server_time + 1 + duration)

    def is_after(self, other: "ReadInterval") -> bool:
        """Return whether this state is certainly newer than the other."""
        return self.begin > other.end
