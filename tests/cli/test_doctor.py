"""``ecwid doctor``: its checks, probes and output."""

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
from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.transport.rate_limit import Quota
from ecwid_async.transport.retry import Retry
from ecwid_async.wire import Headers, Response

SMALL = {"products": 5, "orders": 4, "carts": 2, "categories": 3, "customers": 4}
NAMES = ["settings", "connection", "clock", "token", "scopes", "plan", "endpoints", "models"]


@pytest.fixture(autouse=True)
def no_rate_limit(monkeypatch):
    """Allow seventy requests at once, more than the pace of a real store does."""
    monkeypatch.setattr("ecwid_async.cli.checks.Quota", partial(Quota, burst=600))


@pytest.fixture
def sandbox():
    return demo_sandbox(**SMALL, requests_per_minute=None)


@pytest.fixture
def demo(sandbox, monkeypatch):
    """A demo store on this machine that a test may change. The environment points to it."""
    with serve_in_thread(sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield sandbox


@pytest.fixture
def alter_responses(sandbox, monkeypatch):
    """A function that makes the sandbox change its JSON by a function of path and content."""

    def set_change(change):
        handle = Sandbox.handle

        def handle_and_change(self, request):
            response = handle(self, request)
            if not response.headers["content-type"].startswith("application/json"):
                return response
            content = change(request.path.removeprefix(f"/{DEMO_STORE_ID}"), json.loads(response.body))
            return Response(response.status, response.headers, msgspec.json.encode(content))

        monkeypatch.setattr(Sandbox, "handle", handle_and_change)

    return set_change


@pytest.fixture
def no_retry_delays(monkeypatch):
    """Make retries without waiting."""

    async def do_not_sleep(seconds):
        pass

    monkeypatch.setattr(client, "Retry", partial(Retry, sleep=do_not_sleep))


async def run_checks(sandbox, **options):
    """Run the checks on a store in this process. Returns the runner, and its checks by name."""
    runner = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, DEMO_TOKEN), **options)
    await runner.run()
    return runner, {check.name: check for check in runner.checks}


def states_by_check(outcome):
    return {line.split()[1]: line.split()[0] for line in outcome.out.splitlines() if line}


def test_every_check_of_a_served_store_is_one_line_and_passes(ecwid, demo):
    outcome = ecwid("doctor")
    assert (outcome.code, outcome.err) == (0, "")
    assert states_by_check(outcome) == dict.fromkeys(NAMES, "ok")
    assert len(outcome.out.splitlines()) == len(NAMES)
    assert "127.0.0.1" in outcome.out
    assert {exchange.method for exchange in demo.requests} == {"GET"}


def test_the_embedded_store_passes(ecwid):
    outcome = ecwid("doctor", "--sandbox", "--products", "3", "--orders", "2")
    assert outcome.code == 0
    assert set(states_by_check(outcome).values()) == {"ok"}


def test_json_is_one_object(ecwid, demo):
    outcome = ecwid("doctor", "--json")
    report = json.loads(outcome.out)
    assert (outcome.code, outcome.err, report["ok"]) == (0, "", True)
    assert [check["check"] for check in report["checks"]] == NAMES
    assert "read_catalog" in report["scopes"]["granted"]
    assert report["scopes"]["missing"] == []
    outcomes = {probe["endpoint"]: probe["outcome"] for probe in report["endpoints"]}
    for endpoint in ("GET /orders", "GET /orders/{orderId}", "GET /products/{productId}/combinations"):
        assert outcomes[endpoint] == "read"
    assert report["unknown_fields"] == report["type_mismatches"] == []


def test_neither_values_nor_the_token_are_printed(ecwid, demo):
    out = ecwid("doctor").out + ecwid("doctor", "--json").out
    assert DEMO_TOKEN not in out
    (store,) = demo.stores.values()
    customer = json.loads(ecwid("call", "GET", "/customers", "-q", "limit=1").out)["items"][0]
    for value in (customer["email"], customer["name"], store.profile["company"]["email"]):
        assert value
        assert value not in out


async def test_sample_limits_the_items_read(sandbox):
    await run_checks(sandbox, sample=2)
    limits = {exchange.params["limit"] for exchange in sandbox.requests if "limit" in exchange.params}
    assert limits == {"2"}


@pytest.mark.parametrize("name", ["ECWID_STORE_ID", "ECWID_TOKEN"])
def test_a_missing_setting_exits_with_2_and_ends_the_checks(ecwid, demo, monkeypatch, name):
    monkeypatch.delenv(name)
    outcome = ecwid("doctor")
    assert outcome.code == 2
    assert states_by_check(outcome) == {"settings": "fail"}
    assert name in outcome.out
    assert not demo.requests


def test_a_failure_is_a_json_object_too(ecwid):
    outcome = ecwid("doctor", "--json")
    report = json.loads(outcome.out)
    assert (outcome.code, report["ok"], report["checks"][0]["state"]) == (2, False, "fail")
    assert "--sandbox" in report["checks"][0]["advice"]


def test_a_public_token_is_a_warning(ecwid, demo, monkeypatch):
    (store,) = demo.stores.values()
    store.add_token("public_demo", None)
    monkeypatch.setenv("ECWID_TOKEN", "public_demo")
    outcome = ecwid("doctor")
    assert (outcome.code, states_by_check(outcome)["settings"]) == (0, "warn")
    assert "public_demo" not in outcome.out


def test_a_wrong_token_exits_with_3_and_ends_the_checks(ecwid, demo, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("doctor")
    assert (outcome.code, states_by_check(outcome)["token"]) == (3, "fail")
    assert "refused: 403 INVALID_API_TOKEN" in outcome.out
    assert "secret_of" not in outcome.out
    # More requests with a dead token could block the whole machine.
    assert len(demo.requests) == 1


def test_a_token_in_the_base_url_is_masked(ecwid, demo, base_url, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", f"{base_url}/{DEMO_TOKEN}")
    out = ecwid("doctor").out
    assert "/***" in out
    assert DEMO_TOKEN not in out


def test_an_unknown_store_is_reported(ecwid, demo, monkeypatch):
    monkeypatch.setenv("ECWID_STORE_ID", "77")
    outcome = ecwid("doctor")
    assert (outcome.code, states_by_check(outcome)["token"]) == (1, "fail")
    assert "STORE_NOT_FOUND" in outcome.out


async def test_a_suspended_store_exits_with_3(sandbox):
    sandbox.stores[DEMO_STORE_ID].suspended = True
    runner, checks = await run_checks(sandbox)
    assert (runner.exit_code, checks["plan"].state) == (3, State.FAIL)
    assert "STORE_IS_SUSPENDED" in checks["plan"].message
    assert len(sandbox.requests) == 1


async def test_sections_missing_from_the_plan_are_named(sandbox):
    sandbox.stores[DEMO_STORE_ID].simulated_errors |= {"subscriptions"}
    runner, checks = await run_checks(sandbox)
    assert (runner.exit_code, checks["plan"].state) == (0, State.WARN)
    assert "subscriptions" in checks["plan"].message


async def test_missing_scopes_are_named_with_their_sections(sandbox):
    scopes = {"read_store_profile", "read_catalog", "read_orders"}
    sandbox.stores[DEMO_STORE_ID].add_token("secret_narrow", scopes)
    runner = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await runner.run()
    (check,) = [check for check in runner.checks if check.name == "scopes"]
    assert (runner.exit_code, check.state) == (0, State.WARN)
    assert runner.prober.granted_scopes == scopes
    assert {"read_staff", "read_customers"} <= runner.prober.missing_scopes
    assert not runner.prober.missing_scopes & scopes
    for word in ("read_staff", "staff", "customers"):
        assert word in check.message


async def test_scopes_are_those_that_the_api_reports_or_else_guessed(sandbox):
    sandbox.stores[DEMO_STORE_ID].add_token("secret_narrow", {"read_orders", "update_orders", "add_to_cp"})
    runner = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await runner.run()
    assert runner.prober.granted_scopes == {"read_orders", "update_orders", "add_to_cp"}
    (check,) = [check for check in runner.checks if check.name == "scopes"]
    assert check.message.startswith("has read_orders and 2 for other purposes, but not")
    sandbox.faults.add(Fault(request="GET /application/token", status=404))
    runner = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await runner.run()
    assert runner.prober.granted_scopes == {"read_orders"}
    (check,) = [check for check in runner.checks if check.name == "scopes"]
    assert check.message.startswith("seems to have read_orders, but not")


async def test_a_token_without_the_profile_scope_works(sandbox):
    sandbox.stores[DEMO_STORE_ID].add_token("secret_narrow", {"read_orders"})
    runner = CheckRunner(StoreAccess(sandbox, DEMO_STORE_ID, "secret_narrow"))
    await runner.run()
    assert {check.name: check.state for check in runner.checks}["token"] is State.OK
    assert runner.prober.granted_scopes == {"read_orders"}


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
async def test_the_clock_is_compared_with_the_server(ahead, state, message):
    sandbox = demo_sandbox(**SMALL, clock=lambda: 1_700_000_000.0)
    runner, checks = await run_checks(sandbox, clock=lambda: 1_700_000_000.5 + ahead)
    assert (runner.exit_code, checks["clock"].state) == (0, state)
    assert message in checks["clock"].message


async def test_a_response_without_a_date_leaves_the_clock_unchecked(sandbox, monkeypatch):
    handle = Sandbox.handle
    monkeypatch.setattr(
        Sandbox,
        "handle",
        lambda self, request: evolve(handle(self, request), headers=Headers((("Content-Type", "application/json"),))),
    )
    _, checks = await run_checks(sandbox)
    assert checks["clock"].state is State.WARN


async def test_unknown_fields_are_found_at_any_depth_without_their_values(sandbox, alter_responses):
    def change(path, content):
        if path == "/orders":
            for order in content["items"]:
                order["newField"] = "a customer's secret"
                order["items"][0]["deepField"] = {"secret": 1}
                order["john@example.com"] = None
        return content

    alter_responses(change)
    runner, checks = await run_checks(sandbox)
    assert (runner.exit_code, checks["models"].state) == (0, State.WARN)
    unknown = {(field.model, field.name, field.type): seen for field, seen in runner.prober.unknown_fields.items()}
    assert unknown == {
        ("Order", "newField", "text"): SMALL["orders"],
        ("OrderItem", "deepField", "object"): SMALL["orders"],
        ("Order", "*", "null"): SMALL["orders"],
    }
    assert {field.endpoint for field in runner.prober.unknown_fields} == {"GET /orders"}
    assert not runner.prober.type_mismatches


async def test_type_mismatches_are_found_without_the_keys_of_maps(sandbox, alter_responses):
    def change(path, content):
        if path == "/products":
            for product in content["items"]:
                product["price"] = "cheap"
                product["nameTranslated"] = {"john.doe@example.com": [1]}
        return content

    alter_responses(change)
    runner, checks = await run_checks(sandbox)
    assert checks["models"].state is State.WARN
    paths = {(mismatch.path, mismatch.found): seen for mismatch, seen in runner.prober.type_mismatches.items()}
    assert paths == {
        ("items[].price", "text"): SMALL["products"],
        ("items[].nameTranslated.*", "a list"): SMALL["products"],
    }
    assert not runner.prober.unknown_fields


async def test_a_response_of_another_shape_is_a_mismatch_and_the_checks_continue(sandbox, alter_responses):
    alter_responses(lambda path, content: [1] if path == "/latest-stats" else content)
    runner, checks = await run_checks(sandbox)
    (mismatch,) = runner.prober.type_mismatches
    assert (mismatch.endpoint, mismatch.path, mismatch.found) == ("GET /latest-stats", "", "a list")
    assert checks["endpoints"].state is State.OK


def test_differences_are_a_table_below_the_checks(ecwid, demo, alter_responses):
    alter_responses(lambda path, content: content | {"brandNew": 1, "account": 5} if path == "/profile" else content)
    out = ecwid("doctor").out
    checks, _, table = out.partition("\n\n")
    assert len(checks.splitlines()) == len(NAMES)
    assert ["Profile.brandNew", "-", "whole", "number", "1", "GET", "/profile"] in [
        line.split() for line in table.splitlines()
    ]
    (line,) = [line for line in table.splitlines() if line.startswith("account ")]
    assert line.split()[1:] == ["ProfileAccount", "a", "whole", "number", "1", "GET", "/profile"]


async def test_endpoints_that_fail_are_named(sandbox, no_retry_delays, monkeypatch):
    handle = Sandbox.handle

    def failing(self, request):
        response = handle(self, request)
        return evolve(response, status=500, body=b"oops") if request.path.endswith("/brands") else response

    monkeypatch.setattr(Sandbox, "handle", failing)
    runner, checks = await run_checks(sandbox)
    assert (runner.exit_code, checks["endpoints"].state) == (0, State.WARN)
    assert "GET /brands (500)" in checks["endpoints"].message


def test_a_refused_connection_exits_with_4(ecwid, demo, unused_base_url, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", unused_base_url)
    outcome = ecwid("doctor")
    assert (outcome.code, states_by_check(outcome)) == (4, {"settings": "ok", "connection": "fail"})
    assert "can't connect to 127.0.0.1" in outcome.out


def test_an_unresolvable_host_exits_with_4(ecwid, demo, monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("ECWID_BASE_URL", "https://shop.example/api/v3")
    outcome = ecwid("doctor")
    assert outcome.code == 4
    assert "can't resolve shop.example" in outcome.out


def test_a_server_without_tls_exits_with_4(ecwid, demo, base_url, monkeypatch):
    monkeypatch.setenv("ECWID_BASE_URL", base_url.replace("http://", "https://"))
    outcome = ecwid("doctor")
    assert (outcome.code, states_by_check(outcome)["connection"]) == (4, "fail")
    assert f"127.0.0.1:{urlsplit(base_url).port} has no valid certificate" in outcome.out


def test_a_server_that_closes_the_connection_exits_with_4(ecwid, demo, no_retry_delays, monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        monkeypatch.setenv("ECWID_BASE_URL", f"http://127.0.0.1:{server.server_address[1]}/api/v3")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            outcome = ecwid("doctor")
        finally:
            server.shutdown()
            thread.join()
    assert (outcome.code, states_by_check(outcome)["connection"], states_by_check(outcome)["token"]) == (
        4,
        "ok",
        "fail",
    )
