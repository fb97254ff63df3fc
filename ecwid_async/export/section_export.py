"""Exporting one section to a stream, or to a hidden file from which a later export can resume."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, Literal

import attrs
import msgspec
from msgspec.structs import replace

from ecwid_async import __version__
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, ScanDrifted
from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.destination import Destination
from ecwid_async.export.formats import Format, FormatOptions
from ecwid_async.export.manifest import SectionRecord
from ecwid_async.export.part_file import HashingStream, PartFile
from ecwid_async.export.progress import Progress, ProgressCallback
from ecwid_async.export.section_reader import SectionReader
from ecwid_async.export.section_request import SectionRequest
from ecwid_async.export.section_writer import SectionWriter
from ecwid_async.primitives.shielding import run_shielded_in_thread

__all__ = ["ExportSettings", "export_section", "export_section_to_stream", "request_digest"]


@attrs.frozen(kw_only=True)
class ExportSettings:
    """The settings that all sections of an export share, as described at `export_store`."""

    options: FormatOptions
    fresh: bool
    skip_refused: bool
    source_id: str
    with_store_id: bool
    mode: int | None
    on_progress: ProgressCallback
    now: Callable[[], datetime]

    def __attrs_post_init__(self) -> None:
        if self.mode is not None and not (
            type(self.mode) is int and 0 <= self.mode <= 0o777 and self.mode & 0o600 == 0o600
        ):
            raise ConfigError(
                f"mode {self.mode!r} does not let the owner read and write the file: give one such as 0o600."
            )


async def export_section_to_stream(
    store: Store, request: SectionRequest, stream: IO[bytes], format_: Format, settings: ExportSettings
) -> SectionRecord:
    """Export a section to a stream, which stays open. It can't be resumed."""
    now = settings.now()
    checkpoint = Checkpoint(section=request.name, file="", request_digest="", saved_at=now, started_at=now)
    writer = _create_writer(store, request, HashingStream(stream), None, format_, settings)
    reader = SectionReader(store, request, writer, checkpoint, on_progress=settings.on_progress, now=settings.now)
    await reader.run()
    return reader.record(None, format_)


async def export_section(
    store: Store, request: SectionRequest, destination: Destination, settings: ExportSettings
) -> SectionRecord:
    """Export a section to a sealed hidden file. Resumes from the files of an interrupted export, if there are any."""
    path, format_ = destination.path(request.name), destination.names.format
    checkpoints = destination.checkpoints
    checkpoint = checkpoints.latest.get(request.name)
    if checkpoint is not None and checkpoint.record is not None:
        record = checkpoint.record
        if part := await _reopen(path, "part", record.size_bytes, record.sha256):
            destination.add(part).close()
            count = record.item_count
            settings.on_progress(Progress(request.name, count, count, "read before", store.store_id, finished=True))
            return record
        checkpoint = None

    # To resume, an export needs a log of the received items. A JSON Lines file of unchanged items is its own log. Other
    # files can't be cut off after any item, so they are written again from the log.
    is_own_log = format_ == "jsonl" and request.writes_items_unchanged
    kind: Literal["part", "spool"] = "part" if is_own_log else "spool"
    log = None
    if checkpoint is not None and checkpoint.scan_token:
        log = await _reopen(path, kind, checkpoint.size_bytes, checkpoint.sha256)
    if checkpoint is not None and log is not None:
        checkpoint = replace(checkpoint, resume_count=checkpoint.resume_count + 1)
    else:
        checkpoints.latest.pop(request.name, None)
        log = PartFile(path, kind)
        now = settings.now()
        checkpoint = Checkpoint(
            section=request.name,
            file=path.name,
            request_digest=request_digest(store, request, format_, settings),
            saved_at=now,
            started_at=now,
            resume_from=kind,
        )
    destination.add(log)
    out = log if is_own_log else destination.create(path)
    writer = _create_writer(store, request, out, log, format_, settings)
    reader = SectionReader(
        store,
        request,
        writer,
        checkpoint,
        on_progress=settings.on_progress,
        now=settings.now,
        save=checkpoints.save,
    )
    try:
        await reader.run()
    except ScanDrifted:
        # The list can't be proven complete, so do not resume from these items.
        checkpoints.save(replace(reader.checkpoint, scan_token=""))
        raise
    await run_shielded_in_thread(out.seal)
    record = reader.record(path.name, format_)
    checkpoints.save(replace(reader.checkpoint, saved_at=settings.now(), record=record))
    if log is not out:
        log.discard()
    return record


async def _reopen(path: Path, kind: str, size: int, sha256: str) -> PartFile | None:
    return await run_shielded_in_thread(partial(PartFile.reopen, path, kind, size=size, sha256=sha256))


def _create_writer(
    store: Store,
    request: SectionRequest,
    out: HashingStream,
    log: PartFile | None,
    format_: Format,
    settings: ExportSettings,
) -> SectionWriter:
    store_id = store.store_id if settings.with_store_id else None
    return SectionWriter(request, out, log, format_, settings.options, store_id, store._channel.codec)


def request_digest(store: Store, request: SectionRequest, format_: Format, settings: ExportSettings) -> str:
    """Return a digest of everything that determines a section's file. An export resumes only from an equal digest."""
    identity = (
        __version__,
        settings.source_id or store.server,
        store.store_id,
        request.name,
        request.fields_text,
        request.where_as_json,
        format_,
        attrs.asdict(settings.options),
        settings.with_store_id,
    )
    return blake2b(msgspec.json.encode(identity), digest_size=16).hexdigest()
