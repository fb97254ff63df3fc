"""Policies are validated, and the budget limits retries."""

import math
from typing import Any

import pytest

from ecwid_async.errors import ConfigError, OutcomeUnknown
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.retry import Retry, RetryBudget, RetryPolicy
from tests.transport.retry.retry_setup import OK, READ, UNKNOWN, RetrySetup, VirtualClock


async def test_a_store_that_keeps_failing_gets_few_retries() -> None:
    inner, clock = MemoryTransport(lambda _: UNKNOWN), VirtualClock()
    policy = RetryPolicy(attempts=4, budget=5.0)
    budget = RetryBudget(policy)
    for _ in range(100):
        view = Retry(inner, policy=policy, budget=budget, clock=lambda: clock.now, sleep=clock.sleep)
        with pytest.raises(OutcomeUnknown):
            await view.send(READ)
    assert 100 + 5 <= len(inner.requests) <= 100 + 5 + 100 / 10


async def test_a_429_costs_no_budget() -> None:
    setup = RetrySetup.of(
        *[make_response(status=429, headers={"Retry-After": "1"})] * 30, OK, policy=RetryPolicy(budget=1.0)
    )
    assert (await setup.retry.send(READ)).body == OK.body


@pytest.mark.parametrize(
    "settings",
    [
        {"attempts": 0},
        {"attempts": 2.0},
        {"attempts": True},
        *(
            {name: value}
            for name in ("base_delay", "max_delay", "default_retry_after")
            for value in (-1, math.nan, math.inf, 1e308, 10**30, "1", None)
        ),
        *({name: value} for name in ("throttle_timeout", "budget") for value in (-0.1, math.nan, "1")),
    ],
    ids=str,
)
def test_an_invalid_policy_is_refused_at_construction(settings: dict[str, Any]) -> None:
    [(name, _)] = settings.items()
    with pytest.raises(ConfigError, match=rf"RetryPolicy\.{name} is .*: give a .*number .*(above|at least)"):
        RetryPolicy(**settings)


async def test_extreme_but_valid_policies_work() -> None:
    assert RetryPolicy(throttle_timeout=math.inf, budget=math.inf, base_delay=0, max_delay=0, default_retry_after=0)
    policy = RetryPolicy(attempts=2000, base_delay=1e9, max_delay=7.0, budget=math.inf)
    setup = RetrySetup.of(*[UNKNOWN] * 2000, policy=policy)
    with pytest.raises(OutcomeUnknown):
        await setup.retry.send(READ)
    assert set(setup.clock.slept) == {7.0}
