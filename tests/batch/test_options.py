"""Options are checked when they are created."""

from typing import Any

import pytest

from ecwid_async.batch import BatchOptions
from ecwid_async.errors import ConfigError


@pytest.mark.parametrize("timeout", [-1, float("nan"), True, "5", 10**400])
def test_a_timeout_must_not_be_negative(timeout: Any) -> None:
    with pytest.raises(ValueError, match=r"timeout is .*: give a number of at least 0"):
        BatchOptions(timeout=timeout)


@pytest.mark.parametrize("cost", ["One", "", 1, None])
def test_the_cost_is_per_call_or_per_batch(cost: Any) -> None:
    with pytest.raises(ConfigError, match="it must be 'per_call' or 'per_batch'"):
        BatchOptions(cost=cost)
