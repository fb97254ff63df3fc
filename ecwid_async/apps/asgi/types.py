"""The types of ASGI (https://asgi.readthedocs.io), as wide as the different ones of Starlette and Litestar."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

__all__ = ["ASGIApp", "Message", "Receive", "Scope", "Send"]

# Mappings of text to any value. Litestar has typed dictionaries, which are no `MutableMapping`.
Scope: TypeAlias = Any
Message: TypeAlias = Any
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
