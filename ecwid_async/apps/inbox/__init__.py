"""Where accepted events are kept until they are handled."""

from typing import TYPE_CHECKING, Final

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.inbox.event import ClaimedEvents as ClaimedEvents
    from ecwid_async.apps.inbox.event import Coalesces as Coalesces
    from ecwid_async.apps.inbox.event import DeadEvent as DeadEvent
    from ecwid_async.apps.inbox.event import Handle as Handle
    from ecwid_async.apps.inbox.event import StoredEvent as StoredEvent
    from ecwid_async.apps.inbox.handled import forget_handled as forget_handled
    from ecwid_async.apps.inbox.handled import handled_once as handled_once
    from ecwid_async.apps.inbox.inbox import DeadIds as DeadIds
    from ecwid_async.apps.inbox.inbox import Inbox as Inbox
    from ecwid_async.apps.inbox.inbox import InboxStatus as InboxStatus
    from ecwid_async.apps.inbox.memory import MemoryInbox as MemoryInbox
    from ecwid_async.apps.inbox.postgresql import PostgreSQLInbox as PostgreSQLInbox
    from ecwid_async.apps.inbox.settings import InboxSettings as InboxSettings
    from ecwid_async.apps.inbox.sqlite import SQLiteInbox as SQLiteInbox
    from ecwid_async.apps.inbox.url import open_inbox as open_inbox

_MODULES: Final = {
    "event": ("ClaimedEvents", "Coalesces", "DeadEvent", "Handle", "StoredEvent"),
    "handled": ("forget_handled", "handled_once"),
    "inbox": ("DeadIds", "Inbox", "InboxStatus"),
    "memory": ("MemoryInbox",),
    "postgresql": ("PostgreSQLInbox",),
    "settings": ("InboxSettings",),
    "sqlite": ("SQLiteInbox",),
    "url": ("open_inbox",),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    _load, __dir__, __all__ = lazy_exports(__name__, _MODULES)

    def __getattr__(name: str) -> object:
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            library = None if error.name is None else error.name.partition(".")[0]
            if library in ("procrastinate", "psycopg", "psycopg_pool"):
                message = f"an inbox in PostgreSQL needs {library}: pip install 'ecwid-async[worker]'"
                raise ConfigError(message) from None
            raise
