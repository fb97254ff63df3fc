"""An app that accepts webhooks, and perhaps syncs a store into another file. It ends when its standard input closes.

``/usage`` returns its CPU time.

Its arguments are the inbox, as the path of a file, the URL of PostgreSQL, ``-`` for one in memory or ``none`` to read
and answer the requests without this library, the base URL of a store to sync or ``-``, the folder of the mirror, and
the cores.
"""

import asyncio
import os
import sys
import time
from itertools import count
from pathlib import Path

from aiohttp import web

from benchmarks.harness.settings import STORE_ID, TOKEN
from ecwid_async import Ecwid
from ecwid_async.apps import Inbox, MemoryInbox, ReceivedEvent, SQLiteInbox, Webhooks
from ecwid_async.apps.aiohttp_web import routes
from ecwid_async.models.base import Model
from ecwid_async.models.events import StoreEvent
from ecwid_async.sync import Mirror

__all__ = ["SECRET"]

SECRET = "client_secret_0123456789abcdef"


async def main(inbox_at: str, store_at: str, folder: str, *cores: str) -> None:
    """Serve until the standard input closes."""
    if cores and sys.platform == "linux":
        os.sched_setaffinity(0, map(int, cores))
    webhooks = Webhooks(
        _open_inbox("-" if inbox_at == "none" else inbox_at), client_secret=SECRET, records=lambda record: None
    )

    @webhooks.on("*")
    async def handle(event: ReceivedEvent[StoreEvent, Model]) -> None:
        pass

    app = web.Application()
    ours = routes({"/webhooks": webhooks.handle})
    app.add_routes([web.post("/webhooks", _only_answer)] if inbox_at == "none" else ours)
    app.add_routes([web.get("/usage", _show_usage)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    tasks = [asyncio.create_task(webhooks.run())]
    if store_at != "-":
        tasks.append(asyncio.create_task(_sync_forever(store_at, Path(folder))))
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await runner.cleanup()
    await webhooks.inbox.aclose()
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _show_usage(request: web.Request) -> web.Response:
    """The CPU time of the process in seconds."""
    return web.Response(text=str(time.process_time()))


async def _only_answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


def _open_inbox(inbox_at: str) -> Inbox:
    if inbox_at.startswith("postgresql"):
        from ecwid_async.apps import PostgreSQLInbox

        return PostgreSQLInbox(inbox_at)
    return MemoryInbox() if inbox_at in ("-", "none") else SQLiteInbox(inbox_at)


async def _sync_forever(base_url: str, folder: Path) -> None:
    """Mirror a store again and again, at the usual rate limit."""
    async with Ecwid(base_url=base_url) as ecwid:
        for number in count():
            async with Mirror(f"sqlite:///{folder}/mirror-{number}.db") as mirror:
                await mirror.sync(ecwid.store(STORE_ID, TOKEN), only=("products",))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
