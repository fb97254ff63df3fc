"""The generations of stores in one process, and until when nothing, or no search, may be kept."""

from itertools import count
from threading import Lock
from typing import Final

from attrs import define

from ecwid_async.errors import Outcome

__all__ = ["Generation", "Generations"]

Generation = tuple[int, int]

# Of stores with a write or drop in this process, and of refused tokens.
_MAX_STORES: Final = 10_000
_MAX_TOKENS: Final = 10_000


@define
class _Store:
    generation: int
    writes: int = 0
    nothing_until: float = float("-inf")
    no_search_until: float = float("-inf")


class Generations:
    """Numbers the generations of stores and tokens. Times are those of the cache's clock, in seconds.

    Numbers are never used twice. A store or token without an entry has the generation `_floor`, which rises when
    entries are dropped. Threads may share it.
    """

    def __init__(self, lag: float) -> None:
        self._lag = lag
        self._numbers = count(1)
        self._floor = 0
        self._stores: dict[int, _Store] = {}
        self._tokens: dict[tuple[int, str], int] = {}
        self._lock = Lock()

    def get(self, store_id: int, token: str) -> Generation:
        """The generation of a store, as this token sees it."""
        store = self._stores.get(store_id)
        of_store = self._floor if store is None else store.generation
        of_token = self._tokens.get((store_id, token), self._floor) if self._tokens else self._floor
        return of_store, of_token

    def may_keep(self, store_id: int, *, read_at: float, is_search: bool) -> bool:
        """Whether a response to a request sent at `read_at` may be kept."""
        store = self._stores.get(store_id)
        if store is None:
            return True
        until = max(store.nothing_until, store.no_search_until) if is_search else store.nothing_until
        return not store.writes and read_at >= until

    def times(self, store_id: int) -> tuple[float, float]:
        """Until when nothing, and until when no search may be kept."""
        store = self._stores.get(store_id)
        return (float("-inf"), float("-inf")) if store is None else (store.nothing_until, store.no_search_until)

    def drop(self, store_id: int, now: float) -> None:
        """Begin a generation because the store has changed."""
        with self._lock:
            store = self._begin(store_id, now)
            store.no_search_until = max(store.no_search_until, now + self._lag)

    def clear(self, now: float) -> None:
        """Begin a generation of every store."""
        with self._lock:
            self._floor = next(self._numbers)
            for store_id in self._stores:
                self._begin(store_id, now)

    def begin_write(self, store_id: int, now: float) -> None:
        """Begin a generation because a write is about to be sent."""
        with self._lock:
            self._begin(store_id, now).writes += 1

    def end_write(self, store_id: int, outcome: Outcome, now: float) -> None:
        """Begin a generation because a write has ended."""
        with self._lock:
            store = self._begin(store_id, now)
            store.writes -= 1
            if outcome == "done":
                store.no_search_until = max(store.no_search_until, now + self._lag)
            elif outcome == "unknown":
                store.nothing_until = max(store.nothing_until, now + self._lag)

    def refuse(self, store_id: int, token: str) -> None:
        """Begin a generation for one token of a store."""
        with self._lock:
            if len(self._tokens) >= _MAX_TOKENS:
                self._tokens.clear()
                self._floor = next(self._numbers)
            self._tokens[store_id, token] = next(self._numbers)

    def _begin(self, store_id: int, now: float) -> _Store:
        store = self._stores.get(store_id)
        if store is None:
            if len(self._stores) >= _MAX_STORES:
                self._forget_idle_stores(now)
            store = self._stores[store_id] = _Store(0)
        store.generation = next(self._numbers)
        return store

    def _forget_idle_stores(self, now: float) -> None:
        self._floor = next(self._numbers)
        self._stores = {
            store_id: store
            for store_id, store in self._stores.items()
            if store.writes or max(store.nothing_until, store.no_search_until) > now
        }
