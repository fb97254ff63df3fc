"""The API of many stores, each with a token of its own and one product. It ends when its standard input closes.

Its arguments are the number of stores and the cores. A request with the token of another store gets a 403.
"""

import asyncio
import os
import sys
from pathlib import Path

from aiohttp import web

__all__ = ["FIRST_STORE", "token_of"]

FIRST_STORE = 1001


def token_of(store_id: int) -> str:
    """The token of a store."""
    return f"secret_{store_id:024}"


async def main(stores: str, *cores: str) -> None:
    """Serve until the standard input closes."""
    if cores and sys.platform == "linux":
        os.sched_setaffinity(0, map(int, cores))
    tokens = {str(store): f"Bearer {token_of(store)}" for store in range(FIRST_STORE, FIRST_STORE + int(stores))}
    product = (Path(__file__).parents[1] / "data" / "product.json").read_bytes()

    async def respond(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != tokens.get(request.match_info["store"]):
            return web.json_response({"errorCode": "INVALID_API_TOKEN"}, status=403)
        return web.Response(body=product, content_type="application/json")

    app = web.Application()
    app.add_routes([web.get("/api/v3/{store}/products/7", respond)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
