"""Tests of the sessions of `AiohttpTransport`. `tests/contract` tests the promises of all transports."""

import asyncio

import pytest

from ecwid_async.transport.aiohttp import AiohttpTransport
from tests.contract.requests import GET, respond
from tests.transport.fault_server import fault_server


async def test_the_session_is_made_on_first_use_and_shared() -> None:
    async with fault_server(respond) as server:
        transport = AiohttpTransport(server.base_url)
        assert not transport._sessions
        for _ in range(3):
            await transport.send(GET)
        assert len(transport._sessions) == 1
        await transport.aclose()
        assert not transport._sessions


@pytest.mark.filterwarnings("ignore:connections to:ResourceWarning")
def test_sessions_of_closed_loops_are_dropped() -> None:
    transport = AiohttpTransport("http://127.0.0.1:1/api/v3")

    async def left_open() -> None:
        transport._session()

    for _ in range(3):
        asyncio.run(left_open())
    assert len(transport._sessions) == 1
