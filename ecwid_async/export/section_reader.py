"""Reading a section from the server and passing its items to a writer, with checkpoints to resume from."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import compress
from time import perf_counter
from typing import Any, Final

import anyio.lowlevel
from msgspec.structs import replace

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.formats import Format
from ecwid_async.export.manifest import SectionRecord
from ecwid_async.export.progress import Progress, ProgressCallback
from ecwid_async.export.section_request import SectionRequest
from ecwid_async.export.section_writer import SectionWriter
from ecwid_async.pages import Pages
from ecwid_async.primitives.shielding import run_shielded_in_thread
from ecwid_async.scan import DecodedPage, IdSet
from ecwid_async.tables import Rows

__all__ = ["SectionReader", "utc_now"]

_PAGE_SIZE: Final = 100
# A scan may have sent this many requests for pages that it has not yielded yet.
_REQUESTS_AHEAD: Final = 20


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class SectionReader:
    """Reads one section, from its `checkpoint` on.

    `save` is called with a new checkpoint after each page from which the scan can resume, once the page is flushed.
    """

    def __init__(
        self,
        store: Store,
        request: SectionRequest,
        writer: SectionWriter,
        checkpoint: Checkpoint,
        *,
        on_progress: ProgressCallback,
        now: Callable[[], datetime],
        save: Callable[[Checkpoint], None] | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self._store = store
        self._request = request
        self._writer = writer
        self._on_progress = on_progress
        self._now = now
        self._save = save
        self._proof = ""

    async def run(self) -> None:
        """Read all items and finish the writer. Raises the errors of `Pages.scan` and of the writer."""
        source = self._request.source(self._store)
        try:
            if isinstance(source, Pages):
                await self._read_pages(source)
            else:
                await self._read_single_response(source)
            await self._writer.finish(self.checkpoint.item_count)
        except BaseException:
            self._writer.out.abandon()
            raise
        self._report(finished=True)

    def record(self, file: str | None, format: Format) -> SectionRecord:  # noqa: A002  the usual word
        """Return the section's record for the manifest. Call it after `run`."""
        checkpoint, out = self.checkpoint, self._writer.out
        return SectionRecord(
            file=file,
            format=format,
            fields=self._request.fields_text,
            where=self._request.where_as_json,
            item_count=checkpoint.item_count,
            reported_total=checkpoint.reported_total,
            size_bytes=out.size,
            sha256=out.sha256,
            proof=self._proof,
            request_count=checkpoint.request_count,
            resume_count=checkpoint.resume_count,
            started_at=checkpoint.started_at,
            finished_at=self._now(),
            seconds=round(checkpoint.seconds, 3),
            items_per_second=round(checkpoint.item_count / checkpoint.seconds, 1) if checkpoint.seconds else 0.0,
        )

    async def _read_single_response(self, call: Call[Any]) -> None:
        started = perf_counter()
        response = await call.without_cache().response()
        items = self._request.section.split_response(response.body, call.request.options.operation)
        await self._writer.write(items)
        self._proof = "one response"
        self.checkpoint = replace(
            self.checkpoint,
            item_count=len(items),
            reported_total=None if self._request.section.is_document else len(items),
            request_count=1,
            seconds=perf_counter() - started,
        )

    async def _read_pages(self, pages: Pages[Any]) -> None:
        resumed = self.checkpoint
        seen = await run_shielded_in_thread(self._writer.replay) if resumed.scan_token else None
        if seen is not None:
            self._report(f"resuming after {resumed.item_count:,}")
        started = perf_counter()
        async with (
            pages.scan(ordered=True, resume=resumed.scan_token or None) as scan,
            aclosing(scan.decoded_pages(self._writer.read_page)) as pages_read,
        ):
            async for page in pages_read:
                if seen is not None:
                    # An item that has changed since the interruption may be in the log already.
                    page = _new_items(page, seen)
                if page.ids:
                    await self._writer.write_page(page)
                self._update_counts(len(page.ids), scan.total, resumed, scan.requests, perf_counter() - started)
                self._save_checkpoint(scan.token)
                repeated = _repeated_pages(scan.requests, self.checkpoint.item_count - resumed.item_count)
                self._report(f"{repeated:,} pages read again" if repeated else "")
                # A transport in this process responds without waiting. Let other sections and Ctrl-C proceed.
                await anyio.lowlevel.checkpoint()
            self._update_counts(0, scan.total, resumed, scan.requests, perf_counter() - started)
            self._proof = scan.proof

    def _update_counts(self, items: int, total: int | None, resumed: Checkpoint, requests: int, seconds: float) -> None:
        self.checkpoint = replace(
            self.checkpoint,
            item_count=self.checkpoint.item_count + items,
            reported_total=resumed.reported_total if total is None else total,
            request_count=resumed.request_count + requests,
            seconds=resumed.seconds + seconds,
        )

    def _save_checkpoint(self, scan_token: str) -> None:
        log = self._writer.log
        if not scan_token or self._save is None or log is None:
            return
        log.flush()
        self.checkpoint = replace(
            self.checkpoint, saved_at=self._now(), scan_token=scan_token, size_bytes=log.size, sha256=log.sha256
        )
        self._save(self.checkpoint)

    def _report(self, note: str = "", *, finished: bool = False) -> None:
        checkpoint, section = self.checkpoint, self._request.name
        self._on_progress(
            Progress(section, checkpoint.item_count, checkpoint.reported_total, note, self._store.store_id, finished)
        )


def _new_items(page: DecodedPage[Rows], seen: IdSet) -> DecodedPage[Rows]:
    """Return a page without the items that were seen before."""
    new = seen.add_all(page.ids)
    if all(new):
        return page
    items = page.items if page.content is None else page.content.items
    return DecodedPage(ids=list(compress(page.ids, new)), items=list(compress(items, new)))


def _repeated_pages(requests: int, items: int) -> int:
    """Estimate how many pages were read again: the requests beyond the pages received and those read ahead."""
    return max(0, requests - items // _PAGE_SIZE - _REQUESTS_AHEAD)
