"""Transports: one for each HTTP library, and the wrappers around them that authenticate, pace and retry.

A request passes the wrappers from the outside in: `CachedReads` if there is a cache, `Retry`, `RateLimit`, `Auth`,
then an HTTP library. Names load on
first use, so that importing one does not load the HTTP libraries of the others.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.transport.aiohttp import AiohttpTransport as AiohttpTransport
    from ecwid_async.transport.auth import Auth as Auth
    from ecwid_async.transport.auth import FormAuth as FormAuth
    from ecwid_async.transport.auth import Secret as Secret
    from ecwid_async.transport.cache import STOREFRONT_SECONDS as STOREFRONT_SECONDS
    from ecwid_async.transport.cache import Cache as Cache
    from ecwid_async.transport.cache import CachedReads as CachedReads
    from ecwid_async.transport.cache import CachePolicy as CachePolicy
    from ecwid_async.transport.cache import MemoryCache as MemoryCache
    from ecwid_async.transport.cache import NoCache as NoCache
    from ecwid_async.transport.cache import SharedReads as SharedReads
    from ecwid_async.transport.cache.redis import RedisCache as RedisCache
    from ecwid_async.transport.deadline import with_deadlines as with_deadlines
    from ecwid_async.transport.http.base_url import DEFAULT_BASE_URL as DEFAULT_BASE_URL
    from ecwid_async.transport.http.base_url import normalize_url as normalize_url
    from ecwid_async.transport.http.base_url import validate_base_url as validate_base_url
    from ecwid_async.transport.http.connection_pools import PoolPerLoop as PoolPerLoop
    from ecwid_async.transport.http.settings import Settings as Settings
    from ecwid_async.transport.http.settings import Timeouts as Timeouts
    from ecwid_async.transport.httpx2 import Httpx2Transport as Httpx2Transport
    from ecwid_async.transport.memory import MemoryTransport as MemoryTransport
    from ecwid_async.transport.memory import make_response as make_response
    from ecwid_async.transport.pyqwest import PyqwestTransport as PyqwestTransport
    from ecwid_async.transport.rate_limit import Limiter as Limiter
    from ecwid_async.transport.rate_limit import MemoryLimiter as MemoryLimiter
    from ecwid_async.transport.rate_limit import Quarantine as Quarantine
    from ecwid_async.transport.rate_limit import QuarantineList as QuarantineList
    from ecwid_async.transport.rate_limit import Quota as Quota
    from ecwid_async.transport.rate_limit import RateLimit as RateLimit
    from ecwid_async.transport.rate_limit import Wait as Wait
    from ecwid_async.transport.rate_limit.redis import RedisLimiter as RedisLimiter
    from ecwid_async.transport.rate_limit.redis import redis_limiter as redis_limiter
    from ecwid_async.transport.responses import parse_error as parse_error
    from ecwid_async.transport.responses import parse_http_date as parse_http_date
    from ecwid_async.transport.responses import parse_retry_after as parse_retry_after
    from ecwid_async.transport.responses import result_error as result_error
    from ecwid_async.transport.retry import Retry as Retry
    from ecwid_async.transport.retry import RetryBudget as RetryBudget
    from ecwid_async.transport.retry import RetryPolicy as RetryPolicy
    from ecwid_async.transport.validation import check_count as check_count
    from ecwid_async.transport.validation import check_number as check_number

_MODULES: Final = {
    "aiohttp": ("AiohttpTransport",),
    "auth": ("Auth", "FormAuth", "Secret"),
    "cache": ("STOREFRONT_SECONDS", "Cache", "CachedReads", "CachePolicy", "MemoryCache", "NoCache", "SharedReads"),
    "cache.redis": ("RedisCache",),
    "deadline": ("with_deadlines",),
    "http.base_url": ("DEFAULT_BASE_URL", "normalize_url", "validate_base_url"),
    "http.connection_pools": ("PoolPerLoop",),
    "http.settings": ("Settings", "Timeouts"),
    "httpx2": ("Httpx2Transport",),
    "memory": ("MemoryTransport", "make_response"),
    "pyqwest": ("PyqwestTransport",),
    "rate_limit": ("Limiter", "MemoryLimiter", "Quarantine", "QuarantineList", "Quota", "RateLimit", "Wait"),
    "rate_limit.redis": ("RedisLimiter", "redis_limiter"),
    "responses": ("parse_error", "parse_http_date", "parse_retry_after", "result_error"),
    "retry": ("Retry", "RetryBudget", "RetryPolicy"),
    "validation": ("check_count", "check_number"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
