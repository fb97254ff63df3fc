"""Quotas are validated, and the smallest ones work."""

import math
from typing import Any

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota
from ecwid_async.wire import Lane

INVALID_COUNTS = [-1, 1.5, True, math.nan, math.inf, "12", None, 10**12]
INVALID_TIMES = [0, 0.0, -1.0, math.nan, math.inf, -math.inf, True, "60", None, 1e300]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("requests", value) for value in [*INVALID_COUNTS, 0]),
        *(("reserve", value) for value in INVALID_COUNTS),
        *(("burst", value) for value in INVALID_COUNTS),
        *(
            (name, value)
            for name in ("window", "ceiling", "probe_interval", "default_retry_after")
            for value in INVALID_TIMES
        ),
        ("requests", 12),
        ("reserve", 600),
    ],
)
def test_an_invalid_quota_is_refused_with_the_allowed_values(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"{field if value != 12 else 'reserve'}.* give a (whole )?number"):
        Quota(**{field: value})


@pytest.mark.parametrize("quota", [Quota(requests=1, reserve=0, burst=0), Quota(requests=13), Quota(ceiling=0.001)])
async def test_the_smallest_quotas_work(quota: Quota) -> None:
    limiter = MemoryLimiter(quota)
    for lane in Lane:
        await limiter.acquire("t", lane, lane, 1)
    assert not await limiter.quarantines()
