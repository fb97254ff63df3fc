"""Functions as middleware, which FastAPI and Starlette run in tasks of their own, may be around or within ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Request, Response

from ecwid_async import Ecwid, EcwidError
from ecwid_async.apps.asgi import DeadlineMiddleware, DisconnectMiddleware, problem_response
from ecwid_async.calls import current_deadline
from ecwid_async.transport import MemoryTransport, make_response
from tests.apps.web.frameworks import serve_asgi
from tests.apps.web.test_contract import SlowTransport, raw_connection, request, wait_until


def site(order: str, page: Callable[[BackgroundTasks], Awaitable[str]], *, seconds: float = 30) -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(EcwidError, problem_response)

    async def count(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["X-Counted"] = "1"
        return response

    if order == "around":
        app.add_middleware(DeadlineMiddleware, seconds=seconds)
        app.add_middleware(DisconnectMiddleware)
        app.middleware("http")(count)
    else:
        app.middleware("http")(count)
        app.add_middleware(DeadlineMiddleware, seconds=seconds)
        app.add_middleware(DisconnectMiddleware)
    app.get("/page")(page)
    return app


@pytest.fixture(params=["around", "within"])
def order(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_deadline_reaches_the_calls(order: str) -> None:
    transport = SlowTransport()
    await Ecwid(transport=MemoryTransport(lambda _: make_response({}))).store(1003, "secret_x").profile.get()

    async def page(background: BackgroundTasks) -> str:
        await Ecwid(transport=transport, quota=None).store(1003, "secret_x").profile.get()
        raise AssertionError

    async with (
        serve_asgi(site(order, page, seconds=0.5)) as url,
        request("GET", f"{url}/page") as response,
    ):
        assert response.status in (503, 504)
    assert transport.in_progress == 0


async def test_a_client_that_goes_away_cancels_its_calls(order: str) -> None:
    transport = SlowTransport()

    async def page(background: BackgroundTasks) -> str:
        await Ecwid(transport=transport, quota=None).store(1003, "secret_x").profile.get()
        raise AssertionError

    async with serve_asgi(site(order, page)) as url:
        async with raw_connection(url) as (_, writer):
            writer.write(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
            await wait_until(lambda: transport.started == 1)
        await wait_until(lambda: transport.in_progress == 0)


async def test_background_tasks_run_to_their_end_without_a_deadline(order: str) -> None:
    done: list[float | None] = []
    started = asyncio.Event()

    async def later() -> None:
        started.set()
        await asyncio.sleep(0.05)
        done.append(current_deadline())

    async def page(background: BackgroundTasks) -> str:
        assert current_deadline() is not None
        background.add_task(later)
        return "ok"

    async with serve_asgi(site(order, page)) as url:
        async with request("GET", f"{url}/page") as response:
            assert response.status == 200
            assert response.headers["X-Counted"] == "1"
            await asyncio.wait_for(started.wait(), 10)
        # The connection is closed now.
        await wait_until(lambda: done == [None])
