"""The page of an app opens in a frame of the control panel, in a real browser: headless Chromium."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from ecwid_async import Ecwid
from ecwid_async.apps import IncomingRequest, OutgoingResponse, PageSessions
from ecwid_async.apps.aiohttp_web import routes
from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.server import serve
from tests.browser import needs_browser, opened_page

# As in browsers that block cookies of other sites.
_WITHOUT_OTHER_COOKIES = "--test-third-party-cookie-phaseout"

pytestmark = needs_browser


class SettingsPage:
    """An app: its page shows the store of the session, and increases a number with a form."""

    def __init__(self) -> None:
        self.sessions: PageSessions | None = None
        self.requests: list[IncomingRequest] = []

    async def open(self, request: IncomingRequest) -> OutgoingResponse:
        self.requests.append(request)
        assert self.sessions is not None
        return await self.sessions.handle(request)

    async def show(self, request: IncomingRequest) -> OutgoingResponse:
        self.requests.append(request)
        assert self.sessions is not None
        session = self.sessions.session_of(request)
        text = "no session" if session is None else f"store {session.store_id} in {session.language}"
        headers = (("Content-Type", "text/html; charset=utf-8"), *self.sessions.page_headers)
        body = f'<p id="shown">{text} ({request.query})</p><a href="/page?again">Again</a>'
        return OutgoingResponse(200, headers, body.encode())

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Serve the app. Its host makes it another site than the control panel."""
        application = web.Application()
        application.add_routes(routes({"/open": self.open, "/page": self.show}))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://localhost:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@pytest.mark.parametrize("mode", ["encrypted", "fragment"])
async def test_the_page_opens_in_a_frame_of_the_control_panel(tmp_path: Path, mode: str) -> None:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(1003, token="secret_other").profile = {"generalInfo": {"storeId": 1003}}
    app = SettingsPage()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve(sandbox))
        url = await stack.enter_async_context(app.served())
        ecwid = await stack.enter_async_context(Ecwid(base_url=server.base_url))
        secret = "secret_0123abcd4567"
        app.sessions = PageSessions(
            ecwid,
            page="/page",
            client_secret=secret,
            control_panels=[server.origin],
            fragments=mode == "fragment",
        )
        scopes = frozenset({"read_store_profile"})
        sandbox.add_app(App(client_id="app", client_secret=secret, scopes=scopes, iframe_url=f"{url}/open"))
        token = sandbox.install("app", 1003).token
        page = await stack.enter_async_context(opened_page(tmp_path, _WITHOUT_OTHER_COOKIES))

        await page.goto(f"{server.origin}/cp/app/1003?mode={mode}&lang=de&app_state=a%26b")
        frame = page.frame_locator("iframe")
        assert await frame.locator("#shown").inner_text() == "store 1003 in de (app_state=a%26b)"
        # Later requests of the page have the session, and nothing else that came with the payload.
        await frame.get_by_role("link", name="Again").click()
        await frame.get_by_text("(again)").wait_for()
        assert await frame.locator("#shown").inner_text() == "store 1003 in de (again)"
        assert urlsplit(page.frames[1].url).query == "again"
        for request in app.requests:
            if request.path == "/page":
                assert request.header_values("Referer") in ([], [f"{url}/"])
        (cookie,) = await page.context.cookies(url)
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")
        assert token not in cookie["value"]
        assert await frame.locator("body").evaluate("() => document.cookie") == ""

        # No other site may show the page in a frame, and the cookie does not reach it there.
        other = await page.context.new_page()
        await other.goto(f"{server.origin.replace('127.0.0.1', 'localhost')}/cp/app/1003?mode={mode}")
        assert await other.frame_locator("iframe").locator("#shown").count() == 0
