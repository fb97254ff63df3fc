"""The faults, scopes and switches of ``ecwid sandbox serve``."""

import json

import pytest

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sandbox_behavior import BehaviorArguments, parse_fault
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox, demo_stores
from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api

SMALL = {"products": 3, "orders": 2, "customers": 2, "carts": 1, "categories": 1, "requests_per_minute": None}


def behaving(**options):
    behavior = BehaviorArguments(**options).parse()
    sandbox = demo_sandbox(**SMALL, switches=behavior.switches)
    behavior.apply(sandbox, {DEMO_STORE_ID: DEMO_TOKEN})
    return Api(sandbox)


async def get(api, path):
    """Send a request as a client does, which faults apply to."""
    headers = Headers((("Authorization", f"Bearer {DEMO_TOKEN}"),))
    options = Options(operation=f"GET {path}")
    return await api.sandbox.send(
        Request(method="GET", path=f"/{DEMO_STORE_ID}{path}", headers=headers, options=options)
    )


@pytest.mark.parametrize(
    ("text", "failing"),
    [
        ("500", [1, 2, 3, 4, 5, 6]),
        ("GET /orders: 500 x3", [1, 2, 3]),
        ("503 nth=2", [2]),
        ("503 nth=2 x2", [2, 3]),
        ("/orders: 503 every=2", [2, 4, 6]),
        ("/products: 503", []),
        ("store=1003 503 x1", [1]),
        ("store=1004 503", []),
    ],
)
async def test_a_fault_says_which_requests_fail(text, failing):
    api = behaving(fault=[text])
    assert [number for number in range(1, 7) if (await get(api, "/orders")).status >= 500] == failing


async def test_a_fault_says_what_fails():
    api = behaving(fault=["GET /orders: 429 retry-after=5", "/products: 402 code=STORE_IS_SUSPENDED"])
    response = await get(api, "/orders")
    assert (response.status, response.headers["Retry-After"]) == (429, "5")
    response = await get(api, "/products")
    assert (response.status, json.loads(response.body)["errorCode"]) == (402, "STORE_IS_SUSPENDED")
    fault = parse_fault("* : delay=1.5s truncated executed content-type=text/html")
    assert (fault.delay, fault.truncated, fault.executed, fault.content_type) == (1.5, True, True, "text/html")
    assert parse_fault("POST /orders: dropped executed").dropped


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a fault needs a status, dropped"),
        ("GET /orders", "'GET' is not known; write '[METHOD PATH:] what [which]'"),
        ("GET orders: 500", "has no path without a query: use one like"),
        ("FETCH /orders: 500", "is not a pattern of requests"),
        ("500 503", "has status twice"),
        ("700", "'700' is not known"),
        ("500 x0", "'x0' is not known"),
        ("500 nth=0", "nth must be at least 1"),
        ("500 nth=two", "nth takes a whole number, not 'two'"),
        ("500 every=", "every takes a whole number"),
        ("delay=2", "delay takes a number with s, m, h or d"),
        ("delay=2h", "delay takes 0s to 10m"),
        ("dropped 500", "a dropped connection has no response"),
        ("retry-after=5", "a fault needs a status"),
        ("500 retry-after=-1", "retry_after takes a whole number, not '-1'"),
        ("500 rate=0.5", "'rate=0.5' is not known; write .* every=20"),
    ],
)
def test_a_fault_that_makes_no_sense_is_explained(text, problem):
    with pytest.raises(UsageError) as caught:
        BehaviorArguments(fault=[text]).parse()
    message = str(caught.value)
    assert message.startswith("--fault")
    assert all(part in message for part in problem.split(" .* "))


def test_a_token_has_only_the_scopes():
    api = behaving(scopes=["read_catalog, read_orders", "add_to_cp"])
    assert api.get("/products")["total"] == 3
    assert api.refused("GET", "/customers")[:2] == (403, "INSUFFICIENT_APP_SCOPE")
    assert api.refused("POST", "/products", {"name": "Mug"})[0] == 403
    assert set(api.get("/application/token")["permissions"]) >= {"read_catalog", "read_orders", "add_to_cp"}


def test_a_store_without_a_valid_token_gets_none():
    demo = demo_stores(4, broken=1, products=2, orders=1, customers=1, carts=0, categories=1)
    BehaviorArguments(scopes=["read_catalog"]).parse().apply(demo.sandbox, demo.tokens)
    assert [len(store.tokens) for store in demo.sandbox.stores.values()].count(0) == 1


def test_a_store_is_suspended_or_lacks_a_section():
    assert behaving(suspended=True).refused("GET", "/products")[:2] == (402, "STORE_IS_SUSPENDED")
    api = behaving(not_in_plan=["subscriptions,reviews"])
    assert api.refused("GET", "/reviews")[:2] == (402, "NOT_AVAILABLE_ON_CURRENT_PLAN")
    assert api.get("/products")["total"] == 3


def test_switches_are_those_of_the_sandbox():
    switches = behaving(
        switch=["page-size=2", "unsorted=newest", "null_clears=true", "millisecond_sections=orders,carts"]
    ).sandbox.switches
    assert (switches.page_size, switches.unsorted, switches.null_clears) == (2, "newest", True)
    assert switches.millisecond_sections == {"orders", "carts"}
    assert behaving().sandbox.switches.page_size is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"scopes": ["read_catalogs"]}, "--scopes: there is no scope 'read_catalogs'. Did you mean read_catalog?"),
        ({"not_in_plan": ["subscription"]}, "no section 'subscription'. Did you mean subscriptions?"),
        ({"not_in_plan": ["x"]}, "no section 'x'. There are application, "),
        ({"switch": ["upsert_lags=1"]}, "no switch 'upsert_lags'. Did you mean upsert_lag?"),
        ({"switch": ["zzz=1"]}, "no switch 'zzz'. There are inclusive_bounds, "),
        ({"switch": ["upsert_lag"]}, "--switch upsert_lag needs a value"),
        ({"switch": ["upsert_lag=soon"]}, "--switch upsert_lag=soon: "),
        ({"switch": ["ties=none"]}, "--switch ties=none: "),
    ],
)
def test_an_unknown_name_or_value_is_explained(options, problem):
    with pytest.raises(UsageError) as caught:
        BehaviorArguments(**options).parse()
    assert problem in str(caught.value)
