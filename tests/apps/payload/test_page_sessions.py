"""A visit with a payload becomes a session at a clean address, and nothing else does."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from ecwid_async import ConfigError, Ecwid, RetryPolicy, ServerError
from ecwid_async.apps import (
    IncomingRequest,
    MemoryUsedPayloads,
    OutgoingResponse,
    PageSession,
    PageSessions,
    VerifiedPayload,
)
from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.app_requests.encryption import encrypt_cbc
from ecwid_async.tokens import MemoryTokens
from ecwid_async.wire import Headers

SECRET = "secret_0123abcd4567efgh"
NOW = 1_900_000_000.0

Make = Callable[..., PageSessions]


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_app(
        App(
            client_id="app",
            client_secret=SECRET,
            scopes=frozenset({"read_store_profile"}),
            iframe_url="https://app.example/open",
        )
    )
    for store_id in (1003, 1004):
        sandbox.add_store(store_id, token="secret_of_others").profile = {"generalInfo": {"storeId": store_id}}
        sandbox.install("app", store_id)
    return sandbox


@pytest.fixture
async def make(sandbox: Sandbox, clock: Time) -> AsyncIterator[Make]:
    async with Ecwid(transport=sandbox, retry=RetryPolicy(attempts=1)) as ecwid:

        def make_sessions(**options: Any) -> PageSessions:
            return PageSessions(ecwid, **{"page": "/orders", "client_secret": SECRET, "clock": clock} | options)

        yield make_sessions


@pytest.fixture
def sessions(make: Make) -> PageSessions:
    return make()


def visit(url: str, cookie: str | None = None) -> IncomingRequest:
    """The request of a browser for this address, without the fragment."""
    parts = urlsplit(url)
    headers = Headers((("Host", parts.netloc), *((("Cookie", cookie),) if cookie else ())))
    return IncomingRequest(method="GET", path=parts.path, query=parts.query, headers=headers)


def sent_fragment(
    url: str, *, content_type: str = "application/json", site: str | None = "same-origin"
) -> IncomingRequest:
    """The request of the page's script."""
    pairs = [("Content-Type", content_type), *([("Sec-Fetch-Site", site)] if site else [])]
    body = json.dumps({"fragment": urlsplit(url).fragment}).encode()
    return IncomingRequest(method="POST", path="/open", headers=Headers(tuple(pairs)), body=body)


def cookie_of(response: OutgoingResponse) -> str:
    """The cookie as the browser sends it back."""
    (header,) = headers_of(response, "Set-Cookie")
    return header.partition(";")[0]


def headers_of(response: OutgoingResponse, name: str) -> list[str]:
    return [value for key, value in response.headers if key == name]


def session_with(sessions: PageSessions, cookie: str) -> PageSession | None:
    return sessions.session_of(visit("https://app.example/orders", cookie))


# A visit.


async def test_a_visit_becomes_a_session_at_a_clean_address(sessions: PageSessions, sandbox: Sandbox) -> None:
    response = await sessions.handle(visit(sandbox.iframe_url("app", 1003, lang="de", view_mode="INLINE")))
    assert response.status == 303
    assert headers_of(response, "Location") == ["/orders"]
    assert response.body == b""
    session = session_with(sessions, cookie_of(response))
    assert session is not None
    assert (session.store_id, session.language, session.view_mode) == (1003, "de", "INLINE")
    assert (session.opened_at, session.expires_at) == (NOW, NOW + 8 * 3600)


async def test_the_cookie_is_for_a_frame_of_another_site_and_hidden_from_scripts(
    sessions: PageSessions, sandbox: Sandbox
) -> None:
    response = await sessions.handle(visit(sandbox.iframe_url("app", 1003)))
    (header,) = headers_of(response, "Set-Cookie")
    name, *attributes = re.split(r"=[\w.-]+; ", header, maxsplit=1)
    assert name == "__Host-ecwid-page"
    assert attributes == ["Path=/; Max-Age=28800; HttpOnly; Secure; SameSite=None; Partitioned"]


async def test_all_responses_forbid_other_frames_referrers_and_caches(make: Make, sandbox: Sandbox) -> None:
    sessions = make(control_panels=["https://my.ecwid.com", "https://shop.example:8443"])
    for url in (sandbox.iframe_url("app", 1003), "https://app.example/open", "https://app.example/open?payload=x"):
        response = await sessions.handle(visit(url))
        assert headers_of(response, "Referrer-Policy") == ["no-referrer"]
        assert headers_of(response, "Cache-Control") == ["no-store"]
        policy = "frame-ancestors https://my.ecwid.com https://shop.example:8443"
        assert headers_of(response, "Content-Security-Policy") == [policy]
    assert dict(sessions.page_headers)["Content-Security-Policy"] == policy


async def test_the_state_of_a_link_goes_to_the_page_as_a_parameter(make: Make, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003, app_state="order: 12&x=<b>\r\nä+%")
    for page, start in (("/orders", "/orders?"), ("/page?tab=1", "/page?tab=1&")):
        (location,) = headers_of(await make(page=page).handle(visit(url)), "Location")
        assert location == f"{start}app_state=order%3A%2012%26x%3D%3Cb%3E%0D%0A%C3%A4%2B%25"


async def test_a_state_with_a_plus_for_a_space_is_read(sessions: PageSessions, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003).replace("&cache-killer", "&app_state=a+b%20c&cache-killer")
    (location,) = headers_of(await sessions.handle(visit(url)), "Location")
    assert location == "/orders?app_state=a%20b%20c"


async def test_a_payload_in_the_standard_alphabet_may_be_unencoded_in_the_query(
    sessions: PageSessions, sandbox: Sandbox
) -> None:
    urls = (sandbox.iframe_url("app", 1003) for _ in range(1000))
    url = next(url for url in urls if "-" in url.partition("payload=")[2].partition("&")[0])
    start, payload, end = re.split(r"(?<=payload=)(.*)(?=&cache)", url)
    for text in (payload.replace("-", "+").replace("_", "/"), payload.replace("-", "%2B").replace("_", "%2F")):
        assert (await sessions.handle(visit(f"{start}{text}{end}"))).status == 303


# Tokens.


async def test_the_token_is_stored_and_appears_in_no_response(make: Make, sandbox: Sandbox) -> None:
    tokens = MemoryTokens()
    response = await make(tokens=tokens).handle(visit(sandbox.iframe_url("app", 1003)))
    token = sandbox.stores[1003].installs["app"].token
    assert await tokens.get(1003) == token
    assert token not in str(response.headers)
    assert token not in repr(session_with(make(), cookie_of(response)))


async def test_a_refused_payload_stores_no_token_and_opens_nothing(make: Make, sandbox: Sandbox) -> None:
    tokens, opened = MemoryTokens({1003: "secret_current"}), []
    url = sandbox.iframe_url("app", 1003)
    sandbox.install("app", 1003)  # again: the token in the address is dead

    async def on_open(payload: VerifiedPayload) -> None:
        opened.append(payload)

    response = await make(tokens=tokens, on_open=on_open).handle(visit(url))
    assert response.status == 400
    assert await tokens.get(1003) == "secret_current"
    assert opened == []


async def test_on_open_gets_the_verified_payload_and_can_refuse_the_visit(make: Make, sandbox: Sandbox) -> None:
    opened: list[VerifiedPayload] = []

    async def on_open(payload: VerifiedPayload) -> None:
        opened.append(payload)
        raise LookupError("no such customer")

    with pytest.raises(LookupError):
        await make(on_open=on_open).handle(visit(sandbox.iframe_url("app", 1003)))
    assert [payload.store_id for payload in opened] == [1003]


# Refusals.


@pytest.mark.parametrize("fault", ["cut", "tampered", "wrong_key", "wrong_padding"])
async def test_each_damaged_payload_gets_the_same_response(
    sessions: PageSessions, sandbox: Sandbox, fault: Any
) -> None:
    other = await sessions.handle(visit("https://app.example/open?payload=" + "A" * 50))
    url = sandbox.iframe_url("app", 1003)
    assert await sessions.handle(visit(sandbox.iframe_url("app", 1003, fault=fault))) == other
    assert await sessions.handle(visit(f"{url}&payload=again")) == other
    assert await sessions.handle(visit(f"{url}&{'x' * 40_000}")) == other
    sandbox.uninstall("app", 1003)
    assert await sessions.handle(visit(url)) == other
    assert other.status == 400
    assert "Set-Cookie" not in dict(other.headers)


async def test_a_visit_without_a_payload_is_told_where_to_open_the_page(sessions: PageSessions) -> None:
    for url in ("https://app.example/open", "https://app.example/open?payload=&x", "https://app.example/open?"):
        response = await sessions.handle(visit(url))
        assert response.status == 400
        assert b"control panel" in response.body


async def test_only_get_opens_the_page(sessions: PageSessions, make: Make, sandbox: Sandbox) -> None:
    url = urlsplit(sandbox.iframe_url("app", 1003))
    for method in ("POST", "HEAD", "PUT"):
        response = await sessions.handle(IncomingRequest(method=method, path=url.path, query=url.query))
        assert (response.status, headers_of(response, "Allow")) == (405, ["GET"])
    response = await make(fragments=True).handle(IncomingRequest(method="PUT", path="/open"))
    assert headers_of(response, "Allow") == ["GET, POST"]


async def test_a_failing_api_is_not_blamed_on_the_payload(sessions: PageSessions, sandbox: Sandbox) -> None:
    sandbox.stores[1003].failing = True
    with pytest.raises(ServerError):
        await sessions.handle(visit(sandbox.iframe_url("app", 1003)))


# Sessions.


async def test_a_session_expires(make: Make, sandbox: Sandbox, clock: Time) -> None:
    sessions = make(lifetime=60)
    cookie = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1003))))
    clock.now += 59
    assert session_with(sessions, cookie) is not None
    clock.now += 1
    assert session_with(sessions, cookie) is None


async def test_a_session_from_the_future_is_refused(sessions: PageSessions, sandbox: Sandbox, clock: Time) -> None:
    cookie = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1003))))
    clock.now -= 299
    assert session_with(sessions, cookie) is not None
    clock.now -= 2
    assert session_with(sessions, cookie) is None


async def test_each_changed_character_of_a_session_is_noticed(sessions: PageSessions, sandbox: Sandbox) -> None:
    name, _, value = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1003)))).partition("=")
    for position in range(len(value)):
        for replacement in "Ax.":
            changed = value[:position] + replacement + value[position + 1 :]
            assert changed == value or session_with(sessions, f"{name}={changed}") is None
    for changed in ("", ".", value[:-1], value + "A", value * 20, "ü", value.partition(".")[0], f"{value}."):
        assert session_with(sessions, f"{name}={changed}") is None


async def test_the_session_is_found_among_other_cookies(sessions: PageSessions, sandbox: Sandbox) -> None:
    cookie = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1003))))
    for header in (f"a=b; {cookie}; c", f"__Host-ecwid-page=old; {cookie}", f"{cookie};", f";;={cookie}; {cookie}"):
        assert session_with(sessions, header) is not None
    for header in ("", "a", f"x{cookie}", cookie.replace("__Host-", ""), "__Host-ecwid-page=a; " * 4 + cookie):
        assert session_with(sessions, header) is None
    two = Headers((("Cookie", "a=b"), ("cookie", cookie)))
    assert sessions.session_of(IncomingRequest(method="GET", path="/", headers=two)) is not None


async def test_keys_of_sessions_can_be_replaced(make: Make, sandbox: Sandbox) -> None:
    old, new = "a key of 16 or more", "another such key, longer"
    old, new = old.replace(" ", "_"), new.replace(" ", "_")
    cookie = cookie_of(await make(session_keys=old).handle(visit(sandbox.iframe_url("app", 1003))))
    assert session_with(make(session_keys=[new, old]), cookie) is not None
    assert session_with(make(session_keys=new), cookie) is None
    assert session_with(make(), cookie) is None
    rotated = cookie_of(await make(session_keys=[new, old]).handle(visit(sandbox.iframe_url("app", 1003))))
    assert session_with(make(session_keys=new), rotated) is not None


async def test_a_replaced_client_secret_ends_no_session(make: Make, sandbox: Sandbox) -> None:
    cookie = cookie_of(await make().handle(visit(sandbox.iframe_url("app", 1003))))
    assert session_with(make(client_secret=iter(["secret_that_is_new", SECRET])), cookie) is not None
    assert session_with(make(client_secret="secret_that_is_new"), cookie) is None


async def test_each_visit_has_a_csrf_token_of_its_own(sessions: PageSessions, sandbox: Sandbox) -> None:
    """Two stores in two tabs share the cookie: a form of the first is refused under the session of the second."""
    cookies = [
        cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", store_id)))) for store_id in (1003, 1003, 1004)
    ]
    found = [session_with(sessions, cookie) for cookie in cookies]
    first, second, third = (session for session in found if session is not None)
    assert first.is_csrf_token(first.csrf_token)
    again = session_with(sessions, cookies[0])
    assert again is not None
    assert again.csrf_token == first.csrf_token
    assert first.csrf_token not in repr(first)
    assert first.csrf_token not in cookies[0]
    for wrong in (second.csrf_token, third.csrf_token, "", None, "ü", "\ud83d", cookies[0]):
        assert not first.is_csrf_token(wrong)


# Replay.


async def test_a_payload_can_be_sent_again_unless_each_is_accepted_once(make: Make, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003)
    repeatable, once = make(), make(used_payloads=MemoryUsedPayloads())
    assert [(await repeatable.handle(visit(url))).status for _ in range(2)] == [303, 303]
    assert [(await once.handle(visit(url))).status for _ in range(2)] == [303, 400]
    assert (await once.handle(visit(url.replace("&cache", "==&cache")))).status == 400
    assert (await once.handle(visit(sandbox.iframe_url("app", 1003)))).status == 303


async def test_a_used_payload_can_not_be_changed_into_an_unused_one(make: Make, sandbox: Sandbox) -> None:
    """In unused bits of Base64, or in the first block, whose text is changed by that of the IV."""
    once = make(used_payloads=MemoryUsedPayloads())
    token = sandbox.stores[1003].installs["app"].token
    sealed = encrypt_cbc(SECRET, b'{ "store_id": 1003, "access_token": "%s"}' % token.encode() + b" " * 32)
    assert len(sealed) % 4 == 3
    assert (await once.handle(visit(f"https://app.example/open?payload={sealed}"))).status == 303
    raw = urlsafe_b64decode(sealed + "=")
    other_bits = sealed[:-1] + chr(ord(sealed[-1]) + 1)
    assert urlsafe_b64decode(other_bits + "=") == raw
    tab_for_space = urlsafe_b64encode(raw[:1] + bytes([raw[1] ^ 0x20 ^ 0x09]) + raw[2:]).decode()
    for changed in (other_bits, tab_for_space):
        assert (await make().handle(visit(f"https://app.example/open?payload={changed}"))).status == 303
        assert (await once.handle(visit(f"https://app.example/open?payload={changed}"))).status == 400


async def test_a_fragment_may_be_sent_again_since_it_is_always_the_same(make: Make, sandbox: Sandbox) -> None:
    once = make(used_payloads=MemoryUsedPayloads(), fragments=True)
    url = sandbox.iframe_url("app", 1003, mode="fragment")
    assert [(await once.handle(sent_fragment(url))).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("mode", ["fragment", "encrypted"])
async def test_a_public_token_opens_nothing(make: Make, sandbox: Sandbox, mode: str) -> None:
    """Every visitor of the storefront can read it, and the API shows it the profile."""
    sandbox.stores[1003].add_token("public_abc", scopes=["read_store_profile"])
    payload = json.dumps({"store_id": 1003, "access_token": "public_abc"}).encode()
    sessions = make(fragments=True)
    if mode == "fragment":
        response = await sessions.handle(sent_fragment(f"https://app.example/open#{payload.hex()}"))
    else:
        sealed = encrypt_cbc(SECRET, payload)
        response = await sessions.handle(visit(f"https://app.example/open?payload={sealed}"))
    assert response.status == 400
    assert not headers_of(response, "Set-Cookie")


async def test_of_two_cookies_the_latest_counts(sessions: PageSessions, sandbox: Sandbox, clock: Time) -> None:
    """A browser that begins to partition cookies may send an earlier one too."""
    first = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1003))))
    clock.now += 1
    second = cookie_of(await sessions.handle(visit(sandbox.iframe_url("app", 1004))))
    for cookies in (f"{first}; {second}", f"{second}; {first}"):
        session = session_with(sessions, cookies)
        assert session is not None
        assert session.store_id == 1004


async def test_a_reload_of_the_frame_may_send_its_payload_again(make: Make, sandbox: Sandbox) -> None:
    once, url = make(used_payloads=MemoryUsedPayloads()), sandbox.iframe_url("app", 1003)
    cookie = cookie_of(await once.handle(visit(url)))
    other = cookie_of(await once.handle(visit(sandbox.iframe_url("app", 1004))))
    assert (await once.handle(visit(url, cookie))).status == 303
    assert (await once.handle(visit(url, other))).status == 400


async def test_a_payload_that_could_not_be_verified_is_not_used_up(make: Make, sandbox: Sandbox) -> None:
    once, url = make(used_payloads=MemoryUsedPayloads()), sandbox.iframe_url("app", 1003)
    sandbox.stores[1003].failing = True
    with pytest.raises(ServerError):
        await once.handle(visit(url))
    sandbox.stores[1003].failing = False
    assert (await once.handle(visit(url))).status == 303


async def test_the_memory_of_used_payloads_is_bounded() -> None:
    used = MemoryUsedPayloads(limit=2)
    assert [await used.add(each) for each in ("a", "b", "a", "c", "b", "a")] == [True, True, False, True, False, True]


# Fragments.


async def test_a_page_sends_the_fragment_and_gets_a_session(make: Make, sandbox: Sandbox) -> None:
    tokens = MemoryTokens()
    sessions = make(fragments=True, tokens=tokens)
    url = sandbox.iframe_url("app", 1003, mode="fragment", app_state="<x>")
    page = await sessions.handle(visit(url))
    assert page.status == 200
    (policy,) = headers_of(page, "Content-Security-Policy")
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]{22})'", policy)
    assert f'<script nonce="{nonce}">' in page.body.decode()
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("frame-ancestors https://my.ecwid.com")
    assert headers_of(page, "Cache-Control") == ["no-store"]
    assert nonce not in (await sessions.handle(visit(url))).body.decode()
    response = await sessions.handle(sent_fragment(url))
    assert (response.status, json.loads(response.body)) == (200, {"page": "/orders?app_state=%3Cx%3E"})
    session = session_with(sessions, cookie_of(response))
    assert session is not None
    assert session.store_id == 1003
    assert await tokens.get(1003) == sandbox.stores[1003].installs["app"].token


async def test_an_encrypted_payload_is_read_where_fragments_are_too(make: Make, sandbox: Sandbox) -> None:
    assert (await make(fragments=True).handle(visit(sandbox.iframe_url("app", 1003)))).status == 303


async def test_fragments_are_refused_unless_asked_for(sessions: PageSessions, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003, mode="fragment")
    assert (await sessions.handle(sent_fragment(url))).status == 405
    assert (await sessions.handle(visit(url))).status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json2"])
async def test_another_site_can_not_send_a_fragment(make: Make, sandbox: Sandbox, content_type: str) -> None:
    sessions, url = make(fragments=True), sandbox.iframe_url("app", 1003, mode="fragment")
    assert (await sessions.handle(sent_fragment(url, content_type=content_type))).status == 400
    for site in ("cross-site", "same-site", "none"):
        assert (await sessions.handle(sent_fragment(url, site=site))).status == 400
    assert (await sessions.handle(sent_fragment(url, site=None))).status == 200  # an older browser


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"fragment":5}', b'{"fragment":"7b7d"}', b"\xff", b"[" * 9000, b"x" * 20_000]
)
async def test_a_malformed_fragment_is_refused(make: Make, body: bytes) -> None:
    request = IncomingRequest(
        method="POST", path="/open", headers=Headers((("Content-Type", "application/json"),)), body=body
    )
    assert (await make(fragments=True).handle(request)).status == 400


# Settings.


@pytest.mark.parametrize(
    "options",
    [
        {"page": "orders"},
        {"page": "//evil.example"},
        {"page": "/\\evil.example"},
        {"page": "http://app.example/orders"},
        {"page": "/a\r\nSet-Cookie: a=b"},
        {"page": ""},
        {"control_panels": ["https://my.ecwid.com/"]},
        {"control_panels": ["https://a.example; script-src *"]},
        {"control_panels": ["http://a.example"]},
        {"control_panels": ["*"]},
        {"control_panels": [5]},
        {"lifetime": 0},
        {"lifetime": float("nan")},
        {"client_secret": "short"},
        {"client_secret": []},
        {"session_keys": "short"},
        {"session_keys": []},
    ],
)
def test_an_invalid_setting_is_a_config_error(make: Make, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        make(**options)


async def test_no_frame_may_show_the_page_without_control_panels(make: Make) -> None:
    assert dict(make(control_panels=[]).page_headers)["Content-Security-Policy"] == "frame-ancestors 'none'"


async def test_secrets_are_never_shown(make: Make) -> None:
    sessions = make(session_keys="a_key_of_16_or_more")
    shown = f"{sessions!r} {vars(sessions)}"
    assert SECRET not in shown
    assert "a_key_of" not in shown


async def test_no_frame_of_an_error_has_the_payload_or_the_token(make: Make, sandbox: Sandbox) -> None:
    url = sandbox.iframe_url("app", 1003)
    sandbox.stores[1003].failing = True
    payload, token = url.partition("payload=")[2].partition("&")[0], sandbox.stores[1003].installs["app"].token
    with pytest.raises(ServerError) as caught:
        await make().handle(visit(url))
    frame = caught.tb.tb_next
    while frame is not None:
        if "sandbox/" not in frame.tb_frame.f_code.co_filename:
            shown = repr(frame.tb_frame.f_locals)
            assert payload not in shown
            assert token not in shown
        frame = frame.tb_next
