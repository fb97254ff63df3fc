import json
import socket
import socketserver
import threading
from functools import partial
from urllib.parse import urlsplit

import msgspec
import pytest
from attrs import evolve

from ecwid_async import client
from ecwid_async.cli.checks import CheckRunner, State
from ecwid_async.cli.store import StoreAccess
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.transport.rate_limit import Quota
from ecwid_async.transport.retry import Retry
from ecwid_async.wire import Headers, Response

SMALL = {"products": 5, "orders": 4, "carts": 2, "categories": 3, "customers": 4}
NAMES = ["settings", "connection", "clock", "token", "scopes", "plan", "endpoints", "models"]


@pytest.fixture(autouse=True)
def no_rate_limit(monkeypatch):
    """Seventy requests at once are more than the pace of a real store allows."""
    monkeypatch.setattr("ecwid_async.cli.checks.Quota", partial(Quota, burst=600))


@pytest.fixture
def sandbox():
    return demo_sandbox(**SMALL, requests_per_minute=None)


@pytest.fixture
def demo(sandbox, monkeypatch):
    """The environment that leads to a store on this machine, which a test may change."""
    with serve_in_thread(sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield sandbox


@pytest.fixture
def altered(sandbox, monkeypatch):
    """Have the sandbox's JSON pass through a function of path and content."""

    def alter(change):
        handle = Sandbox.handle

        def altering(self, request):
            response = handle(self, request)
            if not response.headers["content-type"].startswith("application/json"):
                return response
            content = change(request.path.removeprefix(f"/{DEMO_STORE_ID}"), json.loads(response.body))
            return Response(response.status, response.headers, msgspec.json.encode(content))

        monkeypatch.setattr(Sandbox, "handle", altering)

    return alter


@pytest.fixture
def impatient(monkeypatch):
    """Have retries wait for nothing."""

    async def at_once(seconds):
        pass

    monkeypatch.setattr(client, "Retry", partial(Retry, sleep=at_once))


async def checked(sandbox, **options):
    """The checks of a store in this process, by name."""
    checkup = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, DEMO_TOKEN), **options)
    await checkup.run()
    return checkup, {check.name: check for check in checkup.checks}


def states(outcome):
    return {line.split()[1]: line.split()[0] for line in outcome.out.splitlines() if line}


def test_every_check_of_a_served_store_is_one_line_and_passes(ecwid, demo):
    outcome = ecwid("doctor")
    assert (outcome.code, outcome.err) == (0, "")
    assert states(outcome) == dict.fromkeys(NAMES, "ok")
    assert len(outcome.out.splitlines()) == len(NAMES)
    assert "127.0.0.1" in outcome.out
    assert {exchange.method for exchange in demo.requests} == {"GET"}


def test_the_embedded_store_passes(ecwid):
    outcome = ecwid("doctor", "--sandbox", "--products", "3", "--orders", "2")
    assert outcome.code == 0
    assert set(states(outcome).values()) == {"ok"}


def test_json_is_one_object(ecwid, demo):
    outcome = ecwid("doctor", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, outcome.err, told["ok"]) == (0, "", True)
    assert [check["check"] for check in told["checks"]] == NAMES
    assert "read_catalog" in told["scopes"]["granted"]
    assert told["scopes"]["missing"] == []
    asked = {probe["endpoint"]: probe["outcome"] for probe in told["endpoints"]}
    for endpoint in ("GET /orders", "GET /orders/{orderId}", "GET /products/{productId}/combinations"):
        assert asked[endpoint] == "read"
    assert told["unknown_fields"] == told["type_mismatches"] == []


def test_neither_values_nor_the_token_are_printed(ecwid, demo):
    out = ecwid("doctor").out + ecwid("doctor", "--json").out
    assert DEMO_TOKEN not in out
    (store,) = demo.stores.values()
    customer = json.loads(ecwid("call", "GET", "/customers", "-q", "limit=1").out)["items"][0]
    for value in (customer["email"], customer["name"], store.profile["company"]["email"]):
        assert value
        assert value not in out


async def test_sample_bounds_the_items_read(sandbox):
    await checked(sandbox, sample=2)
    limits = {exchange.params["limit"] for exchange in sandbox.requests if "limit" in exchange.params}
    assert limits == {"2"}


@pytest.mark.parametrize("name", ["ECWID_STORE_ID", "ECWID_TOKEN"])
def test_a_missing_setting_exits_with_2_and_ends_the_checks(ecwid, demo, monkeypatch, name):
    monkeypatch.delenv(name)
    outcome = ecwid("doctor")
    assert outcome.code == 2
    assert states(outcome) == {"settings": "fail"}
    assert name in outcome.out
    assert not demo.requests


def test_a_failure_is_a_json_object_too(ecwid):
    outcome = ecwid("doctor", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["ok"], told["checks"][0]["state"]) == (2, False, "fail")
    assert "--sandbox" in told["checks"][0]["advice"]


def test_a_public_token_is_a_warning(ecwid, demo, monkeypatch):
    (store,) = demo.stores.values()
    store.add_token("public_demo", None)
    monkeypatch.setenv("ECWID_TOKEN", "public_demo")
    outcome = ecwid("doctor")
    assert (outcome.code, states(outcome)["settings"]) == (0, "warn")
    assert "public_demo" not in outcome.out


def test_a_wrong_token_exits_with_3_and_ends_the_checks(ecwid, demo, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("doctor")
    assert (outcome.code, states(outcome)["token"]) == (3, "fail")
    assert "refused: 403 INVALID_API_TOKEN" in outcome.out
    assert "secret_of" not in outcome.out
    # Going on with a dead token gets the whole machine blocked.
    assert len(demo.requests) == 1


def test_a_token_in_the_base_url_is_masked(ecwid, demo, address, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", f"{address}/{DEMO_TOKEN}")
    out = ecwid("doctor").out
    assert "/***" in out
    assert DEMO_TOKEN not in out


def test_an_unknown_store_is_reported(ecwid, demo, monkeypatch):
    monkeypatch.setenv("ECWID_STORE_ID", "77")
    outcome = ecwid("doctor")
    assert (outcome.code, states(outcome)["token"]) == (1, "fail")
    assert "STORE_NOT_FOUND" in outcome.out


async def test_a_suspended_store_exits_with_3(sandbox):
    sandbox.stores[DEMO_STORE_ID].suspended = True
    checkup, checks = await checked(sandbox)
    assert (checkup.code, checks["plan"].state) == (3, State.FAIL)
    assert "STORE_IS_SUSPENDED" in checks["plan"].message
    assert len(sandbox.requests) == 1


async def test_sections_missing_from_the_plan_are_named(sandbox):
    sandbox.stores[DEMO_STORE_ID].simulated_errors |= {"subscriptions"}
    checkup, checks = await checked(sandbox)
    assert (checkup.code, checks["plan"].state) == (0, State.WARN)
    assert "subscriptions" in checks["plan"].message


async def test_missing_scopes_are_named_with_their_sections(sandbox):
    scopes = {"read_store_profile", "read_catalog", "read_orders"}
    sandbox.stores[DEMO_STORE_ID].add_token("secret_narrow", scopes)
    checkup = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await checkup.run()
    (check,) = [check for check in checkup.checks if check.name == "scopes"]
    assert (checkup.code, check.state) == (0, State.WARN)
    assert checkup.prober.granted == scopes
    assert {"read_staff", "read_customers"} <= checkup.prober.missing
    assert not checkup.prober.missing & scopes
    for word in ("read_staff", "staff", "customers"):
        assert word in check.message


async def test_a_token_without_the_profile_scope_works(sandbox):
    sandbox.stores[DEMO_STORE_ID].add_token("secret_narrow", {"read_orders"})
    checkup = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await checkup.run()
    assert {check.name: check.state for check in checkup.checks}["token"] is State.OK
    assert checkup.prober.granted == {"read_orders"}


@pytest.mark.parametrize(
    ("ahead", "state", "message"),
    [
        (10, State.OK, "within 10 s"),
        (-10, State.OK, "within 10 s"),
        (90, State.WARN, "90 seconds ahead of"),
        (-7200, State.WARN, "2 hours behind"),
        (86400 * 3, State.WARN, "3 days ahead of"),
    ],
)
async def test_clocks_are_compared(ahead, state, message):
    sandbox = demo_sandbox(**SMALL, clock=lambda: 1_700_000_000.0)
    checkup, checks = await checked(sandbox, clock=lambda: 1_700_000_000.5 + ahead)
    assert (checkup.code, checks["clock"].state) == (0, state)
    assert message in checks["clock"].message


async def test_a_response_without_a_date_leaves_the_clock_unchecked(sandbox, monkeypatch):
    handle = Sandbox.handle
    monkeypatch.setattr(
        Sandbox,
        "handle",
        lambda self, request: evolve(handle(self, request), headers=Headers((("Content-Type", "application/json"),))),
    )
    _, checks = await checked(sandbox)
    assert checks["clock"].state is State.WARN


async def test_unknown_fields_are_found_at_any_depth_without_their_values(sandbox, altered):
    def change(path, content):
        if path == "/orders":
            for order in content["items"]:
                order["newField"] = "a customer's secret"
                order["items"][0]["deepField"] = {"secret": 1}
                order["john@example.com"] = None
        return content

    altered(change)
    checkup, checks = await checked(sandbox)
    assert (checkup.code, checks["models"].state) == (0, State.WARN)
    unknown = {(news.model, news.name, news.type): seen for news, seen in checkup.prober.unknown.items()}
    assert unknown == {
        ("Order", "newField", "text"): SMALL["orders"],
        ("OrderItem", "deepField", "object"): SMALL["orders"],
        ("Order", "*", "null"): SMALL["orders"],
    }
    assert {news.endpoint for news in checkup.prober.unknown} == {"GET /orders"}
    assert not checkup.prober.type_mismatches


async def test_type_mismatches_are_found_without_the_keys_of_maps(sandbox, altered):
    def change(path, content):
        if path == "/products":
            for product in content["items"]:
                product["price"] = "cheap"
                product["nameTranslated"] = {"john.doe@example.com": [1]}
        return content

    altered(change)
    checkup, checks = await checked(sandbox)
    assert checks["models"].state is State.WARN
    paths = {(odd.path, odd.found): seen for odd, seen in checkup.prober.type_mismatches.items()}
    assert paths == {
        ("items[].price", "text"): SMALL["products"],
        ("items[].nameTranslated.*", "a list"): SMALL["products"],
    }
    assert not checkup.prober.unknown


async def test_a_response_of_another_shape_is_a_mismatch_and_the_checks_continue(sandbox, altered):
    altered(lambda path, content: [1] if path == "/latest-stats" else content)
    checkup, checks = await checked(sandbox)
    (odd,) = checkup.prober.type_mismatches
    assert (odd.endpoint, odd.path, odd.found) == ("GET /latest-stats", "", "a list")
    assert checks["endpoints"].state is State.OK


def test_differences_are_a_table_below_the_checks(ecwid, demo, altered):
    altered(lambda path, content: content | {"brandNew": 1, "account": 5} if path == "/profile" else content)
    out = ecwid("doctor").out
    checks, _, table = out.partition("\n\n")
    assert len(checks.splitlines()) == len(NAMES)
    assert ["Profile.brandNew", "-", "whole", "number", "1", "GET", "/profile"] in [
        line.split() for line in table.splitlines()
    ]
    (line,) = [line for line in table.splitlines() if line.startswith("account ")]
    assert line.split()[1:] == ["ProfileAccount", "a", "whole", "number", "1", "GET", "/profile"]


async def test_endpoints_that_fail_are_named(sandbox, impatient, monkeypatch):
    handle = Sandbox.handle

    def failing(self, request):
        response = handle(self, request)
        return evolve(response, status=500, body=b"oops") if request.path.endswith("/brands") else response

    monkeypatch.setattr(Sandbox, "handle", failing)
    checkup, checks = await checked(sandbox)
    assert (checkup.code, checks["endpoints"].state) == (0, State.WARN)
    assert "GET /brands (500)" in checks["endpoints"].message


def test_a_refused_connection_exits_with_4(ecwid, demo, nowhere, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", nowhere)
    outcome = ecwid("doctor")
    assert (outcome.code, states(outcome)) == (4, {"settings": "ok", "connection": "fail"})
    assert "can't connect to 127.0.0.1" in outcome.out


def test_an_unresolvable_host_exits_with_4(ecwid, demo, monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("ECWID_BASE_URL", "https://shop.example/api/v3")
    outcome = ecwid("doctor")
    assert outcome.code == 4
    assert "can't resolve shop.example" in outcome.out


def test_a_server_without_tls_exits_with_4(ecwid, demo, address, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", address.replace("http://", "https://"))
    outcome = ecwid("doctor")
    assert (outcome.code, states(outcome)["connection"]) == (4, "fail")
    assert f"127.0.0.1:{urlsplit(address).port} has no valid certificate" in outcome.out


def test_a_server_that_closes_the_connection_exits_with_4(ecwid, demo, impatient, monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as rude:
        monkeypatch.setenv("ECWID_BASE_URL", f"http://127.0.0.1:{rude.server_address[1]}/api/v3")
        thread = threading.Thread(target=rude.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            outcome = ecwid("doctor")
        finally:
            rude.shutdown()
            thread.join()
    assert (outcome.code, states(outcome)["connection"], states(outcome)["token"]) == (4, "ok", "fail")
