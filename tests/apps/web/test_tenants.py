"""Many tenants at once, under uvicorn: no token and no response ever reaches another store."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import Any

import aiohttp
from fastapi import FastAPI

from ecwid_async import Ecwid, EcwidError, Quota, RetryPolicy
from ecwid_async.apps.asgi import DeadlineMiddleware, DisconnectMiddleware, problem_response
from ecwid_async.tokens import MemoryTokens
from tests.apps.web.ecwid_server import EcwidServer, serve_ecwid
from tests.apps.web.frameworks import serve_asgi
from tests.apps.web.test_contract import wait_until

STORES = range(1001, 1201)
REQUESTS = 600
AT_ONCE = 60


def tenant_app(ecwid: Ecwid) -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(EcwidError, problem_response)
    app.add_middleware(DeadlineMiddleware, seconds=20)
    app.add_middleware(DisconnectMiddleware)

    @app.get("/stores/{store_id}")
    async def store(store_id: int) -> dict[str, Any]:
        profile = await ecwid.store(store_id).profile.get()
        assert profile.general_info is not None
        return {"asked": store_id, "found": profile.general_info.store_id}

    return app


async def visit(client: aiohttp.ClientSession, url: str, store_id: int, random: Random) -> str:
    """One visitor, who may lose patience. Returns what became of the visit."""
    patience = random.uniform(0.001, 0.02) if random.random() < 0.2 else 60.0
    try:
        async with asyncio.timeout(patience), client.get(f"{url}/stores/{store_id}") as response:
            body = await response.read()
    except TimeoutError:
        return "left"
    assert f"secret_new_{store_id}".encode() not in body
    if response.status != 200:
        return str(response.status)
    return "right" if json.loads(body) == {"asked": store_id, "found": store_id} else "crossed"


async def visit_all(url: str, random: Random, tokens: MemoryTokens, server: EcwidServer) -> Counter[str]:
    visits = [random.choice(STORES) for _ in range(REQUESTS)]
    outcomes: Counter[str] = Counter()

    async def visitor() -> None:
        async with aiohttp.ClientSession() as client:
            while visits:
                store_id = visits.pop()
                if random.random() < 0.04:  # a new installation replaces the token
                    server.tokens[store_id] = f"secret_new_{store_id}"
                    await tokens.put(store_id, server.tokens[store_id])
                outcomes[await visit(client, url, store_id, random)] += 1

    await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))
    return outcomes


async def test_no_token_crosses_over_with_failures_retries_and_visitors_who_leave() -> None:
    random = Random(7)
    known = {store_id: f"secret_old_{store_id}" for store_id in STORES}
    tokens = MemoryTokens(known)
    async with serve_ecwid(dict(known), random) as server:
        before = len(asyncio.all_tasks())
        ecwid = Ecwid(
            base_url=server.base_url,
            tokens=tokens,
            quota=Quota(ceiling=10_000),
            retry=RetryPolicy(base_delay=0.01, max_delay=0.05, budget=1000),
            events=(),
        )
        async with ecwid, serve_asgi(tenant_app(ecwid)) as url:
            outcomes = await visit_all(url, random, tokens, server)
            await wait_until(lambda: server.in_progress == 0)
            # Those that are kept for the next requests.
            assert 0 < server.connections <= AT_ONCE
        await wait_until(lambda: server.connections == 0)
        await wait_until(lambda: len(asyncio.all_tasks()) <= before)
    assert server.crossed == []
    assert outcomes["crossed"] == 0
    # It was not an idle run.
    assert outcomes["right"] > REQUESTS * 0.7, outcomes
    assert outcomes["left"] > 20, outcomes
    assert server.failures > 40
    assert server.refused > 5  # old tokens, which were read again
    assert server.most_in_progress > 10
