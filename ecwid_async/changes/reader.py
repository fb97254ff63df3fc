"""Reading the items of a list that changed since a cursor, and moving the cursor.

- A list that was never read is read whole. Its cursor begins at the start of that read, so that the next read finds
  what changes meanwhile. The token of the scan is kept in the cursor, so that an interrupted read can be resumed.
- A list that can't be filtered by update time is read whole each time.
- Any other list is read in ranges of update times, usually in a single one. A range is halved if it is large, or if a
  scan can't prove it complete because it changes too fast. If the server breaks an assumption, it is not: what shows
  that may be hidden in a smaller range, as if that was complete.

The *start* of a read is the server's time when it began, minus the lag. From then on nothing is written with an update
time before it, and searches show everything that was. So items can leave a range that ends before the start but never
enter it, and a range that was proven once stays so. An item that leaves it has an update time after the start. These
items are read last and without a proof, since the next read begins with them. The cursor moves over proven ranges only,
and never beyond the start.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

import msgspec
from attrs import evolve
from msgspec.structs import replace

from ecwid_async.calls import Channel
from ecwid_async.changes.batch import ChangeBatch
from ecwid_async.changes.cursor import Cursor
from ecwid_async.changes.ranges import UpdateRange, add_proven, unproven_ranges
from ecwid_async.changes.read_interval import ReadInterval
from ecwid_async.errors import ConfigError, ScanDrifted
from ecwid_async.scan import RawPage, Scan, plan_for
from ecwid_async.wire import Request

__all__ = ["ChangeReader"]

# Items. A larger range is halved, so that an interruption costs little.
_LARGE: Final = 10_000
# How often ranges are halved because they are large.
_MAX_HALVED: Final = 1_000
# Ranges that can't be proven are halved until their scans have sent this many requests.
_MAX_UNPROVEN_REQUESTS: Final = 2_000


class ChangeReader:
    """Reads the items of a list that changed since `cursor`, and delivers a batch for each page.

    `request` is the request of the whole list. `deliver` passes a batch on.
    """

    def __init__(
        self,
        request: Request,
        channel: Channel,
        cursor: Cursor,
        *,
        deliver: Callable[[ChangeBatch[msgspec.Raw]], Awaitable[None]],
        limit: int,
        concurrency: int,
        lag: float,
        clock: Callable[[], float],
    ) -> None:
        self.cursor = cursor
        self._operation = request.options.operation
        self._request = request
        self._channel = channel
        self._deliver = deliver
        self._limit = limit
        self._concurrency = concurrency
        self._lag = lag
        self._clock = clock
        self._scan: Scan[Any] | None = None
        self._requests = 0
        self._start: int | None = None
        self._delivered: Cursor | None = None
        self._unproven: ScanDrifted | None = None
        self._halved = self._unproven_requests = 0

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._requests + (0 if self._scan is None else self._scan.requests)

    def begin_before(self, read: ReadInterval, *, lag: float) -> None:
        """Let the cursor not move beyond this read minus the lag, as if it was the beginning of reading the items."""
        start, since = max(0, int(read.begin - lag)), self.cursor.since or 0
        # A request that waited long begins before the cursor. Only if it also ends before, the server's clock was set
        # back.
        self._start = since if start < since <= read.end - lag else start

    async def read(self) -> None:
        """Read everything. Raises `ScanDrifted` at the end if a part can't be proven complete."""
        since = self.cursor.since
        if since is None:
            await self._read_for_the_first_time()
        elif plan_for(self._operation).updated is None:
            await self._read_whole_list()
        else:
            await self._read_ranges(since)
        if self._unproven is not None:
            raise ScanDrifted(
                f"the changes of {self._operation} can't be proven complete: {self._unproven} All items that were read "
                "were yielded. Read the changes again since the cursor of the last batch.",
                reason=self._unproven.reason,
            ) from self._unproven

    # Whole lists.

    async def _read_for_the_first_time(self) -> None:
        try:
            scan = self._new_scan(resume=self.cursor.scan)
        except ConfigError:
            scan = self._new_scan()  # another version of this library reads the list in another way

        def record(page: RawPage) -> bool:
            # Items that an interrupted read yielded may have been deleted since, so its start is kept.
            earlier, start = self.cursor.until, self._start_of(page)
            until = start if earlier is None else min(earlier, start)
            if page.is_proven:
                self.cursor = replace(self.cursor, since=until, until=None, scan="")
            else:
                # If the proof fails, what the scan has covered before is in doubt, too.
                self.cursor = replace(self.cursor, until=until, scan="" if page.is_last else scan.token)
            return True

        self._unproven = await self._read_scan(scan, record)

    async def _read_whole_list(self) -> None:
        def record(page: RawPage) -> bool:
            start = self._start_of(page)
            if page.is_proven:
                self.cursor = replace(self.cursor, since=start, proven=())
            return True

        self._unproven = await self._read_scan(self._new_scan(), record)

    # Ranges of update times.

    async def _read_ranges(self, since: int) -> None:
        # The last of these is the next one.
        remaining = unproven_ranges(since, self.cursor.proven)[::-1]
        while remaining:
            part, sent = remaining.pop(), self.requests
            is_first, is_large, is_ahead = True, False, False

            def record(page: RawPage, part: UpdateRange = part) -> bool:
                nonlocal is_first, is_large, is_ahead
                start = self._start_of(page)
                is_ahead = start < (self.cursor.since or 0)
                if is_first:
                    is_large = page.total > _LARGE and self._halved < _MAX_HALVED and part.halves(start) is not None
                    is_first = False
                if page.is_proven and not is_ahead:
                    self._move_cursor(part, start)
                return not is_large and not is_ahead

            drifted = await self._read_scan(self._new_scan(part), record)
            start = self._start
            if start is None:
                continue
            if is_ahead:
                # The server's clock was set back. What it writes now has update times before the cursor.
                self.cursor = replace(self.cursor, since=start, proven=())
                remaining = [UpdateRange(start)]
            elif is_large:
                self._halved += 1
                remaining += reversed(part.halves(start) or ())
            elif drifted is not None:
                if part.is_recent(start):
                    continue  # the cursor stays before it anyway
                self._unproven_requests += self.requests - sent
                parts = part.closed_and_recent(start) or part.halves(start)
                if parts is not None and not drifted.reason and self._unproven_requests <= _MAX_UNPROVEN_REQUESTS:
                    remaining += reversed(parts)
                else:
                    self._unproven = self._unproven or drifted

    def _move_cursor(self, part: UpdateRange, start: int) -> None:
        high = start - 1 if part.high is None else min(part.high, start - 1)
        if part.low > high or self.cursor.since is None:
            return
        since, proven = add_proven(self.cursor.since, self.cursor.proven, (part.low, high))
        self.cursor = replace(self.cursor, since=min(since, start), proven=proven)

    # Scans.

    def _new_scan(self, part: UpdateRange | None = None, *, resume: str = "") -> Scan[Any]:
        bounds = () if part is None else part.bounds
        return Scan(
            evolve(self._request, params=(*self._request.params, *bounds)),
            dict,
            self._channel,
            limit=self._limit,
            ordered=True,
            concurrency=self._concurrency,
            lag=self._lag,
            resume=resume,
            prove_recent=False,
            clock=self._clock,
        )

    async def _read_scan(self, scan: Scan[Any], record: Callable[[RawPage], bool]) -> ScanDrifted | None:
        """Deliver the pages of a scan until `record` returns False. Return the error of a scan that can't be proven.

        `record` moves the cursor before a page is delivered.
        """
        self._scan = scan
        try:
            async with scan, aclosing(scan.raw_pages()) as pages:
                async for page in pages:
                    continues = record(page)
                    await self._deliver_page(page)
                    if not continues:
                        break
        except ScanDrifted as error:
            return error
        finally:
            self._requests += scan.requests
            self._scan = None
        return None

    async def _deliver_page(self, page: RawPage) -> None:
        if not page.items and not page.is_last and self.cursor == self._delivered:
            return
        self._delivered = self.cursor
        await self._deliver(
            ChangeBatch(
                items=page.items,
                ids=page.ids,
                updated=page.updated,
                read=self._interval(page),
                cursor=self.cursor,
                finds_deletions=False,
            )
        )

    def _interval(self, page: RawPage) -> ReadInterval:
        return ReadInterval.at(page.server_time, page.duration, lag=self._lag)

    def _start_of(self, page: RawPage) -> int:
        """Return the start of this read. The first page sets it."""
        if self._start is None:
            self._start = max(0, int(self._interval(page).begin))
        return self._start
