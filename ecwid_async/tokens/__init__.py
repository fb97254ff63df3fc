"""Where the access token of a store comes from: memory, the environment, a file, or a database.

``Ecwid(tokens=source)`` reads the token of a store with its first request, and again if the API refuses it.
"""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.tokens.encryption import KEYS_FILE_VARIABLE as KEYS_FILE_VARIABLE
    from ecwid_async.tokens.encryption import KEYS_VARIABLE as KEYS_VARIABLE
    from ecwid_async.tokens.encryption import new_key as new_key
    from ecwid_async.tokens.encryption import read_keys as read_keys
    from ecwid_async.tokens.environment import EnvironmentTokens as EnvironmentTokens
    from ecwid_async.tokens.file import FileTokens as FileTokens
    from ecwid_async.tokens.file import parse_tokens as parse_tokens
    from ecwid_async.tokens.file import read_token_file as read_token_file
    from ecwid_async.tokens.memory import MemoryTokens as MemoryTokens
    from ecwid_async.tokens.secret_file import open_secret_file as open_secret_file
    from ecwid_async.tokens.source import TokenSource as TokenSource
    from ecwid_async.tokens.source import check_store_id as check_store_id
    from ecwid_async.tokens.sql import ReEncryption as ReEncryption
    from ecwid_async.tokens.sql import SQLTokens as SQLTokens
    from ecwid_async.tokens.sql import TokenStatus as TokenStatus
    from ecwid_async.tokens.transport import TokenTransport as TokenTransport

_MODULES: Final = {
    "encryption": ("KEYS_FILE_VARIABLE", "KEYS_VARIABLE", "new_key", "read_keys"),
    "environment": ("EnvironmentTokens",),
    "file": ("FileTokens", "parse_tokens", "read_token_file"),
    "memory": ("MemoryTokens",),
    "secret_file": ("open_secret_file",),
    "source": ("TokenSource", "check_store_id"),
    "sql": ("ReEncryption", "SQLTokens", "TokenStatus"),
    "transport": ("TokenTransport",),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
