"""`LifespanMiddleware` starts a service before an app and ends it after it, whatever the app does itself."""

from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from ecwid_async.apps import Service
from ecwid_async.apps.asgi import LifespanMiddleware
from tests.apps.asgi.messages import lifespan_of

COMPLETE = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class Resource:
    def __init__(self, log: list[str], *, fails_at: str = "") -> None:
        self.log = log
        self.fails_at = fails_at

    async def __aenter__(self) -> None:
        self.log.append("open")
        if self.fails_at == "open":
            raise OSError("no database")

    async def __aexit__(self, *_: object) -> None:
        self.log.append("close")
        if self.fails_at == "close":
            raise OSError("no database")


def app_with_lifespan(log: list[str], *, fails_at: str = "") -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        log.append("app starts")
        if fails_at == "startup":
            await send({"type": "lifespan.startup.failed"})
            return
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        log.append("app ends")
        await send({"type": f"lifespan.shutdown.{'failed' if fails_at == 'shutdown' else 'complete'}"})

    return app


async def test_the_service_surrounds_the_lifespan_of_the_app() -> None:
    log: list[str] = []
    async with lifespan_of(LifespanMiddleware(app_with_lifespan(log), Service(Resource(log)))) as sent:
        assert log == ["open", "app starts"]
    assert log == ["open", "app starts", "app ends", "close"]
    assert sent == COMPLETE


async def test_an_app_without_a_lifespan_needs_none() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError

    async with lifespan_of(LifespanMiddleware(app, Service(Resource(log)))) as sent:
        assert log == ["open"]
    assert log == ["open", "close"]
    assert sent == COMPLETE


async def test_an_app_of_fastapi_keeps_its_own_lifespan() -> None:
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        log.append("app starts")
        yield
        log.append("app ends")

    app = FastAPI(lifespan=lifespan)
    async with lifespan_of(LifespanMiddleware(app, Service(Resource(log)))) as sent:
        pass
    assert log == ["open", "app starts", "app ends", "close"]
    assert sent == COMPLETE


async def test_a_failure_of_the_service_ends_the_server() -> None:
    log: list[str] = []
    app = LifespanMiddleware(app_with_lifespan(log), Service(Resource(log, fails_at="open")))
    with pytest.raises(OSError, match="no database"):
        async with lifespan_of(app) as sent:
            assert sent == ["lifespan.startup.failed"]
    assert log == ["open"]


async def test_a_failure_of_the_service_at_its_end_is_reported() -> None:
    log: list[str] = []
    app = LifespanMiddleware(app_with_lifespan(log), Service(Resource(log, fails_at="close")))
    with pytest.raises(OSError, match="no database"):
        async with lifespan_of(app) as sent:
            pass
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.failed"]


async def test_a_failure_of_the_app_at_its_start_ends_the_service() -> None:
    log: list[str] = []
    app = LifespanMiddleware(app_with_lifespan(log, fails_at="startup"), Service(Resource(log)))
    async with lifespan_of(app) as sent:
        pass
    assert sent == ["lifespan.startup.failed"]
    assert log == ["open", "app starts", "close"]


async def test_a_failure_of_the_app_at_its_end_is_passed_on() -> None:
    log: list[str] = []
    app = LifespanMiddleware(app_with_lifespan(log, fails_at="shutdown"), Service(Resource(log)))
    async with lifespan_of(app) as sent:
        pass
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.failed"]
    assert log[-1] == "close"


async def test_an_app_that_ends_early_leaves_the_service_running() -> None:
    log: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})

    async with lifespan_of(LifespanMiddleware(app, Service(Resource(log)))) as sent:
        assert log == ["open"]
    assert log == ["open", "close"]
    assert sent == COMPLETE


async def test_an_error_of_the_app_at_its_end_is_not_one_of_its_start() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise ZeroDivisionError

    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    with pytest.raises(ZeroDivisionError):
        await LifespanMiddleware(app, Service())({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.failed"]
