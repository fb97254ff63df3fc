"""A web app of many tenants, under uvicorn. It ends when its standard input closes.

Its arguments are the number of stores, the name of the candidate, the base URL of the API, and the cores. ``/cpu``
responds with the CPU time of the process so far, in seconds.
"""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable

import aiohttp
import uvicorn
from fastapi import FastAPI, Response

from benchmarks.apps.tenant_server import FIRST_STORE, token_of
from ecwid_async import Ecwid, EcwidError
from ecwid_async.apps import Service
from ecwid_async.apps.asgi import DeadlineMiddleware, DisconnectMiddleware, problem_response
from ecwid_async.tokens import MemoryTokens

__all__ = ["BARE", "MODELS", "UNDECODED"]

BARE, UNDECODED, MODELS = "aiohttp alone", "undecoded", "as a model"

Read = Callable[[int], Awaitable[bytes]]


def create_app(candidate: str, stores: int, base_url: str) -> FastAPI:
    """The app, whose only page is a product of a store."""
    tokens = {store: token_of(store) for store in range(FIRST_STORE, FIRST_STORE + stores)}
    if candidate == BARE:
        return _bare_app(tokens, base_url)
    ecwid = Ecwid(base_url=base_url, tokens=MemoryTokens(tokens), events=())
    app = FastAPI(lifespan=Service(ecwid).lifespan)
    app.add_exception_handler(EcwidError, problem_response)
    app.add_middleware(DeadlineMiddleware, seconds=10)
    app.add_middleware(DisconnectMiddleware)

    async def undecoded(store_id: int) -> bytes:
        return (await ecwid.store(store_id).products.get(7).response()).body

    async def as_model(store_id: int) -> bytes:
        return (await ecwid.store(store_id).products.get(7)).to_json()

    _add_pages(app, undecoded if candidate == UNDECODED else as_model)
    return app


def _bare_app(tokens: dict[int, str], base_url: str) -> FastAPI:
    """The same with aiohttp's client: no retries, no rate limit, no deadline, no models."""
    sessions: list[aiohttp.ClientSession] = []

    async def read(store_id: int) -> bytes:
        if not sessions:
            sessions.append(aiohttp.ClientSession())
        headers = {"Authorization": f"Bearer {tokens[store_id]}"}
        async with sessions[0].get(f"{base_url}/{store_id}/products/7", headers=headers) as response:
            response.raise_for_status()
            return await response.read()

    app = FastAPI()
    _add_pages(app, read)
    return app


def _add_pages(app: FastAPI, read: Read) -> None:
    @app.get("/stores/{store_id}")
    async def product(store_id: int) -> Response:
        return Response(await read(store_id), media_type="application/json")

    @app.get("/cpu")
    async def cpu() -> float:
        return time.process_time()


async def main(stores: str, candidate: str, base_url: str, *cores: str) -> None:
    """Serve until the standard input closes."""
    if cores and sys.platform == "linux":
        os.sched_setaffinity(0, map(int, cores))
    app = create_app(candidate, int(stores), base_url)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="warning", ws="none", access_log=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        print(listening.getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
