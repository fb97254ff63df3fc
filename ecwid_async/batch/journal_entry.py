"""One batch as a journal records it."""

from hashlib import sha256
from typing import Final

from ecwid_async.primitives.lazy_attrs import define

__all__ = ["DIGEST_SIZE", "JournalEntry", "digest"]

DIGEST_SIZE: Final = 16
"""Bytes in the digest of a call or of a job key."""


def digest(data: bytes) -> bytes:
    """Hash a call or a job key. Journals hold digests only, no data of the store."""
    return sha256(data).digest()[:DIGEST_SIZE]


@define(eq=False)
class JournalEntry:
    """One batch of a job.

    `time` is when its deduplication key was first used, in Unix seconds. `call_hashes` holds a digest for each call;
    so does `job_key_hashes` if the calls have job keys. `failed` maps the index of each call that did not succeed to
    its status, and is None while the batch is open. A status of None means that the call was not executed, 0 that its
    outcome is unknown.
    """

    number: int
    deduplication_key: str
    time: float
    call_hashes: bytes
    job_key_hashes: bytes | None = None
    ticket: str | None = None
    failed: dict[int, int | None] | None = None

    @property
    def size(self) -> int:
        """The number of calls."""
        return len(self.call_hashes) // DIGEST_SIZE

    def call_hash(self, index: int) -> bytes:
        """The digest of one call."""
        return self.call_hashes[index * DIGEST_SIZE : (index + 1) * DIGEST_SIZE]

    def job_key_hash(self, index: int) -> bytes:
        """The digest of one call's job key. Empty if the calls have none."""
        return (self.job_key_hashes or b"")[index * DIGEST_SIZE : (index + 1) * DIGEST_SIZE]

    def is_safe_to_resend(self, index: int) -> bool:
        """Whether one call certainly had no effect: it was not executed, or it was refused."""
        if self.failed is None:
            return False
        status = self.failed.get(index, 200)
        return status is None or (400 <= status < 500 and status != 408)
