"""`Handler`: a function that handles events, and its settings."""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from attrs import field

from ecwid_async.apps.webhooks.event_types import matches_event_type
from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen

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
    """The name of a function. Raises `ConfigError` for anything but a coroutine function of one argument."""
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    name = getattr(inner, "__name__", None) or type(inner).__name__
    called = inner if inspect.isroutine(inner) else getattr(inner, "__call__", None)  # noqa: B004
    is_async = callable(called) and inspect.iscoroutinefunction(inspect.unwrap(called))
    if not is_async or inspect.isclass(inner) or not _takes_an_event(function):
        raise ConfigError(f"{name!r} can't handle events: a handler is an async function with one argument, the event.")
    return str(name)


def _takes_an_event(function: Any) -> bool:
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # it has no signature
        return True
    return True
