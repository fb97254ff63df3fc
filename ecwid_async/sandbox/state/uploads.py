"""Files that were uploaded to a store: their bytes by address, and what a picture's bytes say of it."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from attrs import frozen

from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state.store import Store
from ecwid_async.sandbox.state.transaction import Records, Transaction

__all__ = ["CAPACITY", "IMAGE_BYTES", "Picture", "Uploads", "read_picture", "uploads_of"]

CAPACITY: Final = 256 * 1024 * 1024
"""The most bytes that the uploads of one store may have together."""

IMAGE_BYTES: Final = 20 * 1024 * 1024
"""The most bytes that a picture may have."""


class Uploads:
    """Uploaded bytes by address, at most `capacity` together: what is beyond is refused, never dropped."""

    def __init__(self, capacity: int = CAPACITY, *, transaction: Transaction | None = None) -> None:
        self.capacity = capacity
        self.size = 0
        self._transaction = transaction or Transaction()
        self._files: Records[str, bytes] = Records(self._transaction)

    def __len__(self) -> int:
        return len(self._files)

    def get(self, address: str) -> bytes | None:
        """The bytes at an address, None where none were uploaded."""
        return self._files.get(address)

    def keep(self, address: str, content: bytes) -> None:
        """Keep a file. Raises `Refusal` 402 where there is no room left."""
        room = self.capacity - self.size
        if len(content) > room:
            message = f"{len(content)} bytes are more than the {room} that are left for files: delete some first"
            raise Refusal(402, "NOT_AVAILABLE_ON_CURRENT_PLAN", message)
        self.discard((address,))
        self._files[address] = content
        self._grow(len(content))

    def discard(self, addresses: Iterable[str]) -> None:
        """Forget the files at these addresses, where there are any."""
        for address in addresses:
            self._grow(-len(self._files.pop(address, b"")))

    def _grow(self, count: int) -> None:
        self._transaction.note(partial(setattr, self, "size", self.size))
        self.size += count


def uploads_of(store: Store) -> Uploads:
    """The files that were uploaded to a store."""
    if "uploads" not in store.odds:
        store.odds["uploads"] = Uploads(transaction=store.changes)
    files: Uploads = store.odds["uploads"]
    return files


@frozen
class Picture:
    """What the API tells of a picture: its size in pixels, and how its name ends."""

    width: int = 1200
    height: int = 1200
    ending: str = "jpg"


_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def read_picture(content: bytes) -> Picture:
    """What PNG, GIF, WebP and JPEG say of themselves; anything else counts as a JPEG of the usual size."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return Picture(_big(content[16:20]), _big(content[20:24]), "png")
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        return Picture(_little(content[6:8]), _little(content[8:10]), "gif")
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return Picture(_little(content[24:27]) + 1, _little(content[27:30]) + 1, "webp")
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    return Picture()


def _jpeg(content: bytes) -> Picture:
    """Walk over the segments to the one that starts a frame."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in _FRAMES:
            return Picture(_big(content[at + 7 : at + 9]), _big(content[at + 5 : at + 7]))
        at += 2 + _big(content[at + 2 : at + 4])
    return Picture()


def _big(signs: bytes) -> int:
    return int.from_bytes(signs, "big")


def _little(signs: bytes) -> int:
    return int.from_bytes(signs, "little")
