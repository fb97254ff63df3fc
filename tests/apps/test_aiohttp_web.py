"""What only aiohttp.web has; `tests/apps/web/test_contract.py` has the rest."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from ecwid_async import ConfigError
from ecwid_async.apps import IncomingRequest, OutgoingResponse
from ecwid_async.apps.aiohttp_web import AccessLogger, as_response, routes, setup_deadlines


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


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    app = web.Application()
    app.add_routes(routes({"/page": respond}))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        yield reader, writer
        writer.close()
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("body", [gzip.compress(b"{}"), b"not compressed"], ids=["gzip", "other"])
async def test_a_compressed_body_is_refused(body: bytes) -> None:
    """The library would decompress it, and no signature would fit what arrives."""
    async with connection() as (reader, writer):
        head = b"POST /page HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body)
        assert (await reader.readline()).split()[1] == b"400"


async def test_a_client_that_goes_away_within_the_body_is_not_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async with connection() as (_, writer):
        writer.write(b"POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.sleep(0.05)
    assert caplog.text == ""


def test_a_response_of_a_part_keeps_its_cookies_apart() -> None:
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    response = as_response(OutgoingResponse(303, (("Location", "/orders"), *cookies)))
    assert (response.status, response.headers["Location"]) == (303, "/orders")
    assert response.headers.getall("Set-Cookie") == ["a=1", "b=2"]


def test_invalid_settings_are_refused() -> None:
    with pytest.raises(ConfigError):
        routes({"page": respond})
    with pytest.raises(ConfigError):
        routes({"/page": respond}, max_body=0)
    with pytest.raises(ConfigError):
        setup_deadlines(web.Application(), seconds=0)
    with pytest.raises(ConfigError):
        setup_deadlines(web.Application(), seconds=1, unit="hours")  # type: ignore[arg-type]
