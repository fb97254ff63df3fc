"""The export of a store to JSON Lines: one file a section, and a manifest."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import anyio
import anyio.to_thread

from ecwid_async.client import Store
from ecwid_async.export.manifest import MANIFEST_NAME, Manifest, SectionRecord
from ecwid_async.export.output import Folder, PartFile
from ecwid_async.export.reading import Progress, Reading, Report, utc_now
from ecwid_async.export.sections import Section

__all__ = ["export_store"]


def _silent(progress: Progress) -> None:
    del progress


async def export_store(
    store: Store,
    sections: Sequence[Section],
    folder: Path,
    *,
    report: Report = _silent,
    now: Callable[[], datetime] = utc_now,
) -> Manifest:
    """Write each section to a file of `folder`, one item a line, byte for byte as the server sent it.

    Either all of it appears, the manifest last, or nothing does and what was there before stays. Sections are read
    side by side; hidden items are included (`ecwid_async.export.sections`). The memory needed is one page a section
    and eight bytes an item.

    Promised is: the items in a file are distinct, and as many as the server gave as the list's total on every page of
    one and the same pass. A pass of which that is not true is repeated, three in all; then `ExportDrifted` is raised.
    Not promised is a snapshot: an item that changes meanwhile is written as it was when its page was read, and if one
    leaves and another enters between two pages, a third can be missed unseen.

    Raises `OutputError` where a file can't be written, `APIError`, `TransportError` or `DecodeError` from reading.
    """
    reading = Reading(store, report, now)
    started = now()
    records: dict[str, SectionRecord] = {}
    with Folder(folder) as out:
        files = [out.create(section.file_name) for section in sections]
        manifest_file = out.create(MANIFEST_NAME)

        async def read(section: Section, file: PartFile) -> None:
            records[section.name] = await reading.section(section, file)

        try:
            async with anyio.create_task_group() as group:
                for section, file in zip(sections, files, strict=True):
                    group.start_soon(read, section, file, name=f"export {section.name}")
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        manifest = Manifest(
            store_id=store.store_id,
            started_at=started,
            finished_at=now(),
            sections={section.name: records[section.name] for section in sections},
        )
        manifest_file.write(manifest.to_json())
        await anyio.to_thread.run_sync(manifest_file.seal)
        out.publish(manifest_file)
    return manifest


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Sections fail together when the network does: one of the errors says it all."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
