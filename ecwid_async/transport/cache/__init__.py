"""Caching: identical reads in progress are sent once, and responses are kept for a time.

`policy` says which responses are kept, and for how long. `cache` has the protocol of a cache, `memory` and `redis` its
implementations, and `generations` decides which responses may still be used. `shared_reads` has the reads in progress,
and `transport` is the wrapper.
"""

from ecwid_async.transport.cache.cache import Cache, Lookup, NoCache, ReadKey
from ecwid_async.transport.cache.memory import MemoryCache
from ecwid_async.transport.cache.policy import STOREFRONT_SECONDS, CachePolicy
from ecwid_async.transport.cache.shared_reads import SharedReads
from ecwid_async.transport.cache.transport import CachedReads

__all__ = [
    "STOREFRONT_SECONDS",
    "Cache",
    "CachePolicy",
    "CachedReads",
    "Lookup",
    "MemoryCache",
    "NoCache",
    "ReadKey",
    "SharedReads",
]
