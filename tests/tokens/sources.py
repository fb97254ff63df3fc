"""Sources of tokens that a test controls."""

from collections.abc import Callable
from typing import Any

import anyio

from ecwid_async.tokens import MemoryTokens

__all__ = ["CountingTokens", "FailingTokens", "SlowTokens"]


class CountingTokens(MemoryTokens):
    """Counts the reads of each store, and lists the invalidated stores."""

    def __init__(self, tokens: dict[int, str] | None = None) -> None:
        super().__init__(tokens)
        self.reads: list[int] = []
        self.invalidated: list[int] = []

    async def get(self, store_id: int) -> Any:
        self.reads.append(store_id)
        await anyio.lowlevel.checkpoint()
        return await super().get(store_id)

    async def invalidate(self, store_id: int, token: str) -> None:
        self.invalidated.append(store_id)
        await super().invalidate(store_id, token)


class SlowTokens(CountingTokens):
    """Responds once `release` is set."""

    def __init__(self, tokens: dict[int, str] | None = None) -> None:
        super().__init__(tokens)
        self.asked = anyio.Event()
        self.release = anyio.Event()

    async def get(self, store_id: int) -> Any:
        self.reads.append(store_id)
        self.asked.set()
        await self.release.wait()
        return await MemoryTokens.get(self, store_id)


class FailingTokens:
    """Fails, or returns something that is not a token."""

    def __init__(self, fail: Callable[[], Any]) -> None:
        self.fail = fail
        self.reads = 0

    async def get(self, store_id: int) -> Any:
        self.reads += 1
        await anyio.lowlevel.checkpoint()
        return self.fail()

    async def invalidate(self, store_id: int, token: str) -> None:
        self.fail()
