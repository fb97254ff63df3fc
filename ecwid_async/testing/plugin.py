"""Pytest fixtures with a sandbox, installed with the package.

pytest loads this module in every test run of the environment, so slow imports stay inside the fixtures.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from ecwid_async.client import Store
    from ecwid_async.sandbox import Sandbox, SandboxClock
    from ecwid_async.sandbox.state import EncodedItem, Item
    from ecwid_async.testing.installed_app import InstalledApp

__all__ = ["ecwid_app", "ecwid_clock", "ecwid_sandbox", "ecwid_sandbox_url", "ecwid_store"]


@cache
def _demo_items() -> "list[tuple[str, list[Item | EncodedItem]]]":
    """The items of each demo store, generated once."""
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, sections

    generated = sections(DEMO_STORE_ID, products=40, orders=60, customers=25, carts=10, categories=10, seed=1)
    return [(section, list(items)) for section, items in generated]


@pytest.fixture
def ecwid_sandbox(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Sandbox":
    """A sandbox with a small demo store, new for each test. `ecwid_async.sandbox.seed` has the store's id and token.

    It has no rate limit; set ``ecwid_sandbox.requests_per_minute`` to test against one. ``ECWID_JOURNAL_FOLDER`` is a
    folder in `tmp_path`, so each test has its own journals.
    """
    monkeypatch.setenv("ECWID_JOURNAL_FOLDER", str(tmp_path / "ecwid-jobs"))
    from ecwid_async.sandbox import Sandbox
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, fill

    sandbox = Sandbox(requests_per_minute=None)
    fill(sandbox.add_store(DEMO_STORE_ID, token=DEMO_TOKEN), _demo_items())
    return sandbox


@pytest.fixture
def ecwid_store(ecwid_sandbox: "Sandbox") -> "Store":
    """A client for the first store of `ecwid_sandbox`, in process: ``await ecwid_store.orders.get(…)``."""
    from ecwid_async.client import Ecwid

    store = next(iter(ecwid_sandbox.stores.values()))
    return Ecwid(transport=ecwid_sandbox, quota=None).store(store.id, store.tokens[0])


@pytest.fixture
def ecwid_sandbox_url(ecwid_sandbox: "Sandbox") -> "Iterator[str]":
    """The base URL of an HTTP server on loopback with `ecwid_sandbox`, for code that creates its own client."""
    from ecwid_async.sandbox.server import serve_in_thread

    with serve_in_thread(ecwid_sandbox) as served:
        yield served.base_url


@pytest.fixture
def ecwid_clock(ecwid_sandbox: "Sandbox") -> "SandboxClock":
    """The clock of `ecwid_sandbox`, which stands still until you ``advance`` it: for quotas, lags and retries."""
    from ecwid_async.sandbox import SandboxClock

    clock = ecwid_sandbox.clock
    assert isinstance(clock, SandboxClock)  # noqa: S101  it is the default
    clock.freeze()
    return clock


@pytest.fixture
def ecwid_app(ecwid_sandbox: "Sandbox", monkeypatch: pytest.MonkeyPatch) -> "InstalledApp":
    """An app that is installed in the first store of `ecwid_sandbox`, with all scopes.

    ``ecwid_app.connect(asgi_app, path="/webhooks")`` leads its webhooks to your app, in process. Its credentials are in
    ``ECWID_CLIENT_ID`` and ``ECWID_CLIENT_SECRET``.
    """
    from ecwid_async.testing.installed_app import InstalledApp

    installed = InstalledApp.install(ecwid_sandbox, next(iter(ecwid_sandbox.stores)))
    monkeypatch.setenv("ECWID_CLIENT_ID", installed.client_id)
    monkeypatch.setenv("ECWID_CLIENT_SECRET", installed.client_secret)
    return installed
