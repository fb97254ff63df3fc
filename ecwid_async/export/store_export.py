"""Exporting sections of one store, or of several stores side by side."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import anyio

from ecwid_async import __version__
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, EcwidError, MissingScope, PaymentRequired, StoreSuspended
from ecwid_async.export.destination import Destination
from ecwid_async.export.file_names import FileNames, check_folder_name
from ecwid_async.export.formats import Format, FormatOptions, create_writer
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output_errors import to_output_error
from ecwid_async.export.progress import Progress, ProgressCallback
from ecwid_async.export.section_export import (
    ExportSettings,
    export_section,
    export_section_to_stream,
    request_digest,
)
from ecwid_async.export.section_reader import utc_now
from ecwid_async.export.section_request import SectionRequest, build_requests
from ecwid_async.primitives.shielding import run_shielded_in_thread
from ecwid_async.sections import Section

__all__ = ["check_export", "export_store", "export_stores"]

_CONCURRENT_SECTIONS: Final = 4
_CONCURRENT_STORES: Final = 8


def _ignore(progress: Progress) -> None:
    del progress


async def export_store(
    store: Store,
    sections: Iterable[Section | str],
    out: str | Path | IO[bytes],
    *,
    format: Format | None = None,  # noqa: A002  the usual word
    fields: Mapping[str, str | type] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    options: FormatOptions | None = None,
    fresh: bool = False,
    skip_refused: bool = False,
    source_id: str = "",
    with_store_id: bool = False,
    mode: int | None = None,
    on_progress: ProgressCallback = _ignore,
    now: Callable[[], datetime] = utc_now,
) -> Manifest:
    """Export each section to a file in the folder `out`, or one section to the file `out` or to a binary stream.

    `format` is by default the one that the file's name ends in, otherwise JSON Lines, which has the items byte for byte
    as the server sent them. `fields` maps sections to fields, as text (``{"products": "id,name,options(name)"}``) or as
    a class, as for ``into=``. `where` maps sections to filters, which are arguments of the section's ``search``. Hidden
    items are included. `with_store_id` adds the id of the store to each item, as first column or key ``store_id``. The
    files get the permissions of any new file, or `mode`, such as 0o600. `on_progress` is called with a `Progress` after
    each page and at the end of each section.

    All files get their names together, the manifest last. If the export fails, the files that were there before stay.
    After a failure, a cancellation or the end of the process, the items that were read are kept in hidden files for a
    day. The same export to the same place resumes from them, unless it is `fresh`. It is the same only if it reads from
    the same server: its base URL, or `source_id` if given. Only one export at a time can write a file. A stream gets
    the items as they are read, and is not closed.

    The export is complete or raises an error, with the proof of `Pages.scan`. It is not a snapshot: an item that
    changes during the export is written as it was when its page was read. With `skip_refused`, sections that the
    token's scopes or the store's plan don't include are left out and named in the manifest.

    Raises `ConfigError` for invalid arguments and `TypeError` for a class that does not fit, before anything is sent.
    Raises `OutputError` if a file can't be written, and `ScanDrifted`, `APIError`, `TransportError` or `DecodeError` if
    a section can't be read.
    """
    options = options or FormatOptions()
    requests, target = _check_arguments(store, sections, out, format, fields, where, options)
    settings = ExportSettings(
        options=options,
        fresh=fresh,
        skip_refused=skip_refused,
        source_id=source_id,
        with_store_id=with_store_id,
        mode=mode,
        on_progress=on_progress,
        now=now,
    )
    if isinstance(target, FileNames):
        return await _export_to_files(store, requests, target, settings)
    (request,) = requests
    started_at = now()
    record = await export_section_to_stream(store, request, target, format or "jsonl", settings)
    return _build_manifest(store, started_at, {request.name: record}, {}, settings)


def check_export(
    store: Store,
    sections: Iterable[Section | str],
    out: str | Path | IO[bytes],
    *,
    format: Format | None = None,  # noqa: A002  as above
    fields: Mapping[str, str | type] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    options: FormatOptions | None = None,
) -> None:
    """Raise the `ConfigError` that `export_store` would raise for these arguments. Sends and writes nothing."""
    _check_arguments(store, sections, out, format, fields, where, options or FormatOptions())


async def export_stores(
    stores: Iterable[Store],
    sections: Iterable[Section | str],
    folder: str | Path,
    *,
    format: Format | None = None,  # noqa: A002  as above
    fields: Mapping[str, str | type] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    options: FormatOptions | None = None,
    fresh: bool = False,
    skip_refused: bool = False,
    source_id: str = "",
    with_store_id: bool = False,
    mode: int | None = None,
    concurrency: int = _CONCURRENT_STORES,
    on_progress: ProgressCallback = _ignore,
    now: Callable[[], datetime] = utc_now,
) -> dict[int, Manifest | EcwidError]:
    """Export several stores side by side, each as by `export_store`, to a folder inside `folder` named after its id.

    Returns a manifest or an error for each store, by its id. A store that fails does not stop the others. `concurrency`
    is the greatest number of stores exported at once; each keeps to its own rate limit. Raises `ConfigError` for
    invalid arguments.
    """
    if type(concurrency) is not int or concurrency < 1:
        raise ConfigError(f"concurrency must be a whole number greater than zero, not {concurrency!r}")
    options = options or FormatOptions()
    settings = ExportSettings(
        options=options,
        fresh=fresh,
        skip_refused=skip_refused,
        source_id=source_id,
        with_store_id=with_store_id,
        mode=mode,
        on_progress=on_progress,
        now=now,
    )
    by_id: dict[int, Store] = {}
    for store in stores:
        if by_id.setdefault(store.store_id, store) is not store:
            raise ConfigError(f"the store {store.store_id} is given twice: pass each store once")
    results: dict[int, Manifest | EcwidError] = {}
    if not by_id:
        return results
    check_folder_name(Path(folder))
    # The requests are the same for every store.
    requests = build_requests(next(iter(by_id.values())), sections, fields or {}, where or {})
    _check_format(requests, format or "jsonl", options)
    limiter = anyio.CapacityLimiter(concurrency)
    notes: list[str] = []

    async def export(id_: int, store: Store) -> None:
        names = FileNames.choose(Path(folder) / str(id_), format or "jsonl", [request.name for request in requests])
        async with limiter:
            try:
                results[id_] = await _export_to_files(store, requests, names, settings)
            except EcwidError as error:
                results[id_] = error
            except OSError as error:
                # An import or a name lookup fails if the process can open no more files.
                results[id_] = to_output_error(names.folder, error)
            except BaseException as error:
                notes.extend(getattr(error, "__notes__", ()))
                raise

    try:
        async with anyio.create_task_group() as group:
            for id_, store in by_id.items():
                group.start_soon(export, id_, store, name=f"export store {id_}")
    except BaseExceptionGroup as errors:
        raise _first_error(errors) from None
    except BaseException as error:
        # Collect the notes of each store's cancellation.
        for note in dict.fromkeys(notes):
            error.add_note(note)
        raise
    return {id_: results[id_] for id_ in by_id}


def _check_arguments(
    store: Store,
    sections: Iterable[Section | str],
    out: str | Path | IO[bytes],
    format_: Format | None,
    fields: Mapping[str, str | type] | None,
    where: Mapping[str, Mapping[str, object]] | None,
    options: FormatOptions,
) -> tuple[list[SectionRequest], FileNames | IO[bytes]]:
    """Check all arguments. Returns the requests, and the files or the stream to write to."""
    requests = build_requests(store, sections, fields or {}, where or {})
    if isinstance(out, str | Path):
        names = FileNames.choose(Path(out), format_, [request.name for request in requests])
        _check_format(requests, names.format, options)
        return requests, names
    if not hasattr(out, "write"):
        raise ConfigError(f"out can't be of the type {type(out).__name__}: give a path or a binary stream")
    if len(requests) != 1:
        raise ConfigError(f"one stream takes one section, and there are {len(requests)}: name a folder for them.")
    _check_format(requests, format_ or "jsonl", options)
    return requests, out


def _check_format(requests: Iterable[SectionRequest], format_: Format, options: FormatOptions) -> None:
    """Raise `ConfigError` if a library is not installed or an option is invalid."""
    if not isinstance(options, FormatOptions):
        raise ConfigError(f"options can't be of the type {type(options).__name__}: give FormatOptions(level=6)")
    for request in requests:
        create_writer(format_, BytesIO(), model=request.model, fields=request.fields, options=options)


async def _export_to_files(
    store: Store, requests: list[SectionRequest], names: FileNames, settings: ExportSettings
) -> Manifest:
    records: dict[str, SectionRecord] = {}
    refused: dict[str, str] = {}
    limiter = anyio.CapacityLimiter(_CONCURRENT_SECTIONS)

    async def export(request: SectionRequest, destination: Destination) -> None:
        async with limiter:
            try:
                records[request.name] = await export_section(store, request, destination, settings)
            except (MissingScope, PaymentRequired) as error:
                if not settings.skip_refused or isinstance(error, StoreSuspended):
                    raise
                refused[request.name] = str(error)
                settings.on_progress(Progress(request.name, 0, 0, "refused", store.store_id, finished=True))

    started_at = settings.now()
    with Destination(names, now=started_at, fresh=settings.fresh, mode=settings.mode) as destination:
        checkpoints = destination.checkpoints.latest
        for request in requests:
            checkpoint = checkpoints.get(request.name)
            if checkpoint and checkpoint.request_digest != request_digest(store, request, names.format, settings):
                del checkpoints[request.name]
        try:
            async with anyio.create_task_group() as group:
                for request in requests:
                    group.start_soon(export, request, destination, name=f"export {request.name}")
        except BaseExceptionGroup as errors:
            raise _first_error(errors) from None
        exported = {request.name: records[request.name] for request in requests if request.name in records}
        started_at = min([started_at, *(record.started_at for record in exported.values())])
        manifest = _build_manifest(store, started_at, exported, refused, settings)
        return await run_shielded_in_thread(partial(destination.publish, manifest))


def _build_manifest(
    store: Store,
    started_at: datetime,
    records: dict[str, SectionRecord],
    refused: dict[str, str],
    settings: ExportSettings,
) -> Manifest:
    return Manifest(
        library_version=__version__,
        store_id=store.store_id,
        started_at=started_at,
        finished_at=settings.now(),
        sections=records,
        refused=refused,
    )


def _first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first of several errors, with a note for each that differs. Mostly the network failed for all."""
    first, *others = _flatten_errors(errors)
    messages = {f"{type(error).__name__}: {error}" for error in others} - {f"{type(first).__name__}: {first}"}
    for message in sorted(messages):
        first.add_note(f"Another part of the export failed too: {message}")
    return first


def _flatten_errors(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    flat: list[BaseException] = []
    for error in errors.exceptions:
        flat += _flatten_errors(error) if isinstance(error, BaseExceptionGroup) else [error]
    return flat
