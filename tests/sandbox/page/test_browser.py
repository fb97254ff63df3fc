"""The page in a real browser: headless Chromium."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import anyio
import pytest
import pytest_asyncio
from aiohttp import web
from attrs import define, field

from ecwid_async.sandbox import App, Fault, Sandbox, SandboxClock, WebhookFaults
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, StoreActivity, demo_sandbox
from ecwid_async.sandbox.server import RunningServer, serve
from tests.browser import needs_browser, opened_page

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

pytestmark = [needs_browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@define
class Receiver:
    """An app that receives webhooks."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        return web.Response()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/webhooks", receiver.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks"
        yield receiver
    finally:
        await runner.cleanup()


@define
class Browser:
    """The page of a sandbox in a browser, and what the browser did."""

    page: "Page"
    problems: list[str] = field(factory=list)
    """Messages of the console and errors of scripts."""
    addresses: list[str] = field(factory=list)
    """All that was requested."""

    async def open(self, server: RunningServer, query: str = "") -> None:
        await self.page.goto(f"{server.page_url}{query}")
        await self.page.locator("#connection.live").wait_for()

    async def overview(self) -> Any:
        """What the page reads."""
        return await self.page.evaluate("fetch('/_sandbox/overview').then((response) => response.json())")

    async def waits_for(self, selector: str, text: str) -> None:
        await self.page.locator(selector).filter(has_text=re.compile(text)).first.wait_for(state="visible")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with opened_page(tmp_path_factory.mktemp("profile")) as page:
        browser = Browser(page)
        page.on("console", lambda message: browser.problems.append(message.text))
        page.on("pageerror", lambda error: browser.problems.append(str(error)))
        page.on("request", lambda request: browser.addresses.append(request.url))
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium: Browser, server: RunningServer) -> AsyncIterator[Browser]:
    chromium.problems.clear()
    chromium.addresses.clear()
    await chromium.open(server)
    yield chromium
    # No test ends with an error in the console, or with a request to another host.
    assert chromium.problems == []
    assert [address for address in chromium.addresses if not address.startswith("http://127.0.0.1:")] == []
    await chromium.page.goto("about:blank")


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox(products=7, orders=6, customers=5, carts=1, categories=2, clock=SandboxClock())


@pytest_asyncio.fixture(loop_scope="module")
async def server(sandbox: Sandbox) -> AsyncIterator[RunningServer]:
    async with serve(sandbox, control=True) as running:
        yield running


async def get(server: RunningServer, path: str, store_id: int = DEMO_STORE_ID, token: str = DEMO_TOKEN) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{server.base_url}/{store_id}{path}") as response,
    ):
        return response.status


async def test_it_shows_what_the_store_contains(browser: Browser, sandbox: Sandbox) -> None:
    await browser.waits_for("#counts > div", "7products|products7")
    await browser.waits_for("#counts > div", "customers5|5customers")
    assert await browser.page.locator("#product-rows tr").count() == 6
    assert await browser.page.title() == "Store 1003 · Sandbox"
    text = await browser.page.content()
    assert DEMO_TOKEN not in text
    customers = sandbox.stores[DEMO_STORE_ID].table("customers")
    assert not [key for key in customers if (customers.get(key) or {})["email"] in text]


async def test_requests_appear_as_they_come(browser: Browser, server: RunningServer, sandbox: Sandbox) -> None:
    await browser.waits_for("#no-requests", "No requests yet")
    assert await get(server, "/products?limit=5&keyword=ann") == 200
    assert await get(server, "/nothing") == 404
    await browser.waits_for("#request-rows tr", "GET /products limit=5 keyword=…200")
    await browser.waits_for("#request-rows tr", "/nothing.*404")
    await browser.waits_for("#rate-text", "2 of 600 in the last 60 s")
    StoreActivity(sandbox).change()
    await browser.waits_for("#request-rows tr", "uses no quota")
    await browser.waits_for("#rate-text", "2 of 600 in the last 60 s")
    await browser.page.get_by_label("Errors only").check()
    await browser.page.locator("#request-rows tr").filter(has_text="/products").first.wait_for(state="detached")
    await browser.waits_for("#request-rows tr", "/nothing")


async def test_a_switch_lets_requests_fail(browser: Browser, server: RunningServer, sandbox: Sandbox) -> None:
    switch = browser.page.get_by_role("switch", name="Server errors")
    await switch.check()
    await browser.waits_for("#active-faults li", "All requests: 503 · 0 hits")
    assert await get(server, "/products") == 503
    await browser.waits_for("#active-faults li", "1 hit$|1 hit")
    await browser.waits_for("#request-rows tr", "503")
    await switch.uncheck()
    await browser.page.locator("#active-faults li").first.wait_for(state="detached")
    assert await get(server, "/products") == 200
    # Faults from elsewhere are shown, too.
    sandbox.faults.add(Fault(every=1, status=503))
    await browser.page.get_by_role("switch", name="Server errors", checked=True).wait_for()


async def test_a_form_adds_any_fault(browser: Browser, server: RunningServer) -> None:
    page = browser.page
    await page.get_by_text("Another fault").click()
    await page.get_by_role("combobox", name="Requests").fill("products")
    await page.get_by_role("button", name="Add").click()
    await browser.waits_for("#notice.bad", "use one like 'GET /products'")
    # The browser itself reports the response with 400.
    assert len(browser.problems) == 1
    browser.problems.clear()
    await page.get_by_role("combobox", name="Requests").fill("GET /orders")
    await page.get_by_label("What happens").select_option("404 Not Found")
    await page.get_by_role("button", name="Add").click()
    await browser.waits_for("#active-faults li", "GET /orders: 404, once")
    assert [await get(server, path) for path in ("/products", "/orders", "/orders")] == [200, 404, 200]
    await page.get_by_role("button", name="Remove the fault").click()
    await page.locator("#active-faults li").first.wait_for(state="detached")


async def test_the_clock_is_advanced_and_stands_still(browser: Browser, sandbox: Sandbox) -> None:
    before = sandbox.clock()
    await browser.page.get_by_role("button", name="+ 1 day").click()
    await browser.waits_for("#ahead", "1 day ahead of the real time")
    assert sandbox.clock() >= before + 86_400
    assert isinstance(sandbox.clock, SandboxClock)
    await browser.page.get_by_role("switch", name="Frozen").check()
    await browser.page.get_by_role("switch", name="Frozen", checked=True).wait_for()
    await wait_until(lambda: sandbox.clock.frozen)
    await browser.page.get_by_role("button", name="Real time").click()
    await browser.waits_for("#ahead", "The real time")


async def test_the_quota_is_set(browser: Browser, server: RunningServer, sandbox: Sandbox) -> None:
    await browser.page.get_by_label("Requests a minute and token").fill("1")
    await browser.page.get_by_role("button", name="Set", exact=True).click()
    await browser.waits_for("#rate-text", "0 of 1 in")
    assert [await get(server, "/products") for _ in range(2)] == [200, 429]
    await browser.waits_for("#rate-text", "1 of 1 in the last 60 s, 1 response with 429")
    assert await browser.page.locator("#chart .rejected").count() == 1
    await browser.page.get_by_role("switch", name="Limit requests").uncheck()
    await browser.waits_for("#rate-text", r"^\s*1 in")
    assert sandbox.requests_per_minute is None


async def test_a_button_changes_the_store_and_webhooks_follow(
    browser: Browser, server: RunningServer, sandbox: Sandbox
) -> None:
    await browser.waits_for("#no-webhooks", "No app gets webhooks")
    async with receiving() as receiver:
        sandbox.add_app(App(client_id="my-app", client_secret="secret_app", scopes=None, webhook_url=receiver.url))
        sandbox.install("my-app", DEMO_STORE_ID)
        sandbox.deliveries.clear()
        await browser.page.get_by_role("button", name="order.created: Creates an order").click()
        await browser.waits_for("#webhook-rows tr", "order.created.*delivered: 200")
        await browser.waits_for("#counts > div", "7orders|orders7")
        await browser.page.get_by_text("More events").click()
        await browser.page.get_by_role("button", name="size_chart.created: Sends a sample").click()
        await browser.waits_for("#webhook-rows tr", "size_chart.created.*delivered: 200")
        await browser.waits_for("#notice", "a sample is sent to 1 app")
        types = [body["eventType"] for body in receiver.bodies]
    assert {"order.created", "size_chart.created"} <= set(types)
    assert "secret_app" not in await browser.page.content()


async def test_a_switch_changes_what_is_wrong_with_webhooks(browser: Browser, sandbox: Sandbox) -> None:
    await browser.page.get_by_role("switch", name="Sent twice").check()
    await browser.page.get_by_role("switch", name="Invalid signature").check()
    await wait_until(lambda: sandbox.deliveries.faults == WebhookFaults(doubled=True, signature="invalid"))
    await browser.page.get_by_role("switch", name="Stale signature").check()
    await browser.page.get_by_role("switch", name="Invalid signature", checked=False).wait_for()
    await browser.page.get_by_role("switch", name="Sent twice").uncheck()
    await wait_until(lambda: sandbox.deliveries.faults == WebhookFaults(signature="stale"))


async def test_data_is_shown_as_text(browser: Browser, server: RunningServer, sandbox: Sandbox) -> None:
    attack = "<img src=x onerror=\"document.title='attacked'\">"
    with sandbox.change(sandbox.stores[DEMO_STORE_ID]):
        sandbox.request_as_ecwid(sandbox.stores[DEMO_STORE_ID], "POST", "/products", {"name": attack, "price": 1})
    await get(server, "/%3Cimg%20src=x%3E?%3Cb%3E=1")
    await browser.page.get_by_text(attack, exact=True).wait_for()
    await browser.waits_for("#request-rows tr", "<b>=…")
    assert await browser.page.locator("img, b").count() == 0
    assert await browser.page.title() == "Store 1003 · Sandbox"


async def test_values_of_any_type_and_length_are_shown(
    browser: Browser, server: RunningServer, sandbox: Sandbox
) -> None:
    # As in an export, which may have anything. JavaScript can't convert such objects to text.
    unreadable = {"toString": 1, "valueOf": 2}
    store, newest = sandbox.stores[DEMO_STORE_ID], {"updateTimestamp": 2_000_000_000}
    store.load(
        "products",
        [
            {"id": 1, "name": unreadable, "price": unreadable, "quantity": [unreadable], **newest},
            {"id": 2, "name": "x" * 1_000_000, "price": 1e300, "unlimited": "no", **newest},
        ],
    )
    store.load("orders", [{"orderNumber": 1, "id": unreadable, "total": "5", "paymentStatus": unreadable, **newest}])
    store.profile = {**store.profile, "formatsAndUnits": {"currency": "<b>"}}
    await browser.waits_for("#product-rows tr", "^…")
    await browser.waits_for("#product-rows tr", f"^{'x' * 200}…1e.300")
    store.load("orders", [{"orderNumber": 2, "id": "x" * 1000, "paymentStatus": "x" * 1000, **newest}])
    sandbox.add_app(App(client_id="x" * 1000, client_secret="secret_app", webhook_url="http://127.0.0.1:1/"))
    await browser.waits_for("#order-rows tr", f"^{'x' * 200}")
    await browser.waits_for("#webhooks-summary", "x" * 1000)
    await browser.page.set_viewport_size({"width": 320, "height": 700})
    assert await browser.page.evaluate("document.documentElement.scrollWidth") == 320
    await browser.page.set_viewport_size({"width": 1280, "height": 720})
    await browser.waits_for("#order-rows tr", "^……")
    assert len(json.dumps(await browser.overview())) < 100_000


@pytest.mark.parametrize("store_id", ["1e999", "1.5", "-5", "0", "77", "9" * 40, "<b>"])
async def test_any_store_in_the_address_leads_to_one(browser: Browser, server: RunningServer, store_id: str) -> None:
    await browser.page.goto(f"{server.page_url}?{urlencode({'store': store_id})}")
    await browser.waits_for("#store-name", "^Store 1003$")
    # The browser reports that there is no such store.
    browser.problems.clear()


async def test_the_id_of_a_store_may_be_larger_than_numbers_of_javascript(chromium: Browser) -> None:
    sandbox = demo_sandbox(store_id=2**63 - 1, products=2)
    async with serve(sandbox, control=True) as server:
        chromium.addresses.clear()
        await chromium.open(server)
        await chromium.page.get_by_role("button", name="product.created").click()
        await chromium.waits_for("#counts > div", "3products|products3")
        await chromium.page.goto("about:blank")
    assert len(chromium.addresses) < 40


async def test_it_can_be_used_with_the_keyboard_alone(
    browser: Browser, server: RunningServer, sandbox: Sandbox
) -> None:
    page = browser.page

    async def tab_to(name: str) -> None:
        for _ in range(80):
            await page.keyboard.press("Tab")
            focused = await page.evaluate(
                "() => (document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? "
                "document.activeElement.textContent).trim()"
            )
            if focused.startswith(name):
                outline = await page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid"
                return
        raise AssertionError(f"Tab does not reach {name!r}")

    products = sandbox.stores[DEMO_STORE_ID].count("products")
    await tab_to("Skip to the controls")
    await page.keyboard.press("Enter")
    await tab_to("product.created")
    await page.keyboard.press("Enter")
    await browser.waits_for("#notice", "product.created: changed store 1003")
    assert sandbox.stores[DEMO_STORE_ID].count("products") == products + 1
    await tab_to("Server errors")
    await page.keyboard.press("Space")
    await browser.waits_for("#active-faults li", "503")
    await tab_to("Remove the fault")
    await page.keyboard.press("Enter")
    await page.locator("#active-faults li").first.wait_for(state="detached")
    await tab_to("+ 1 hour")
    await page.keyboard.press("Space")
    await browser.waits_for("#ahead", "1 hour ahead")
    await tab_to("Reset")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Enter")
    await browser.waits_for("#notice", "The sandbox was reset")
    assert sandbox.stores[DEMO_STORE_ID].count("products") == products


async def test_it_fits_a_narrow_screen_and_has_a_name_for_each_control(browser: Browser) -> None:
    await browser.page.set_viewport_size({"width": 360, "height": 700})
    for summary in ("More events", "Another fault"):
        await browser.page.get_by_text(summary).click()
    assert await browser.page.evaluate("document.documentElement.scrollWidth") == 360
    nameless = await browser.page.evaluate(
        "() => [...document.querySelectorAll('button, input, select, a')].filter(each => "
        "!each.ariaLabel && !each.textContent.trim() && !each.labels?.length).map(each => each.outerHTML)"
    )
    assert nameless == []
    await browser.page.set_viewport_size({"width": 1280, "height": 720})


async def test_it_says_when_the_server_has_ended_and_goes_on_with_the_next(browser: Browser, sandbox: Sandbox) -> None:
    async with serve(sandbox, control=True) as first:
        await browser.open(first)
    await browser.waits_for("#connection.lost", "is the server still running")
    async with serve(sandbox, port=first.port, control=True):
        await browser.page.locator("#connection.live").wait_for()
    browser.problems.clear()  # the browser reports each refused connection


async def test_it_reads_what_it_missed_when_the_server_was_ending(chromium: Browser, sandbox: Sandbox) -> None:
    failed: list[str] = []

    async def fail_once(route: "Route") -> None:
        failed.append(route.request.url)
        await (route.abort() if len(failed) == 1 else route.continue_())

    async with serve(sandbox, control=True) as server:
        await chromium.page.route("**/_sandbox/changes", fail_once)
        await chromium.open(server)
        await chromium.page.get_by_role("button", name="product.created").wait_for()
        await chromium.page.unroute("**/_sandbox/changes")
        await chromium.page.goto("about:blank")
    assert len(failed) == 2


async def test_one_of_several_stores_is_chosen(browser: Browser, server: RunningServer, sandbox: Sandbox) -> None:
    page = browser.page
    sandbox.add_store(1004, token="secret_other").suspended = True
    await browser.waits_for("#counts > div", "products")
    await browser.open(server)
    await browser.waits_for("#store-name", "2 stores")
    assert await page.get_by_role("button", name="order.created").is_disabled()
    assert await get(server, "/products", 1004, "secret_other") == 402
    assert await get(server, "/products") == 200
    await browser.waits_for("#request-rows tr", "1004.*402")
    await page.get_by_role("button", name="1004: suspended").click()
    await browser.waits_for("#store-name", "Store 1004: suspended")
    await page.locator("#request-rows tr").filter(has_text="200").first.wait_for(state="detached")
    await page.get_by_label("Store", exact=True).fill("1003")
    await page.keyboard.press("Enter")
    await browser.waits_for("#store-name", "^Store 1003$")
    assert page.url.endswith("?store=1003")
    await page.get_by_role("switch", name="Rate limit").check()
    await browser.waits_for("#active-faults li", "429.*store 1003")
    assert await get(server, "/products") == 429
    assert await get(server, "/products", 1004, "secret_other") == 402
    await page.get_by_label("Store", exact=True).fill("")
    await page.keyboard.press("Enter")
    await browser.waits_for("#store-name", "2 stores")


async def test_another_page_can_not_show_it_in_a_frame(browser: Browser, server: RunningServer) -> None:
    async with receiving() as receiver:
        foreign = receiver.url.replace("127.0.0.1", "localhost")
        await browser.page.goto(foreign)
        refused = await browser.page.evaluate(
            """async (origin) => {
              const read = await fetch(`${origin}/_sandbox/overview`).then(() => "read", () => "refused");
              const frame = document.createElement("iframe");
              frame.src = `${origin}/`;
              const loaded = new Promise((resolve) => (frame.onload = resolve));
              document.body.append(frame);
              await loaded;
              return read;
            }""",
            server.origin,
        )
        frame = next(frame for frame in browser.page.frames if frame.parent_frame is not None)
        assert refused == "refused"
        assert await frame.locator("#connection").count() == 0
        await browser.page.goto("about:blank")
    # The browser reports both.
    assert len(browser.problems) >= 2
    browser.problems.clear()
    browser.addresses.clear()


async def wait_until(condition: Any) -> None:
    with anyio.fail_after(30):
        while not condition():  # noqa: ASYNC110
            await anyio.sleep(0.01)
