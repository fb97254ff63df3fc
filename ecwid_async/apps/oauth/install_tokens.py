"""`InstallTokens`: a source of tokens in which an installation stores its token."""

from typing import Protocol

from ecwid_async.tokens import TokenSource

__all__ = ["InstallTokens"]


class InstallTokens(TokenSource, Protocol):
    """A source of tokens that can be changed: `ecwid_async.tokens.SQLTokens`, `MemoryTokens`, or your own."""

    async def put(self, store_id: int, token: str) -> None:
        """Store a token durably, in place of an earlier one, which may be marked as invalid."""

    async def delete_invalid(self, store_id: int) -> bool:
        """Delete the token of a store if `invalidate` has marked it, and no other was stored since.

        Returns whether there was one.
        """
