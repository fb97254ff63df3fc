"""Fixtures that make a transport on each HTTP library, and a certificate authority for its servers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
import trustme

from ecwid_async import transport
from ecwid_async.transport import Settings
from ecwid_async.wire import Transport
from tests.clock import Clock

TRANSPORTS = {"aiohttp": "AiohttpTransport", "httpx2": "Httpx2Transport", "pyqwest": "PyqwestTransport"}


class Connect(Protocol):
    """Makes a transport to a base URL, with the fields of `Settings` as keywords. It is closed after the test."""

    def __call__(self, base_url: str, **settings: Any) -> Transport: ...


@pytest.fixture(params=TRANSPORTS)
def library(request: pytest.FixtureRequest) -> str:
    """The name of an HTTP library. Its tests are skipped if it is not installed."""
    name = str(request.param)
    pytest.importorskip(name)
    return name


@pytest.fixture
async def clock() -> Clock:
    """The clock of the test's event loop."""
    return Clock(asyncio.get_running_loop())


@pytest.fixture
def transport_class(library: str) -> type[Any]:
    found: type[Any] = getattr(transport, TRANSPORTS[library])
    return found


@pytest.fixture
async def connect(transport_class: type[Any]) -> AsyncIterator[Connect]:
    made: list[Transport] = []

    def connect(base_url: str, **settings: Any) -> Transport:
        made.append(transport_class(base_url, Settings(**settings)))
        return made[-1]

    yield connect
    for each in made:
        await each.aclose()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that no system trusts."""
    return trustme.CA()
