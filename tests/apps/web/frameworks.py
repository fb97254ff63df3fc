"""The same site in each web framework, behind a real server: routes of an app, and its own pages.

``/ecwid/…`` are the routes. ``/page`` awaits a function and returns its text, ``/describe/…`` returns that of a
function of the request, and ``/stream`` streams its parts.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import litestar
import uvicorn
from aiohttp import web
from attrs import define, field
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from litestar.response import Stream
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route

from ecwid_async import EcwidError
from ecwid_async.apps import IncomingRequest, aiohttp_web, fastapi
from ecwid_async.apps.aiohttp_web import routes, setup_deadlines, setup_problems
from ecwid_async.apps.asgi import (
    AsgiApp,
    DeadlineMiddleware,
    DisconnectMiddleware,
    problem_response,
    read_request,
)
from ecwid_async.apps.web import Handler, Service

FRAMEWORKS = ("fastapi", "starlette", "litestar", "aiohttp")


async def _no_text() -> str:
    return ""


async def _no_parts() -> AsyncIterator[bytes]:
    yield b""


@define(kw_only=True)
class Site:
    """What the site has, whatever its framework."""

    handlers: Mapping[str, Handler] = field(factory=dict)
    page: Callable[[], Awaitable[str]] = _no_text
    describe: Callable[[IncomingRequest], str] = repr
    parts: Callable[[], AsyncIterator[bytes]] = _no_parts
    service: Service | None = None
    seconds: float = 30.0
    max_body: int = 1000
    body_timeout: float = 30.0

    def asgi_app(self) -> AsgiApp:
        return AsgiApp(self.handlers, service=self.service, max_body=self.max_body, body_timeout=self.body_timeout)


def fastapi_app(site: Site) -> Any:
    app = FastAPI(lifespan=site.service.lifespan if site.service is not None else None)
    app.mount("/ecwid", site.asgi_app())
    app.add_exception_handler(EcwidError, problem_response)
    app.add_exception_handler(ExceptionGroup, problem_response)
    app.add_middleware(DeadlineMiddleware, seconds=site.seconds, header="X-Time-Left", unit="milliseconds")
    app.add_middleware(DisconnectMiddleware)

    @app.get("/page", response_class=PlainTextResponse)
    async def page() -> str:
        return await site.page()

    @app.get("/describe/{rest:path}", response_class=PlainTextResponse)
    async def describe(request: Annotated[IncomingRequest, Depends(fastapi.read_request)]) -> str:
        return site.describe(request)

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(site.parts())

    return app


def starlette_app(site: Site) -> Any:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(await site.page())

    async def describe(request: Request) -> PlainTextResponse:
        return PlainTextResponse(site.describe(read_request(request.scope)))

    async def stream(request: Request) -> StreamingResponse:
        return StreamingResponse(site.parts())

    app = Starlette(
        routes=[
            Mount("/ecwid", site.asgi_app()),
            Route("/page", page),
            Route("/describe/{rest:path}", describe),
            Route("/stream", stream),
        ],
        exception_handlers={EcwidError: problem_response, ExceptionGroup: problem_response},
        lifespan=site.service.lifespan if site.service is not None else None,
    )
    app.add_middleware(DeadlineMiddleware, seconds=site.seconds, header="X-Time-Left", unit="milliseconds")
    app.add_middleware(DisconnectMiddleware)
    return app


def litestar_app(site: Site) -> Any:
    mounted = litestar.asgi("/ecwid", is_mount=True, copy_scope=False)(site.asgi_app())

    @litestar.get("/page", media_type="text/plain")
    async def page() -> str:
        return await site.page()

    @litestar.get("/describe/{rest:path}", media_type="text/plain")
    async def describe(request: litestar.Request[Any, Any, Any]) -> str:
        return site.describe(read_request(request.scope))

    @litestar.get("/stream")
    async def stream() -> Stream:
        return Stream(site.parts())

    return litestar.Litestar(
        [mounted, page, describe, stream],
        exception_handlers={EcwidError: problem_response, ExceptionGroup: problem_response},
        middleware=[
            DisconnectMiddleware,
            lambda app: DeadlineMiddleware(app, seconds=site.seconds, header="X-Time-Left", unit="milliseconds"),
        ],
        lifespan=[site.service.lifespan] if site.service is not None else [],
        logging_config=None,
        openapi_config=None,
    )


def aiohttp_app(site: Site) -> web.Application:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=await site.page())

    async def describe(request: web.Request) -> web.Response:
        return web.Response(text=site.describe(aiohttp_web.read_request(request)))

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        async for part in site.parts():
            await response.write(part)
        return response

    app = web.Application()
    handlers = {f"/ecwid{path}": handler for path, handler in site.handlers.items()}
    app.add_routes(routes(handlers, max_body=site.max_body, body_timeout=site.body_timeout))
    app.add_routes([web.get("/page", page), web.get("/describe/{rest:.*}", describe), web.get("/stream", stream)])
    setup_problems(app)
    setup_deadlines(app, seconds=site.seconds, header="X-Time-Left", unit="milliseconds")
    if site.service is not None:
        app.cleanup_ctx.append(site.service.cleanup_ctx)
    return app


_ASGI_APPS = {"fastapi": fastapi_app, "starlette": starlette_app, "litestar": litestar_app}


@asynccontextmanager
async def serve_asgi(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI app with uvicorn; yields its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=5, lifespan="on")
        # Not `Server.serve`, which looks every 0.1 seconds whether to end, and installs signal handlers.
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        assert not server.should_exit, "the app did not start"
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            for _ in range(20):  # else uvicorn waits for 0.1 seconds
                if not server.server_state.connections:
                    break
                await asyncio.sleep(0.001)
            await server.shutdown(sockets=[listening])


@asynccontextmanager
async def serve_aiohttp(app: web.Application) -> AsyncIterator[str]:
    """Serve an app of aiohttp.web; yields its base URL."""
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve(framework: str, site: Site) -> AsyncIterator[str]:
    """Serve the site in a framework; yields its base URL."""
    if framework == "aiohttp":
        async with serve_aiohttp(aiohttp_app(site)) as url:
            yield url
    else:
        async with serve_asgi(_ASGI_APPS[framework](site)) as url:
            yield url
