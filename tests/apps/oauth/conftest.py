"""A sandbox with an app, and the app's installations."""

from collections.abc import Callable
from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.apps import Installs
from ecwid_async.sandbox import App, Sandbox
from ecwid_async.tokens import MemoryTokens
from tests.apps.oauth.browser import Browser
from tests.sandbox.api import Clock

CLIENT_SECRET = "Cs5uW8kXo2PzMq6BvTf9rNyGh4Jd7Sla"
REDIRECT = "https://app.example.com/ecwid/callback"
SCOPES = ["add_to_cp", "public_storefront", "read_orders", "read_store_profile"]
EMAIL = "jane.roe.4711@owner.example"

NewInstalls = Callable[..., Installs]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    """Stores 1003 and 1004, in which the app is not installed."""
    sandbox = Sandbox(clock=clock, requests_per_minute=None)
    for store_id in (1003, 1004):
        sandbox.add_store(store_id, token="secret_of_another_app").profile = {
            "generalInfo": {"storeId": store_id},
            "account": {"accountEmail": EMAIL},
        }
    sandbox.add_app(
        App(
            client_id="app",
            client_secret=CLIENT_SECRET,
            scopes=frozenset(SCOPES) | {"update_orders"},
            redirect_uri=REDIRECT,
            public_token=True,
        )
    )
    return sandbox


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def ecwid(sandbox: Sandbox, tokens: MemoryTokens) -> Ecwid:
    return Ecwid(transport=sandbox, tokens=tokens)


@pytest.fixture
def new_installs(sandbox: Sandbox, ecwid: Ecwid, tokens: MemoryTokens, clock: Clock) -> NewInstalls:
    def create(**options: Any) -> Installs:
        defaults: dict[str, Any] = {
            "redirect_uri": REDIRECT,
            "scopes": SCOPES,
            "client_id": "app",
            "client_secret": CLIENT_SECRET,
            "transport": sandbox.authorization,
            "clock": clock,
        }
        options = defaults | options
        return Installs(options.pop("ecwid", ecwid), options.pop("tokens", tokens), **options)

    return create


@pytest.fixture
def new_browser(sandbox: Sandbox, new_installs: NewInstalls) -> Callable[..., Browser]:
    """Creates a browser for an app with these settings."""

    def create(**options: Any) -> Browser:
        return Browser(sandbox, new_installs(**options))

    return create


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    return new_browser()
