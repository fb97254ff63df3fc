"""Pytest fixtures that hand out a sandbox. Installed with the package: name one in a test's arguments.

This module is loaded by every test run in the environment, so whatever costs time is imported inside the fixtures.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from ecwid_async.client import Store
    from ecwid_async.sandbox import Sandbox

__all__ = ["ecwid_sandbox", "ecwid_sandbox_url", "ecwid_store"]


@cache
def _items() -> list[tuple[str, list[dict[str, Any]]]]:
    """What each demo store starts with, made once."""
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, sections

    filled = sections(DEMO_STORE_ID, products=40, orders=60, customers=25, carts=10, categories=10, seed=1)
    return [(section, list(items)) for section, items in filled]


@pytest.fixture
def ecwid_sandbox(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Sandbox":
    """A small demo store of its own for each test: see `ecwid_async.sandbox.seed` for its id and token.

    No rate limit: set ``ecwid_sandbox.requests_per_minute`` to test against one. Journals of jobs go to a folder of the
    test's own: ``ECWID_JOURNALS`` names one in `tmp_path`.
    """
    monkeypatch.setenv("ECWID_JOURNALS", str(tmp_path / "ecwid-jobs"))
    from ecwid_async.sandbox import Sandbox
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, fill

    sandbox = Sandbox(requests_per_minute=None)
    fill(sandbox.add_store(DEMO_STORE_ID, token=DEMO_TOKEN), _items())
    return sandbox


@pytest.fixture
def ecwid_store(ecwid_sandbox: "Sandbox") -> "Store":
    """The demo store of `ecwid_sandbox`, connected in process: ``await ecwid_store.orders.get(…)``."""
    from ecwid_async.client import Ecwid
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN

    return Ecwid(transport=ecwid_sandbox, quota=None).store(DEMO_STORE_ID, DEMO_TOKEN)


@pytest.fixture
def ecwid_sandbox_url(ecwid_sandbox: "Sandbox") -> "Iterator[str]":
    """The base URL of a real server on loopback that serves `ecwid_sandbox`, for code that makes its own client."""
    from ecwid_async.sandbox.server import serving

    with serving(ecwid_sandbox) as served:
        yield served.base_url
