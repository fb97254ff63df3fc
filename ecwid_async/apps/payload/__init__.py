"""What the control panel of Ecwid passes to the page of an app (extra ``apps``).

`PayloadReader` decrypts a payload, and its `verify_store` checks it. `PageSessions` does both for each visit of the
page, and replaces the payload by a session of the app's own.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.payload.page_sessions import PageSessions as PageSessions
    from ecwid_async.apps.payload.page_sessions import TokenStore as TokenStore
    from ecwid_async.apps.payload.payload import Payload as Payload
    from ecwid_async.apps.payload.payload import UnverifiedPayload as UnverifiedPayload
    from ecwid_async.apps.payload.payload import VerifiedPayload as VerifiedPayload
    from ecwid_async.apps.payload.payload import ViewMode as ViewMode
    from ecwid_async.apps.payload.reader import PayloadReader as PayloadReader
    from ecwid_async.apps.payload.session import PageSession as PageSession
    from ecwid_async.apps.payload.used_payloads import MemoryUsedPayloads as MemoryUsedPayloads
    from ecwid_async.apps.payload.used_payloads import UsedPayloads as UsedPayloads

_MODULES: Final = {
    "page_sessions": ("PageSessions", "TokenStore"),
    "payload": ("Payload", "UnverifiedPayload", "VerifiedPayload", "ViewMode"),
    "reader": ("PayloadReader",),
    "session": ("PageSession",),
    "used_payloads": ("MemoryUsedPayloads", "UsedPayloads"),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
