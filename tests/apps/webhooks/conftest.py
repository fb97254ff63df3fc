"""An app with an inbox in memory, installed in a store of the sandbox."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ecwid_async import Ecwid
from ecwid_async.apps import InboxSettings, MemoryInbox, WebhookRecord, Webhooks
from ecwid_async.sandbox import Sandbox
from ecwid_async.tokens import MemoryTokens
from tests.apps.webhooks.requests import NOW, SECRET

STORE = 1003
TOKEN = "secret_token_of_the_store"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(STORE, token=TOKEN)
    return sandbox


@pytest.fixture
def ecwid(sandbox) -> Ecwid:
    return Ecwid(transport=sandbox, quota=None, tokens=MemoryTokens({STORE: TOKEN}))


@pytest.fixture
def records() -> list[WebhookRecord]:
    return []


@pytest.fixture
async def inbox(clock) -> AsyncIterator[MemoryInbox]:
    settings = InboxSettings(max_attempts=3, first_delay=10.0)
    async with MemoryInbox(settings, clock=clock, random=lambda: 1.0) as inbox:
        yield inbox


@pytest.fixture
def make_webhooks(inbox, ecwid, records, clock) -> Callable[..., Webhooks]:
    def make(**settings: Any) -> Webhooks:
        defaults = {"client_secret": SECRET, "ecwid": ecwid, "records": records.append, "clock": clock}
        return Webhooks(inbox, **{**defaults, **settings})

    return make


@pytest.fixture
def webhooks(make_webhooks) -> Webhooks:
    return make_webhooks()
