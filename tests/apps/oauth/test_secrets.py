"""No log, error, page or `repr` of an installation has the code, a token, the client secret or the e-mail address."""

import logging
from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.apps import IncomingRequest, Installation, InstallError, Installs, OutgoingResponse
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.tokens import MemoryTokens
from ecwid_async.wire import Headers
from tests.apps.oauth.browser import code_of, header
from tests.apps.oauth.conftest import CLIENT_SECRET, EMAIL, REDIRECT, SCOPES
from tests.tokens.conftest import shown_by


class ShownTokens(MemoryTokens):
    """Quotes the token if it can't store it."""

    is_broken = False

    async def put(self, store_id: int, token: str) -> None:
        if self.is_broken:
            raise RuntimeError(f"can't store {token!s}")
        await super().put(store_id, token)


async def no_sleep(_: float) -> None:
    pass


async def test_nothing_shows_a_secret(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    secrets: set[str] = {CLIENT_SECRET, EMAIL}
    tokens = ShownTokens()

    async def on_install(installation: Installation) -> None:
        shown.append(repr(installation))
        secrets.add(str(installation.public_token))

    async def on_error(error: InstallError) -> None:
        shown.append(shown_by(error))

    async def show(installs: Installs, response: OutgoingResponse) -> None:
        shown.append(f"{installs!r} {response!r} {response.headers} {response.body!r}")

    async with serve(sandbox) as server, Ecwid(base_url=server.base_url, tokens=tokens) as ecwid:
        options: dict[str, Any] = {"redirect_uri": REDIRECT, "scopes": SCOPES, "client_id": "app", "sleep": no_sleep}
        hooks: dict[str, Any] = {"on_install": on_install, "on_error": on_error, "oauth_url": server.oauth_url}
        async with Installs(ecwid, tokens, client_secret=CLIENT_SECRET, **options, **hooks) as installs:
            for outcome in ("success", "reload", "broken storage", "wrong secret"):
                start = installs.begin(user="u1")
                cookie = header(start, "Set-Cookie").partition(";")[0]
                if outcome != "reload":
                    url = sandbox.authorization.decide(header(start, "Location"), store_id=1003)
                secrets.add(code_of(url))
                tokens.is_broken = outcome == "broken storage"
                if outcome == "wrong secret":
                    sandbox.apps["app"].client_secret = "another"
                request = IncomingRequest(
                    method="GET", path="/", query=url.partition("?")[2], headers=Headers((("Cookie", cookie),))
                )
                shown.append(repr(request))
                await show(installs, await installs.callback(request))
                secrets |= {each.token for each in sandbox.stores[1003].installs.values()}
    assert len(secrets) == 2 + 3 + 2 + 1
    text = "\n".join((*shown, caplog.text, *(repr(vars(record)) for record in caplog.records)))
    assert [secret for secret in secrets if secret in text] == []
    assert "not_stored" in text
    assert "reason=refused" in text
