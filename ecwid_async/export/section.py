"""One section on its way from the server into a file or a stream."""

from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import IO, Any, Final, cast

import anyio.lowlevel
import anyio.to_thread
import msgspec
from attrs import frozen
from msgspec.structs import replace

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.formats import Format, FormatOptions, Writer, writer
from ecwid_async.export.manifest import SectionRecord
from ecwid_async.export.output import OutputError, PartFile, Sink
from ecwid_async.export.request import Items, SectionRequest, documents
from ecwid_async.pages import Pages
from ecwid_async.primitives.finishing import finish, finish_in_thread
from ecwid_async.primitives.safe_json import UNREADABLE, Masked
from ecwid_async.scan import Ids

__all__ = ["Progress", "ProgressCallback", "SectionReader", "SectionWriter", "utc_now"]


_AHEAD: Final = 20


@frozen
class Progress:
    """How far a section is: `done` of about `total` items, None while it is unknown. `note` is what is odd about it.

    A section that was `finished` is not heard of again.
    """

    section: str
    done: int
    total: int | None
    note: str = ""
    store_id: int = 0
    finished: bool = False


ProgressCallback = Callable[[Progress], None]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class SectionWriter:
    """A section's items as they are written: into `out` in a format, and before that into `log`, as they came.

    Where `out` is its own log, that is one and the same. Without a log nothing can be taken up again. With `store_id`,
    each item in `out` says of which store it is. `codec` hears of what does not fit the columns of `out`.
    """

    def __init__(
        self,
        ask: SectionRequest,
        out: Sink,
        log: PartFile | None,
        format: Format,  # noqa: A002  the word that everybody uses
        options: FormatOptions,
        store_id: int | None = None,
        codec: Codec | None = None,
    ) -> None:
        self.out = out
        self.log = log
        self._ask = ask
        self._replayed = 0
        # What writing meets it meets in a thread, where `on_problem` must not be called.
        self._codec = Codec() if codec is None else codec
        self._found = Codec(strict=self._codec.strict)
        self._lines: Writer | None = None
        self._writer: Writer | None = None
        if log is not None:
            known_by = store_id if log is out else None
            self._lines = writer("jsonl", cast(IO[bytes], log), model=ask.model, store_id=known_by)
        if log is not out:
            self._writer = writer(
                format,
                cast(IO[bytes], out),
                model=ask.model,
                fields=ask.fields,
                options=options,
                store_id=store_id,
                codec=self._found,
                operation=f"export of {ask.name}",
            )

    async def write(self, items: Items) -> None:
        """Write the items of a page. Raises `DecodeError` for one that is not UTF-8."""
        if self._lines is not None:
            self._append(self._lines, items)
        if self._writer is not None:
            await self._in_thread(partial(self._convert, items))

    def replay(self) -> Ids:
        """Make the output from the log, and tell which items are in it. Blocks."""
        ids = Ids()
        if self.log is not None:
            for page in self.log.pages():
                for key in keys(page, self._ask.key or ""):
                    ids.add(key)
                self._replayed += len(page)
                self._convert(page)
        return ids

    async def finish(self, count: int) -> None:
        """Write what is left. Raises `OutputError` where other than `count` items were written."""
        written = self._replayed + (self._lines.lines if self._lines is not None else 0)
        if self._writer is not None:
            await self._in_thread(self._writer.finish)
            written = self._writer.lines
        if written != count:
            raise OutputError(f"{self._ask.name}: {written:,} items were written and {count:,} read. Export it again.")

    async def _in_thread(self, work: Callable[[], None]) -> None:
        """Work for the processor, or a pipe that is full: neither may hold up the other sections."""
        if self.log is not None:
            await finish_in_thread(work)
        else:
            await finish(lambda: anyio.to_thread.run_sync(work))
        self._codec.take_problems(self._found)

    def _convert(self, items: Items) -> None:
        if self._writer is not None:
            self._append(self._writer, self._ask.fit(items))

    def _append(self, writer: Writer, items: Items) -> None:
        try:
            writer.write(items)
        except UnicodeDecodeError:
            raise _unreadable(items, self._ask) from None


def _unreadable(items: Items, ask: SectionRequest) -> DecodeError:
    """The error that names the item whose bytes are not text."""
    where = ""
    for number, item in enumerate(items):
        try:
            bytes(item).decode()
        except UnicodeDecodeError:
            where = f"items[{number}]"
            with suppress(msgspec.MsgspecError, ValueError, RecursionError):
                where = f"the item with {ask.key} {keys([item], ask.key or '')[0]}"
            break
    return DecodeError(
        operation=f"export of {ask.name}",
        path=where,
        expected="UTF-8",
        found="other bytes",
        advice="Correct the text of that item in the store, or choose fields without it.",
    )


def keys(items: Items, key: str) -> list[int | str]:
    """What tells the items apart."""
    item = msgspec.defstruct("Item", [("key", int | str, msgspec.field(name=key))])
    decode = msgspec.json.Decoder(item).decode
    try:
        return [decode(each).key for each in items]  # type: ignore[attr-defined]
    except UNREADABLE:
        return [decode(Masked(each).json).key for each in items]  # type: ignore[attr-defined]


def _pages_again(requests: int, items: int) -> int:
    """How many more pages were asked for than so many items fill, or are on their way."""
    return max(0, requests - items // 100 - _AHEAD)


class SectionReader:
    """Reads one section, from where its `mark` says.

    `note` is told the mark after each page from which a scan can go on, once that page is in the hands of the system.
    """

    def __init__(
        self,
        store: Store,
        ask: SectionRequest,
        sheet: SectionWriter,
        mark: Checkpoint,
        *,
        on_progress: ProgressCallback,
        now: Callable[[], datetime],
        note: Callable[[Checkpoint], None] | None = None,
    ) -> None:
        self.mark = mark
        self._store = store
        self._ask = ask
        self._sheet = sheet
        self._on_progress = on_progress
        self._now = now
        self._note = note
        self._proof = ""

    async def run(self) -> None:
        """Read all of it and finish the sheet. Raises what reading and writing raise."""
        source = self._ask.read(self._store)
        try:
            if isinstance(source, Pages):
                await self._scan(source)
            else:
                await self._call(source)
            await self._sheet.finish(self.mark.count)
        except BaseException:
            self._sheet.out.abandon()
            raise
        self._tell(finished=True)

    def record(self, file: str | None, format: Format) -> SectionRecord:  # noqa: A002
        """What was written."""
        mark, out = self.mark, self._sheet.out
        return SectionRecord(
            file=file,
            format=format,
            fields=self._ask.fields_text,
            where=self._ask.where_told,
            count=mark.count,
            total=mark.total,
            bytes=out.size,
            sha256=out.sha256,
            proof=self._proof,
            requests=mark.requests,
            resumed=mark.resumed,
            started_at=mark.started_at,
            finished_at=self._now(),
            seconds=round(mark.seconds, 3),
            items_per_second=round(mark.count / mark.seconds, 1) if mark.seconds else 0.0,
        )

    async def _call(self, call: Call[Any]) -> None:
        clock = perf_counter()
        response = await call.response()
        items = documents(response.body, self._ask.section, call.request.options.operation)
        await self._sheet.write(items)
        self._proof = "one answer"
        total = None if self._ask.section.is_document else len(items)
        self.mark = replace(self.mark, count=len(items), total=total, requests=1, seconds=perf_counter() - clock)

    async def _scan(self, pages: Pages[Any]) -> None:
        begun = self.mark
        seen = await finish_in_thread(self._sheet.replay) if begun.token else None
        if seen is not None:
            self._tell(f"going on after {begun.count:,}")
        clock = perf_counter()
        async with pages.scan(ordered=True, resume=begun.token or None) as scan, aclosing(scan.raw()) as read:
            async for page in read:
                items: Any = page
                if seen is not None:
                    # What moved to behind the token was read before it.
                    told = keys(page, self._ask.key or "")
                    items = [item for item, key in zip(page, told, strict=True) if seen.add(key)]
                if items:
                    await self._sheet.write(items)
                self._take(len(items), scan.total, begun, scan.requests, perf_counter() - clock)
                self._save(scan.token)
                again = _pages_again(scan.requests, self.mark.count - begun.count)
                self._tell(f"{again:,} pages read again" if again else "")
                # A transport in this process answers without a pause: let other sections, and Ctrl-C, have their turn.
                await anyio.lowlevel.checkpoint()
            self._take(0, scan.total, begun, scan.requests, perf_counter() - clock)
            self._proof = scan.proof

    def _take(self, count: int, total: int | None, begun: Checkpoint, requests: int, seconds: float) -> None:
        self.mark = replace(
            self.mark,
            count=self.mark.count + count,
            total=begun.total if total is None else total,
            requests=begun.requests + requests,
            seconds=begun.seconds + seconds,
        )

    def _save(self, token: str) -> None:
        log = self._sheet.log
        if not token or self._note is None or log is None:
            return
        log.flush()
        self.mark = replace(self.mark, time=self._now(), token=token, size=log.size, sha256=log.sha256)
        self._note(self.mark)

    def _tell(self, note: str = "", *, finished: bool = False) -> None:
        mark = self.mark
        self._on_progress(Progress(self._ask.name, mark.count, mark.total, note, self._store.store_id, finished))
