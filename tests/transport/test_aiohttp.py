"""Tests of the sessions and deadlines of `AiohttpTransport`. `tests/contract` tests the promises of all transports."""

import asyncio

import pytest
from attrs import evolve

from ecwid_async.errors import NotSentInTime
from ecwid_async.transport import Settings
from ecwid_async.transport.aiohttp import AiohttpTransport
from ecwid_async.wire import Request
from tests.contract.requests import GET, PUT, hang, respond
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
        transport._sessions.get()

    for _ in range(3):
        asyncio.run(left_open())
    assert len(transport._sessions) == 1


def within(request: Request, seconds: float) -> Request:
    deadline = asyncio.get_running_loop().time() + seconds
    return evolve(request, options=evolve(request.options, deadline=deadline))


async def test_a_deadline_that_passes_while_connecting_says_that_nothing_was_sent() -> None:
    async with fault_server(hang) as server:
        transport = AiohttpTransport(server.base_url.replace("http://", "https://"))
        with pytest.raises(NotSentInTime):
            await transport.send(within(PUT, 0.1))
        await transport.aclose()
        await server.all_closed()


async def test_a_deadline_that_passes_in_the_queue_for_a_connection_says_that_nothing_was_sent() -> None:
    async with fault_server(hang) as server:
        transport = AiohttpTransport(server.base_url, Settings(connections=1))
        first = asyncio.ensure_future(transport.send(PUT))
        await server.arrived(1)
        with pytest.raises(NotSentInTime):
            await transport.send(within(PUT, 0.1))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await transport.aclose()
    assert len(server.log) == 1
