"""Rate limiting."""

from ecwid_async.transport.rate_limit.transport import (
    Limiter,
    MemoryLimiter,
    Quarantine,
    QuarantineList,
    Quota,
    RateLimit,
    Wait,
    token_key,
)

__all__ = ["Limiter", "MemoryLimiter", "Quarantine", "QuarantineList", "Quota", "RateLimit", "Wait", "token_key"]
