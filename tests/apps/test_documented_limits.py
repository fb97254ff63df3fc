"""The limits of apps are those that the documentation names."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.apps import InboxSettings, Installs, LoopLimit, PageSessions, Service, WebhookVerifier
from ecwid_async.apps.asgi import AsgiApp
from ecwid_async.apps.inbox import SQLiteInbox
from ecwid_async.apps.oauth.installs import _MAX_EXCHANGES
from ecwid_async.apps.web.routes import _HANDLER_TIMEOUT
from ecwid_async.apps.webhooks.router import DEFAULT_TIMEOUT
from ecwid_async.apps.webhooks.webhooks import _RESPONSE_TIMEOUT
from ecwid_async.transport import CachePolicy, MemoryCache

DOCS = Path(__file__).parents[2] / "docs"
MINUTE, HOUR, MIB = 60, 3600, 1024 * 1024

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is not in the wheel")


def default(function: Callable[..., Any], name: str) -> Any:
    return inspect.signature(function).parameters[name].default


SETTINGS = InboxSettings()


@pytest.mark.parametrize(
    ("limit", "value", "page", "text"),
    [
        (_HANDLER_TIMEOUT, MINUTE, "apps.md", "is completed if the client goes away, within a minute"),
        (default(AsgiApp, "max_body"), MIB, "apps.md", "A body of more than 1 MiB (`max_body=`)"),
        (default(AsgiApp, "body_timeout"), 10, "apps.md", "longer than 10 seconds (`body_timeout=`)"),
        (default(Service, "grace"), 10, "apps.md", "may finish what is in progress for 10 seconds (`grace=`)"),
        (default(WebhookVerifier, "replay_window"), 25 * HOUR, "webhooks.md", "the event is older than 25 hours"),
        (default(WebhookVerifier, "max_body"), MIB, "webhooks.md", "larger than 1 MiB"),
        (_RESPONSE_TIMEOUT, 8, "webhooks.md", "not within 8 seconds"),
        (DEFAULT_TIMEOUT, 300, "webhooks.md", "A handler may take 300 seconds"),
        (LoopLimit().runs, 30, "webhooks.md", "in each of 30 runs for one entity"),
        (LoopLimit().seconds, 10 * MINUTE, "webhooks.md", "for one entity within 10 minutes"),
        (SETTINGS.kept, 49 * HOUR, "inbox.md", "kept for 49 hours"),
        (SETTINGS.stores_at_once, 16, "inbox.md", "those of 16 stores at once"),
        (SETTINGS.first_delay, 10, "inbox.md", "after up to 10 seconds, then 20, 40"),
        (SETTINGS.max_delay, 8 * HOUR, "inbox.md", "up to 8 hours"),
        (SETTINGS.max_attempts, 25, "inbox.md", "After 25 failures"),
        (SETTINGS.grace, 10, "inbox.md", "gives handlers in progress 10 seconds"),
        (SETTINGS.lease, 20, "inbox.md", "longer than `lease` (20 seconds)"),
        (SETTINGS.poll_interval, 0.5, "inbox.md", "for up to half a second (`poll_interval`)"),
        (default(SQLiteInbox, "max_bytes"), 4 * 1024 * MIB, "inbox.md", "(`max_bytes`, 4 GiB)"),
        (default(Installs, "flow_lifetime"), 15 * MINUTE, "oauth.md", "a cookie that lives 15 minutes"),
        (_MAX_EXCHANGES, 50, "oauth.md", "at most 50 at a time"),
        (default(PageSessions, "lifetime"), 8 * HOUR, "payloads.md", "It lasts 8 hours"),
        (CachePolicy().lag, 300, "cache.md", "no search is kept for 300 seconds"),
        (default(MemoryCache, "max_bytes"), 64 * MIB, "cache.md", "holds up to 64 MiB"),
        (default(MemoryCache, "max_entries"), 10_000, "cache.md", "and 10,000 responses"),
    ],
)
def test_a_limit_is_the_documented_one(limit: float, value: float, page: str, text: str) -> None:
    assert limit == value
    assert text in " ".join((DOCS / page).read_text(encoding="utf-8").split())
