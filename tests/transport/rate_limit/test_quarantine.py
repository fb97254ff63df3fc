"""Tokens and stores that do not work are quarantined, listed, probed and lifted."""

import pickle
from datetime import UTC, timedelta

import pytest
import trio
import trio.testing

from ecwid_async import Ecwid
from ecwid_async.errors import APIError, InvalidToken, StoreSuspended
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, Quota, RateLimit, Wait, memory
from ecwid_async.wire import Lane
from tests.transport.rate_limit.simulation import quarantine, rate_limit_over, request, run_virtually


@pytest.mark.parametrize(
    ("status", "code", "kind", "other_tokens"),
    [(403, "INVALID_API_TOKEN", InvalidToken, False), (402, "STORE_IS_SUSPENDED", StoreSuspended, True)],
)
def test_a_quarantined_token_or_store_is_probed_once_per_interval(
    status: int, code: str, kind: type[APIError], other_tokens: bool
) -> None:
    async def main() -> None:
        responses = [make_response({"errorCode": code}, status=status)]
        server = MemoryTransport(lambda _: responses[-1])
        limiter = MemoryLimiter(clock=trio.current_time)
        rate_limit = rate_limit_over(server, limiter, store_id=1)
        assert (await rate_limit.send(request())).status == status
        for _ in range(50):
            with pytest.raises(kind) as caught:
                await rate_limit.send(request())
            assert (caught.value.status, caught.value.code, caught.value.outcome) == (status, code, "not_sent")
        assert len(server.requests) == 1

        responses.append(make_response({"errorCode": code}, status=status))
        await trio.sleep(Quota().probe_interval + 1)
        ended: list[object] = []

        async def call() -> None:
            try:
                ended.append((await rate_limit.send(request())).status)
            except kind:
                ended.append(None)

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(call)
        assert sorted(map(str, ended)) == [str(status), *["None"] * 9], "one probe, while the others fail at once"
        assert len(server.requests) == 2

        responses.append(make_response({}))
        await trio.sleep(Quota().probe_interval + 1)
        assert [(await rate_limit.send(request())).status for _ in range(2)] == [200, 200]
        assert await limiter.quarantines() == []

    run_virtually(main)


@pytest.mark.parametrize(
    ("code", "other_token", "other_store"),
    [
        ("INVALID_API_TOKEN", True, True),
        ("STORE_IS_SUSPENDED", False, True),
    ],
)
def test_a_quarantine_covers_a_token_at_one_store_or_a_whole_store(
    code: str, other_token: bool, other_store: bool
) -> None:
    """A token that one store refuses continues to work for its own store."""

    async def main() -> None:
        limiter = MemoryLimiter(clock=trio.current_time)
        refused = MemoryTransport(lambda _: make_response({"errorCode": code}, status=403))
        served = MemoryTransport(lambda _: make_response({}))
        await RateLimit(refused, limiter, token="secret_x", store_id=1004).send(request())
        for token, store_id, works in [
            ("secret_x", 1004, False),
            ("secret_y", 1004, other_token),
            ("secret_x", 1003, other_store),
            ("secret_y", 1003, True),
        ]:
            rate_limit = RateLimit(served, limiter, token=token, store_id=store_id)
            if works:
                assert (await rate_limit.send(request())).status == 200
                # Its success does not lift the other quarantine.
                continue
            with pytest.raises((InvalidToken, StoreSuspended)):
                await rate_limit.send(request())

    run_virtually(main)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (402, "NOT_AVAILABLE_ON_CURRENT_PLAN"),
        (403, "INSUFFICIENT_APP_SCOPE"),
        (404, "ORDER_NOT_FOUND"),
        (409, "SKU_ALREADY_EXISTS"),
    ],
)
def test_any_other_refusal_affects_one_call_only(status: int, code: str) -> None:
    async def main() -> None:
        server = MemoryTransport(lambda _: make_response({"errorCode": code}, status=status))
        rate_limit = rate_limit_over(server)
        for _ in range(3):
            await rate_limit.send(request())
        assert len(server.requests) == 3

    run_virtually(main)


def test_unused_tokens_are_forgotten_but_quarantines_are_kept() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(Quota(ceiling=1e9), clock=trio.current_time)
        for number in range(500):
            assert await limiter.acquire(f"token {number}", "store", Lane.INTERACTIVE, 1) is None
            await limiter.release(f"token {number}", "store", 1)
        await limiter.quarantine("bad", "store", quarantine())
        assert len(limiter._tokens) == 500
        await trio.sleep(61)
        for number in range(200):
            await limiter.acquire(f"new {number}", "store", Lane.BULK, 1)
        assert len(limiter._tokens) <= 200
        assert isinstance(await limiter.acquire("bad", "store", Lane.BULK, 1), Quarantine)

    run_virtually(main)


def refusing_transport(
    code: str = "INVALID_API_TOKEN", message: str = "no such token", status: int = 403
) -> MemoryTransport:
    return MemoryTransport(lambda _: make_response({"errorCode": code, "errorMessage": message}, status=status))


async def test_the_error_of_a_quarantined_call_says_why_since_when_and_until_when() -> None:
    limiter = MemoryLimiter()
    rate_limit = RateLimit(refusing_transport(), limiter, token="secret_x", store_id=1003)
    first = request()
    await rate_limit.send(first)
    with pytest.raises(InvalidToken) as caught:
        await rate_limit.send(request())
    (entry,) = await limiter.quarantines()
    message = str(caught.value)
    assert "was not sent: this token of store 1003 has been in quarantine since" in message
    assert f"the server responded with 403 INVALID_API_TOKEN: no such token [request {first.id}]" in message
    assert f"{entry.since:%Y-%m-%d %H:%M:%S} UTC" in message
    assert f"the next call is sent after {entry.until:%Y-%m-%d %H:%M:%S} UTC" in message
    assert "clear(1003)" in message
    assert "server responded" not in message.split("in quarantine")[0]
    assert caught.value.outcome == "not_sent"
    assert caught.value.request_id != first.id
    assert entry.until - entry.since == timedelta(seconds=Quota().probe_interval)
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


async def test_a_client_lists_its_quarantines_and_lifts_them() -> None:
    responses = {1003: refusing_transport(), 1004: refusing_transport("STORE_IS_SUSPENDED", "closed", 402)}
    network = MemoryTransport(lambda sent: responses[int(sent.path.split("/")[1])]._script(sent))  # type: ignore[operator]
    async with Ecwid(transport=network) as ecwid:
        assert await ecwid.quarantine() == []
        stores = [ecwid.store(store_id, "secret_token_of_store") for store_id in responses]
        for store in stores:
            for _ in range(2):
                with pytest.raises((InvalidToken, StoreSuspended)):
                    await store.profile.get()
        assert len(network.requests) == 2
        found = await ecwid.quarantine()
        assert [(one.store_id, one.reason) for one in found] == [
            (1003, "403 INVALID_API_TOKEN"),
            (1004, "402 STORE_IS_SUSPENDED"),
        ]
        assert all(one.since < one.until and one.since.tzinfo is UTC for one in found)
        assert "secret" not in repr(found)

        await ecwid.quarantine().clear(1003)
        assert [one.store_id for one in await ecwid.quarantine()] == [1004]
        with pytest.raises(InvalidToken):
            await stores[0].profile.get()
        assert len(network.requests) == 3
        await ecwid.quarantine().clear()
        assert await ecwid.quarantine() == []
    async with Ecwid(transport=network, quota=None) as ecwid:
        assert await ecwid.quarantine() == []
        await ecwid.quarantine().clear(1)


async def test_a_quarantine_contains_no_body_or_token() -> None:
    token = "secret_abcdefghijklmnop"
    message = f"\x1b[31mtoken {token} is dead " + "x" * 100_000
    limiter = MemoryLimiter()
    for store_id in range(20):
        await RateLimit(refusing_transport(message=message), limiter, token=token, store_id=store_id).send(request())
    found = await limiter.quarantines()
    assert len(found) == 20
    assert all(len(one.message or "") <= 200 for one in found)
    assert token not in repr(found)
    assert "\x1b" not in (found[0].message or "")


async def test_the_number_of_quarantines_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_QUARANTINES", 100)
    limiter = MemoryLimiter()
    for number in range(250):
        await limiter.quarantine(f"token {number}", "store 1", quarantine(store_id=number))
    found = await limiter.quarantines()
    assert [one.store_id for one in found] == list(range(150, 250))


def test_a_probe_without_a_free_slot_is_not_used_up() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(Quota(probe_interval=5.0), clock=trio.current_time)
        assert await limiter.acquire("t", "store", Lane.BULK, 1) is None
        await limiter.release("t", "store", 1, close_gate_for=30.0)
        await limiter.quarantine("t", "store", quarantine())
        await trio.sleep(6)
        assert isinstance(await limiter.acquire("t", "store", Lane.BULK, 1), Wait)
        await trio.sleep(25)
        assert await limiter.acquire("t", "store", Lane.BULK, 1) is None
        assert isinstance(await limiter.acquire("t", "store", Lane.BULK, 1), Quarantine)

    run_virtually(main)
