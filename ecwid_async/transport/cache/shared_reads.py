"""`SharedReads`: identical reads in progress, each of which is sent once for all its callers."""

import copy
import math
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

import anyio
import anyio.lowlevel

from ecwid_async.errors import Timeout
from ecwid_async.primitives.detached import start_detached
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.shielding import run_shielded
from ecwid_async.transport.cache.cache import ReadKey
from ecwid_async.wire import Request, Response

__all__ = ["SharedRead", "SharedReads"]


class SharedRead:
    """A read in progress. It runs in a task of its own, until it ends or its last caller leaves."""

    def __init__(self, generation: Hashable, remove: Callable[["SharedRead"], None]) -> None:
        self.generation = generation
        self._remove = remove
        self._callers = 0
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        self._response: Response | None = None
        self._error: Exception | None = None

    def start(self, read: Callable[[], Awaitable[Response]]) -> None:
        """Start to read."""

        async def run() -> None:
            try:
                with self._scope:
                    self._response = await read()
            except Exception as error:
                self._error = error
            finally:
                self._remove(self)
                self._ended.set()

        start_detached(run)

    async def wait(self, request: Request) -> Response | None:
        """Wait for the response, at most until the deadline of the caller's `request`.

        Returns None if the task was cancelled by somebody else: the caller then reads again. Raises what the read
        raised, as an error of the caller's own, and `Timeout` at the deadline.
        """
        deadline = request.options.deadline
        self._callers += 1
        try:
            with anyio.CancelScope(deadline=math.inf if deadline is None else deadline) as scope:
                await self._ended.wait()
        finally:
            self._callers -= 1
            if not self._callers and not self._ended.is_set():
                # A later caller begins a read of its own.
                self._remove(self)
                self._scope.cancel()
                await run_shielded(self._ended.wait)
        if scope.cancelled_caught:
            raise Timeout("the deadline passed before the response was complete", request=request)
        if self._error is not None:
            raise _copy(self._error) from self._error.__cause__
        return self._response


def _copy(error: Exception) -> Exception:
    # A traceback belongs to one task.
    try:
        copied = copy.copy(error)
    except Exception:  # an error of another library, whose constructor takes other arguments
        return error
    return copied if type(copied) is type(error) else error


@frozen(eq=False)
class SharedReads:
    """The reads in progress of a client, in the running event loop: those of several loops are not shared."""

    def get(self, key: ReadKey, generation: Hashable) -> SharedRead | None:
        """The read in progress with this key, if it belongs to this generation."""
        reads = _reads.get(None)
        read = None if reads is None else reads.get((self, key))
        return read if read is not None and read.generation == generation else None

    def begin(self, key: ReadKey, generation: Hashable, read: Callable[[], Awaitable[Response]]) -> SharedRead:
        """Begin a read that later callers can get."""
        reads = _reads.get(None)
        if reads is None:
            reads = {}
            _reads.set(reads)
        in_progress = reads

        def remove(ended: SharedRead) -> None:
            if in_progress.get((self, key)) is ended:
                del in_progress[self, key]

        shared = reads[self, key] = SharedRead(generation, remove)
        shared.start(read)
        return shared


# The one with the latest generation for each key: an earlier one ends without new callers.
_Reads = dict[tuple[SharedReads, ReadKey], SharedRead]
_reads: Final[anyio.lowlevel.RunVar[_Reads]] = anyio.lowlevel.RunVar("ecwid_async shared reads")
