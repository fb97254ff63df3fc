"""The export: sections of a store, or of many, read side by side and written as they come."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import IO, Final, Literal

import anyio
import attrs
import msgspec
from msgspec.structs import replace

from ecwid_async import __version__
from ecwid_async.client import Store
from ecwid_async.errors import ConfigError, EcwidError, MissingScope, PaymentRequired, ScanDrifted, StoreSuspended
from ecwid_async.export.checkpoint import Checkpoint
from ecwid_async.export.destination import Destination, Names, check_folder_name
from ecwid_async.export.formats import Format, FormatOptions, writer
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output import PartFile, Sink, refused
from ecwid_async.export.request import SectionRequest, asked
from ecwid_async.export.section import Progress, ProgressCallback, SectionReader, SectionWriter, utc_now
from ecwid_async.export.sections import Section
from ecwid_async.primitives.finishing import finish_in_thread

__all__ = ["check_export", "export_store", "export_stores"]

_SECTIONS_AT_ONCE: Final = 4
_STORES_AT_ONCE: Final = 8


def _silent(progress: Progress) -> None:
    del progress


@attrs.frozen(kw_only=True)
class _Terms:
    """How all sections are exported."""

    options: FormatOptions
    fresh: bool
    skip_refused: bool
    source: str
    store_id: bool
    mode: int | None
    on_progress: ProgressCallback
    now: Callable[[], datetime]

    def __attrs_post_init__(self) -> None:
        if self.mode is not None and not (
            type(self.mode) is int and 0 <= self.mode <= 0o777 and self.mode & 0o600 == 0o600
        ):
            raise ConfigError(
                f"mode {self.mode!r} leaves its owner unable to read and write the file: give one such as 0o600."
            )


async def export_store(
    store: Store,
    sections: Iterable[Section | str],
    out: str | Path | IO[bytes],
    *,
    format: Format | None = None,  # noqa: A002  the word that everybody uses
    fields: Mapping[str, str | type] | None = None,
    where: Mapping[str, Mapping[str, object]] | None = None,
    options: FormatOptions | None = None,
    fresh: bool = False,
    skip_refused: bool = False,
    source: str = "",
    store_id: bool = False,
    mode: int | None = None,
    on_progress: ProgressCallback = _silent,
    now: Callable[[], datetime] = utc_now,
) -> Manifest:
    """Write each section to a file of the folder `out`; or the only one to the file `out`, or into a binary stream.

    `format` is JSON Lines, byte for byte as the server sent the items, unless the name of the file tells another.
    `fields` says by section which are wanted (``{"products": "id,name,options(name)"}``): also by an attrs class, as
    ``into=`` does. `where` says which items: arguments of the section's ``search``. Hidden items are included.

    Files get their names together, the manifest last, or none does and what was there before stays. What was read until
    a failure, a cancellation or the end of the process is kept under hidden names for a day: the same export to the
    same place goes on from there, unless it is to be `fresh`. `source` tells where the store is in place of its server.
    One export at a time writes a file. Files have the permissions that any new one gets, or those of `mode` (0o600).
    A stream gets what comes, and is not closed. With `store_id`, each item says of which store it is, in a first
    column, or key, of that name.

    Complete or an error, by the means that `Pages.scan` tells of. Not promised is a snapshot: an item that changes
    meanwhile is written as it was when its page was read. With `skip_refused`, sections that the token's scopes or the
    store's plan do not open are left out, and the manifest says so.

    Raises `ConfigError` before anything is sent for what can't be asked for (`TypeError` for a class), `OutputError`
    where a file can't be written, `ScanDrifted`, `APIError`, `TransportError` or `DecodeError` from reading.
    """
    options = options or FormatOptions()
    asks, place = _plan(store, sections, out, format, fields, where, options)
    terms = _Terms(
        options=options,
        fresh=fresh,
        skip_refused=skip_refused,
        source=source,
        store_id=store_id,
        mode=mode,
        on_progress=on_progress,
        now=now,
    )
    if isinstance(place, Names):
        return await _into_files(store, asks, place, terms)
    return await _into_stream(store, asks, place, format or "jsonl", terms)


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
    """Raise the `ConfigError` that `export_store` would begin with. Nothing is sent, nor written."""
    _plan(store, sections, out, format, fields, where, options or FormatOptions())


def _plan(
    store: Store,
    sections: Iterable[Section | str],
    out: str | Path | IO[bytes],
    format_: Format | None,
    fields: Mapping[str, str | type] | None,
    where: Mapping[str, Mapping[str, object]] | None,
    options: FormatOptions,
) -> tuple[list[SectionRequest], Names | IO[bytes]]:
    """What is read, and where it goes."""
    asks = asked(store, sections, fields or {}, where or {})
    if not (isinstance(out, str | Path) or hasattr(out, "write")):
        raise ConfigError(f"out is a {type(out).__name__}: give a path, or a binary stream")
    place = Names.of(Path(out), format_, [ask.name for ask in asks]) if isinstance(out, str | Path) else out
    if not isinstance(place, Names) and len(asks) != 1:
        raise ConfigError(f"one stream takes one section, and there are {len(asks)}: name a folder for them.")
    _check_writers(asks, place.format if isinstance(place, Names) else format_ or "jsonl", options)
    return asks, place


def _check_writers(asks: Iterable[SectionRequest], format_: Format, options: FormatOptions) -> None:
    """A library that is missing, or a level that there is not, is better known before anything is read."""
    if not isinstance(options, FormatOptions):
        raise ConfigError(f"options is a {type(options).__name__}: give FormatOptions(level=6)")
    for ask in asks:
        writer(format_, BytesIO(), model=ask.model, fields=ask.fields, options=options)


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
    source: str = "",
    store_id: bool = False,
    mode: int | None = None,
    concurrency: int = _STORES_AT_ONCE,
    on_progress: ProgressCallback = _silent,
    now: Callable[[], datetime] = utc_now,
) -> dict[int, Manifest | EcwidError]:
    """Export several stores side by side, each as `export_store` does into a folder of `folder` named after its id.

    A store that fails has its error in place of a manifest and does not stop the others. `concurrency` limits how many
    are exported at once; each keeps to its own rate limit. Raises `ConfigError` for arguments that are not valid.
    """
    if type(concurrency) is not int or concurrency < 1:
        raise ConfigError(f"concurrency must be a whole number greater than zero, not {concurrency!r}")
    options = options or FormatOptions()
    terms = _Terms(
        options=options,
        fresh=fresh,
        skip_refused=skip_refused,
        source=source,
        store_id=store_id,
        mode=mode,
        on_progress=on_progress,
        now=now,
    )
    chosen = {store.store_id: store for store in stores}
    results: dict[int, Manifest | EcwidError] = {}
    if not chosen:
        return results
    check_folder_name(Path(folder))
    # Which store it is makes no difference to what can be asked.
    asks = asked(next(iter(chosen.values())), sections, fields or {}, where or {})
    _check_writers(asks, format or "jsonl", options)
    limiter = anyio.CapacityLimiter(concurrency)
    notes: list[str] = []

    async def export(number: int, store: Store) -> None:
        names = Names.of(Path(folder) / str(number), format or "jsonl", [ask.name for ask in asks])
        async with limiter:
            try:
                results[number] = await _into_files(store, asks, names, terms)
            except EcwidError as error:
                results[number] = error
            except OSError as error:
                # As where files run out while something is imported, or a name looked up.
                results[number] = refused(names.folder, error)
            except BaseException as error:
                notes.extend(getattr(error, "__notes__", ()))
                raise

    try:
        async with anyio.create_task_group() as group:
            for number, store in chosen.items():
                group.start_soon(export, number, store, name=f"export store {number}")
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    except BaseException as error:
        # A cancellation: what each store's own says of it.
        for note in dict.fromkeys(notes):
            error.add_note(note)
        raise
    return {number: results[number] for number in chosen}


def _section_writer(
    store: Store, ask: SectionRequest, out: Sink, log: PartFile | None, format_: Format, terms: _Terms
) -> SectionWriter:
    known_by = store.store_id if terms.store_id else None
    return SectionWriter(ask, out, log, format_, terms.options, known_by, store._channel.codec)


async def _into_stream(
    store: Store, asks: list[SectionRequest], out: IO[bytes], format_: Format, terms: _Terms
) -> Manifest:
    (ask,) = asks
    started = terms.now()
    sheet = _section_writer(store, ask, Sink(out), None, format_, terms)
    mark = Checkpoint(section=ask.name, file="", asked="", time=started, started_at=started)
    reading = SectionReader(store, ask, sheet, mark, on_progress=terms.on_progress, now=terms.now)
    await reading.run()
    return _manifest(store, started, {ask.name: reading.record(None, format_)}, {}, terms)


async def _into_files(store: Store, asks: list[SectionRequest], names: Names, terms: _Terms) -> Manifest:
    records: dict[str, SectionRecord] = {}
    refused: dict[str, str] = {}
    limiter = anyio.CapacityLimiter(_SECTIONS_AT_ONCE)

    async def export(ask: SectionRequest, place: Destination) -> None:
        async with limiter:
            try:
                records[ask.name] = await _section(store, ask, place, terms)
            except (MissingScope, PaymentRequired) as error:
                if not terms.skip_refused or isinstance(error, StoreSuspended):
                    raise
                refused[ask.name] = str(error)
                terms.on_progress(Progress(ask.name, 0, 0, "refused", store.store_id, finished=True))

    started = terms.now()
    with Destination(names, now=started, fresh=terms.fresh, mode=terms.mode) as place:
        marks = place.checkpoint.marks
        for ask in asks:
            if ask.name in marks and marks[ask.name].asked != _digest(store, ask, names.format, terms):
                del marks[ask.name]
        try:
            async with anyio.create_task_group() as group:
                for ask in asks:
                    group.start_soon(export, ask, place, name=f"export {ask.name}")
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        written = [ask.name for ask in asks if ask.name in records]
        started = min([started, *(records[name].started_at for name in written)])
        sections = {name: records[name] for name in written}
        manifest = _manifest(store, started, sections, refused, terms)
        return await finish_in_thread(partial(place.publish, manifest))


def _manifest(
    store: Store,
    started: datetime,
    records: dict[str, SectionRecord],
    refused: dict[str, str],
    terms: _Terms,
) -> Manifest:
    return Manifest(
        version=__version__,
        store_id=store.store_id,
        started_at=started,
        finished_at=terms.now(),
        sections=records,
        refused=refused,
    )


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Sections fail together when the network does: one of the errors says it all."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def _section(store: Store, ask: SectionRequest, place: Destination, terms: _Terms) -> SectionRecord:
    """Read a section into a sealed hidden file, or go on where that was left."""
    path, format_ = place.path(ask.name), place.names.format
    digest = _digest(store, ask, format_, terms)
    mark = place.checkpoint.marks.get(ask.name)
    if mark is not None and mark.record is not None:
        record = mark.record
        if part := await _left(path, "part", record.bytes, record.sha256):
            place.add(part).close()
            terms.on_progress(
                Progress(ask.name, record.count, record.count, "read before", store.store_id, finished=True)
            )
            return record
        mark = None

    # Plain lines are their own log. What can't be cut off anywhere is made from one, again after a restart.
    direct = format_ == "jsonl" and ask.plain
    kind: Literal["part", "spool"] = "part" if direct else "spool"
    log = await _left(path, kind, mark.size, mark.sha256) if mark is not None and mark.token else None
    if mark is not None and log is not None:
        mark = replace(mark, resumed=mark.resumed + 1)
    else:
        place.checkpoint.marks.pop(ask.name, None)
        log = PartFile(path, kind)
        moment = terms.now()
        mark = Checkpoint(section=ask.name, file=path.name, asked=digest, time=moment, started_at=moment, log=kind)
    place.add(log)
    out = log if direct else place.create(path)
    sheet = _section_writer(store, ask, out, log, format_, terms)
    note = place.checkpoint.note
    reading = SectionReader(store, ask, sheet, mark, on_progress=terms.on_progress, now=terms.now, note=note)
    try:
        await reading.run()
    except ScanDrifted:
        # What was read so far is part of what can't be known to be whole.
        note(replace(reading.mark, token=""))
        raise
    await finish_in_thread(out.seal)
    record = reading.record(path.name, format_)
    note(replace(reading.mark, time=terms.now(), record=record))
    if log is not out:
        log.discard()
    return record


async def _left(path: Path, kind: str, size: int, sha256: str) -> PartFile | None:
    return await finish_in_thread(partial(PartFile.left, path, kind, size=size, sha256=sha256))


def _digest(store: Store, ask: SectionRequest, format_: Format, terms: _Terms) -> str:
    """Tells whether what another process began is what is asked for."""
    said = (
        __version__,
        terms.source or store.server,
        store.store_id,
        ask.name,
        ask.fields_text,
        ask.where_told,
        format_,
        attrs.asdict(terms.options),
        terms.store_id,
    )
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
