"""Yielding pages from the middle of a coroutine, which runs in the task that consumes them.

A task of its own and a stream between the two would cost more per page than the scan itself.
"""

from collections.abc import AsyncGenerator, Coroutine, Generator
from functools import partial
from typing import Any

from ecwid_async.scan.page import Page

__all__ = ["Delivery", "delivered_pages"]


class Delivery:
    """Awaited by a reader: passes a page on, and continues once it has been consumed."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __await__(self) -> Generator[Page, None, None]:
        yield self._page


async def delivered_pages(reader: Coroutine[Any, Any, None]) -> AsyncGenerator[Page, None]:
    """Run a reader, and yield the pages of each `Delivery` that it awaits."""
    try:
        while (page := await _NextPage(reader)) is not None:
            yield page
    finally:
        reader.close()


class _NextPage:
    """Runs the reader until it delivers a page, which is the result, or to its end, where the result is None."""

    def __init__(self, reader: Coroutine[Any, Any, None]) -> None:
        self._reader = reader

    def __await__(self) -> Generator[Any, Any, Page | None]:
        resume = partial(self._reader.send, None)
        while True:
            try:
                suspended: object = resume()
            except StopIteration:
                return None
            if isinstance(suspended, Page):
                return suspended
            # What the event loop expects, such as a future.
            try:
                resume = partial(self._reader.send, (yield suspended))
            except BaseException as error:
                resume = partial(self._reader.throw, error)
