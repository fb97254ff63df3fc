"""The control of a served sandbox: everything over HTTP, on this machine only, and closed to web pages."""

import asyncio
import io
import json
import shlex
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox import App, AppRequest, Sandbox, SandboxClock, WebhookFaults
from ecwid_async.sandbox.control import MAX_CONTROL_BODY_BYTES, Control
from ecwid_async.sandbox.server import RunningServer, serve
from tests.sandbox.api import Api, Clock

TOKEN = "secret_demo"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None, clock=SandboxClock(1_750_000_000))
    sandbox.add_store(1003, token=TOKEN)
    sandbox.add_app(App(client_id="my-app", client_secret="s", scopes=None, webhook_url="http://127.0.0.1:9/w"))
    sandbox.install("my-app", 1003)
    sandbox.deliveries.clear()

    async def sender(request: AppRequest) -> int:
        return 200

    sandbox.deliveries.sender = sender
    return sandbox


@pytest.fixture
async def server(sandbox: Sandbox) -> AsyncIterator[RunningServer]:
    async with serve(sandbox, control=True) as running:
        yield running


class Http:
    """Requests to the API and to the control of a server, as a program in any language sends them."""

    def __init__(self, session: aiohttp.ClientSession, server: RunningServer) -> None:
        self.session, self.server = session, server

    async def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        data = io.BytesIO(body) if isinstance(body, bytes) else body if body is None else json.dumps(body)
        url = f"{self.server.origin}/_sandbox/{path}"
        async with self.session.request(method, url, data=data, headers=headers) as response:
            return response.status, await response.json()

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        status, data = await self.send(method, path, body)
        assert status == 200, data
        return data

    async def api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{self.server.base_url}/1003{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[Http]:
    async with aiohttp.ClientSession() as session:
        yield Http(session, server)


async def total(http: Http) -> int:
    _, data = await http.api("GET", "/products")
    return int(data["total"])


async def test_reset_returns_to_the_start(http: Http, sandbox: Sandbox) -> None:
    await http.api("POST", "/products", {"name": "Mug"})
    await http.call("POST", "faults", {"status": 503})
    await http.call("POST", "clock", {"advance": 60})
    sandbox.add_store(1004, token="secret_other")
    assert await http.call("POST", "reset") == {"stores": [1003]}
    assert list(sandbox.stores) == [1003]
    assert (len(sandbox.faults), len(sandbox.requests)) == (0, 0)
    assert not (await http.call("GET", "clock"))["frozen"]
    assert await total(http) == 0


async def test_a_snapshot_is_taken_and_restored(http: Http) -> None:
    await http.api("POST", "/products", {"name": "Mug"})
    taken = await http.call("POST", "snapshot")
    assert taken == {"snapshot": "1", "taken": 1_750_000_000, "stores": {"1003": 1}}
    await http.api("POST", "/products", {"name": "Cup"})
    assert await total(http) == 2
    assert await http.call("PUT", "snapshot", {"snapshot": "1"}) == taken
    assert await total(http) == 1
    listed = await http.call("GET", "snapshot")
    assert [each["snapshot"] for each in listed["items"]] == ["start", "1"]
    assert await http.call("DELETE", "snapshot") == {"deleteCount": 1}
    status, error = await http.send("PUT", "snapshot", {"snapshot": "1"})
    assert (status, error["errorMessage"]) == (404, "There is no snapshot '1'; take one with POST")


async def test_the_number_of_snapshots_is_limited(http: Http) -> None:
    for _ in range(19):
        await http.call("POST", "snapshot")
    status, error = await http.send("POST", "snapshot")
    assert (status, error["errorCode"]) == (409, "CONFLICT")
    assert "DELETE /_sandbox/snapshot" in error["errorMessage"]


async def test_a_large_store_has_no_snapshots(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setattr("ecwid_async.sandbox.control._MAX_SNAPSHOT_ITEMS", 1)
    sandbox.stores[1003].load("products", [{"id": 7}, {"id": 8}])
    async with serve(sandbox, control=True) as server, aiohttp.ClientSession() as session:
        http = Http(session, server)
        for path in ("reset", "snapshot"):
            status, error = await http.send("POST", path)
            assert status == 409
            assert "use smaller ones" in error["errorMessage"]


async def test_a_fault_is_added_listed_and_cleared(http: Http) -> None:
    fault = {"request": "GET /products", "nth": 2, "status": 429, "retryAfter": 5, "errorCode": "SLOW", "message": "No"}
    added = await http.call("POST", "faults", fault)
    assert fault.items() <= added.items()
    assert (await http.api("GET", "/products"))[0] == 200
    assert await http.api("GET", "/products") == (429, {"errorCode": "SLOW", "errorMessage": "No"})
    other = await http.call("POST", "faults", {"request": "GET /orders", "status": 500})
    assert await http.call("DELETE", f"faults?id={other['id']}") == {"deleteCount": 1}
    listed = await http.call("GET", "faults")
    assert [(each["matched"], each["hits"], each["executed"]) for each in listed["items"]] == [(2, 1, False)]
    assert await http.call("DELETE", "faults") == {"deleteCount": 1}
    assert await http.call("GET", "faults") == {"items": []}


@pytest.mark.parametrize("fault", [{"dropped": True}, {"dropped": True, "executed": True}, {"truncated": True}])
async def test_a_fault_ends_the_connection(http: Http, sandbox: Sandbox, fault: dict[str, Any]) -> None:
    await http.call("POST", "faults", {"request": "POST /products", **fault})
    with pytest.raises(aiohttp.ClientError):
        await http.api("POST", "/products", {"name": "Mug"})
    assert sandbox.stores[1003].count("products") == (0 if fault == {"dropped": True} else 1)


async def test_a_fault_replaces_the_body(http: Http) -> None:
    await http.call("POST", "faults", {"contentType": "text/html; charset=utf-8", "body": "<p>é</p>"})
    url, headers = f"{http.server.base_url}/1003/products", {"Authorization": f"Bearer {TOKEN}"}
    async with http.session.get(url, headers=headers) as response:
        assert (response.status, response.content_type, await response.text()) == (200, "text/html", "<p>é</p>")


async def test_the_clock_is_frozen_advanced_and_resumed(http: Http) -> None:
    assert await http.call("GET", "clock") == {"now": 1_750_000_000, "frozen": True}
    assert await http.call("POST", "clock", {"advance": 3600}) == {"now": 1_750_003_600, "frozen": True}
    assert await http.call("POST", "clock", {"now": 1_760_000_000}) == {"now": 1_760_000_000, "frozen": True}
    shown = await http.call("POST", "clock", {"frozen": False})
    assert (shown["frozen"], shown["now"] >= 1_760_000_000) == (False, True)
    assert (await http.call("POST", "clock", {"advance": 60}))["frozen"] is False
    assert (await http.call("POST", "clock", {"frozen": True}))["frozen"] is True
    shown = await http.call("POST", "clock", {"reset": True})
    assert (shown["frozen"], abs(shown["now"] - time.time()) < 60) == (False, True)


async def test_a_clock_of_its_own_is_not_set() -> None:
    sandbox = Sandbox(clock=Clock())
    async with serve(sandbox, control=True) as server, aiohttp.ClientSession() as session:
        http = Http(session, server)
        assert (await http.send("POST", "clock", {"advance": 1}))[0] == 409
        assert await http.call("POST", "reset") == {"stores": []}


async def test_requests_are_listed_by_pattern(http: Http) -> None:
    await http.api("POST", "/products", {"name": "Mug"})
    for offset in range(3):
        await http.api("GET", f"/products?offset={offset}")
    found = await http.call("GET", "requests?to=GET%20/products&limit=1&storeId=1003")
    item = {
        "method": "GET",
        "path": "/1003/products",
        "params": {"offset": "2"},
        "status": 200,
        "storeId": 1003,
        "at": 1_750_000_000,
        "counted": True,
    }
    assert found == {"total": 3, "items": [item]}
    assert (await http.call("GET", "requests"))["total"] == 4
    assert (await http.call("GET", "requests?storeId=7"))["total"] == 0
    assert await http.call("DELETE", "requests") == {"deleteCount": 4}


async def test_the_quota_is_changed_and_removed(http: Http, sandbox: Sandbox) -> None:
    assert await http.call("GET", "quota") == {"requestsPerMinute": None}
    assert await http.call("PUT", "quota", {"requestsPerMinute": 1}) == {"requestsPerMinute": 1}
    assert [(await http.api("GET", "/products"))[0] for _ in range(2)] == [200, 429]
    assert [each.counted for each in sandbox.requests] == [True, False]
    await http.call("PUT", "quota", {"requestsPerMinute": None})
    assert (await http.api("GET", "/products"))[0] == 200


async def test_stores_are_listed_with_what_is_wrong_with_them(http: Http, sandbox: Sandbox) -> None:
    await http.api("POST", "/products", {"name": "Mug"})
    sandbox.add_store(1004, token="secret_other").suspended = True
    sandbox.add_store(2003, token="secret_third")
    listed = await http.call("GET", "stores?search=100&limit=1")
    assert listed == {"total": 2, "items": [{"storeId": 1003, "items": 1, "problems": []}]}
    listed = await http.call("GET", "stores?search=1004")
    assert listed["items"] == [{"storeId": 1004, "items": 0, "problems": ["suspended"]}]


async def test_a_store_is_changed_so_that_an_event_follows(http: Http, sandbox: Sandbox) -> None:
    listed = {each["eventType"]: each["change"] for each in (await http.call("GET", "changes"))["items"]}
    assert (listed["product.created"], listed["size_chart.created"]) == ("Creates a product", None)
    changed = await http.call("POST", "changes", {"eventType": "product.created"})
    assert changed == {"eventType": "product.created", "storeId": 1003, "method": "POST", "path": "/products"}
    assert [each.event.event_type for each in sandbox.deliveries] == ["product.created"]
    assert await total(http) == 1


async def test_the_overview_has_what_the_page_shows(http: Http, sandbox: Sandbox) -> None:
    sandbox.add_store(1004, token="secret_other").failing = True
    await http.call("POST", "changes", {"eventType": "product.created", "storeId": 1003})
    await http.api("GET", "/products")
    await http.api("GET", "/nothing")
    await http.call("POST", "faults", {"status": 503})
    overview = await http.call("GET", "overview")
    assert (overview["store"], overview["counts"]) == (None, {"products": 1})
    assert overview["stores"]["broken"] == [{"storeId": 1004, "problems": ["server errors"]}]
    assert [each["status"] for each in overview["requests"]["items"]] == [200, 404]
    assert sum(overview["rate"]["counted"]) == 2
    assert [each["status"] for each in overview["faults"]["items"]] == [503]
    assert [each["eventType"] for each in overview["deliveries"]["items"]] == ["product.created"]
    errors = (await http.call("GET", "overview?onlyErrors=true"))["requests"]
    assert (errors["total"], [each["status"] for each in errors["items"]]) == (2, [404])
    other = await http.call("GET", "overview?storeId=1004")
    assert (other["store"]["problems"], other["counts"]) == (["server errors"], {})
    assert (other["requests"]["items"], other["deliveries"]["items"]) == ([], [])
    # The tokens, secrets and customers of a store are no part of it.
    await http.api("POST", "/customers", {"email": "ann@example.com", "name": "Ann Example"})
    await http.api("GET", "/customers?email=ann@example.com&limit=5")
    text = json.dumps([await http.call("GET", "overview?storeId=1003"), await http.call("GET", "overview")])
    assert not [secret for secret in (TOKEN, "ann@", "Ann Example", "client_secret") if secret in text]


async def test_an_event_is_emitted_and_delivered(http: Http, sandbox: Sandbox) -> None:
    emitted = await http.call(
        "POST", "events", {"eventType": "order.updated", "entityId": 7, "data": {"orderId": "secret-order"}}
    )
    (delivery,) = emitted["deliveries"]
    assert (delivery["eventType"], delivery["entityId"], delivery["clientId"]) == ("order.updated", 7, "my-app")
    await http.call("POST", "deliveries")
    # The server delivers, too.
    with anyio.fail_after(60):
        while (listed := await http.call("GET", "deliveries"))["items"][0]["outcome"] == "waiting":  # noqa: ASYNC110
            await anyio.sleep(0.01)
    (item,) = listed["items"]
    assert (item["eventId"], item["outcome"]) == (emitted["eventId"], "delivered")
    assert [attempt["status"] for attempt in item["attempts"]] == [200]
    assert "secret-order" not in json.dumps(listed)
    assert await http.call("DELETE", "deliveries") == {"deleteCount": 1}


async def test_an_app_that_failed_for_two_weeks_is_unblocked(http: Http, sandbox: Sandbox) -> None:
    async def send(request: AppRequest) -> int:
        return 500

    sandbox.deliveries.sender = send
    with anyio.fail_after(60):
        while not (await http.call("GET", "deliveries"))["blocked"]:
            await http.call("POST", "events", {"eventType": "order.updated"})
            await http.call("POST", "deliveries")
            await http.call("POST", "clock", {"advance": 24 * 3600})
    assert (await http.call("GET", "deliveries"))["blocked"] == ["my-app"]
    assert await http.call("DELETE", "deliveries/blocked") == {"deleteCount": 1}
    assert not sandbox.deliveries.blocked


async def test_the_faults_of_webhooks_are_set(http: Http, sandbox: Sandbox) -> None:
    shown = await http.call("PUT", "deliveries/faults", {"signature": "missing", "entityIdAsText": True, "delay": 5})
    assert sandbox.deliveries.faults == WebhookFaults(signature="missing", entity_id_as_text=True, delay=5)
    assert shown == await http.call("GET", "deliveries/faults")
    await http.call("PUT", "deliveries/faults", {})
    assert sandbox.deliveries.faults == WebhookFaults()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "nothing", None, 404, "use one of changes, clock"),
        ("PATCH", "clock", None, 405, "use GET or POST"),
        ("OPTIONS", "faults", None, 405, "use DELETE or GET or POST"),
        ("POST", "faults", b"no json", 400, "malformed"),
        ("POST", "faults", b"\xff\xfe", 400, "The body is not as expected"),
        ("POST", "faults", b"[" * 100_000, 400, "The body is not as expected"),
        ("POST", "faults", {"state": 503}, 400, "unknown field `state`"),
        ("POST", "faults", {"status": "503"}, 400, "Expected `int | null`, got `str` - at `$.status`"),
        ("POST", "faults", {"status": 5}, 400, "status"),
        ("POST", "faults", {}, 400, "a fault needs a status"),
        ("POST", "faults", {"status": 503, "request": "products"}, 400, "use one like 'GET /products'"),
        ("POST", "clock", {"advance": -1}, 400, "freeze it at an earlier time"),
        ("POST", "clock", {"now": 1e300}, 400, "before the year 3000"),
        ("POST", "clock", {"now": 1, "advance": 1}, 400, "not both"),
        ("GET", "requests?to=products", None, 400, "use one like"),
        ("GET", "requests?limit=x", None, 400, "limit must be a number"),
        ("GET", "overview?storeId=7", None, 404, "no such store"),
        ("DELETE", "faults?id=x", None, 400, "id must be a number"),
        ("PUT", "quota", {"requestsPerMinute": 0}, 400, "Expected `int` >= 1"),
        ("PUT", "quota", {}, 400, "missing required field"),
        ("POST", "changes", {"eventType": "size_chart.created"}, 400, "the types are listed by GET"),
        ("POST", "changes", {"eventType": "order.created"}, 409, "has no products: create one first"),
        ("POST", "changes", {"eventType": "product.created", "storeId": 7}, 404, "no such store"),
        ("POST", "reset?all=1", None, 400, "Unknown parameter 'all'"),
        ("PUT", "snapshot", {"snapshot": 5}, 400, "Expected `str`"),
        ("PUT", "deliveries/faults", {"sig": "x"}, 400, "the fields are shuffled, doubled"),
        ("PUT", "deliveries/faults", {"signature": "x"}, 400, "Invalid enum value 'x'"),
        ("PUT", "deliveries/faults", [], 400, "Expected `object`"),
        ("POST", "events", {"eventType": "orders.created"}, 400, "did you mean 'order.created'"),
        ("POST", "events", {"eventType": "order.created", "storeId": 7}, 404, "no such store"),
        ("POST", "events", {"eventType": "order.created", "clientId": "x"}, 404, "no app 'x'"),
    ],
)
async def test_an_invalid_request_changes_nothing(
    http: Http, sandbox: Sandbox, method: str, path: str, body: Any, status: int, message: str
) -> None:
    found, error = await http.send(method, path, body)
    assert found == status
    assert message in error["errorMessage"]
    assert (len(sandbox.faults), sandbox.clock(), len(sandbox.deliveries)) == (0, 1_750_000_000, 0)
    assert sandbox.deliveries.faults == WebhookFaults()


async def test_a_body_that_is_too_large_is_refused(http: Http) -> None:
    status, error = await http.send("POST", "faults", b" " * (MAX_CONTROL_BODY_BYTES + 1))
    assert (status, error["errorCode"]) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "192.168.0.7"},
        {"Host": ""},
        {"Host": "["},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_foreign_page_can_neither_change_nor_read(
    http: Http, sandbox: Sandbox, headers: dict[str, str]
) -> None:
    for method, path in (("POST", "faults"), ("GET", "requests")):
        status, error = await http.send(method, path, {"status": 503}, headers)
        assert status == 403
        assert error["errorCode"] in ("FORBIDDEN_HOST", "FORBIDDEN_ORIGIN")
    assert len(sandbox.faults) == 0


@pytest.mark.parametrize(
    "headers",
    [{"Host": "localhost:8080"}, {"Host": "[::1]:8080"}, {"Origin": "http://localhost:3000"}, {"Host": "127.0.0.2"}],
)
async def test_programs_and_pages_of_this_machine_can(http: Http, headers: dict[str, str]) -> None:
    assert (await http.send("GET", "faults", None, headers))[0] == 200


async def test_two_hosts_are_refused(server: RunningServer) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"GET /_sandbox/faults HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
    head = await reader.readline()
    writer.close()
    assert head.split()[1] in (b"403", b"400")


async def test_no_response_may_be_read_by_another_page(http: Http) -> None:
    async with http.session.get(f"{http.server.origin}/_sandbox/faults") as response:
        assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(("host", "control"), [("127.0.0.1", False), ("0.0.0.0", True)])
async def test_it_is_off_unless_asked_for_on_loopback(sandbox: Sandbox, host: str, control: bool) -> None:
    async with serve(sandbox, host, control=control) as server, aiohttp.ClientSession() as session:
        status, error = await Http(session, server).send("POST", "reset")
        assert (status, error["errorCode"]) == (403, "NO_CONTROL")
        assert "start it on loopback" in error["errorMessage"]


DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"


async def test_the_commands_of_the_documentation_work(http: Http) -> None:
    lines = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")]
    assert len(lines) > 4
    for line in lines:
        words = shlex.split(line)
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        body = words[words.index("-d") + 1].encode() if "-d" in words else None
        (path,) = (word.removeprefix("$BASE/") for word in words if word.startswith("$BASE/"))
        # curl sends a body as a form unless told otherwise.
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, data = await http.send(method, path, body, form if body else None)
        assert status == 200, (line, data)


NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False), st.sampled_from([0, 1, 200, 503, 1e10, -3e10, 2**70]))
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8), st.just([]), st.just({"a": "\ud800"}))
FIELDS = [
    *("request", "storeId", "nth", "every", "times", "status", "errorCode", "message", "retryAfter", "dropped", "now"),
    *("truncated", "delay", "contentType", "body", "executed", "advance", "frozen", "snapshot", "eventType", "data"),
    *("entityId", "clientId", "signature", "doubled", "shuffled"),
]
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4),
    st.builds(
        lambda extra: {"status": 503, **extra}, st.dictionaries(st.sampled_from(FIELDS[:15]), VALUES, max_size=3)
    ),
    st.builds(lambda at: {"now": at}, st.floats(-3.2e10, 3.2e10)),
    st.builds(lambda value: {"eventType": "order.created", "data": {"x": value}, "entityId": value}, VALUES),
    VALUES,
)
ROUTES = st.sampled_from(
    [
        *("faults", "clock", "snapshot", "events", "deliveries/faults", "deliveries", "requests", "reset"),
        *("overview", "quota", "changes", "stores"),
    ]
)


@given(st.lists(st.tuples(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), ROUTES, BODIES), max_size=8))
def test_no_sequence_of_requests_makes_it_fail(requests: list[tuple[str, str, Any]]) -> None:
    async def run() -> None:
        sandbox = Sandbox(requests_per_minute=None)
        sandbox.add_store(1003, token=TOKEN)
        sandbox.add_app(App(client_id="a", client_secret="s", scopes=None, webhook_url="http://127.0.0.1:9/w"))
        sandbox.install("a", 1003)

        async def sender(request: AppRequest) -> int:
            return 200

        sandbox.deliveries.sender = sender
        control, api = Control(sandbox), Api(sandbox)
        for method, path, body in requests:
            response = await control.handle(method, path, "", json.dumps(body).encode())
            assert response.status in (200, 400, 404, 405, 409)
            data = json.loads(response.body)
            assert response.status == 200 or data["errorMessage"]
            for fault in sandbox.faults:
                if fault.note():
                    fault.apply(api.send("GET", "/products"))
        assert api.send("GET", "/products").status == 200
        assert api.send("POST", "/products", {"name": "Mug"}).status == 200
        assert (await control.handle("POST", "reset", "", b"")).status == 200

    asyncio.run(run())
