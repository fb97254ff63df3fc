"""Data that an app stores for a store."""

from ecwid_async.models.base import Model, model

__all__ = [
    "StorageEntry",
]


@model
class StorageEntry(Model):
    """A value that an app stores under a key. One part of the reference has a list instead.

    API reference: https://docs.ecwid.com/api-reference/rest-api/application/get-specific-app-storage-data
    """

    key: str | None = None
    value: str | None = None  # Any text; None if empty text is stored.
