"""The return values of endpoints."""

from typing import Any

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.state import Item

__all__ = ["Media", "Result"]


@frozen
class Media:
    """A response that is not JSON."""

    content_type: str
    body: bytes = field(repr=False)


Result = Item | list[Any] | bytes | Page | Media
"""The return value of an endpoint: JSON, JSON that is already encoded, a page of a list, or `Media`."""
