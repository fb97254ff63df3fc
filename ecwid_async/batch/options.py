"""How to execute calls in batches."""

import os
from typing import Literal

from attrs import field, frozen

from ecwid_async.errors import ConfigError
from ecwid_async.transport import check_number

__all__ = ["BatchCost", "BatchOptions"]

BatchCost = Literal["per_call", "per_batch"]
"""Whether each call of a batch counts towards the rate limit, or only the batch. The API does not say."""


@frozen(kw_only=True)
class BatchOptions:
    """How to execute calls: see `Store.batch`."""

    stop_on_first_failure: bool = False
    allow_parallel_mode: bool = False
    group_id: str | None = None
    cost: BatchCost = field(default="per_call")
    job: str | None = None
    journal_folder: str | os.PathLike[str] | None = None
    timeout: float | None = field(default=None)

    @cost.validator
    def _check_cost(self, _: object, cost: object) -> None:
        if cost not in ("per_call", "per_batch"):
            raise ConfigError(f"cost is {cost!r}: it must be 'per_call' or 'per_batch'")

    @timeout.validator
    def _check_timeout(self, _: object, timeout: float | None) -> None:
        if timeout is not None:
            check_number("timeout", timeout, unbounded=True)
