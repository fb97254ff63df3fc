"""Exported items may lack fields or have values of any type: requests get a response, and errors change nothing."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.control import Control
from ecwid_async.sandbox.exports import load_export, sandbox_from_export
from ecwid_async.sandbox.page import CHANGES
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, StoreActivity
from tests.sandbox.api import Api
from tests.sandbox.fuzz import make_request
from tests.sandbox.snapshot import snapshot

from .helpers import export, small_store, write_lines

VALUES = (
    *("null", "true", "0", "-1", "1.5", "1e300", "1e999", "9" * 30, '""', '"x"', '"7"', "[]", "{}", "[null]", "[1]"),
    *("[[]]", "[{}]", '["x"]', '{"a": null}', '{"x": {"y": 1}}', '[{"id": null}]', '[{"id": [1]}]', '[{"name": 7}]'),
)
KEYS = {"id", "orderNumber", "cartId", "key", "statusId", "subscriptionId"}


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    """The items of a demo store by section."""
    folder = asyncio.run(export(small_store(), tmp_path_factory.mktemp("export") / "out"))
    return {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in folder.glob("*.jsonl")}


def places(value, *path):
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value[:3]):
        yield (*path, name)
        if isinstance(inner, dict | list):
            yield from places(inner, *path, name)


def damage(random, item, kept):
    """The item with some values removed or replaced, but none of those that identify it."""
    item = json.loads(json.dumps(item))
    for _ in range(random.choice((0, 1, 1, 2, 5))):
        found = [path for path in places(item) if path[0] not in kept]
        if not found:
            break
        *outer, name = random.choice(found)
        container = item
        for step in outer:
            container = container[step]
        if random.random() < 0.3 and isinstance(container, dict):
            del container[name]
        else:
            container[name] = json.loads(random.choice(VALUES))
    return item


def damaged_store(random, items):
    """A sandbox with a few items of each section, and an app that gets all events."""
    with tempfile.TemporaryDirectory() as folder:
        for section, found in items.items():
            kept = {*KEYS, "name"} if section == "brands" else KEYS
            chosen = [damage(random, item, kept) for item in random.sample(found, min(len(found), 5))]
            # An infinite number is read from one that is too large.
            lines = (json.dumps(item).replace("Infinity", "1e999").encode() for item in chosen)
            write_lines(Path(folder) / f"{section}.jsonl", *lines)
        sandbox = Sandbox(requests_per_minute=None)
        load_export(sandbox, folder, store_id=DEMO_STORE_ID)
    sandbox.add_app(App(client_id="app", client_secret="secret", webhook_url="https://app.example/webhooks"))
    sandbox.install("app", DEMO_STORE_ID)
    return sandbox


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_requests_to_a_store_with_odd_items_get_a_response_and_errors_change_nothing(items, seed):
    sandbox = damaged_store(Random(seed), items)
    store = sandbox.stores[DEMO_STORE_ID]
    before = snapshot(store)
    for number in range(40):
        request = make_request(seed + number, store, DEMO_TOKEN)
        note(f"{request.method} {request.path[:200]} {str(request.params)[:500]} {(request.body or b'')[:2000]!r}")
        status = sandbox.handle(request).status
        assert status in {200, 400, 402, 403, 404, 405, 409, 415, 422}
        after = snapshot(store)
        if status != 200:
            assert after == before
        before = after


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_store_with_odd_items_is_shown_and_changed_by_the_page(items, seed):
    sandbox = damaged_store(Random(seed), items)
    activity = StoreActivity(sandbox, seed=seed)
    for _ in range(30):
        activity.change()
    control = Control(sandbox)
    for event_type in CHANGES:
        body = json.dumps({"eventType": event_type}).encode()
        assert asyncio.run(control.handle("POST", "changes", "", body)).status in {200, 201, 409}
    assert asyncio.run(control.handle("GET", "overview", "", b"")).status == 200


def test_a_request_that_needs_an_odd_value_says_so_and_others_work(tmp_path, caplog):
    odd = b'{"id":1,"name":{"en":"Secret name"},"price":2}'
    file = write_lines(tmp_path / "products.jsonl", odd, b'{"id":2,"name":"Mug"}')
    api = Api(sandbox_from_export(file, store_id=DEMO_STORE_ID))
    status, code, message = api.refused("PUT", "/products/1", {"price": 3})
    assert (status, code) == (400, "WRONG_PARAMETER")
    assert "An exported item lacks a field or has a value" in message
    assert "AttributeError" in caplog.text
    assert "Secret name" not in message + caplog.text
    assert api.send("GET", "/products/1").body == odd
    api.put("/products/1", {"name": "Cup", "price": 3})
    api.put("/products/2", {"price": 3})
    assert [item["price"] for item in api.get("/products")["items"]] == [3, 3]


def test_a_deeply_nested_item_gets_a_response_to_each_request(tmp_path):
    deep = b'{"id":1,"name":"Mug","new":%b1%b}' % (b'{"a":' * 900, b"}" * 900)
    api = Api(sandbox_from_export(write_lines(tmp_path / "products.jsonl", deep), store_id=DEMO_STORE_ID))
    assert api.send("GET", "/products/1").body == deep
    response = api.send("GET", "/products", lang="de")
    # From Python 3.12, recursion in C does not count towards the limit.
    if sys.version_info >= (3, 12):
        assert response.status == 200
        assert deep in response.body
    else:
        assert response.status == 400
    api.put("/products/1", {"price": 3})


def test_an_item_without_its_name_does_not_stop_requests_for_others(tmp_path):
    for section, key in (("redirects", '"a"'), ("staff", '"a"'), ("customer_groups", "7"), ("categories", "7")):
        write_lines(tmp_path / f"{section}.jsonl", f'{{"id":{key}}}'.encode())
    api = Api(sandbox_from_export(tmp_path, store_id=DEMO_STORE_ID))
    api.post("/instant-site/redirects", [{"fromUrl": "/old", "toUrl": "/new"}])
    assert api.get("/instant-site/redirects", keyword="old")["total"] == 1
    assert api.get("/instant-site/redirects", keyword="none")["total"] == 0
    api.post("/staff", {"email": "a@example.com"})
    api.call("DELETE", "/staff/invite", {"email": "a@example.com"})
    api.post("/customers", {"email": "b@example.com", "customerGroupId": 7})
    api.put("/customer_groups/7", {"name": "Wholesale"})
    api.post("/products", {"name": "Mug", "categoryIds": [7]})
    assert api.get("/products/filters", filterFields="categories")["filters"]["categories"]["values"][0]["id"] == 7
