"""Reading a part in order of creation: which offsets to request, and how to close a gap. Sends no requests."""

from collections import deque
from collections.abc import Callable, Iterator

from ecwid_async.scan.assumptions import ListPart
from ecwid_async.scan.coverage import OrderedCoverage, Slice

__all__ = ["GapSearch", "OrderedRead", "overlapping_stride"]


def overlapping_stride(capacity: int, group_size: int) -> int:
    """Return the distance between offsets of pages that overlap, so that an item that leaves opens no gap.

    `capacity` is the number of items on a full page, `group_size` the number of items in the last second.
    """
    return capacity - min(capacity // 4, 2 + 2 * group_size)


class OrderedRead:
    """The offsets of a read in order of creation, and its slices in the order of their offsets.

    `head` is the first page of the whole list, if all of its items belong to this part. If the part then reports the
    total of the head, it has no other items, and the head joins by its total.
    """

    def __init__(self, coverage: OrderedCoverage, head: Slice | None, capacity: int) -> None:
        self._coverage = coverage
        self._head: Slice | None = None
        self._requested: deque[int] = deque()
        self._arrived: dict[int, Slice] = {}
        self._begin = coverage.end
        if coverage.total is None:
            overlapping = coverage.next_offset(None)
            # Relying on the head may fail, so it has to save a page.
            if head is None or _pages(overlapping, head, capacity) == _pages(head.end, head, capacity):
                self._begin = overlapping
            else:
                self._head = head

    def offsets(self, part: ListPart, stride: Callable[[int], int]) -> Iterator[int]:
        """Yield offsets up to the latest total; `stride` returns the distance to the next for the size of a group."""
        offset = self._begin
        while part.latest_total is None or offset < part.latest_total or offset == self._begin:
            self._requested.append(offset)
            yield offset
            offset += stride(len(self._coverage.group))

    def in_order(self, piece: Slice) -> Iterator[Slice]:
        """Take a slice and yield those that follow the last one yielded, to be joined to the coverage."""
        self._arrived[piece.offset] = piece
        while self._requested and self._requested[0] in self._arrived:
            following = self._arrived.pop(self._requested.popleft())
            head, self._head = self._head, None
            if head is not None and (head.total, head.epoch) == (following.total, following.epoch):
                self._coverage.total = head.total
            yield following


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
        # Items that left shifted the list by more, or by less, than the totals report: try further left, or right.
        if joined:
            self._shift = min(self._shift, 0) - max(1, len(piece.ids) - 1)
        else:
            self._shift = max(self._shift, 0) * 2 + 1
        return False


def _pages(offset: int, head: Slice, capacity: int) -> int:
    """Return the number of pages from an offset to the end of the list."""
    return -(-((head.total or 0) - offset) // capacity)
