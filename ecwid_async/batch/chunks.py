"""Reading calls from the input in chunks."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Generator, Iterable
from typing import Any, TypeVar

from ecwid_async.calls import Call
from ecwid_async.primitives.lazy_attrs import define

__all__ = ["Chunk", "mark_as_used", "read_calls", "read_chunks"]

T = TypeVar("T")


@define(eq=False)
class Chunk:
    """Consecutive calls of the input. Their results are returned together and in order."""

    calls: list[Call[Any]]
    results: list[Any]
    unsettled: int

    @classmethod
    def of(cls, calls: list[Call[Any]]) -> "Chunk":
        """A chunk without results."""
        return cls(calls, [None] * len(calls), len(calls))

    def settle(self, position: int, result: object) -> None:
        """Set the result of one call."""
        self.results[position] = result
        self.unsettled -= 1


async def read_calls(calls: Iterable[T] | AsyncIterable[T]) -> AsyncGenerator[T, None]:
    """Yield the calls one by one. If `calls` is a generator, closing this one closes it too."""
    if isinstance(calls, AsyncIterable):
        iterator = aiter(calls)
        try:
            async for call in iterator:
                yield call
        finally:
            if isinstance(iterator, AsyncGenerator):
                await iterator.aclose()
    else:
        plain = iter(calls)
        try:
            for call in plain:
                yield call
        finally:
            if isinstance(plain, Generator):
                plain.close()


async def read_chunks(
    calls: AsyncIterator[Call[Any]], next_size: Callable[[], int]
) -> AsyncGenerator[list[Call[Any]], None]:
    """Yield the calls in lists of the size that `next_size` returns for each."""
    chunk: list[Call[Any]] = []
    size = next_size()
    async for call in calls:
        mark_as_used(call)
        chunk.append(call)
        if len(chunk) == size:
            yield chunk
            chunk, size = [], next_size()
    if chunk:
        yield chunk


def mark_as_used(call: object) -> None:
    """Keep a call from warning that it was never awaited. The batch reports on every call."""
    if isinstance(call, Call):
        _ = call.request
