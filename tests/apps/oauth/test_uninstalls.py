"""Uninstalls: only a refusal of the current token, seen with a request that was really sent, proves one."""

from pathlib import Path
from typing import Any

import pytest

from ecwid_async import ConfigError, Ecwid, InvalidToken, NotSent, TokenUnavailable
from ecwid_async.apps import MemoryInbox, Uninstalls, Webhooks
from ecwid_async.models import ApplicationEvent
from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.tokens import MemoryTokens, SQLTokens, new_key
from ecwid_async.transport import MemoryCache, MemoryTransport, make_response
from ecwid_async.wire import Response
from tests.apps.oauth.conftest import CLIENT_SECRET


class Hook:
    def __init__(self) -> None:
        self.calls: list[int] = []
        self.error: Exception | None = None

    async def __call__(self, store_id: int) -> None:
        self.calls.append(store_id)
        if self.error is not None:
            raise self.error


@pytest.fixture
def hook() -> Hook:
    return Hook()


async def install(sandbox: Sandbox, tokens: Any, **options: Any) -> None:
    await tokens.put(1003, sandbox.install("app", 1003, **options).token)


async def test_an_uninstalled_app_is_forgotten(
    sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook
) -> None:
    uninstalls = Uninstalls(ecwid, tokens, on_uninstall=hook)
    await install(sandbox, tokens)
    await ecwid.store(1003).profile.get()
    assert await uninstalls.confirm(1003) == "installed"
    assert hook.calls == []
    sandbox.uninstall("app", 1003)
    assert await uninstalls.confirm(1003) == "uninstalled"
    assert hook.calls == [1003]
    assert await tokens.get(1003) is None
    with pytest.raises(ConfigError):
        await ecwid.store(1003).profile.get()


async def test_a_token_that_was_refused_before_the_event_is_forgotten_too(
    sandbox: Sandbox, hook: Hook, tmp_path: Path
) -> None:
    async with SQLTokens(f"sqlite:///{tmp_path / 'tokens.db'}", keys=[new_key()]) as tokens:
        ecwid = Ecwid(transport=sandbox, tokens=tokens)
        await install(sandbox, tokens)
        sandbox.uninstall("app", 1003)
        with pytest.raises(InvalidToken):
            await ecwid.store(1003).profile.get()
        assert [status async for status in tokens.statuses()]
        assert await ecwid.quarantine()
        assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "uninstalled"
        assert hook.calls == [1003]
        assert not [status async for status in tokens.statuses()]
        assert not await ecwid.quarantine()


async def test_a_late_event_does_not_harm_a_new_installation(
    sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook
) -> None:
    await install(sandbox, tokens)
    sandbox.uninstall("app", 1003)
    await install(sandbox, tokens)
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "installed"
    await ecwid.store(1003).profile.get()


async def test_an_installation_during_the_check_is_not_harmed(sandbox: Sandbox, hook: Hook) -> None:
    class Reinstalled(MemoryTokens):
        async def invalidate(self, store_id: int, token: str) -> None:
            await install(sandbox, self)
            await super().invalidate(store_id, token)

    tokens = Reinstalled()
    await install(sandbox, tokens)
    sandbox.uninstall("app", 1003)
    ecwid = Ecwid(transport=sandbox, tokens=tokens)
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "installed"
    assert hook.calls == []
    await ecwid.store(1003).profile.get()


async def test_an_installation_while_the_old_token_is_deleted_is_not_harmed(
    sandbox: Sandbox, ecwid: Ecwid, hook: Hook
) -> None:
    """The store had no token when the event was handled, and has one before anything is deleted."""

    class Reinstalled(MemoryTokens):
        async def delete_invalid(self, store_id: int) -> bool:
            await install(sandbox, self)
            return await super().delete_invalid(store_id)

    assert await Uninstalls(ecwid, Reinstalled(), on_uninstall=hook).confirm(1003) == "installed"
    assert hook.calls == []


async def test_a_quarantine_proves_nothing(sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook) -> None:
    await install(sandbox, tokens)
    token = await tokens.get(1003)
    assert token is not None
    sandbox.stores[1003].revoke(token)
    store = ecwid.store(1003, token)
    with pytest.raises(InvalidToken):
        await store.profile.get()
    sandbox.stores[1003].add_token(token)
    with pytest.raises(InvalidToken):
        await store.profile.get()  # answered locally
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "installed"


async def test_the_cache_keeps_nothing_of_a_store_that_is_gone(sandbox: Sandbox, tokens: MemoryTokens) -> None:
    cache = MemoryCache()
    ecwid = Ecwid(transport=sandbox, tokens=tokens, cache=cache)
    await install(sandbox, tokens)
    await ecwid.store(1003).profile.get()
    sandbox.uninstall("app", 1003)
    await ecwid.store(1003).profile.get()  # from the cache
    assert len(cache) == 1
    assert await Uninstalls(ecwid, tokens).confirm(1003) == "uninstalled"
    assert len(cache) == 0


async def test_a_missing_scope_is_no_uninstall(
    sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook
) -> None:
    await install(sandbox, tokens, scopes=["read_orders"])
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "installed"


@pytest.mark.parametrize(
    "response",
    [
        make_response({"errorCode": "STORE_IS_SUSPENDED"}, status=402),
        make_response({"errorCode": "STORE_NOT_FOUND"}, status=404),
        make_response(b"Forbidden", status=403),
        make_response(b"Unauthorized", status=401),
        make_response({"errorCode": "INVALID_API_TOKEN"}, status=500),
        make_response({"errorCode": "INVALID_API_TOKEN"}, status=404),
        make_response({"errorCode": "INSUFFICIENT_APP_SCOPE"}, status=502),
        make_response(b"", status=429),
        make_response(b"", status=503),
        make_response(b"", status=301),
    ],
)
async def test_anything_else_proves_nothing(tokens: MemoryTokens, hook: Hook, response: Response) -> None:
    await tokens.put(1003, "secret_1")
    transport = MemoryTransport([response])
    ecwid = Ecwid(transport=transport, tokens=tokens)
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "unknown"
    assert await tokens.get(1003) == "secret_1"
    assert hook.calls == []
    assert len(transport.requests) == 1


async def test_an_event_is_tried_again_until_the_state_is_known(
    sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook
) -> None:
    now = 1_750_000_000.0
    inbox = MemoryInbox(clock=lambda: now)
    webhooks = Webhooks(inbox, client_secret=CLIENT_SECRET)
    webhooks.on("application.uninstalled")(Uninstalls(ecwid, tokens, on_uninstall=hook).handle_event)
    await install(sandbox, tokens)
    sandbox.uninstall("app", 1003)
    sandbox.faults.add(Fault(request="GET /profile", status=503))
    async with inbox:
        await webhooks.add(ApplicationEvent(store_id=1003, event_id="1", event_type="application.uninstalled"))
        await webhooks.run(until_idle=True)
        assert (hook.calls, (await webhooks.status()).retrying) == ([], 1)
        now += 3600
        await webhooks.run(until_idle=True)
        assert (hook.calls, (await webhooks.status()).retrying) == ([1003], 0)


@pytest.mark.parametrize("fails", ["network", "tokens"])
async def test_a_failure_proves_nothing(hook: Hook, fails: str, caplog: pytest.LogCaptureFixture) -> None:
    class Failing(MemoryTokens):
        async def get(self, store_id: int) -> Any:
            if fails == "tokens":
                raise TokenUnavailable("the database is gone", store_id=store_id)
            return await super().get(store_id)

    tokens = Failing({1003: "secret_12345678"})
    ecwid = Ecwid(transport=MemoryTransport(lambda request: NotSent("no secret_12345678", request=request)))
    assert await Uninstalls(ecwid, tokens, on_uninstall=hook).confirm(1003) == "unknown"
    assert hook.calls == []
    assert "1003" in caplog.text
    assert "12345678" not in caplog.text


async def test_a_hook_that_fails_is_called_again(
    sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, hook: Hook
) -> None:
    uninstalls = Uninstalls(ecwid, tokens, on_uninstall=hook)
    await install(sandbox, tokens)
    sandbox.uninstall("app", 1003)
    hook.error = RuntimeError("the database is gone")
    with pytest.raises(RuntimeError):
        await uninstalls.confirm(1003)
    hook.error = None
    assert await uninstalls.confirm(1003) == "uninstalled"
    assert hook.calls == [1003, 1003]


async def test_a_store_without_a_token_is_not_installed(ecwid: Ecwid, tokens: MemoryTokens) -> None:
    assert await Uninstalls(ecwid, tokens).confirm(1003) == "uninstalled"
    with pytest.raises(ConfigError):
        await Uninstalls(ecwid, tokens).confirm(0)
