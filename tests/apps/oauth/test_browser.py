"""The app is installed in a real browser, headless Chromium: start, consent page, callback."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web

from ecwid_async import Ecwid
from ecwid_async.apps import IncomingRequest, Installation, Installs, OutgoingResponse
from ecwid_async.apps.aiohttp_web import routes
from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.tokens import MemoryTokens
from tests.browser import needs_browser, opened_page

SCOPES = ["read_orders", "read_store_profile"]

pytestmark = needs_browser


@asynccontextmanager
async def served_app(handler: dict[str, Installs]) -> AsyncIterator[str]:
    """Serve an app whose handler is set later, since its settings contain its address."""

    async def handle(request: IncomingRequest) -> OutgoingResponse:
        return await handler["app"].handle(request)

    application = web.Application()
    application.add_routes(routes({"/ecwid/install": handle, "/ecwid/callback": handle}))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_app_is_installed_in_a_browser(tmp_path: Path) -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token="secret_other")
    sandbox.add_store(1004, token="secret_other")
    handler: dict[str, Installs] = {}
    installations: list[Installation] = []
    tokens = MemoryTokens()

    async def on_install(installation: Installation) -> None:
        installations.append(installation)

    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(sandbox))
        app_url = await stack.enter_async_context(served_app(handler))
        callback = f"{app_url}/ecwid/callback"
        sandbox.add_app(App(client_id="app", client_secret="s3cret", scopes=frozenset(SCOPES), redirect_uri=callback))
        ecwid = await stack.enter_async_context(Ecwid(base_url=server.base_url, tokens=tokens))
        handler["app"] = await stack.enter_async_context(
            Installs(
                ecwid,
                tokens,
                redirect_uri=callback,
                scopes=SCOPES,
                client_id="app",
                client_secret="s3cret",
                oauth_url=server.oauth_url,
                on_install=on_install,
            )
        )
        page = await stack.enter_async_context(opened_page(tmp_path, scripts=False))

        await page.goto(f"{app_url}/ecwid/install")
        assert page.url.startswith(f"{server.oauth_url}/authorize?")
        await page.get_by_role("button", name="Decline").click()
        assert "was not installed" in await page.inner_text("main")
        assert await page.context.cookies() == []

        await page.get_by_role("link", name="Start the installation again").click()
        (cookie,) = await page.context.cookies()
        assert cookie["name"].startswith("__Host-")
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        assert "read_orders" in await page.inner_text("main")
        await page.get_by_label("Store").select_option("1004")
        # With the keyboard only.
        await page.get_by_role("button", name="Accept").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{callback}?installed")
        assert "The app is installed" in await page.inner_text("main")
        await page.reload()
        assert "The app is installed" in await page.inner_text("main")
        assert await page.context.cookies() == []

        assert [(each.store_id, each.origin) for each in installations] == [(1004, "app")]
        await ecwid.store(1004).profile.get()
        assert [each.path for each in sandbox.authorization.requests if each.path != "/authorize"] == ["/token/1004"]
