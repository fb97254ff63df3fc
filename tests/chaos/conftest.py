"""Marks all tests of this folder `chaos`: ``nox -s chaos`` runs them with many more examples."""

from collections.abc import Callable
from importlib import import_module

import pytest

from ecwid_async.transport import Settings
from ecwid_async.wire import Transport

MakeTransport = Callable[[str, Settings], Transport]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chaos" in item.path.parts:
            item.add_marker("chaos")


def transport_class(library: str) -> MakeTransport:
    pytest.importorskip(library)
    names = {"aiohttp": "AiohttpTransport", "httpx2": "Httpx2Transport", "pyqwest": "PyqwestTransport"}
    made: MakeTransport = getattr(import_module(f"ecwid_async.transport.{library}"), names[library])
    return made
