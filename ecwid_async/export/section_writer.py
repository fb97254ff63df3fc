"""Writing a section's items: to a log as received, to resume from, and to a file in the chosen format."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any, Final, cast

import anyio.to_thread
import msgspec

from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from ecwid_async.export.formats import Format, FormatOptions, create_writer
from ecwid_async.export.items import item_keys
from ecwid_async.export.output_errors import OutputError
from ecwid_async.export.part_file import HashingStream, PartFile
from ecwid_async.export.section_request import SectionRequest
from ecwid_async.primitives.shielding import run_shielded, run_shielded_in_thread
from ecwid_async.scan import DecodedPage, IdSet
from ecwid_async.sections import Items
from ecwid_async.tables import Rows, is_utf8

__all__ = ["SectionWriter"]

# Bytes. Larger pages may occupy a thread for more than a few milliseconds.
_SMALL_PAGE: Final = 1 << 19


class SectionWriter:
    """Writes a section's items to `out` in a format, and the pages as received to `log`.

    If `out` is `log`, in JSON Lines, they are written once. Without a log, the export can't be resumed. If `store_id`
    is given, each item in `out` has it. `codec` counts values that do not fit the columns of `out`.
    """

    def __init__(
        self,
        request: SectionRequest,
        out: HashingStream,
        log: PartFile | None,
        format: Format,  # noqa: A002  the usual word
        options: FormatOptions,
        store_id: int | None = None,
        codec: Codec | None = None,
    ) -> None:
        self.out = out
        self.log = log
        self._request = request
        self._spool = None if log is out else log
        self._replayed = 0
        # Output is written in a thread, which must not call `on_problem`: count problems there and pass them on.
        self._codec = Codec() if codec is None else codec
        self._thread_codec = Codec(strict=self._codec.strict)
        self._writer = create_writer(
            format,
            cast(IO[bytes], out),
            model=request.model,
            fields=request.fields,
            options=options,
            store_id=store_id,
            codec=self._thread_codec,
            operation=f"export of {request.name}",
        )

    async def write(self, items: Items) -> None:
        """Write the items of a page. Raises `DecodeError` for invalid items, `OutputError` if writing fails."""
        if self._spool is not None:
            joined = b",".join(items)
            if not is_utf8(joined):
                raise _not_utf8(items, self._request)
            self._spool.write_page(b'{"items":[%b]}' % joined)
        await self._run(partial(self._write_items, items))

    def read_page(self, page: bytes, names: Sequence[str]) -> tuple[Rows, list[list[Any]]] | None:
        """Read a page at once for `write_page`: see `RowReader.read_page`."""
        return self._writer.read_page(page, names) if self._request.writes_items_unchanged else None

    async def write_page(self, page: DecodedPage[Rows]) -> None:
        """Write a page of a scan. Raises the same errors as `write`."""
        if page.content is None:
            await self.write(page.items)
            return
        work = partial(self._writer.write_rows, page.content)
        if self._spool is None:
            await self._run(work)
            return
        self._spool.write_page(page.body)
        try:
            if len(page.body) <= _SMALL_PAGE and self._writer.is_quick(page.content):
                # Handing a page to a thread takes as long as writing ten of its items.
                work()
                self._codec.take_problems(self._thread_codec)
            else:
                await self._run(work)
        except DecodeError:
            if is_utf8(page.body):
                raise
            raise _not_utf8(page.content.items, self._request) from None

    def replay(self) -> IdSet:
        """Write the items in the log to the output again, and return their keys. Blocks."""
        ids = IdSet()
        key = self._request.key or ""
        if self._spool is not None:
            for page in self._spool.pages():
                if (read := self.read_page(page, (key,))) is not None:
                    rows, (keys,) = read
                    ids.add_all(keys)
                    self._writer.write_rows(rows)
                else:
                    items, _ = self._codec.split_page(page, self._request.name)
                    ids.add_all(item_keys(items, key))
                    self._write_items(items)
        elif self.log is not None:
            for lines in self.log.lines():
                ids.add_all(item_keys(lines, key))
                self._replayed += len(lines)
        return ids

    async def finish(self, count: int) -> None:
        """Finish the output. Raises `OutputError` unless `count` items were written."""
        await self._run(self._writer.finish)
        written = self._replayed + self._writer.item_count
        if written != count:
            raise OutputError(
                f"{self._request.name}: {written:,} items were written and {count:,} read. Export it again."
            )

    async def _run(self, work: Callable[[], None]) -> None:
        """Run work that may take long, such as writing to a full pipe, in a thread, so that other sections proceed."""
        if self.log is None:
            await run_shielded(lambda: anyio.to_thread.run_sync(work))
        elif self._spool is not None:
            await run_shielded_in_thread(work)
        else:
            work()
        self._codec.take_problems(self._thread_codec)

    def _write_items(self, items: Items) -> None:
        try:
            self._writer.write(self._request.select_fields(items))
        except (UnicodeDecodeError, msgspec.DecodeError):  # msgspec's is for the name of a field
            raise _not_utf8(items, self._request) from None


def _not_utf8(items: Items, request: SectionRequest) -> DecodeError:
    """Return the error for the first item that is not UTF-8."""
    path = ""
    for number, item in enumerate(items):
        try:
            bytes(item).decode()
        except UnicodeDecodeError:
            path = f"items[{number}]"
            with suppress(msgspec.MsgspecError, ValueError, RecursionError):
                path = f"the item with {request.key} {item_keys([item], request.key or '')[0]}"
            break
    return DecodeError(
        operation=f"export of {request.name}",
        path=path,
        expected="UTF-8",
        found="other bytes",
        advice="Correct the text of that item in the store, or choose fields without it.",
    )
