"""Installing the app: from the first page to the stored token, against the authorization server of the sandbox."""

import asyncio
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trio

from ecwid_async import ConfigError, Ecwid, InvalidToken
from ecwid_async.apps import IncomingRequest, Installation, InstallError, Installs, MemoryCodeClaims, OutgoingResponse
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.tokens import MemoryTokens, SQLTokens, new_key
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.apps.oauth.browser import Browser, code_of, header
from tests.apps.oauth.conftest import CLIENT_SECRET, EMAIL, REDIRECT, SCOPES, NewInstalls
from tests.cancelling import KINDS, Kind, cancel_at_every_await
from tests.sandbox.api import Clock

NewBrowser = Callable[..., Browser]


class Recorder:
    """Hooks that record what they are called with."""

    def __init__(self, response: OutgoingResponse | None = None) -> None:
        self.installations: list[Installation] = []
        self.errors: list[InstallError] = []
        self.response = response

    async def on_install(self, installation: Installation) -> OutgoingResponse | None:
        self.installations.append(installation)
        return self.response

    async def on_error(self, error: InstallError) -> OutgoingResponse | None:
        self.errors.append(error)
        return self.response

    @property
    def hooks(self) -> dict[str, Any]:
        return {"on_install": self.on_install, "on_error": self.on_error}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


async def test_a_user_installs_the_app(new_browser: NewBrowser, recorder: Recorder, ecwid: Ecwid) -> None:
    browser = new_browser(**recorder.hooks)
    response = await browser.install()
    assert response.status == 303
    assert header(response, "Location") == "/ecwid/callback?installed"
    assert (await browser.open("/ecwid/callback?installed")).status == 200
    (installation,) = recorder.installations
    assert (installation.store_id, installation.origin, installation.user) == (1003, "app", None)
    assert installation.scopes == frozenset(SCOPES)
    assert installation.checked
    assert installation.public_token is not None
    assert installation.public_token.startswith("public_")
    assert installation.email == EMAIL
    assert (await ecwid.store(1003).profile.get()).general_info.store_id == 1003  # type: ignore[union-attr]
    assert browser.cookies == {}


async def test_the_consent_page_gets_what_the_app_asks_for(browser: Browser) -> None:
    url = await browser.start()
    assert url.startswith("https://my.ecwid.com/api/oauth/authorize?")
    query = parse_qs(urlsplit(url).query)
    assert query["state"][0]
    assert {name: query[name] for name in ("client_id", "redirect_uri", "response_type", "scope")} == {
        "client_id": ["app"],
        "redirect_uri": [REDIRECT],
        "response_type": ["code"],
        "scope": [" ".join(SCOPES)],
    }
    assert CLIENT_SECRET not in url


@pytest.mark.parametrize("store_id_returned", [True, False])
@pytest.mark.parametrize("state_returned", [True, False])
@pytest.mark.parametrize("token_type", ["Bearer", "bearer"])
async def test_the_app_copes_with_all_that_ecwid_leaves_open(
    new_browser: NewBrowser,
    recorder: Recorder,
    sandbox: Sandbox,
    store_id_returned: bool,
    state_returned: bool,
    token_type: str,
) -> None:
    sandbox.set_switches(
        Switches(redirect_store_id=store_id_returned, redirect_state=state_returned, token_type=token_type)
    )
    await new_browser(**recorder.hooks).install(store_id=1004)
    assert [(each.store_id, each.origin) for each in recorder.installations] == [(1004, "app")]
    assert [each.path for each in sandbox.authorization.requests] == ["/token/1004" if store_id_returned else "/token"]


async def test_no_address_of_ours_has_a_secret(browser: Browser, sandbox: Sandbox) -> None:
    response = await browser.install()
    assert all(each.path == "/token/1003" and each.method == "POST" for each in sandbox.authorization.requests)
    assert "code" not in header(response, "Location")
    assert header(response, "Referrer-Policy") == "no-referrer"
    assert header(response, "Cache-Control") == "no-store"


async def test_an_owner_who_declines(new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox) -> None:
    browser = new_browser(**recorder.hooks)
    response = await browser.open(browser.decide(await browser.start(), accept=False))
    assert response.status == 403
    assert b"has not accepted" in response.body
    assert b'href="/ecwid/install"' in response.body
    assert [error.reason for error in recorder.errors] == ["denied"]
    assert browser.cookies == {}
    assert not sandbox.authorization.requests


async def test_other_errors_of_the_consent_page_are_escaped_and_not_shown(browser: Browser) -> None:
    response = await browser.open("/ecwid/callback?error=%3Cscript%3E&error_description=%3Cb%3E")
    assert response.status == 403
    assert b"<script" not in response.body
    assert b"<b>" not in response.body


# The browser in which an installation began.


async def test_an_installation_from_the_app_market_has_no_user(
    new_browser: NewBrowser, recorder: Recorder, tokens: MemoryTokens
) -> None:
    async def somebody(_: IncomingRequest) -> str:
        return "victim"

    browser = new_browser(**recorder.hooks, current_user=somebody)
    consent = await browser.start()
    browser.cookies.clear()
    assert (await browser.open(browser.decide(consent))).status == 303
    (installation,) = recorder.installations
    assert (installation.origin, installation.user, installation.return_to) == ("app_market", None, None)
    assert await tokens.get(1003) is not None


@pytest.mark.parametrize("cookie", ["", "of another flow", "expired"])
async def test_a_state_of_another_browser_is_refused_and_its_code_not_used(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, clock: Clock, cookie: str
) -> None:
    sandbox.set_switches(Switches(redirect_state=True))
    browser = new_browser(**recorder.hooks)
    url = browser.decide(await browser.start())
    if cookie == "":
        browser.cookies.clear()
    elif cookie == "expired":
        clock.now += 900
    else:
        await browser.start()
    response = await browser.open(url)
    assert response.status == 403
    assert [error.reason for error in recorder.errors] == ["other_browser"]
    assert not sandbox.authorization.requests
    assert not recorder.installations


async def test_a_wrong_state_does_not_end_the_flow_of_the_browser(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.set_switches(Switches(redirect_state=True))
    url = browser.decide(await browser.start())
    assert (await browser.open("/ecwid/callback?code=x&state=guessed")).status == 403
    assert (await browser.open(url)).status == 303


async def test_with_require_state_a_cookie_alone_proves_nothing(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox
) -> None:
    browser = new_browser(**recorder.hooks, require_state=True)
    await browser.install()
    sandbox.set_switches(Switches(redirect_state=True))
    await browser.install()
    assert [each.origin for each in recorder.installations] == ["app_market", "app"]


async def test_the_user_who_began_is_the_one_who_is_named(new_browser: NewBrowser, recorder: Recorder) -> None:
    users = ["alice"]

    async def current_user(_: IncomingRequest) -> str | None:
        return users[-1]

    browser = new_browser(**recorder.hooks, current_user=current_user)
    await browser.install()
    assert [each.user for each in recorder.installations] == ["alice"]
    consent = await browser.start()
    users.append("mallory")
    assert (await browser.open(browser.decide(consent))).status == 403
    assert [error.reason for error in recorder.errors] == ["other_user"]


async def test_a_cookie_of_another_app_or_with_other_keys_is_not_trusted(
    new_browser: NewBrowser, recorder: Recorder
) -> None:
    browser = new_browser(**recorder.hooks)
    url = browser.decide(await browser.start())
    other = new_browser(**recorder.hooks, signing_key="k1")
    other.cookies = browser.cookies
    await other.open(url)
    assert [each.origin for each in recorder.installations] == ["app_market"]


async def test_keys_and_secrets_are_rotated_without_a_pause(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox
) -> None:
    old = new_browser(client_secret="old_secret")
    consent = await old.start()
    new = new_browser(**recorder.hooks, client_secret=[CLIENT_SECRET, "old_secret"])
    new.cookies = old.cookies
    await new.open(new.decide(consent))
    assert [each.origin for each in recorder.installations] == ["app"]


# Where the user returns to.


async def test_the_user_returns_to_a_page_of_the_app(new_browser: NewBrowser, recorder: Recorder) -> None:
    browser = new_browser(success_path="/welcome")
    response = await browser.install("?return_to=/settings%3Ftab%3Dstores")
    assert header(response, "Location") == "/settings?tab=stores"
    assert header(await browser.install(), "Location") == "/welcome"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\..\\evil",
        "javascript:alert(1)",
        "evil.example",
        "/a%0d%0aSet-Cookie:x=1",
        "/%09/evil.example",
        "/" + "a" * 600,
        "%ff",
    ],
)
async def test_no_address_of_another_site_is_accepted(browser: Browser, target: str) -> None:
    response = await browser.open(f"/ecwid/install?return_to={target}")
    assert response.status == 400
    assert browser.cookies == {}


async def test_a_path_may_end_with_a_slash(browser: Browser) -> None:
    """As the routes of all frameworks accept it."""
    assert (await browser.open("/ecwid/install/")).status == 303
    response = await browser.open("/ecwid/callback/?error=access_denied")
    assert response.status == 403


async def test_another_path_says_where_installations_begin(browser: Browser) -> None:
    response = await browser.open("/install")
    assert response.status == 404
    assert b"/ecwid/install" in response.body


@pytest.mark.parametrize("user", ["", "x" * 201, 5, "\ud800"])
async def test_an_id_that_does_not_fit_the_cookie_is_an_error_of_the_app(new_browser: NewBrowser, user: Any) -> None:
    """Not one of the visitor."""

    async def current_user(_: IncomingRequest) -> Any:
        return user

    with pytest.raises(ValueError, match="text of 1 to 200 characters"):
        await new_browser(current_user=current_user).open("/ecwid/install")


async def test_a_page_of_the_apps_own_deletes_the_cookie(browser: Browser) -> None:
    deleted = dict(browser.installs.end_headers)["Set-Cookie"]
    assert deleted.startswith("__Host-ecwid_install=; Max-Age=0; ")


async def test_a_hook_may_respond_itself(new_browser: NewBrowser) -> None:
    recorder = Recorder(
        OutgoingResponse.redirect("/home", [("Set-Cookie", "__Host-s=1; Path=/; Secure; HttpOnly; SameSite=Lax")])
    )
    browser = new_browser(**recorder.hooks)
    response = await browser.install()
    assert header(response, "Location") == "/home"
    assert list(browser.cookies) == ["__Host-s"]
    denied = await browser.open("/ecwid/callback?error=access_denied")
    assert header(denied, "Location") == "/home"


# Codes are exchanged once.


async def test_a_reloaded_callback_exchanges_nothing(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, ecwid: Ecwid
) -> None:
    browser = new_browser(**recorder.hooks)
    url = browser.decide(await browser.start())
    responses = await asyncio.gather(*(browser.open(url) for _ in range(5)))
    assert sorted(response.status for response in responses) == [303, 409, 409, 409, 409]
    assert (await browser.open(url)).status == 409
    assert len(sandbox.authorization.requests) == 1
    await ecwid.store(1003).profile.get()


async def test_two_processes_share_their_claims(new_browser: NewBrowser, sandbox: Sandbox, tmp_path: Path) -> None:
    url, key = f"sqlite:///{tmp_path / 'tokens.db'}", new_key()
    async with SQLTokens(url, keys=[key]) as first, SQLTokens(url, keys=[key]) as second:
        browsers = [
            new_browser(tokens=tokens, ecwid=Ecwid(transport=sandbox, tokens=tokens)) for tokens in (first, second)
        ]
        callback = browsers[0].decide(await browsers[0].start())
        responses = await asyncio.gather(*(browser.open(callback) for browser in browsers))
        assert sorted(response.status for response in responses) == [303, 409]
        assert len(sandbox.authorization.requests) == 1
        assert await second.get(1003) is not None


async def test_made_up_codes_do_not_flood_ecwid(new_browser: NewBrowser, recorder: Recorder) -> None:
    class Slow(MemoryTransport):
        async def send(self, request: Request) -> Response:
            self.requests.append(request)
            await release.wait()
            return make_response({"error": "invalid_grant"}, status=400)

    release, transport = asyncio.Event(), Slow([])
    browser = new_browser(**recorder.hooks, transport=transport)
    tasks = [asyncio.ensure_future(browser.open(f"/ecwid/callback?code={number}")) for number in range(52)]
    finished = asyncio.as_completed(tasks)
    assert [(await next(finished)).status for _ in range(2)] == [503, 503]
    assert [error.reason for error in recorder.errors] == ["unavailable"] * 2
    release.set()
    assert sorted(response.status for response in await asyncio.gather(*tasks)) == [502] * 50 + [503] * 2
    assert len(transport.requests) == 50
    assert (await browser.open("/ecwid/callback?code=another")).status == 502


def test_it_works_under_trio(new_browser: NewBrowser, recorder: Recorder, ecwid: Ecwid) -> None:
    async def work() -> None:
        browser = new_browser(**recorder.hooks)
        assert (await browser.install()).status == 303
        await ecwid.store(1003).profile.get()

    trio.run(work)
    assert [each.store_id for each in recorder.installations] == [1003]


async def test_an_expired_code_is_refused_by_ecwid(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, clock: Clock
) -> None:
    browser = new_browser(**recorder.hooks)
    url = browser.decide(await browser.start())
    clock.now += 301
    assert (await browser.open(url)).status == 502
    (error,) = recorder.errors
    assert (error.reason, error.response_status, error.store_id) == ("refused", 400, 1003)
    assert "expired" in str(error.detail)
    assert code_of(url) not in repr(error.__dict__)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_browser_that_goes_away_loses_no_token(
    new_installs: NewInstalls, sandbox: Sandbox, ecwid: Ecwid, kind: Kind
) -> None:
    stored: list[str] = []
    recorder = Recorder()

    class Tokens(MemoryTokens):
        async def put(self, store_id: int, token: str) -> None:
            await asyncio.sleep(0)
            stored.append(token)

    async def work() -> None:
        """An installation, cancelled somewhere."""
        stored.clear()
        recorder.installations.clear()
        sandbox.authorization.requests.clear()
        await Browser(sandbox, new_installs(**recorder.hooks, tokens=Tokens())).install()

    def check() -> None:
        exchanged = len(sandbox.authorization.requests)
        assert len(stored) == len(recorder.installations) == exchanged

    assert await cancel_at_every_await(work, kind, check) > 1
    assert stored == [sandbox.stores[1003].installs["app"].token]


# Scopes.


async def test_missing_scopes_are_named_and_the_token_is_kept(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, tokens: MemoryTokens
) -> None:
    browser = new_browser(**recorder.hooks)
    consent = (await browser.start()).replace("add_to_cp%20", "").replace("%20read_orders", "")
    response = await browser.open(browser.decide(consent))
    assert response.status == 403
    (error,) = recorder.errors
    assert (error.reason, error.missing_scopes, error.store_id) == (
        "missing_scopes",
        ("add_to_cp", "read_orders"),
        1003,
    )
    assert b"add_to_cp, read_orders" in response.body
    assert not recorder.installations
    assert await tokens.get(1003) == sandbox.stores[1003].installs["app"].token


async def test_optional_scopes_may_be_missing(new_browser: NewBrowser, recorder: Recorder) -> None:
    browser = new_browser(**recorder.hooks, optional_scopes=["read_orders"])
    consent = (await browser.start()).replace("%20read_orders", "")
    await browser.open(browser.decide(consent))
    (installation,) = recorder.installations
    assert installation.scopes == frozenset(SCOPES) - {"read_orders"}


async def test_scopes_that_the_response_does_not_tell_are_read_from_the_api(
    new_installs: NewInstalls, sandbox: Sandbox
) -> None:
    sandbox.stores[1003].add_token("plain", scopes=SCOPES)
    answer = {"access_token": "plain", "store_id": 1003}
    installs = new_installs(transport=MemoryTransport([make_response(answer)]))
    found = await installs.complete(IncomingRequest(method="GET", path="/", query="code=c&store_id=1003"))
    assert found.scopes == frozenset(SCOPES)
    assert found.origin == "app_market"


async def test_scopes_that_nobody_tells_are_unknown(new_installs: NewInstalls, sandbox: Sandbox) -> None:
    sandbox.stores[1003].add_token("plain", scopes=SCOPES)
    sandbox.stores[1003].suspended = True
    answer = {"access_token": "plain", "store_id": 1003}
    installs = new_installs(transport=MemoryTransport([make_response(answer)]))
    found = await installs.complete(IncomingRequest(method="GET", path="/", query="code=c&store_id=1003"))
    assert (found.scopes, found.checked) == (None, False)


async def test_an_api_that_does_not_name_the_scopes_is_no_reason_to_refuse(
    new_installs: NewInstalls, sandbox: Sandbox
) -> None:
    answer = {"access_token": "plain", "store_id": 1003}
    api = Ecwid(transport=MemoryTransport(lambda _: make_response({"created": 1})), tokens=MemoryTokens())
    installs = new_installs(transport=MemoryTransport([make_response(answer)]), ecwid=api)
    found = await installs.complete(IncomingRequest(method="GET", path="/", query="code=c&store_id=1003"))
    assert (found.scopes, found.checked) == (None, True)


# The token.


async def test_installing_again_replaces_the_token_everywhere(
    browser: Browser, sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens
) -> None:
    await browser.install()
    store = ecwid.store(1003)
    await store.profile.get()
    first = await tokens.get(1003)
    sandbox.uninstall("app", 1003)
    with pytest.raises(InvalidToken):
        await store.profile.get()
    assert await ecwid.quarantine()
    await browser.install()
    assert await tokens.get(1003) not in (None, first)
    assert not await ecwid.quarantine()
    sandbox.requests.clear()
    await store.profile.get()
    assert [each.status for each in sandbox.requests] == [200]


async def test_a_replaced_token_is_never_sent_again(browser: Browser, sandbox: Sandbox, ecwid: Ecwid) -> None:
    await browser.install()
    store = ecwid.store(1003)
    await store.profile.get()
    await browser.install()
    sandbox.requests.clear()
    await store.profile.get()
    assert [each.status for each in sandbox.requests] == [200]


class FailingTokens(MemoryTokens):
    """Fails to store or to read a few times."""

    def __init__(self, *, puts: int = 0, gets: int = 0) -> None:
        super().__init__()
        self.failing = {"put": puts, "get": gets}

    async def put(self, store_id: int, token: str) -> None:
        self._fail("put", token)
        await super().put(store_id, token)

    async def get(self, store_id: int) -> Any:
        self._fail("get", "")
        return await super().get(store_id)

    def _fail(self, method: str, token: str) -> None:
        if self.failing[method]:
            self.failing[method] -= 1
            raise RuntimeError(f"the database is gone {token}")


async def no_sleep(_: float) -> None:
    pass


async def test_storing_a_token_is_tried_again(new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox) -> None:
    tokens = FailingTokens(puts=3)
    browser = new_browser(**recorder.hooks, tokens=tokens, sleep=no_sleep)
    assert (await browser.install()).status == 303
    assert await tokens.get(1003) == sandbox.stores[1003].installs["app"].token


async def test_a_token_that_can_not_be_stored_is_no_success(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox
) -> None:
    browser = new_browser(**recorder.hooks, tokens=FailingTokens(puts=4), sleep=no_sleep)
    assert (await browser.install()).status == 503
    (error,) = recorder.errors
    assert (error.reason, error.store_id) == ("not_stored", 1003)
    assert sandbox.stores[1003].installs["app"].token not in repr(error.__dict__)
    assert not recorder.installations
    assert (await browser.install()).status == 303


async def test_no_code_is_used_while_the_tokens_can_not_be_read(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox
) -> None:
    browser = new_browser(**recorder.hooks, tokens=FailingTokens(gets=1))
    url = browser.decide(await browser.start())
    assert (await browser.open(url)).status == 503
    assert [error.reason for error in recorder.errors] == ["unavailable"]
    assert not sandbox.authorization.requests
    assert (await browser.open(url)).status == 303


async def test_no_code_is_used_that_can_not_be_claimed(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox
) -> None:
    class Claims(MemoryCodeClaims):
        async def claim_code(self, code_hash: str, keep_seconds: float) -> bool:
            raise RuntimeError(code_hash)

    assert (await new_browser(**recorder.hooks, claims=Claims()).install()).status == 503
    assert [error.reason for error in recorder.errors] == ["unavailable"]
    assert not sandbox.authorization.requests


async def test_a_token_that_the_api_refuses_is_no_success(new_installs: NewInstalls) -> None:
    answer = {"access_token": "wrong", "store_id": 1003, "scope": " ".join(SCOPES)}
    installs = new_installs(transport=MemoryTransport([make_response(answer)]))
    with pytest.raises(InstallError) as caught:
        await installs.complete(IncomingRequest(method="GET", path="/", query="code=c&store_id=1003"))
    assert (caught.value.reason, caught.value.response_status) == ("refused", 403)


async def test_an_owner_who_installs_twice_at_once_keeps_the_token_that_works(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens
) -> None:
    class Late(MemoryTransport):
        """The response with the first token arrives after the second one is stored."""

        async def send(self, request: Request) -> Response:
            self.requests.append(request)
            is_first = len(self.requests) == 1
            response = await sandbox.authorization.send(request)
            if is_first:
                assert (await browser.install()).status == 303
            return response

    browser = new_browser(**recorder.hooks, transport=Late([]))
    assert (await browser.install()).status == 502
    assert [error.reason for error in recorder.errors] == ["refused"]
    assert len(recorder.installations) == 1
    assert await tokens.get(1003) == sandbox.stores[1003].installs["app"].token
    await ecwid.store(1003).profile.get()


async def test_bringing_an_earlier_token_back_replaces_no_newer_one(
    new_installs: NewInstalls, sandbox: Sandbox
) -> None:
    """One that is stored between the look at the refused token and its replacement."""
    others: list[asyncio.Task[Installation]] = []

    class Tokens(MemoryTokens):
        async def get(self, store_id: int) -> Any:
            token = await super().get(store_id)
            if token == "refused" and not others:
                others.append(asyncio.create_task(installs.complete(request("b"))))
                for _ in range(100):
                    await asyncio.sleep(0)
            return token

    def request(code: str) -> IncomingRequest:
        return IncomingRequest(method="GET", path="/", query=f"code={code}&store_id=1003")

    sandbox.stores[1003].add_token("new", scopes=SCOPES)
    answers = [make_response({"access_token": token, "store_id": 1003}) for token in ("refused", "new")]
    tokens = Tokens({1003: "old"})
    ecwid = Ecwid(transport=sandbox, tokens=tokens)
    installs = new_installs(transport=MemoryTransport(answers), tokens=tokens, ecwid=ecwid)
    with pytest.raises(InstallError):
        await installs.complete(request("a"))
    assert (await others[0]).checked
    assert await tokens.get(1003) == "new"


async def test_an_api_that_does_not_respond_leaves_the_token_unchecked(
    new_browser: NewBrowser, recorder: Recorder, sandbox: Sandbox, tokens: MemoryTokens
) -> None:
    sandbox.stores[1003].suspended = True
    assert (await new_browser(**recorder.hooks).install()).status == 303
    assert [each.checked for each in recorder.installations] == [False]
    assert await tokens.get(1003) is not None


async def test_a_partner_installs_the_app_without_the_owner(
    new_installs: NewInstalls, sandbox: Sandbox, ecwid: Ecwid
) -> None:
    installs = new_installs()
    with pytest.raises(InstallError) as caught:
        await installs.install_as_partner(1004)
    assert caught.value.reason == "refused"
    sandbox.apps["app"].partner = True
    installation = await installs.install_as_partner(1004)
    assert (installation.store_id, installation.origin) == (1004, "partner")
    await ecwid.store(1004).profile.get()
    with pytest.raises(ConfigError):
        await installs.install_as_partner(0)


# Requests and settings.


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=",
        "code=a&code=b",
        "code=a%20b",
        "code=%ff",
        "code=%00",
        f"code={'a' * 1025}",
        "code=a&store_id=1003&store_id=1004",
        "code=a&store_id=x",
        "code=a&store_id=0",
        "code=a&store_id=-1",
        "code=a&store_id=%D9%A1",
        f"code=a&store_id={'9' * 30}",
        "code=a&" + "x=1&" * 40,
        "code=a&x=" + "y" * 9000,
    ],
)
async def test_a_malformed_callback_is_refused(browser: Browser, sandbox: Sandbox, query: str) -> None:
    response = await browser.open(f"/ecwid/callback?{query}")
    assert response.status == 400
    assert b"Start the installation again" in response.body
    assert not sandbox.authorization.requests


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
async def test_only_get_opens_a_page(browser: Browser, sandbox: Sandbox, method: str) -> None:
    url = browser.decide(await browser.start())
    response = await browser.open(url, method)
    assert (response.status, header(response, "Allow")) == (405, "GET")
    assert not sandbox.authorization.requests
    assert (await browser.open("/elsewhere")).status == 404


async def test_pages_can_not_be_framed_or_leak_their_address(browser: Browser) -> None:
    for url in ("/ecwid/callback?error=access_denied", "/ecwid/callback?installed=", "/ecwid/callback"):
        response = await browser.open(url)
        assert "frame-ancestors 'none'" in header(response, "Content-Security-Policy")
        assert header(response, "Referrer-Policy") == "no-referrer"
        assert header(response, "Cache-Control") == "no-store"


@pytest.mark.parametrize(
    "options",
    [
        {"redirect_uri": "http://app.example.com/callback"},
        {"redirect_uri": "https://app.example.com"},
        {"redirect_uri": f"{REDIRECT}#fragment"},
        {"redirect_uri": f"{REDIRECT}?a=b c"},
        {"redirect_uri": "/callback"},
        {"scopes": []},
        {"optional_scopes": ["read_order"]},
        {"flow_lifetime": -1},
        {"flow_lifetime": float("nan")},
        {"start_path": "https://evil.example"},
        {"success_path": "//evil.example"},
        {"oauth_url": "http://my.ecwid.com/api/oauth"},
        {"client_id": ""},
        {"client_secret": ""},
        {"signing_key": ""},
    ],
)
def test_an_invalid_setting_is_refused(new_installs: NewInstalls, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        new_installs(**options)


def test_the_error_for_an_address_is_about_that_address(new_installs: NewInstalls) -> None:
    """Not about the base URL of the API, which another variable sets."""
    for redirect_uri in ("/callback", "http://app.example.com/callback"):
        with pytest.raises(ConfigError, match="The redirect_uri must be the https URL of the app's callback, such as"):
            new_installs(redirect_uri=redirect_uri)
    with pytest.raises(ConfigError, match=r"give one such as https://my\.ecwid\.com/api/oauth"):
        new_installs(oauth_url="my.ecwid.com")


def test_scopes_may_be_one_text(new_installs: NewInstalls) -> None:
    for scopes in ("read_orders read_catalog", ["read_orders read_catalog"], ["read_catalog", "read_orders"]):
        installs = new_installs(scopes=scopes, optional_scopes="read_catalog")
        assert (installs.scopes, installs.required_scopes) == ({"read_orders", "read_catalog"}, {"read_orders"})


def test_another_source_of_tokens_needs_claims(new_installs: NewInstalls) -> None:
    class Own:
        async def get(self, store_id: int) -> str | None: ...

        async def put(self, store_id: int, token: str) -> None: ...

        async def invalidate(self, store_id: int, token: str) -> None: ...

        async def delete_invalid(self, store_id: int) -> bool: ...

    with pytest.raises(ConfigError, match="claims"):
        new_installs(tokens=Own())
    new_installs(tokens=Own(), claims=MemoryCodeClaims())


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, ecwid: Ecwid, tokens: MemoryTokens
) -> None:
    monkeypatch.setenv("ECWID_CLIENT_ID", "from-environment")
    monkeypatch.setenv("ECWID_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("ECWID_OAUTH_URL", "http://127.0.0.1:8000/api/oauth/")
    installs = Installs(ecwid, tokens, redirect_uri=f"{REDIRECT}?a=b", scopes="read_orders,add_to_cp")
    location = header(installs.begin(), "Location")
    assert location.startswith("http://127.0.0.1:8000/api/oauth/authorize?client_id=from-environment&")
    assert "scope=add_to_cp%20read_orders" in location
    with pytest.raises(ValueError, match="path of this site"):
        installs.begin(return_to="//evil.example")
    with pytest.raises(ValueError, match="user"):
        installs.begin(user="u" * 201)


def test_an_error_survives_pickling() -> None:
    error = InstallError("no", reason="missing_scopes", store_id=7, missing_scopes=["b", "a"], response_status=200)
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error)
    assert (str(copy), copy.status, copy.missing_scopes) == ("no", 403, ("a", "b"))
