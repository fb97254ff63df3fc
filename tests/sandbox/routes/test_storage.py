"""Storage of an app."""

import pytest

from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock)


def test_a_value_is_stored_unchanged(api: Api) -> None:
    before = api.get("/storage")
    for method, text in (("POST", '{"a": "ü"}'), ("PUT", "plain\n<text>"), ("PUT", "")):
        assert api.call(method, "/storage/my+key%2F1", text.encode()) == {"updateCount": 1, "success": True}
        assert api.get("/storage/my+key%2F1") == {"key": "my key/1", "value": text}
    assert api.get("/storage") == [*before, {"key": "my key/1", "value": ""}]
    assert api.delete("/storage/my+key%2F1") == {"deleteCount": 1, "success": True}
    assert api.refused("GET", "/storage/my+key%2F1")[:2] == (404, "OTHER")
    assert api.refused("DELETE", "/storage/my+key%2F1")[:2] == (404, "OTHER")


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-www-form-urlencoded", ""])
def test_a_value_may_have_any_content_type(api: Api, kind: str) -> None:
    headers = Headers((("Authorization", f"Bearer {api.token}"), ("Content-Type", kind)))
    options = Options(operation="PUT /storage/{key}")
    path = f"/{api.store_id}/storage/a"
    api.sandbox.handle(Request(method="PUT", path=path, body=b"x=1&y", headers=headers, options=options))
    assert api.get("/storage/a")["value"] == "x=1&y"


def test_a_put_creates_a_value_and_keeps_a_json_string_encoded(api: Api) -> None:
    api.put("/storage/new", "text")
    assert api.get("/storage/new")["value"] == '"text"'


@pytest.mark.parametrize(("key", "limit"), [("mine", 1024 * 1024), ("public", 256 * 1024)])
def test_the_size_of_a_value_is_limited(api: Api, key: str, limit: int) -> None:
    api.post(f"/storage/{key}", b"x" * limit)
    assert str(limit) in api.refused("POST", f"/storage/{key}", b"x" * (limit + 1))[2]
    assert len(api.get(f"/storage/{key}")["value"]) == limit
    assert api.refused("PUT", f"/storage/{key}", b"\xff")[:2] == (400, "WRONG_PARAMETER")
