"""`MemoryCache`: responses in the memory of one process."""

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

from ecwid_async.errors import Outcome
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.cache.cache import Lookup, ReadKey, with_age
from ecwid_async.transport.cache.generations import Generations
from ecwid_async.transport.cache.policy import CachePolicy, check_policy
from ecwid_async.transport.validation import check_count, check_store_id
from ecwid_async.wire import Response

__all__ = ["MemoryCache"]

# Of an entry beside its body and headers: about what its objects and its places in the tables take.
_OVERHEAD: Final = 1000


@frozen
class _Entry:
    response: Response
    generation: Hashable
    read_at: float
    expires_at: float
    size: int


class MemoryCache:
    """A `Cache` in this process: ``Ecwid(cache=MemoryCache())``. Several clients, loops and threads may share it.

    It holds at most `max_bytes` and `max_entries`; those that were used least recently go first. What is dropped is
    freed at once. A write or a webhook in another process is not known here: use `RedisCache` for several processes.

    `clock` returns seconds that never run backwards. Raises `ConfigError` for limits below 1.
    """

    def __init__(
        self,
        policy: CachePolicy | None = None,
        *,
        max_bytes: int = 64 * 1024 * 1024,
        max_entries: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_count("max_bytes", max_bytes)
        check_count("max_entries", max_entries)
        self._policy = check_policy(policy)
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._clock = clock
        self._generations = Generations(self._policy.lag)
        self._entries: OrderedDict[ReadKey, _Entry] = OrderedDict()
        self._by_store: dict[int, set[ReadKey]] = {}
        self._bytes = 0
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<MemoryCache with {len(self._entries)} responses>"

    @property
    def policy(self) -> CachePolicy:
        """Which responses are kept, and for how long."""
        return self._policy

    @property
    def size(self) -> int:
        """The size of the kept responses, in bytes."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._entries)

    async def drop(self, store_id: int) -> None:
        """See `Cache.drop`."""
        check_store_id(store_id)
        self._generations.drop(store_id, self._clock())
        self._remove_store(store_id)

    async def clear(self) -> None:
        """See `Cache.clear`."""
        self._generations.clear()
        with self._lock:
            self._entries.clear()
            self._by_store.clear()
            self._bytes = 0

    async def look_up(self, key: ReadKey, max_age: float) -> Lookup:
        """See `Cache.look_up`."""
        generation = self._generations.get(key.store_id, key.token)
        entry = self._entries.get(key) if max_age > 0 else None
        if entry is None:
            return Lookup(generation)
        now = self._clock()
        if entry.generation != generation or now >= entry.expires_at:
            with self._lock:
                self._remove(key, entry)
            return Lookup(generation)
        age = now - entry.read_at
        if age >= max_age:
            return Lookup(generation)
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        return Lookup(generation, with_age(entry.response, age))

    async def keep(
        self, key: ReadKey, generation: Hashable, response: Response, *, age: float, seconds: float, is_search: bool
    ) -> None:
        """See `Cache.keep`."""
        read_at = self._clock() - age
        size = _size(response)
        if age >= seconds or size > self._max_bytes:
            return
        entry = _Entry(response, generation, read_at, read_at + seconds, size)
        with self._lock:
            # In another thread, a drop may come at any time: it removes the entry if it comes after this check.
            if generation != self._generations.get(key.store_id, key.token):
                return
            if not self._generations.may_keep(key.store_id, read_at=read_at, is_search=is_search):
                return
            if (replaced := self._entries.get(key)) is not None:
                self._remove(key, replaced)
            self._entries[key] = entry
            self._by_store.setdefault(key.store_id, set()).add(key)
            self._bytes += size
            while self._bytes > self._max_bytes or len(self._entries) > self._max_entries:
                self._remove(*next(iter(self._entries.items())))

    async def begin_write(self, store_id: int) -> str:
        """See `Cache.begin_write`."""
        self._generations.begin_write(store_id)
        self._remove_store(store_id)
        return ""

    async def end_write(self, store_id: int, write: str, outcome: Outcome) -> None:
        """See `Cache.end_write`."""
        self._generations.end_write(store_id, outcome, self._clock())
        self._remove_store(store_id)

    async def refuse(self, store_id: int, token: str) -> None:
        """See `Cache.refuse`."""
        self._generations.refuse(store_id, token)
        with self._lock:
            for key in list(self._by_store.get(store_id, ())):
                if key.token == token:
                    self._remove(key, self._entries[key])

    def _remove_store(self, store_id: int) -> None:
        if store_id in self._by_store:
            with self._lock:
                for key in list(self._by_store.get(store_id, ())):
                    self._remove(key, self._entries[key])

    def _remove(self, key: ReadKey, entry: _Entry) -> None:
        """Remove an entry, if it is still there. The lock must be held."""
        if self._entries.get(key) is entry:
            del self._entries[key]
            self._bytes -= entry.size
            keys = self._by_store[key.store_id]
            keys.discard(key)
            if not keys:
                del self._by_store[key.store_id]


def _size(response: Response) -> int:
    headers = sum(sys.getsizeof(part) for pair in response.headers.pairs for part in pair)
    return _OVERHEAD + len(response.body) + headers
