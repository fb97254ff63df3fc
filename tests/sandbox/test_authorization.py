"""The authorization server of the sandbox: the consent page, codes, and the tokens for them."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from ecwid_async.sandbox import App, Sandbox, Switches
from ecwid_async.sandbox.seed import DEMO_STORE_ID, add_demo_app, demo_sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.wire import Headers, Options, Request, Response
from tests.sandbox.api import Api, Clock

SECRET = "app_secret"
REDIRECT = "https://app.example.com/callback"
SCOPES = frozenset({"read_store_profile", "read_orders", "update_store_profile", "add_to_cp", "public_storefront"})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    sandbox = Sandbox(clock=clock)
    sandbox.add_store(1003, token="secret_other").profile = {"account": {"accountEmail": "owner@example.com"}}
    sandbox.add_store(1004, token="secret_other")
    sandbox.add_app(App(client_id="app", client_secret=SECRET, scopes=SCOPES, redirect_uri=REDIRECT, public_token=True))
    return sandbox


def authorize_url(**changes: str | None) -> str:
    params = {
        "client_id": "app",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "read_store_profile read_orders public_storefront",
        "state": "s1",
    } | changes
    return "/authorize?" + urlencode({name: value for name, value in params.items() if value is not None})


def get(sandbox: Sandbox, url: str, method: str = "GET") -> Response:
    path, _, query = url.partition("?")
    pairs = tuple((name, value) for name, values in parse_qs(query).items() for value in values)
    return sandbox.authorization.handle(
        Request(method=method, path=path, params=pairs, options=Options(operation=method))
    )


def post(sandbox: Sandbox, path: str, fields: dict[str, str], content_type: str | None = None) -> Response:
    headers = Headers((("Content-Type", content_type or "application/x-www-form-urlencoded"),))
    body = urlencode(fields).encode()
    return sandbox.authorization.handle(
        Request(method="POST", path=path, body=body, headers=headers, options=Options(operation="POST"))
    )


def code_from(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]


def new_code(sandbox: Sandbox, **changes: str | None) -> str:
    return code_from(sandbox.authorization.decide(authorize_url(**changes), store_id=1003))


def fields_for(code: str | None, **changes: str) -> dict[str, str]:
    fields = {"client_id": "app", "client_secret": SECRET, "grant_type": "authorization_code"} | changes
    return fields if code is None else {"code": code, "redirect_uri": REDIRECT} | fields


def exchange(sandbox: Sandbox, code: str | None, path: str = "/token/1003", **changes: str) -> Any:
    response = post(sandbox, path, fields_for(code, **changes))
    return {"status": response.status, **json.loads(response.body)}


def works(sandbox: Sandbox, token: str, store_id: int = 1003) -> bool:
    return Api(sandbox, store_id=store_id, token=token).send("GET", "/profile").status == 200


def test_the_consent_page_is_a_form_that_needs_no_script(sandbox: Sandbox) -> None:
    page = get(sandbox, authorize_url())
    html = page.body.decode()
    assert page.status == 200
    assert "<script" not in html
    assert "read_orders" in html
    (request_id,) = re.findall(r'name="request" value="([^"]+)"', html)
    assert re.findall(r'<option value="(\d+)">', html) == ["1003", "1004"]
    decided = post(sandbox, "/authorize", {"request": request_id, "decision": "accept", "store_id": "1004"})
    assert decided.status == 303
    assert decided.headers["Location"].startswith(f"{REDIRECT}?code=")
    assert parse_qs(urlsplit(decided.headers["Location"]).query)["store_id"] == ["1004"]
    again = post(sandbox, "/authorize", {"request": request_id, "decision": "accept", "store_id": "1004"})
    assert again.status == 400


def test_a_store_that_declines_installs_nothing(sandbox: Sandbox) -> None:
    url = sandbox.authorization.decide(authorize_url(), store_id=1003, accept=False)
    assert url == f"{REDIRECT}?error=access_denied"
    assert not sandbox.stores[1003].installs


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": "other"}, "client_id"),
        ({"client_id": "<b>"}, "client_id"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": None}, "scope is missing"),
        ({"scope": "read_orders charge"}, "charge"),
        ({"redirect_uri": "https://evil.example.com/callback"}, "redirect_uri"),
        ({"redirect_uri": "http://app.example.com/callback"}, "redirect_uri"),
        ({"redirect_uri": "https://app.example.com:8443/callback"}, "redirect_uri"),
        ({"redirect_uri": "https://app.example.com@evil.example.com/"}, "redirect_uri"),
        ({"redirect_uri": f"{REDIRECT}#fragment"}, "redirect_uri"),
        ({"redirect_uri": "//["}, "redirect_uri"),
    ],
)
def test_a_wrong_authorization_shows_an_error_page(sandbox: Sandbox, changes: dict[str, str], reason: str) -> None:
    page = get(sandbox, authorize_url(**changes))
    assert page.status == 400
    assert reason in page.body.decode()
    assert "Location" not in page.headers
    with pytest.raises(ValueError, match=reason):
        sandbox.authorization.decide(authorize_url(**changes), store_id=1003)


def test_text_on_the_pages_is_escaped(sandbox: Sandbox) -> None:
    name = '"><script>alert(1)</script>'
    sandbox.add_app(App(client_id=name, client_secret="x", scopes=frozenset({name}), redirect_uri=REDIRECT))
    html = get(sandbox, authorize_url(client_id=name, scope=name)).body.decode()
    assert "&lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize("path", ["/token/1003", "/token"])
def test_a_code_is_exchanged_for_a_token(sandbox: Sandbox, path: str) -> None:
    granted = exchange(sandbox, new_code(sandbox), path)
    assert granted["status"] == 200
    assert granted["token_type"] == "Bearer"
    assert granted["scope"] == "public_storefront read_orders read_store_profile"
    assert granted["store_id"] == 1003
    assert granted["email"] == "owner@example.com"
    assert works(sandbox, granted["access_token"])
    assert granted["public_token"].startswith("public_")
    assert not works(sandbox, granted["access_token"], 1004)
    permissions = Api(sandbox, token=granted["access_token"]).get("/application/token")["permissions"]
    assert permissions == ["public_storefront", "read_orders", "read_store_profile"]


@pytest.mark.parametrize("account", [None, [1], "owner", {}, {"accountEmail": ""}])
def test_a_store_may_have_no_email_of_its_owner(sandbox: Sandbox, account: object) -> None:
    sandbox.stores[1003].profile = {"account": account}
    granted = exchange(sandbox, new_code(sandbox))
    assert granted["status"] == 200
    assert "email" not in granted


def test_no_public_token_without_its_scope(sandbox: Sandbox) -> None:
    assert "public_token" not in exchange(sandbox, new_code(sandbox, scope="read_store_profile"))


def test_the_switches_change_the_redirect_and_the_token_type(sandbox: Sandbox) -> None:
    sandbox.set_switches(Switches(redirect_store_id=False, redirect_state=True, token_type="bearer"))
    url = sandbox.authorization.decide(authorize_url(), store_id=1003)
    assert set(parse_qs(urlsplit(url).query)) == {"code", "state"}
    assert exchange(sandbox, code_from(url), "/token")["token_type"] == "bearer"
    denied = sandbox.authorization.decide(authorize_url(), store_id=1003, accept=False)
    assert denied == f"{REDIRECT}?error=access_denied&state=s1"


def test_a_second_exchange_revokes_the_token_of_the_first(sandbox: Sandbox) -> None:
    code = new_code(sandbox)
    token = exchange(sandbox, code)["access_token"]
    assert exchange(sandbox, code)["error"] == "invalid_grant"
    assert not works(sandbox, token)


def test_a_code_expires(sandbox: Sandbox, clock: Clock) -> None:
    first, second = new_code(sandbox), new_code(sandbox)
    clock.now += 299
    assert exchange(sandbox, first)["status"] == 200
    clock.now += 1
    assert exchange(sandbox, second)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_secret": "ü"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"redirect_uri": f"{REDIRECT}/"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_is_refused(sandbox: Sandbox, changes: dict[str, str], status: int, error: str) -> None:
    code = new_code(sandbox)
    fields = fields_for(code) | changes
    response = post(sandbox, "/token/1003", fields)
    assert (response.status, json.loads(response.body)["error"]) == (status, error)
    assert SECRET.encode() not in response.body
    assert exchange(sandbox, code)["status"] == 200


def test_a_code_belongs_to_one_app_and_one_store(sandbox: Sandbox) -> None:
    sandbox.add_app(App(client_id="other", client_secret="x", scopes=SCOPES, redirect_uri=REDIRECT))
    code = new_code(sandbox)
    assert exchange(sandbox, code, client_id="other", client_secret="x")["error"] == "invalid_grant"
    assert exchange(sandbox, code, "/token/1004")["error"] == "invalid_grant"


def test_a_code_of_a_store_that_was_removed_is_refused(sandbox: Sandbox) -> None:
    code = new_code(sandbox)
    del sandbox.stores[1003]
    assert exchange(sandbox, code)["error"] == "invalid_grant"


@pytest.mark.parametrize("end", ["\r\nSet-Cookie: a=1", "a b", "é", "\\@other.example/", "#a"])
def test_a_redirect_uri_that_is_no_url_is_refused(sandbox: Sandbox, end: str) -> None:
    with pytest.raises(ValueError, match="no URL"):
        sandbox.authorization.decide(authorize_url(redirect_uri=REDIRECT + end), store_id=1003)


def test_the_page_of_a_demo_app_gets_a_token_that_works() -> None:
    """In a store in which it was installed from the start."""
    sandbox = demo_sandbox(products=1, orders=0, customers=0, carts=0, categories=0)
    app = add_demo_app(sandbox, webhook_url="http://127.0.0.1:1/", iframe_url="http://127.0.0.1:1/page")
    fragment = urlsplit(sandbox.iframe_url(app.client_id, DEMO_STORE_ID, mode="fragment")).fragment
    assert sandbox.stores[DEMO_STORE_ID].access(json.loads(bytes.fromhex(fragment))["access_token"]) is not None


def test_secrets_are_accepted_in_the_body_only(sandbox: Sandbox) -> None:
    query = urlencode(fields_for(new_code(sandbox)))
    assert get(sandbox, f"/token/1003?{query}").status == 405
    assert get(sandbox, f"/token/1003?{query}", method="POST").status == 400
    assert post(sandbox, "/token/1003", fields_for(new_code(sandbox)), "application/json").status == 400
    # Nor is a complete form enough if the secret is in the URL too, which is logged.
    in_url = Request(
        method="POST",
        path="/token/1003",
        params=(("client_secret", SECRET),),
        body=urlencode(fields_for(new_code(sandbox))).encode(),
        headers=Headers((("Content-Type", "application/x-www-form-urlencoded"),)),
        options=Options(operation="POST"),
    )
    assert sandbox.authorization.handle(in_url).status == 400


def test_installing_again_replaces_the_token(sandbox: Sandbox) -> None:
    first = exchange(sandbox, new_code(sandbox))
    second = exchange(sandbox, new_code(sandbox))
    assert not works(sandbox, first["access_token"])
    assert not works(sandbox, first["public_token"])
    assert works(sandbox, second["access_token"])


def test_a_partner_gets_the_token_of_any_store(sandbox: Sandbox) -> None:
    assert exchange(sandbox, None)["error"] == "invalid_request"
    sandbox.apps["app"].partner = True
    granted = exchange(sandbox, None, "/token/1004")
    assert works(sandbox, granted["access_token"], 1004)
    assert "email" not in granted
    assert exchange(sandbox, None, "/token/1999")["error"] == "invalid_request"
    assert exchange(sandbox, None, "/token")["error"] == "invalid_request"


def test_an_app_is_installed_and_uninstalled_without_a_browser(sandbox: Sandbox) -> None:
    installed = sandbox.install("app", 1003)
    assert works(sandbox, installed.token)
    assert installed.scopes == SCOPES
    assert installed.token not in repr(installed)
    assert sandbox.uninstall("app", 1003)
    assert not sandbox.uninstall("app", 1003)
    assert not works(sandbox, installed.token)
    assert works(sandbox, "secret_other")


def test_an_app_uninstalls_itself(sandbox: Sandbox) -> None:
    installed = sandbox.install("app", 1003)
    api = Api(sandbox, token=installed.token)
    assert api.call("DELETE", "/application", namespace="other") == {"deleteCount": 0}
    assert api.call("DELETE", "/application", namespace="app") == {"deleteCount": 1}
    assert not works(sandbox, installed.token)
    assert not sandbox.stores[1003].installs
    assert works(sandbox, "secret_other")


async def test_the_server_serves_the_same(sandbox: Sandbox) -> None:
    async with serve(sandbox) as running, aiohttp.ClientSession() as http:
        async with http.get(running.oauth_url + authorize_url()) as response:
            page = await response.text()
            assert response.content_type == "text/html"
        (request_id,) = re.findall(r'name="request" value="([^"]+)"', page)
        decision = {"request": request_id, "decision": "accept", "store_id": "1003"}
        async with http.post(f"{running.oauth_url}/authorize", data=decision, allow_redirects=False) as response:
            assert response.status == 303
            code = code_from(response.headers["Location"])
        async with http.post(f"{running.oauth_url}/token/1003", data=fields_for(code)) as response:
            assert works(sandbox, (await response.json())["access_token"])
    assert [each.status for each in sandbox.authorization.requests] == [200, 303, 200]
    assert all(code not in each.path for each in sandbox.authorization.requests)


def test_a_demo_app_may_ask_for_any_scope() -> None:
    sandbox = demo_sandbox(products=1, orders=1, customers=1, carts=1, categories=1)
    app = add_demo_app(
        sandbox, redirect_uri=REDIRECT, webhook_url="http://127.0.0.1:1/", iframe_url="http://127.0.0.1:1/page"
    )
    with pytest.raises(ValueError, match="installed"):
        sandbox.iframe_url(app.client_id, DEMO_STORE_ID)
    assert not sandbox.stores[DEMO_STORE_ID].installs
    url = sandbox.authorization.decide(
        authorize_url(client_id=app.client_id, scope="charge public_storefront"), store_id=DEMO_STORE_ID
    )
    granted = exchange(sandbox, code_from(url), client_id=app.client_id, client_secret=app.client_secret)
    assert granted["scope"] == "charge public_storefront"
    assert granted["public_token"]
    everything = sandbox.install(app.client_id, DEMO_STORE_ID)
    assert everything.scopes is None
    assert everything.public_token
    assert works(sandbox, everything.token)


def test_apps_are_told_of_installations(sandbox: Sandbox) -> None:
    sandbox.apps["app"].webhook_url = "http://127.0.0.1:1/"
    sandbox.install("app", 1003)
    sandbox.uninstall("app", 1003)
    assert [(each.event.event_type, each.event.store_id) for each in sandbox.deliveries] == [
        ("application.installed", 1003),
        ("application.uninstalled", 1003),
    ]
