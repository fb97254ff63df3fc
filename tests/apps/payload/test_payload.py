"""A payload counts as verified once its token opens its store."""

import pytest

from ecwid_async import Ecwid, MissingScope, RetryPolicy, ServerError
from ecwid_async.apps import PayloadError, PayloadReader, UnverifiedPayload, VerifiedPayload
from ecwid_async.sandbox import App, Sandbox
from ecwid_async.transport import MemoryCache, MemoryTransport, Secret, make_response

TOKEN = "secret_of_the_store"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox()
    store = sandbox.add_store(1003, token=TOKEN)
    store.profile = {"generalInfo": {"storeId": 1003}}
    sandbox.add_store(1004, token="secret_of_another").profile = {"generalInfo": {"storeId": 1004}}
    return sandbox


def payload(store_id: int = 1003, token: str = TOKEN) -> UnverifiedPayload:
    return UnverifiedPayload(store_id=store_id, access_token=Secret(token), language="en", app_state="a")


async def test_the_token_of_a_verified_payload_opens_its_store(sandbox: Sandbox) -> None:
    async with Ecwid(transport=sandbox) as ecwid:
        verified = await payload().verify_store(ecwid)
    assert type(verified) is VerifiedPayload
    assert (verified.store_id, verified.language, verified.app_state) == (1003, "en", "a")
    assert verified.access_token == TOKEN
    assert TOKEN not in repr(verified)
    (request,) = sandbox.requests
    assert (request.method, request.path, request.status) == ("GET", "/1003/profile", 200)


@pytest.mark.parametrize(
    ("store_id", "token"), [(1003, "secret_revoked"), (1004, TOKEN), (1003, "secret_of_another"), (9, TOKEN)]
)
async def test_a_token_that_does_not_open_the_store_is_refused(sandbox: Sandbox, store_id: int, token: str) -> None:
    with pytest.raises(PayloadError) as unreadable:
        PayloadReader("secret_0123abcd4567").decrypt_unauthenticated("x")
    async with Ecwid(transport=sandbox) as ecwid:
        with pytest.raises(PayloadError) as caught:
            await payload(store_id, token).verify_store(ecwid)
    assert str(caught.value) == str(unreadable.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "profile", [{}, {"generalInfo": {"storeId": 1004}}, {"generalInfo": None}, {"generalInfo": {}}]
)
async def test_a_profile_of_another_store_is_refused(profile: object) -> None:
    async with Ecwid(transport=MemoryTransport([make_response(profile)])) as ecwid:
        with pytest.raises(PayloadError):
            await payload().verify_store(ecwid)


async def test_a_cached_profile_proves_nothing(sandbox: Sandbox) -> None:
    async with Ecwid(transport=sandbox, cache=MemoryCache()) as ecwid:
        await payload().verify_store(ecwid)
        sandbox.stores[1003].revoke(TOKEN)
        with pytest.raises(PayloadError):
            await payload().verify_store(ecwid)


async def test_a_failing_api_says_nothing_about_the_payload(sandbox: Sandbox) -> None:
    sandbox.stores[1003].failing = True
    async with Ecwid(transport=sandbox, retry=RetryPolicy(attempts=1)) as ecwid:
        with pytest.raises(ServerError):
            await payload().verify_store(ecwid)


async def test_a_token_without_the_scope_of_the_profile_is_reported_as_such(sandbox: Sandbox) -> None:
    sandbox.stores[1003].add_token("secret_narrow", ["read_orders"])
    async with Ecwid(transport=sandbox) as ecwid:
        with pytest.raises(MissingScope, match="read_store_profile"):
            await payload(token="secret_narrow").verify_store(ecwid)


async def test_the_domain_of_a_payload_gets_no_request() -> None:
    """The request goes to the client's own server."""
    transport = MemoryTransport([make_response({"generalInfo": {"storeId": 1003}})])
    reader = PayloadReader("secret_0123abcd4567")
    fragment = b'{"store_id":1003,"access_token":"secret_of_the_store","domain":"https://evil.example"}'.hex()
    async with Ecwid(transport=transport) as ecwid:
        await reader.read_unencrypted(fragment).verify_store(ecwid)
    assert [request.path for request in transport.requests] == ["/1003/profile"]
    assert "evil" not in repr(transport.requests)


def test_the_sandbox_opens_only_the_page_of_an_installed_app(sandbox: Sandbox) -> None:
    sandbox.add_app(App(client_id="app", client_secret="secret_0123abcd4567"))
    with pytest.raises(ValueError, match="not installed"):
        sandbox.iframe_url("app", 1003)
    sandbox.install("app", 1003)
    with pytest.raises(ValueError, match="iframe_url"):
        sandbox.iframe_url("app", 1003)
