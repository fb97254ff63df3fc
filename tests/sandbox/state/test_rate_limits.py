"""Each rate limit algorithm admits the stated number of requests, and its waits are exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.sandbox.state.rate_limits import new_rate_limiter
from tests.sandbox.api import Api, Clock

ALGORITHMS = ["sliding_log", "fixed_window", "token_bucket"]
PAUSES = st.lists(st.sampled_from([0, 0, 0, 0.25, 1, 7, 59, 60]), max_size=60)


def admitted(algorithm, pauses, per_minute):
    limit, now, times = new_rate_limiter(algorithm), 1000.0, []
    for pause in pauses:
        now += pause
        if limit.admit(now, per_minute) == 0:
            times.append(now)
    return times


@given(PAUSES, st.integers(1, 10))
def test_a_sliding_log_never_admits_more_than_the_limit_in_any_minute(pauses, per_minute):
    times = admitted("sliding_log", pauses, per_minute)
    assert all(sum(start <= time < start + 60 for time in times) <= per_minute for start in times)


@given(PAUSES, st.integers(1, 10))
def test_a_fixed_window_admits_at_most_the_limit_in_each_minute_of_the_clock(pauses, per_minute):
    times = admitted("fixed_window", pauses, per_minute)
    for minute in {time // 60 for time in times}:
        assert sum(time // 60 == minute for time in times) <= per_minute


@given(PAUSES, st.integers(1, 200))
def test_a_token_bucket_admits_a_burst_and_then_its_rate(pauses, per_minute):
    times = admitted("token_bucket", pauses, per_minute)
    for start in times:
        for end in times:
            if start <= end:
                inside = sum(start <= time <= end for time in times)
                assert inside <= min(60, per_minute) + (end - start) * per_minute / 60 + 1e-6


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(per_minute=st.integers(1, 70), start=st.integers(0, 200))
def test_the_returned_wait_is_enough_and_less_is_not(algorithm, per_minute, start):
    limit = new_rate_limiter(algorithm)
    while (wait := limit.admit(start, per_minute)) == 0:
        pass
    assert 0 < wait <= 60
    assert limit.admit(start + 0.9 * wait, per_minute) > 0
    assert limit.admit(start + wait, per_minute) == 0


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_only_a_token_bucket_limits_a_burst_to_60(algorithm):
    limit = new_rate_limiter(algorithm)
    burst = sum(limit.admit(600.0, 600) == 0 for _ in range(1000))
    assert burst == (60 if algorithm == "token_bucket" else 600)


def limited_sandbox(**options):
    clock = Clock(6000.0)
    sandbox = Sandbox(clock=clock, **options)
    sandbox.add_store(1, token="one")
    return clock, sandbox, Api(sandbox, store_id=1, token="one")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_429_has_the_wait_in_whole_seconds(algorithm):
    clock, _, api = limited_sandbox(requests_per_minute=30, switches=Switches(limiter=algorithm))
    for _ in range(30):
        api.get("/products")
    response = api.send("GET", "/products")
    assert response.status == 429
    assert b'"errorCode":"RATE_LIMITED"' in response.body
    clock.now += int(response.headers["Retry-After"])
    api.get("/products")


def test_each_token_has_its_own_limit_which_can_be_changed_or_disabled():
    _, sandbox, api = limited_sandbox(requests_per_minute=1)
    sandbox.stores[1].add_token("two")
    api.get("/products")
    assert api.refused("GET", "/products")[0] == 429
    Api(sandbox, store_id=1, token="two").get("/products")
    sandbox.requests_per_minute = 2
    api.get("/products")
    assert api.refused("GET", "/products")[0] == 429
    sandbox.requests_per_minute = None
    for _ in range(5):
        api.get("/products")
