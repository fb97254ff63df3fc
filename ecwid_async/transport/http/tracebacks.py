"""Removing credentials from tracebacks: the frames of HTTP libraries contain the headers of the request."""

import traceback
from contextlib import suppress
from types import TracebackType
from typing import Final

__all__ = ["clear_library_frames"]

# HTTP libraries, whose frames contain the request with its token, and packages in between, whose frames may.
_LIBRARIES: Final = frozenset({"aiohttp", "h11", "httpcore2", "httpx2", "pyqwest"})
_INTERMEDIATES: Final = frozenset({"anyio", "asyncio", "contextlib", "ecwid_async", "socket", "ssl", "trio", "uvloop"})


def clear_library_frames(error: BaseException) -> None:
    """Clear the locals of HTTP libraries' frames in the traceback of an error, and of its causes and contexts.

    The caller's own frames keep their locals, for example in the source of an upload or in an error being handled.
    """
    seen: set[int] = set()
    chain: list[BaseException | None] = [error]
    while chain:
        link = chain.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            _clear(link.__traceback__)
            chain += (link.__cause__, link.__context__)


def _clear(trace: TracebackType | None) -> None:
    in_library = False
    for frame, _ in traceback.walk_tb(trace):
        module = str(frame.f_globals.get("__name__"))
        package = module.partition(".")[0]
        if package in _LIBRARIES:
            # Handlers called by aiohttp's server are the caller's.
            in_library = not module.startswith("aiohttp.web")
        elif package == "ecwid_async":
            in_library = False
        if in_library or package in _INTERMEDIATES:
            # A running frame can't be cleared.
            with suppress(RuntimeError):
                frame.clear()
