"""`Ecwid(tokens=…)`: the token is read with the first request, and reloaded when the API refuses it."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest

from ecwid_async import (
    ConfigError,
    Ecwid,
    EcwidError,
    InvalidToken,
    MissingToken,
    NotSentInTime,
    RetryPolicy,
    TokenUnavailable,
)
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.tokens import EnvironmentTokens, FileTokens, MemoryTokens, TokenSource
from ecwid_async.transport import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.cancelling import KINDS, Kind, cancel_at_every_await
from tests.clock import Clock
from tests.tokens.conftest import shown_by
from tests.tokens.sources import CountingTokens, FailingTokens, SlowTokens

OLD, NEW = "secret_old", "secret_new"


@pytest.fixture
def sandbox() -> Sandbox:
    """Store 1003, which accepts the old token."""
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token=OLD)
    return sandbox


def replace_token(sandbox: Sandbox) -> None:
    """As a new installation of the app does."""
    sandbox.stores[1003].revoke(OLD)
    sandbox.stores[1003].add_token(NEW)


def statuses(sandbox: Sandbox) -> list[int]:
    return [exchange.status for exchange in sandbox.requests]


async def test_the_token_is_read_once_with_the_first_request(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        assert tokens.reads == []
        await asyncio.gather(*(store.products.search().count() for _ in range(20)))
        await ecwid.store(1003).profile.get()
    assert tokens.reads == [1003]
    assert set(statuses(sandbox)) == {200}


async def test_the_store_id_comes_from_the_environment_and_the_token_from_the_source(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECWID_STORE_ID", "1003")
    monkeypatch.setenv("ECWID_TOKEN", "secret_of_the_environment")
    async with Ecwid(transport=sandbox, tokens=MemoryTokens({1003: OLD})) as ecwid:
        await ecwid.store().profile.get()
        with pytest.raises(InvalidToken):
            await ecwid.store(1003, "secret_passed").profile.get()


async def test_a_new_token_is_used_for_the_refused_call_and_for_all_later_ones(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        replace_token(sandbox)
        await tokens.put(1003, NEW)
        created = await store.products.create(ProductDraft(name="Lamp"))
        assert (await store.products.get(created.id)).name == "Lamp"
        assert await store.products.search().count() == 1
        # The old token is in quarantine, and the store works.
        assert [quarantine.store_id for quarantine in await ecwid.quarantine()] == [1003]
    assert statuses(sandbox) == [200, 403, 200, 200, 200]
    assert (tokens.reads, tokens.invalidated) == ([1003, 1003], [])


async def test_calls_that_are_refused_together_read_the_token_once(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        replace_token(sandbox)
        await tokens.put(1003, NEW)
        await asyncio.gather(*(store.profile.get() for _ in range(20)))
    assert tokens.reads == [1003, 1003]


async def test_a_refusal_that_arrives_after_the_reload_reads_no_token_again() -> None:
    arrived, answer = anyio.Event(), anyio.Event()

    class Server(MemoryTransport):
        async def send(self, request: Request) -> Response:
            if request.method == "GET" and request.headers["authorization"] == f"Bearer {OLD}":
                arrived.set()
                await answer.wait()
            return await super().send(request)

    def respond(request: Request) -> Response:
        if request.headers["authorization"] == f"Bearer {OLD}":
            return make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
        return make_response({"updateCount": 1})

    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=Server(respond), tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        late = asyncio.ensure_future(store.profile.get().response())
        await arrived.wait()
        await tokens.put(1003, NEW)
        await store.products.update(1, ProductDraft(name="Lamp"))
        answer.set()
        assert (await late).status == 200
    assert tokens.reads == [1003, 1003]


async def test_a_token_that_is_still_the_same_is_invalidated(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        sandbox.stores[1003].revoke(OLD)
        results = await asyncio.gather(*(store.profile.get() for _ in range(5)), return_exceptions=True)
        assert {type(result) for result in results} <= {InvalidToken, MissingToken}
        assert isinstance(results[0], InvalidToken)
        assert tokens.invalidated == [1003]
        sent = len(sandbox.requests)
        with pytest.raises(MissingToken, match="no valid token for store 1003 in CountingTokens") as caught:
            await store.profile.get()
        assert (caught.value.outcome, caught.value.store_id) == ("not_sent", 1003)
        assert len(sandbox.requests) == sent
        # The app is installed again.
        sandbox.stores[1003].add_token(NEW)
        await tokens.put(1003, NEW)
        await store.profile.get()


async def test_a_token_that_is_stored_while_the_old_one_fails_stays(sandbox: Sandbox) -> None:
    """The new token arrives between the reload and the invalidation."""

    class Late(CountingTokens):
        async def invalidate(self, store_id: int, token: str) -> None:
            await self.put(store_id, NEW)
            await super().invalidate(store_id, token)

    tokens = Late({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        replace_token(sandbox)
        with pytest.raises(InvalidToken):
            await ecwid.store(1003).profile.get()
        assert await tokens.get(1003) == NEW
        await ecwid.store(1003).profile.get()


async def test_a_refusal_by_a_proxy_invalidates_nothing() -> None:
    tokens = CountingTokens({1003: OLD})
    transport = MemoryTransport(lambda request: make_response(b"<html>no</html>", status=401))
    async with Ecwid(transport=transport, tokens=tokens) as ecwid:
        with pytest.raises(InvalidToken):
            await ecwid.store(1003).profile.get()
    assert (tokens.invalidated, await tokens.get(1003)) == ([], OLD)


async def test_another_403_reloads_nothing() -> None:
    tokens = CountingTokens({1003: OLD})
    refusal = {"errorCode": "INSUFFICIENT_APP_SCOPE"}
    transport = MemoryTransport(lambda request: make_response(refusal, status=403))
    async with Ecwid(transport=transport, tokens=tokens) as ecwid:
        with pytest.raises(EcwidError, match="INSUFFICIENT_APP_SCOPE"):
            await ecwid.store(1003).profile.get()
    assert tokens.reads == [1003]


async def test_two_invalid_tokens_in_turn_end_in_an_error() -> None:
    """A source that returns another wrong token each time causes two requests per call, not endless ones."""

    class Wrong(MemoryTokens):
        count = 0

        async def get(self, store_id: int) -> Any:
            self.count += 1
            return f"secret_{self.count}"

    transport = MemoryTransport(lambda request: make_response({"errorCode": "INVALID_API_TOKEN"}, status=403))
    async with Ecwid(transport=transport, tokens=Wrong()) as ecwid:
        with pytest.raises(InvalidToken) as caught:
            await ecwid.store(1003).profile.get()
    assert [request.headers["authorization"] for request in transport.requests] == [
        "Bearer secret_1",
        "Bearer secret_2",
    ]
    assert caught.value.outcome == "refused"


async def test_a_quarantined_call_uses_a_new_token_at_once(sandbox: Sandbox) -> None:
    tokens = MemoryTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        other = Ecwid(transport=sandbox, limiter=ecwid._limiter)
        store = ecwid.store(1003)
        await store.profile.get()
        replace_token(sandbox)
        with pytest.raises(InvalidToken):
            await other.store(1003, OLD).profile.get()
        await tokens.put(1003, NEW)
        await store.profile.get()
    assert statuses(sandbox) == [200, 403, 200]


async def test_a_stream_is_not_uploaded_twice(sandbox: Sandbox) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"GIF89a"

    tokens = MemoryTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        product = await store.products.create(ProductDraft(name="Lamp"))
        replace_token(sandbox)
        await tokens.put(1003, NEW)
        with pytest.raises(InvalidToken):
            await store.products.images.upload(product.id, chunks())
        # The next call has the new token.
        await store.products.get(product.id)


async def test_downloads_batches_and_scans_reload_the_token(sandbox: Sandbox) -> None:
    tokens = MemoryTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        products = [await store.products.create(ProductDraft(name=f"Lamp {number}")) for number in range(3)]
        works: list[Callable[[], Any]] = [
            lambda: store.batch([store.products.get(product.id) for product in products]),
            lambda: scan_ids(store),
            lambda: bulk_results(store, products),
            lambda: store.transport.send(store.profile.get().request),
        ]
        for number, work in enumerate(works):
            sandbox.stores[1003].revoke_all()
            token = f"secret_{number}"
            sandbox.stores[1003].add_token(token)
            await tokens.put(1003, token)
            assert await work()


async def scan_ids(store: Any) -> list[int]:
    async with store.products.scan() as scan:
        return [product.id async for product in scan]


async def bulk_results(store: Any, products: list[Any]) -> list[Any]:
    results = [result async for result in store.bulk([store.products.get(product.id) for product in products])]
    assert not any(isinstance(result, EcwidError) for result in results)
    return results


@pytest.mark.parametrize("quarantined", [False, True])
async def test_a_download_reloads_the_token(quarantined: bool) -> None:
    valid = OLD

    def respond(request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {valid}":
            return make_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
        return make_response(b"{}")

    tokens = CountingTokens({1003: OLD})
    transport = MemoryTransport(respond)
    async with Ecwid(transport=transport, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        valid = NEW
        if quarantined:
            with pytest.raises(InvalidToken):
                await Ecwid(transport=transport, limiter=ecwid._limiter).store(1003, OLD).profile.get()
        await tokens.put(1003, NEW)
        assert await store.orders.invoices.pdf("A").read() == b"{}"
        assert tokens.invalidated == []
        valid = "secret_newer"
        with pytest.raises(InvalidToken, match="INVALID_API_TOKEN"):
            await store.orders.invoices.pdf("A").read()
        assert tokens.invalidated == [1003]
        with pytest.raises(MissingToken):
            await store.orders.invoices.pdf("A").read()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_request_fails_no_other(sandbox: Sandbox, kind: Kind) -> None:
    """The cancelled request is the one that reads the token."""
    tokens = SlowTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        scope = anyio.CancelScope()

        async def first() -> None:
            with scope:
                await store.profile.get()

        leader = asyncio.ensure_future(first())
        await tokens.asked.wait()
        others = [asyncio.ensure_future(store.profile.get().response()) for _ in range(5)]
        for _ in range(5):
            await asyncio.sleep(0)
        assert tokens.reads == [1003]
        scope.cancel() if kind == "scope" else leader.cancel()
        await asyncio.wait([leader])
        tokens.release.set()
        assert [response.status for response in await asyncio.gather(*others)] == [200] * 5
    assert tokens.reads == [1003, 1003]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cancelled_request_leaves_a_working_store(sandbox: Sandbox, kind: Kind) -> None:
    tokens = CountingTokens({1003: OLD})
    replace_token(sandbox)
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:

        async def work() -> None:
            ecwid._token_transport.cache_clear()  # type: ignore[union-attr]
            await ecwid.quarantine().clear()
            await tokens.put(1003, OLD)
            store = ecwid.store(1003)
            first, second = store.profile.get(), store.profile.get()
            results = await asyncio.gather(first, second, return_exceptions=True)
            assert all(isinstance(result, EcwidError | asyncio.CancelledError) for result in results)

        await cancel_at_every_await(work, kind, lambda: None)
        await tokens.put(1003, NEW)
        await ecwid.store(1003).profile.get()


async def test_a_deadline_limits_the_wait_for_the_token(sandbox: Sandbox) -> None:
    tokens = SlowTokens({1003: OLD})
    clock = Clock(asyncio.get_running_loop())
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        with pytest.raises(NotSentInTime, match="the token of store 1003 was not read before the deadline"):
            await clock.wait(ecwid.store(1003).profile.get().with_timeout(5))
        # Without a deadline, the source has 30 seconds.
        with pytest.raises(TokenUnavailable, match="no response within 30 seconds"):
            await clock.wait(ecwid.store(1003).profile.get(), at_most=40)
    assert statuses(sandbox) == []


async def test_the_deadline_of_a_refused_call_does_not_claim_that_nothing_was_sent(sandbox: Sandbox) -> None:
    tokens = SlowTokens({1003: OLD})
    clock = Clock(asyncio.get_running_loop())
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        tokens.release.set()
        await store.profile.get()
        replace_token(sandbox)
        tokens.release = anyio.Event()
        with pytest.raises(NotSentInTime) as caught:
            await clock.wait(store.profile.get().with_timeout(5))
    assert caught.value.outcome == "refused"


def fail_with(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (FailingTokens(fail_with(OSError("secret_x"))), TokenUnavailable, r"store 1003 is not available \(OSError\)"),
        (FailingTokens(fail_with(KeyError("x"))), TokenUnavailable, r"store 1003 is not available \(KeyError\)"),
        (FailingTokens(fail_with(ConfigError("wrong key"))), ConfigError, "wrong key"),
        (FailingTokens(lambda: "secret_x\n"), ConfigError, "token of store 1003 is empty or invalid"),
        (FailingTokens(lambda: 12345678), ConfigError, "token of store 1003 is empty or invalid"),
        (FailingTokens(lambda: ""), ConfigError, "token of store 1003 is empty or invalid"),
        (FailingTokens(lambda: None), MissingToken, "no valid token for store 1003"),
    ],
)
async def test_a_source_that_fails_gives_an_error_that_names_the_store(
    sandbox: Sandbox, source: FailingTokens, error: type[EcwidError], message: str
) -> None:
    source.reads = 0
    async with Ecwid(transport=sandbox, tokens=source) as ecwid:
        store = ecwid.store(1003)
        results = await asyncio.gather(*(store.profile.get() for _ in range(10)), return_exceptions=True)
        with pytest.raises(error, match=message) as caught:
            await store.profile.get()
    assert caught.value.outcome == "not_sent"
    if isinstance(caught.value, ConfigError):
        assert "secret_x" not in shown_by(caught.value)
    assert "secret_x" not in str(caught.value)
    assert {type(result) for result in results} == {error}
    assert len({id(result) for result in results}) == 10
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    # Ten requests share one read.
    assert source.reads == 2
    assert statuses(sandbox) == []


async def test_a_source_that_fails_during_the_reload_does_not_pass_for_an_invalid_token(sandbox: Sandbox) -> None:
    """The source may have a new token, so that the call may be repeated later."""
    results: list[Any] = [OLD, ConnectionError(), ConnectionError(), NEW]

    def next_result() -> Any:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    async with Ecwid(transport=sandbox, tokens=FailingTokens(next_result)) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        replace_token(sandbox)
        with pytest.raises(TokenUnavailable) as caught:
            await store.profile.get()
        assert caught.value.outcome == "refused"
        with pytest.raises(TokenUnavailable) as caught:
            await store.profile.get()
        assert caught.value.outcome == "not_sent"
        await store.profile.get()


@pytest.mark.parametrize("tokens", [{1003: OLD}, object(), "secret_x", 7])
def test_anything_but_a_source_is_refused(tokens: Any) -> None:
    with pytest.raises(ConfigError, match="tokens is a") as caught:
        Ecwid(tokens=tokens)
    assert "secret" not in str(caught.value)


async def test_a_retry_after_the_reload_counts_all_attempts() -> None:
    script = [
        make_response({"errorCode": "INVALID_API_TOKEN"}, status=403),
        make_response(status=503),
        make_response({"errorCode": "X"}, status=400),
    ]
    tokens = iter([OLD, NEW])
    async with Ecwid(
        transport=MemoryTransport(script),
        tokens=FailingTokens(lambda: next(tokens)),
        retry=RetryPolicy(base_delay=0),
    ) as ecwid:
        with pytest.raises(EcwidError) as caught:
            await ecwid.store(1003).profile.get()
    assert getattr(caught.value, "attempts", None) == 3


async def test_thousands_of_stores_read_one_token_each_and_never_share_it() -> None:
    def respond(request: Request) -> Response:
        store_id = int(request.path.split("/")[1])
        assert request.headers["authorization"] == f"Bearer secret_of_{store_id}"
        return make_response({"generalInfo": {"storeId": store_id}})

    numbers = range(1, 4201)
    tokens = CountingTokens({number: f"secret_of_{number}" for number in numbers})
    async with Ecwid(transport=MemoryTransport(respond), tokens=tokens, quota=None) as ecwid:
        stores = [ecwid.store(number) for number in numbers]
        profiles = await asyncio.gather(*(store.profile.get() for store in stores))
        assert [profile.general_info.store_id for profile in profiles if profile.general_info] == list(numbers)
        assert sorted(tokens.reads) == list(numbers)
        # The client keeps a limited number of tokens.
        info = ecwid._token_transport.cache_info()  # type: ignore[union-attr]
        assert info.currsize == info.maxsize == 4096
        await stores[0].profile.get()
        await ecwid.store(2).profile.get()
    assert len(tokens.reads) == 4201


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("kind", ["memory", "environment", "file"])
def test_sources_without_a_database_work_under_asyncio_and_trio(
    backend: str, kind: str, sandbox: Sandbox, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tokens"
    file.touch(0o600)

    def set_token(token: str) -> TokenSource:
        monkeypatch.setenv("ECWID_TOKEN_1003", token)
        file.write_text(f"1003 {token}\n")
        return {"memory": MemoryTokens({1003: token}), "environment": EnvironmentTokens()}.get(kind, FileTokens(file))

    async def main() -> None:
        source = set_token(OLD)
        async with Ecwid(transport=sandbox, tokens=source) as ecwid:
            store = ecwid.store(1003)
            await store.profile.get()
            replace_token(sandbox)
            set_token(NEW)
            if isinstance(source, MemoryTokens):
                await source.put(1003, NEW)
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(lambda: anyio.to_thread.run_sync(int))
                    await store.profile.get()

    anyio.run(main, backend=backend)
    assert statuses(sandbox) == [200, 403] + [200] * 5


def test_threads_with_an_event_loop_each_share_a_client(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    ecwid = Ecwid(transport=sandbox, tokens=tokens)
    for _ in range(3):
        asyncio.run(ecwid.store(1003).profile.get().response())
    assert tokens.reads == [1003]


async def test_no_repr_shows_the_token(sandbox: Sandbox) -> None:
    tokens = MemoryTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        inner = store.transport._inner  # type: ignore[attr-defined]
        shown = [tokens, vars(tokens), ecwid, vars(ecwid), store, store._channel, inner, vars(inner), inner._session]
        assert "secret_old" not in repr(shown)
        assert list(store._channel.secrets) == [OLD]


async def test_closing_the_transport_of_a_store_closes_the_connections() -> None:
    transport = MemoryTransport([make_response({})])
    ecwid = Ecwid(transport=transport, tokens=MemoryTokens({1003: OLD}))
    store = ecwid.store(1003)
    await store.transport.aclose()
    await store.profile.get()
    await store.transport.aclose()
    assert transport.closed


async def test_a_replaced_token_is_used_at_once_if_the_client_is_told(sandbox: Sandbox) -> None:
    tokens = CountingTokens({1003: OLD})
    async with Ecwid(transport=sandbox, tokens=tokens) as ecwid:
        store = ecwid.store(1003)
        await store.profile.get()
        await tokens.put(1003, NEW)
        replace_token(sandbox)
        ecwid.reload_token(1003)
        await store.profile.get()
    assert statuses(sandbox) == [200, 200]
    assert tokens.reads == [1003, 1003]


async def test_a_token_that_is_replaced_while_it_is_read_is_read_again(sandbox: Sandbox) -> None:
    class Replaced(MemoryTokens):
        async def get(self, store_id: int) -> Any:
            token = await super().get(store_id)
            if token == OLD:
                await self.put(store_id, NEW)
                replace_token(sandbox)
                ecwid.reload_token(store_id)
            return token

    async with Ecwid(transport=sandbox, tokens=Replaced({1003: OLD})) as ecwid:
        await ecwid.store(1003).profile.get()
    assert statuses(sandbox) == [200]


def test_a_client_without_a_source_has_no_token_to_reload() -> None:
    Ecwid(transport=MemoryTransport([])).reload_token(1003)
    with pytest.raises(ConfigError):
        Ecwid(transport=MemoryTransport([])).reload_token(0)
