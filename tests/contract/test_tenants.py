"""Many stores behind one client: every request carries its own store's token, every call gets its own store's response.

The server responds with the store's id from the path, in random order, and fails one request in five the first time, so
that retries are covered too.
"""

import asyncio
import json
import random
import re

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import InvalidToken
from ecwid_async.tokens import MemoryTokens
from ecwid_async.transport import Quota, RetryPolicy
from tests.contract.conftest import Connect
from tests.transport.fault_server import Exchange, fault_server

STORES = range(100_000, 101_000)
STORE_WITH_INVALID_TOKEN = 100_501
LARGE_QUOTA = Quota(ceiling=100_000)


def token(store_id: int) -> str:
    return f"secret_{store_id * 7_919:032x}"


class TenantServer:
    """Serves ``/orders/{id}`` of any store, and records which token came with which store."""

    def __init__(self) -> None:
        self.random = random.Random(10)
        self.failed: set[str] = set()
        self.tokens: list[tuple[int, str | None]] = []

    async def handle(self, exchange: Exchange) -> None:
        found = re.match(r"GET /api/v3/(\d+)/orders/(\w+) ", exchange.line)
        assert found is not None, exchange.line
        store_id, order = int(found[1]), found[2]
        self.tokens.append((store_id, exchange.header("authorization")))
        await asyncio.sleep(self.random.random() / 100)
        if store_id == STORE_WITH_INVALID_TOKEN:
            error = {"errorCode": "INVALID_API_TOKEN", "errorMessage": "No such token"}
            return await exchange.respond(json.dumps(error).encode(), status="403 Forbidden")
        if exchange.line not in self.failed and self.random.random() < 0.2:
            self.failed.add(exchange.line)
            return await exchange.respond(b"", status="503 Service Unavailable")
        return await exchange.respond(json.dumps({"id": order, "externalTransactionId": str(store_id)}).encode())


@pytest.mark.slow
async def test_a_thousand_stores_at_once_never_share_a_token_or_a_response(connect: Connect) -> None:
    tenants = TenantServer()
    async with fault_server(tenants.handle) as server:
        transport = connect(server.base_url, connections=50)
        retry = RetryPolicy(base_delay=0.01)
        source = MemoryTokens({store_id: token(store_id) for store_id in STORES if store_id % 2 == 0})
        async with Ecwid(
            base_url=server.base_url, transport=transport, tokens=source, quota=LARGE_QUOTA, retry=retry
        ) as ecwid:
            # Half of the tokens come from the source.
            stores = [ecwid.store(store_id, token(store_id) if store_id % 2 else None) for store_id in STORES]
            results = await asyncio.gather(
                *(store.orders.get(f"N{store.store_id}") for store in stores), return_exceptions=True
            )
            with pytest.raises(InvalidToken):
                await ecwid.store(STORE_WITH_INVALID_TOKEN, token(STORE_WITH_INVALID_TOKEN)).orders.get("B")
    assert tenants.failed
    assert {
        authorization for store_id, authorization in tenants.tokens if authorization != f"Bearer {token(store_id)}"
    } == set()
    assert {store_id for store_id, _ in tenants.tokens} == set(STORES)
    refused = [result for result in results if isinstance(result, InvalidToken)]
    orders = [result for result in results if not isinstance(result, BaseException)]
    assert (len(refused), len(orders)) == (1, len(STORES) - 1)
    assert [order for order in orders if order.id != f"N{order.external_transaction_id}"] == []


async def test_a_refused_token_is_replaced_in_calls_and_downloads(connect: Connect) -> None:
    valid = 1

    async def handle(exchange: Exchange) -> None:
        if exchange.header("authorization") == f"Bearer {token(valid)}":
            await exchange.respond(b'{"id": "A"}')
        else:
            await exchange.respond(b'{"errorCode": "INVALID_API_TOKEN"}', status="403 Forbidden")

    source = MemoryTokens({1003: token(1)})
    async with fault_server(handle) as server:
        transport = connect(server.base_url)
        async with Ecwid(base_url=server.base_url, transport=transport, tokens=source) as ecwid:
            store = ecwid.store(1003)
            assert (await store.orders.get("A")).id == "A"
            for call in (store.orders.invoices.pdf("A").read, store.orders.get("A").response):
                valid += 1
                await source.put(1003, token(valid))
                await call()
            valid += 1
            with pytest.raises(InvalidToken):
                await store.orders.invoices.pdf("A").read()
    assert await source.get(1003) is None
    assert len(server.log) == 1 + 2 + 2 + 1
