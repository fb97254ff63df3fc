"""Uploaded files: their bytes by URL."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state.store import Store
from ecwid_async.sandbox.state.transaction import Records, Transaction

__all__ = ["MAX_IMAGE_BYTES", "MAX_UPLOAD_BYTES", "Uploads", "uploads_of"]

MAX_UPLOAD_BYTES: Final = 256 * 1024 * 1024
"""The maximum total size of the uploads of a store."""

MAX_IMAGE_BYTES: Final = 20 * 1024 * 1024
"""The maximum size of an image."""


class Uploads:
    """Uploaded bytes by URL, at most `capacity` in total. Files that do not fit are rejected; none is dropped."""

    def __init__(self, capacity: int = MAX_UPLOAD_BYTES, *, transaction: Transaction | None = None) -> None:
        self.capacity = capacity
        self.size = 0
        self._transaction = transaction or Transaction()
        self._files: Records[str, bytes] = Records(self._transaction)

    def __len__(self) -> int:
        return len(self._files)

    def get(self, url: str) -> bytes | None:
        """The bytes at a URL, or None."""
        return self._files.get(url)

    def put(self, url: str, content: bytes) -> None:
        """Store a file. Raises `ErrorResponse` 402 if it does not fit."""
        available = self.capacity - self.size
        if len(content) > available:
            message = f"{len(content)} bytes exceed the {available} available for files: delete some files first"
            raise ErrorResponse(402, "NOT_AVAILABLE_ON_CURRENT_PLAN", message)
        self.discard((url,))
        self._files[url] = content
        self._grow(len(content))

    def discard(self, urls: Iterable[str]) -> None:
        """Delete the files at these URLs. URLs without a file are ignored."""
        for url in urls:
            self._grow(-len(self._files.pop(url, b"")))

    def _grow(self, count: int) -> None:
        self._transaction.on_rollback(partial(setattr, self, "size", self.size))
        self.size += count


def uploads_of(store: Store) -> Uploads:
    """The uploaded files of a store."""
    if "uploads" not in store.section_data:
        store.section_data["uploads"] = Uploads(transaction=store.changes)
    files: Uploads = store.section_data["uploads"]
    return files
