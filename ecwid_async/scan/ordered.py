"""The offsets at which to read a part in order of creation, and to close a gap. Sends no requests."""

from collections import deque
from collections.abc import Callable, Iterator

from ecwid_async.scan.assumptions import ListPart
from ecwid_async.scan.coverage import OrderedCoverage, Slice

__all__ = ["GapSearch", "OrderedRead", "overlapping_stride"]


def overlapping_stride(capacity: int, group_size: int) -> int:
    """Return the distance between the offsets of overlapping pages, so that an item that leaves opens no gap.

    `capacity` is the number of items on a full page, `group_size` the number of items created in the last second.
    """
    return capacity - min(capacity // 4, 2 + 2 * group_size)


class OrderedRead:
    """The offsets of a read in order of creation, and its slices in the order of their offsets.

    `first_slice` is the first page of the whole list, if all of its items belong to this part. It joins by its total if
    the part reports the same total, because the list then has no items outside of the part.
    """

    def __init__(self, coverage: OrderedCoverage, first_slice: Slice | None, capacity: int) -> None:
        self._coverage = coverage
        self._first_slice: Slice | None = None
        self._requested: deque[int] = deque()
        self._arrived: dict[int, Slice] = {}
        self._begin = coverage.end
        if coverage.total is None:
            overlapping = coverage.next_offset(None)
            # The first slice may fail to join, so use it only if it saves a page.
            if first_slice is not None and _pages_from(first_slice.end, first_slice, capacity) < _pages_from(
                overlapping, first_slice, capacity
            ):
                self._first_slice = first_slice
            else:
                self._begin = overlapping

    def offsets(self, part: ListPart, stride: Callable[[int], int]) -> Iterator[int]:
        """Yield offsets up to the latest total. `stride` returns the distance to the next one, given a group's size."""
        offset = self._begin
        while part.latest_total is None or offset < part.latest_total or offset == self._begin:
            self._requested.append(offset)
            yield offset
            offset += stride(len(self._coverage.group))

    def in_order(self, piece: Slice) -> Iterator[Slice]:
        """Add a slice, and yield the slices that are next in order. The caller joins them to the coverage."""
        self._arrived[piece.offset] = piece
        while self._requested and self._requested[0] in self._arrived:
            next_slice = self._arrived.pop(self._requested.popleft())
            first_slice, self._first_slice = self._first_slice, None
            if first_slice is not None and (first_slice.total, first_slice.epoch) == (
                next_slice.total,
                next_slice.epoch,
            ):
                self._coverage.total = first_slice.total
            yield next_slice


class GapSearch:
    """The offsets at which to read a gap in the coverage again, until the coverage has grown."""

    def __init__(self, coverage: OrderedCoverage) -> None:
        self._coverage = coverage
        self._version = coverage.version
        self._shift = 0

    def offset(self, total: int | None) -> int:
        """Return the offset to read next, in a list that now reports this total."""
        return max(0, self._coverage.next_offset(total) - self._shift)

    def join(self, piece: Slice) -> bool:
        """Add the slice at that offset, and return whether the coverage has grown. Raises `NotInCreationOrder`."""
        joined = self._coverage.join(piece)
        if self._coverage.version != self._version:
            return True
        # Deleted items shifted the list by more, or by less, than the totals report: try further left, or right.
        if joined:
            self._shift = min(self._shift, 0) - max(1, len(piece.ids) - 1)
        else:
            self._shift = max(self._shift, 0) * 2 + 1
        return False


def _pages_from(offset: int, first_slice: Slice, capacity: int) -> int:
    """Return the number of pages from an offset to the end of the list."""
    return -(-((first_slice.total or 0) - offset) // capacity)
