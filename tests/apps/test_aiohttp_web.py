"""What only aiohttp.web has; `tests/apps/web/test_contract.py` has the rest."""

import logging

import aiohttp
import pytest
from aiohttp import web

from ecwid_async import ConfigError
from ecwid_async.apps import IncomingRequest, OutgoingResponse
from ecwid_async.apps.aiohttp_web import AccessLogger, routes, setup_deadlines


async def respond(request: IncomingRequest) -> OutgoingResponse:
    return OutgoingResponse(200, (), b"1234")


async def test_the_access_log_has_no_query(caplog: pytest.LogCaptureFixture) -> None:
    """It may have the code of an installation, or a payload."""
    app = web.Application()
    app.add_routes(routes({"/page": respond}))
    runner = web.AppRunner(app, access_log_class=AccessLogger)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/page?payload=secret"
        with caplog.at_level(logging.INFO, "aiohttp.access"):
            async with aiohttp.ClientSession() as client, client.get(url) as response:
                assert await response.read() == b"1234"
    finally:
        await runner.cleanup()
    assert '"GET /page" 200, ' in caplog.text
    assert "secret" not in caplog.text


def test_invalid_settings_are_refused() -> None:
    with pytest.raises(ConfigError):
        routes({"page": respond})
    with pytest.raises(ConfigError):
        routes({"/page": respond}, max_body=0)
    with pytest.raises(ConfigError):
        setup_deadlines(web.Application(), seconds=0)
    with pytest.raises(ConfigError):
        setup_deadlines(web.Application(), seconds=1, unit="hours")  # type: ignore[arg-type]
