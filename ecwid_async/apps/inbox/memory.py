"""An inbox in memory."""

import random
import sqlite3
import time
from collections.abc import Callable

from ecwid_async.apps.inbox.embedded import EmbeddedInbox
from ecwid_async.apps.inbox.settings import InboxSettings
from ecwid_async.apps.inbox.table import create_tables

__all__ = ["MemoryInbox"]


class MemoryInbox(EmbeddedInbox):
    """An inbox in memory, for tests and trials: its events are lost when it is closed, or the process ends.

    It is a database of SQLite without a file, and behaves as `SQLiteInbox` does. `clock` returns Unix seconds. It needs
    asyncio.
    """

    def __init__(
        self,
        settings: InboxSettings | None = None,
        *,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(_connect, "in memory", settings, clock=clock, random=random)

    def __repr__(self) -> str:
        return "<MemoryInbox>"


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(connection, "in memory")
    return connection
