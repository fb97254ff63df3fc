"""``ecwid call``: requests, printed responses, and confirmation."""

import io
import json
import os
import re

import pytest
from rich.text import Text

from ecwid_async.cli.app import run
from ecwid_async.cli.introspect import list_methods, offline_store
from ecwid_async.sandbox import sandbox as sandbox_module
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.wire import Headers, Response

from .helpers import CONTROL_SEQUENCE


@pytest.fixture
def demo(monkeypatch):
    """A demo store on this machine that a test may change. The environment points to it."""
    sandbox = demo_sandbox(products=3, orders=2, carts=0, categories=1, customers=2, requests_per_minute=None)
    with serve_in_thread(sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield sandbox


@pytest.fixture
def respond_with(demo, monkeypatch):
    """A function that sets the store's response to every request."""

    def set_response(body, *, status=200, kind="application/json"):
        headers = Headers((("Content-Type", kind), ("Date", "Sat, 21 Nov 2026 12:00:00 GMT")))
        monkeypatch.setattr(sandbox_module.Sandbox, "handle", lambda self, request: Response(status, headers, body))

    return set_response


@pytest.fixture
def received(demo, monkeypatch):
    """The requests that the store receives."""
    requests = []
    handle = demo.handle
    monkeypatch.setattr(demo, "handle", lambda request: requests.append(request) or handle(request))
    return requests


def last_request(demo):
    exchange = demo.requests[-1]
    return exchange.method, exchange.path, exchange.params


SMALL = ("--sandbox", "--products", "2", "--orders", "2")


@pytest.mark.parametrize("path", ["/profile", "profile"])
def test_json_is_printed_indented(ecwid, path):
    outcome = ecwid("call", "get", path, *SMALL)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith('{\n  "')
    assert json.loads(outcome.out)["generalInfo"]["storeId"] == DEMO_STORE_ID


def test_numbers_are_printed_as_the_server_wrote_them(ecwid, respond_with):
    respond_with(b'{"price":1.10,"rate":642.404477130936012345678,"id":12345678901234567890,"e":1E+2}')
    out = ecwid("call", "GET", "/products/1").out
    assert out == (
        '{\n  "price": 1.10,\n  "rate": 642.404477130936012345678,\n  "id": 12345678901234567890,\n  "e": 1E+2\n}\n'
    )


def test_parameters_come_from_the_path_and_from_options(ecwid, demo):
    assert (
        ecwid("call", "GET", "/orders?limit=1&email=", "-q", "responseFields=total,items(id)", "-q", "a=b=c").code == 0
    )
    params = {"limit": "1", "email": "", "responseFields": "total,items(id)", "a": "b=c"}
    assert last_request(demo) == ("GET", f"/{DEMO_STORE_ID}/orders", params)


def test_a_json_body_is_sent_unchanged(ecwid, received):
    assert ecwid("call", "PUT", "/products/1", "-d", '{"price": 12.345678901234567890}').code == 1
    assert received[-1].body == b'{"price": 12.345678901234567890}'
    assert received[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize("given", ["@value.txt", "@-", "Größe: M"])
def test_another_body_comes_from_a_file_stdin_or_the_argument(ecwid, demo, tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "value.txt").write_text("Größe: M")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Größe: M".encode())))
    assert ecwid("call", "POST", "/storage/size", "--type", "text/plain", "-d", given).code == 0
    assert json.loads(ecwid("call", "GET", "/storage/size").out)["value"] == "Größe: M"


def test_escapes_in_a_path_are_kept_and_other_characters_escaped(ecwid, received):
    ecwid("call", "GET", "/storage/a%2Fb c/100%")
    assert received[-1].path == f"/{DEMO_STORE_ID}/storage/a%2Fb%20c/100%25"


def test_a_full_url_of_the_store_is_accepted(ecwid, demo):
    outcome = ecwid("call", "GET", f"{os.environ['ECWID_BASE_URL']}/{DEMO_STORE_ID}/products?limit=1")
    assert outcome.code == 0
    assert last_request(demo) == ("GET", f"/{DEMO_STORE_ID}/products", {"limit": "1"})


def test_head_and_body_are_printed_on_request(ecwid, respond_with):
    respond_with(b"[]")
    out = ecwid("call", "GET", "/storage", "-i").out
    assert out.startswith("HTTP 200 OK\n")
    assert "date: Sat, 21 Nov 2026 12:00:00 GMT\n" in out
    assert out.endswith("\n\n[]\n")


def test_other_content_is_printed_unchanged(respond_with, capfdbinary):
    respond_with(b"%PDF\xff\x00\r\n{}", kind="application/pdf")
    assert run(["call", "GET", "/orders/1/invoice-pdf"]) == 0
    assert capfdbinary.readouterr().out == b"%PDF\xff\x00\r\n{}"


def test_a_json_file_keeps_its_bytes(ecwid, respond_with):
    respond_with(b'{"a":1}', kind="application/octet-stream")
    assert ecwid("call", "GET", "/products/1/files/2").out == '{"a":1}'


def test_binary_content_is_not_printed_on_a_terminal(ecwid, respond_with, monkeypatch):
    respond_with(b"%PDF\xff\x00", kind="application/pdf")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    outcome = ecwid("call", "GET", "/orders/1/invoice-pdf")
    assert (outcome.code, outcome.out) == (2, "")
    assert "6 bytes of application/pdf" in outcome.err
    assert "> FILE" in outcome.err


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_control_characters_of_a_response_are_escaped_on_a_terminal(ecwid, respond_with, monkeypatch, kind):
    body = f'{{"name": "a{CONTROL_SEQUENCE[-2:]}b"}}' if kind.endswith("json") else f"a{CONTROL_SEQUENCE}b\n"
    respond_with(body.encode(), kind=kind)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    result = ecwid("call", "GET", "/profile", "--include")
    assert result.code == 0
    # The colours are the command's own.
    shown = re.sub(r"\x1b\[[0-9;]*m", "", result.out)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert r"J\u202eb" in shown


def test_a_pipe_gets_the_response_unchanged(ecwid, respond_with):
    respond_with(f"a{CONTROL_SEQUENCE}b".encode(), kind="text/plain")
    assert ecwid("call", "GET", "/profile").out == f"a{CONTROL_SEQUENCE}b"


@pytest.mark.parametrize("status", [400, 404, 502])
def test_a_server_error_is_one_line_without_control_characters(ecwid, respond_with, monkeypatch, status):
    monkeypatch.setattr("ecwid_async.client.Retry", lambda inner, **_: inner)
    message = {"errorMessage": f"no{CONTROL_SEQUENCE}\r\nreally", "errorCode": CONTROL_SEQUENCE}
    for body, kind in ((json.dumps(message).encode(), "application/json"), (CONTROL_SEQUENCE.encode(), "text/html")):
        respond_with(body, status=status, kind=kind)
        result = ecwid("get", "products", "7")
        assert result.code != 0
        assert result.err.removesuffix("\n").isprintable()
        assert r"\x1b]0;owned\x07" in result.err.replace("\\\\", "\\")


def test_json_is_coloured_on_a_terminal(ecwid, respond_with, monkeypatch):
    respond_with(b'{"a": [1]}')
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    out = ecwid("call", "GET", "/x").out
    assert "\x1b[" in out
    assert Text.from_ansi(out).plain.strip() == '{\n  "a": [\n    1\n  ]\n}'


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (
            404,
            b'{"errorCode":"ORDER_NOT_FOUND","errorMessage":"Order not found"}',
            1,
            "ORDER_NOT_FOUND: Order not found",
        ),
        (403, b'{"errorCode":"INSUFFICIENT_APP_SCOPE"}', 3, "403 INSUFFICIENT_APP_SCOPE"),
        (402, b"", 3, "returned 402"),
        (500, b"<html>", 4, "returned 500"),
        (302, b"", 1, "returned 302"),
    ],
)
def test_a_failure_is_one_line_with_status_code_and_message(ecwid, respond_with, status, body, code, message):
    respond_with(body, status=status)
    outcome = ecwid("call", "POST", "/orders/1/x", "-d", "{}")
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err.startswith("ecwid: POST /orders/1/x returned ")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_head_and_body_of_a_failure_are_printed_on_request(ecwid, respond_with):
    respond_with(b'{"errorMessage":"no"}', status=409)
    outcome = ecwid("call", "GET", "/x", "-i")
    assert outcome.code == 1
    assert outcome.out.startswith("HTTP 409 Conflict\n")
    assert outcome.out.endswith('\n\n{\n  "errorMessage": "no"\n}\n')


@pytest.mark.parametrize(
    "arguments",
    [
        ("DELETE", "/products"),
        ("delete", "products"),
        ("DELETE", "/products?x=1"),
        ("DELETE", "/pro%64ucts"),
        ("DELETE", "/products/1/combinations"),
        ("DELETE", "/products/1/gallery"),
        ("DELETE", "/products/1/files"),
        ("DELETE", "/orders/1/items/2/options/Size/files"),
        ("DELETE", "/unknown/path"),
        ("PUT", "/reviews/mass_update", "-d", '{"selectMode": "ALL", "delete": true}'),
        ("POST", "/b%61tch", "-d", '[{"method": "DELETE", "path": "/products/"}]'),
        (
            "POST",
            "/batch",
            "-d",
            '[{"method": "GET", "path": "profile"}, {"method": "delete", "path": "/products?x=1"}]',
        ),
    ],
)
def test_requests_that_affect_many_items_need_yes(ecwid, demo, arguments):
    outcome = ecwid("call", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "add --yes" in outcome.err
    assert not demo.requests


@pytest.mark.parametrize(
    "method",
    [method for method in list_methods(offline_store()) if "confirm" in method.parameters],
    ids=lambda m: m.name,
)
def test_endpoints_whose_method_takes_confirm_need_yes(ecwid, demo, method):
    assert ecwid("call", method.http_method, re.sub(r"\{\w+\}", "7", method.path)).code == 2
    assert not demo.requests


def test_with_yes_everything_is_deleted(ecwid, demo):
    assert ecwid("call", "DELETE", "/products", "--yes").code == 0
    assert json.loads(ecwid("call", "GET", "/products").out)["total"] == 0


def test_one_item_is_deleted_without_yes(ecwid, demo):
    product = json.loads(ecwid("call", "GET", "/products", "-q", "limit=1").out)["items"][0]["id"]
    assert ecwid("call", "DELETE", f"/products/{product}").code == 0
    assert json.loads(ecwid("call", "GET", "/products").out)["total"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("GET", ""), "the path is empty"),
        (("GET", "/"), "the path is empty"),
        (("GET", " "), "the path is empty"),
        (("GET", "/?limit=1"), "the path is empty"),
        (("DELETE", "/products/"), "is an id missing?"),
        (("GET", "/products//files"), "is an id missing?"),
        (("GET", "/products/%20/files"), "is an id missing?"),
        (("GET", "//elsewhere.example/orders"), "is an id missing?"),
        (("GET", "/orders/../profile"), "leads elsewhere"),
        (("GET", "../1004/profile"), "leads elsewhere"),
        (("GET", "/orders/%2e%2E/profile"), "leads elsewhere"),
        (("GET", "/orders/."), "leads elsewhere"),
        (("GET", "https://elsewhere.example/api/v3/1003/orders"), "elsewhere.example does not belong to this store"),
        (("GET", "https://app.ecwid.com/api/v3/1004/orders"), "does not belong to this store"),
        (("GET", "x:///orders"), "the URL at no host does not belong to this store"),
        (("FETCH", "/orders"), "'FETCH' is not a method"),
        (("GET", "/orders", "-q", "limit"), "NAME=VALUE"),
        (("GET", "/orders", "-q", "=1"), "NAME=VALUE"),
        (("PUT", "/orders/1", "-d", "{price: 1}"), "--data is not valid JSON"),
        (("PUT", "/orders/1", "-d", ""), "--data is not valid JSON"),
        (("PUT", "/orders/1", "-d", "{}", "--type", "json"), "--type takes"),
        (("PUT", "/orders/1", "-d", "{}", "--type", "text/plain\nX: y"), "--type takes"),
        (("PUT", "/orders/1", "-d", "@missing.json"), "can't read the body from missing.json"),
        (("GET", "/orders", "--products", "2"), "add --sandbox"),
    ],
)
def test_an_invalid_request_is_one_line_and_exits_with_2(ecwid, demo, arguments, message):
    outcome = ecwid("call", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert not demo.requests


def test_a_wrong_token_exits_with_3_and_is_not_printed(ecwid, demo, monkeypatch):
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_somebody_else")
    outcome = ecwid("call", "GET", "/profile", "-i")
    assert outcome.code == 3
    assert "INVALID_API_TOKEN" in outcome.err
    assert "secret_of" not in outcome.out + outcome.err


def test_a_settings_error_names_the_variable(ecwid):
    outcome = ecwid("call", "GET", "/profile")
    assert outcome.code == 2
    assert "ECWID_STORE_ID" in outcome.err
