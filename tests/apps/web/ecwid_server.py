"""A server for the API of many stores that checks the token of every request, and fails now and then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from aiohttp import web
from attrs import define, field

__all__ = ["EcwidServer", "serve_ecwid"]


@define
class EcwidServer:
    """The tokens of its stores, and what it has seen. `crossed` are requests with the token of another store."""

    tokens: dict[int, str] = field(repr=False)
    random: Random
    base_url: str = ""
    requests: int = 0
    crossed: list[str] = field(factory=list, repr=False)
    refused: int = 0
    failures: int = 0
    in_progress: int = 0
    most_in_progress: int = 0
    runner: web.AppRunner | None = field(default=None, repr=False)

    @property
    def connections(self) -> int:
        """How many are open."""
        assert self.runner is not None
        assert self.runner.server is not None
        return len(self.runner.server.connections)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.in_progress += 1
        self.most_in_progress = max(self.most_in_progress, self.in_progress)
        try:
            return await self._respond(request, int(request.match_info["store_id"]))
        finally:
            self.in_progress -= 1

    async def _respond(self, request: web.Request, store_id: int) -> web.StreamResponse:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token.rpartition("_")[2] != str(store_id):
            self.crossed.append(f"{token} for {store_id}")
        if token != self.tokens[store_id]:
            self.refused += 1
            return web.json_response({"errorMessage": "no", "errorCode": "INVALID_API_TOKEN"}, status=403)
        await asyncio.sleep(self.random.uniform(0, 0.01))
        fault = self.random.random()
        if fault < 0.15:
            self.failures += 1
        if fault < 0.05:
            assert request.transport is not None
            request.transport.abort()
        elif fault < 0.10:
            return web.json_response({}, status=503)
        elif fault < 0.15:
            return web.json_response({}, status=429, headers={"Retry-After": "0"})
        return web.json_response({"generalInfo": {"storeId": store_id}})


@asynccontextmanager
async def serve_ecwid(tokens: dict[int, str], random: Random) -> AsyncIterator[EcwidServer]:
    """Serve the API on loopback."""
    server = EcwidServer(tokens, random)
    app = web.Application()
    app.add_routes([web.get("/api/v3/{store_id}/profile", server.handle)])
    server.runner = runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v3"
        yield server
    finally:
        await runner.cleanup()
