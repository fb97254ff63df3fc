"""The pictures of the page in the documentation: ``python -m tests.sandbox.page.pictures``."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from ecwid_async.sandbox import AppRequest, Fault, Sandbox, SandboxClock
from ecwid_async.sandbox.page import change_store
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, add_demo_app, demo_sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.wire import Headers, Options, Request
from tests.browser import opened_page

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
AUTHORIZATION = Headers((("Authorization", f"Bearer {DEMO_TOKEN}"),))
EVENTS = ("product.created", "order.created", "order.updated", "product.updated")


def requests(count: int) -> Iterator[Request]:
    for number in range(count):
        section = ("products", "orders", "customers")[number % 3]
        params = (("limit", "100"), ("offset", str(100 * number)))
        options = Options(operation=section)
        path = f"/{DEMO_STORE_ID}/{section}"
        yield Request(method="GET", path=path, params=params, body=None, headers=AUTHORIZATION, options=options)


def use(sandbox: Sandbox, clock: SandboxClock) -> None:
    """Send requests for five minutes, more than the quota for a while."""
    now = clock()
    for second in range(-330, 0):
        clock.freeze(now + second)
        for request in requests(int(5 + 5 * math.sin(second / 45)) + (8 if -200 < second < -120 else 0)):
            sandbox.handle(request)
    clock.reset()


async def receive(request: AppRequest) -> int:
    return 500 if b"order.updated" in request.body else 200


async def main() -> None:
    clock = SandboxClock()
    sandbox = demo_sandbox(clock=clock)
    add_demo_app(sandbox, webhook_url="http://127.0.0.1:8000/webhooks")
    sandbox.deliveries.sender = receive
    use(sandbox, clock)
    for event_type in EVENTS:
        change_store(sandbox, sandbox.stores[DEMO_STORE_ID], event_type)
    sandbox.faults.add(Fault(every=1, delay=2))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(sandbox, control=True))
        profile = stack.enter_context(TemporaryDirectory())
        page = await stack.enter_async_context(opened_page(Path(profile)))
        await page.set_viewport_size({"width": 1200, "height": 930})
        await page.goto(server.origin)
        await page.locator("#webhook-rows tr").filter(has_text="delivered").first.wait_for()
        FOLDER.mkdir(exist_ok=True)
        await page.emulate_media(color_scheme="light")
        await page.screenshot(path=FOLDER / "sandbox-light.png")
        await page.emulate_media(color_scheme="dark")
        await page.screenshot(path=FOLDER / "sandbox-dark.png")


if __name__ == "__main__":
    asyncio.run(main())
