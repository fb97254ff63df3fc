"""The generations of stores in one process, and until when nothing, or no search, may be kept."""

from itertools import count
from threading import Lock
from typing import Final

from ecwid_async.errors import Outcome
from ecwid_async.primitives.lazy_attrs import define

__all__ = ["Generation", "Generations"]

Generation = tuple[int, int]

# Of stores with a write or drop in this process, besides those with a write in progress, and of refused tokens.
_MAX_STORES: Final = 50_000
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
    entries are dropped, and may be any of those that were dropped: their times are its times. Threads may share it.
    """

    def __init__(self, lag: float) -> None:
        self._lag = lag
        self._numbers = count(1)
        self._floor = 0
        self._floor_times = float("-inf"), float("-inf")
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
        nothing_until, no_search_until = self.times(store_id)
        store = self._stores.get(store_id)
        is_writing = store is not None and store.writes > 0
        return not is_writing and read_at >= (max(nothing_until, no_search_until) if is_search else nothing_until)

    def times(self, store_id: int) -> tuple[float, float]:
        """Until when nothing, and until when no search may be kept."""
        store = self._stores.get(store_id)
        return self._floor_times if store is None else (store.nothing_until, store.no_search_until)

    def drop(self, store_id: int, now: float) -> None:
        """Begin a generation because the store has changed."""
        with self._lock:
            store = self._begin(store_id)
            store.no_search_until = max(store.no_search_until, now + self._lag)

    def clear(self) -> None:
        """Begin a generation of every store."""
        with self._lock:
            self._floor = next(self._numbers)
            for store_id in self._stores:
                self._begin(store_id)

    def begin_write(self, store_id: int) -> None:
        """Begin a generation because a write is about to be sent."""
        with self._lock:
            self._begin(store_id).writes += 1

    def end_write(self, store_id: int, outcome: Outcome, now: float) -> None:
        """Begin a generation because a write has ended."""
        with self._lock:
            store = self._begin(store_id)
            store.writes -= 1
            if outcome == "done":
                store.no_search_until = max(store.no_search_until, now + self._lag)
            elif outcome == "unknown":
                store.nothing_until = max(store.nothing_until, now + self._lag)

    def refuse(self, store_id: int, token: str) -> None:
        """Begin a generation for one token of a store."""
        with self._lock:
            if len(self._tokens) >= _MAX_TOKENS:
                self._floor = next(self._numbers)
                self._tokens.clear()
            self._tokens[store_id, token] = next(self._numbers)

    def _begin(self, store_id: int) -> _Store:
        store = self._stores.get(store_id)
        if store is None:
            if len(self._stores) >= _MAX_STORES:
                self._forget_stores()
            store = self._stores[store_id] = _Store(0, 0, *self._floor_times)
        store.generation = next(self._numbers)
        return store

    def _forget_stores(self) -> None:
        """Forget the half of the stores whose times end first. Those with a write in progress stay."""
        self._floor = next(self._numbers)
        idle = [(store_id, store) for store_id, store in self._stores.items() if not store.writes]
        idle.sort(key=lambda item: max(item[1].nothing_until, item[1].no_search_until))
        forgotten = idle[: (len(idle) + 1) // 2]
        # Before they are removed, since other threads look without the lock.
        self._floor_times = (
            max([self._floor_times[0], *(store.nothing_until for _, store in forgotten)]),
            max([self._floor_times[1], *(store.no_search_until for _, store in forgotten)]),
        )
        for store_id, _ in forgotten:
            del self._stores[store_id]
