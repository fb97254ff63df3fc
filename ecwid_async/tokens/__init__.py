"""Where the access token of a store comes from: memory, the environment, a file, or a database.

``Ecwid(tokens=source)`` reads the token of a store with its first request, and again if the API refuses it.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.tokens.environment import EnvironmentTokens as EnvironmentTokens
    from ecwid_async.tokens.file import FileTokens as FileTokens
    from ecwid_async.tokens.file import read_token_file as read_token_file
    from ecwid_async.tokens.memory import MemoryTokens as MemoryTokens
    from ecwid_async.tokens.source import TokenSource as TokenSource
    from ecwid_async.tokens.transport import TokenTransport as TokenTransport

_MODULES: Final = {
    "environment": ("EnvironmentTokens",),
    "file": ("FileTokens", "read_token_file"),
    "memory": ("MemoryTokens",),
    "source": ("TokenSource",),
    "transport": ("TokenTransport",),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
