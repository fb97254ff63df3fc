"""Which operations are kept, for how long, and which of them are searches."""

from typing import Any

import pytest

from ecwid_async import ConfigError
from ecwid_async.sandbox import spec
from ecwid_async.transport import STOREFRONT_SECONDS, CachePolicy, MemoryCache
from ecwid_async.transport.cache.policy import is_search


def test_a_storefront_s_reads_are_kept_by_default_and_personal_data_is_not() -> None:
    policy = CachePolicy()
    assert policy.seconds_for("GET /products/{productId}") == 60
    assert policy.seconds_for("GET /profile") == 300
    for operation in ("GET /orders", "GET /orders/{orderId}", "GET /customers", "GET /carts/{cartId}", "GET /batch"):
        assert policy.seconds_for(operation) == 0
    assert not [name for name in STOREFRONT_SECONDS if "order" in name or "customer" in name or "cart" in name]


def test_every_operation_that_is_kept_by_default_exists() -> None:
    assert set(STOREFRONT_SECONDS) <= set(spec.load().endpoints)


def test_given_seconds_replace_the_default_ones() -> None:
    policy = CachePolicy({**STOREFRONT_SECONDS, "GET /orders/{orderId}": 5})
    assert policy.seconds_for("GET /orders/{orderId}") == 5
    assert policy.seconds_for("GET /profile") == 300
    assert CachePolicy({"GET /orders/{orderId}": 5}).seconds_for("GET /profile") == 0


def test_the_operation_itself_comes_before_patterns_and_longer_patterns_before_shorter_ones() -> None:
    policy = CachePolicy({"GET /*": 1, "GET /products*": 2, "GET /products/*/combinations": 3, "GET /products": 0})
    expected = {
        "GET /profile": 1,
        "GET /products/{productId}": 2,
        "GET /products/{productId}/combinations": 3,
        "GET /products": 0,
        "POST /products": 0,
    }
    assert {operation: policy.seconds_for(operation) for operation in expected} == expected


def test_braces_and_dots_of_a_pattern_stand_for_themselves() -> None:
    policy = CachePolicy({"GET /a.b/{id}*": 1})
    assert policy.seconds_for("GET /a.b/{id}/c") == 1
    assert policy.seconds_for("GET /aXb/{id}/c") == 0


@pytest.mark.parametrize("operation", ["POST /products", "GET", "GET products", "get /products", "", 5])
def test_only_reads_can_be_cached(operation: str) -> None:
    with pytest.raises(ConfigError, match="GET and a path"):
        CachePolicy({operation: 1})


@pytest.mark.parametrize("seconds", [-1, 86_401, float("nan"), float("inf"), True, "60", None])
def test_times_must_be_from_zero_to_a_day(seconds: float) -> None:
    with pytest.raises(ConfigError, match="the time for GET /products"):
        CachePolicy({"GET /products": seconds})
    with pytest.raises(ConfigError, match="lag"):
        CachePolicy(lag=seconds)


def test_a_later_change_of_the_mapping_changes_nothing() -> None:
    seconds = {"GET /products": 1.0}
    policy = CachePolicy(seconds)
    seconds["GET /orders"] = 60.0
    assert policy.seconds_for("GET /orders") == 0


def test_lists_are_searches_and_items_are_not() -> None:
    for operation in ("GET /products", "GET /categories", "GET /brands", "GET /products/{productId}/combinations"):
        assert is_search(operation)
    for operation in ("GET /products/{productId}", "GET /profile", "GET /countries"):
        assert not is_search(operation)


@pytest.mark.parametrize("seconds", [None, 60, [("GET /products", 60)]])
def test_seconds_of_another_type_are_refused(seconds: Any) -> None:
    with pytest.raises(ConfigError, match="seconds for each operation"):
        CachePolicy(seconds)


@pytest.mark.parametrize("policy", [60, {"GET /products": 60}, CachePolicy])
def test_a_cache_refuses_a_policy_of_another_type(policy: Any) -> None:
    with pytest.raises(ConfigError, match="the policy of a cache is a"):
        MemoryCache(policy)
