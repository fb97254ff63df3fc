"""Data that an app keeps in a store."""

from ecwid_async.models.base import Model, model

__all__ = [
    "StorageEntry",
]


@model
class StorageEntry(Model):
    """A value that an app keeps under a key: one object, where a part of the reference says a list.

    API reference: https://docs.ecwid.com/api-reference/rest-api/application/get-specific-app-storage-data
    """

    key: str | None = None
    value: str | None = None  # Any text; none where empty text was stored.
