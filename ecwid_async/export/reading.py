"""Reading one section whole: every item once, or an error."""

from array import array
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import pairwise
from time import perf_counter
from typing import Any, Final

import anyio.lowlevel
import anyio.to_thread
import msgspec
from attrs import frozen

from ecwid_async.client import Store
from ecwid_async.errors import DecodeError, EcwidError
from ecwid_async.export.manifest import SectionRecord
from ecwid_async.export.output import PartFile
from ecwid_async.export.sections import Search, Section

__all__ = ["ExportDrifted", "Progress", "Reading", "Report", "utc_now"]

_PASSES: Final = 3


class ExportDrifted(EcwidError):
    """A section changed each time it was read, so that no reading of it is known to be whole."""


@frozen
class Progress:
    """How far a section is: `done` of `total` items, None while it is unknown. `note` is why it starts over."""

    section: str
    done: int
    total: int | None
    note: str = ""


Report = Callable[[Progress], None]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class _Drift(Exception):
    """A pass can't be accepted; the message says what gave it away."""


@frozen
class Reading:
    """How sections are read: from where, and who is told."""

    store: Store
    report: Report
    now: Callable[[], datetime]

    async def section(self, section: Section, file: PartFile) -> SectionRecord:
        """Read a section into a file and seal it. Raises as `export_store` does."""
        started, clock = self.now(), perf_counter()
        passes, total = 1, None
        if section.search is None:
            await self._document(section, file)
        else:
            while True:
                try:
                    total = await self._list(section, section.search, file)
                    break
                except _Drift as drift:
                    if passes == _PASSES:
                        raise ExportDrifted(
                            f"{section.name} changed during each of {passes} readings (last: {drift}). "
                            "Nothing was kept; run the export again when the store is quieter."
                        ) from None
                    passes += 1
                    file.restart()
                    self.report(Progress(section.name, 0, None, "changed meanwhile, reading it again"))
        seconds = perf_counter() - clock
        await anyio.to_thread.run_sync(file.seal)
        self.report(Progress(section.name, file.lines, file.lines))
        return SectionRecord(
            file=section.file_name,
            count=file.lines,
            total=total,
            bytes=file.size,
            sha256=file.sha256,
            passes=passes,
            started_at=started,
            finished_at=self.now(),
            seconds=round(seconds, 3),
        )

    async def _document(self, section: Section, file: PartFile) -> None:
        call = section.get(self.store, "")
        response = await call.response()
        file.write_line(_document(response.body, call.request.options.operation))

    async def _list(self, section: Section, search: Search, file: PartFile) -> int | None:
        """Read the section once; the total that its items were found to agree with. Raises `_Drift` where not."""
        rest = section.rest
        items = _Items(section.key, rest.field if rest else None)
        total = await self._pass(section, search, items, file)
        if rest and rest.value not in items.marks:
            own = file.lines
            await self._pass(section, rest.search, items, file, only=rest.value)
            if items.distinct() != file.lines:
                raise _Drift(f"an item became {rest.value} meanwhile")
            total = None if total is None else total + file.lines - own
        return total

    async def _pass(
        self, section: Section, search: Search, items: "_Items", file: PartFile, only: str | None = None
    ) -> int | None:
        totals: set[int | None] = set()
        before, lines = len(items), file.lines
        pages = search(self.store)
        operation = pages.request.options.operation
        async for page in pages.raw():
            totals.add(page.total)
            if len(totals) > 1:
                told = " and ".join(str(total) for total in sorted(totals, key=str))
                raise _Drift(f"the total was {told}")
            for index, raw in enumerate(page.items):
                item = bytes(raw)
                mark = items.add(item, f"items[{index}]", operation)
                if only is None or mark == only:
                    file.write_line(item)
            expected = None if page.total is None else lines + page.total
            self.report(Progress(section.name, file.lines, expected))
            # A transport in this process answers without a pause: let the other sections, and Ctrl-C, have their turn.
            await anyio.lowlevel.checkpoint()
        total = totals.pop()
        read = len(items) - before
        distinct = items.distinct(before)
        if distinct != read:
            raise _Drift(f"{read - distinct} of {read} items came twice")
        if total is not None and distinct != total:
            raise _Drift(f"{distinct} items came and the total was {total}")
        return total


class _Items:
    """Which items were read, in eight bytes each: an id that is a number as it is, a text by its hash."""

    def __init__(self, key: str, mark: str | None) -> None:
        self.marks: set[str | None] = set()
        self._ids = array("q")
        self._key = key
        # A class with these two fields makes the parser pass over all others.
        fields = [("id", int | str, msgspec.NODEFAULT), ("mark", str | None, None)]
        item = msgspec.defstruct("Item", fields, rename={"id": key, "mark": mark or "-"})
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(item)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, item: bytes, path: str, operation: str) -> str | None:
        """Take note of an item; its mark, where there is one. Raises `DecodeError` for one without an id."""
        try:
            found = self._decoder.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise DecodeError(operation=operation, path=f"{path}.{self._key}", expected="an id", found="none") from None
        self._ids.append(_number(found.id))
        mark: str | None = found.mark
        self.marks.add(mark)
        return mark

    def distinct(self, start: int = 0) -> int:
        """How many different items were added from `start` on."""
        ids = sorted(self._ids[start:])
        return len(ids) - sum(one == other for one, other in pairwise(ids))


def _number(key: int | str) -> int:
    if isinstance(key, int) and -(1 << 63) <= key < 1 << 63:
        return key
    return int.from_bytes(blake2b(str(key).encode(), digest_size=8).digest(), signed=True)


def _document(body: bytes, operation: str) -> bytes:
    """The body without what surrounds its one JSON object. Raises `DecodeError` for anything else."""
    try:
        document = bytes(msgspec.json.decode(body, type=msgspec.Raw))
    except (msgspec.DecodeError, UnicodeDecodeError):
        document = b""
    if not document.startswith(b"{"):
        raise DecodeError(operation=operation, path="", expected="an object", found="something else")
    return document
