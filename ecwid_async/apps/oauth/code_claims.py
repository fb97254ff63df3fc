"""Claims of codes: each code is exchanged at most once, also if the callback is reloaded or two workers receive it."""

import hashlib
import time
from collections.abc import Callable
from typing import Final, Protocol

__all__ = ["CodeClaims", "MemoryCodeClaims", "hash_code"]

_MAX_CLAIMS: Final = 100_000


class CodeClaims(Protocol):
    """Remembers which codes were used. `ecwid_async.tokens.SQLTokens` does so in its database."""

    async def claim_code(self, code_hash: str, keep_seconds: float) -> bool:
        """Record that a code is used, durably, before it is sent. Returns False if it already was.

        `code_hash` is 64 hexadecimal digits; the code itself is not stored. The record is needed for `keep_seconds`.
        """


class MemoryCodeClaims:
    """Claims in the memory of this process: for tests, and for apps that run as one process.

    A code can be exchanged twice if the process restarts in between. Beyond 100,000 claims the oldest is forgotten.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._expirations: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"<MemoryCodeClaims of {len(self._expirations)} codes>"

    async def claim_code(self, code_hash: str, keep_seconds: float) -> bool:
        """Record that a code is used. Returns False if it already was."""
        now = self._clock()
        while self._expirations:
            oldest = next(iter(self._expirations))
            if self._expirations[oldest] > now and len(self._expirations) < _MAX_CLAIMS:
                break
            del self._expirations[oldest]
        if code_hash in self._expirations:
            return False
        self._expirations[code_hash] = now + keep_seconds
        return True


def hash_code(client_id: str, code: str) -> str:
    """The hash under which a code is claimed."""
    return hashlib.sha256(b"\0".join((b"ecwid install code", client_id.encode(), code.encode()))).hexdigest()
