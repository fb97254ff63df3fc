"""`Handler`: a function that handles events, and its settings."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import field, frozen

from ecwid_async.apps.webhooks.event_types import matches_event_type
from ecwid_async.errors import ConfigError

__all__ = ["Handler", "check_function"]


@frozen(kw_only=True)
class Handler:
    """A function for the events of some types. `name` identifies it, also after a restart."""

    function: Callable[[Any], Awaitable[object]] = field(repr=False)
    name: str
    event_types: tuple[str, ...]
    coalesce: bool = False
    skip_unchanged: bool = False
    timeout: float | None = None

    def handles(self, event_type: str) -> bool:
        """Whether it is for events of this type."""
        return any(matches_event_type(pattern, event_type) for pattern in self.event_types)


def check_function(function: object) -> str:
    """The name of a function. Raises `ConfigError` for anything but a coroutine function."""
    called = function if inspect.isroutine(function) else getattr(function, "__call__", None)  # noqa: B004
    name = getattr(function, "__name__", None) or type(function).__name__
    if not inspect.iscoroutinefunction(inspect.unwrap(called) if callable(called) else None):
        raise ConfigError(f"{name!r} can't handle events: a handler is an async function with one argument, the event.")
    return str(name)
