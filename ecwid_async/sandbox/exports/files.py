"""The files of an export: one or more stores, each with a file for each of its sections."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.primitives.safe_json import DECODE_ERRORS

__all__ = ["ExportedSection", "ExportedStore", "find_stores"]

_READABLE: Final = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_UNREADABLE: Final = (".csv", ".csv.gz", ".csv.zst", ".parquet")
_MANIFEST: Final = "manifest.json"
_FORMAT_VERSION: Final = 2
_MAX_MANIFEST_BYTES: Final = 16 * 1024 * 1024
_MAX_STORES: Final = 100_000

_StoreId = Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]


class _SectionRecord(msgspec.Struct):
    file: str | None
    item_count: int


class _Manifest(msgspec.Struct):
    store_id: _StoreId
    sections: dict[str, _SectionRecord]
    format_version: int = 1


@frozen
class ExportedSection:
    """The file of a section. `item_count` is the number of its items by the manifest, None without a manifest."""

    name: str
    path: Path
    item_count: int | None


@frozen
class ExportedStore:
    """The sections of one store that were exported."""

    id: int
    sections: tuple[ExportedSection, ...]


def find_stores(path: Path, *, known: Collection[str], store_id: int | None = None) -> list[ExportedStore]:
    """Find the stores of an export: a folder, one file, or a folder with a folder for each store.

    `known` are the names of all sections. `store_id` is the id of a store whose export has no manifest. Raises
    `ConfigError` if there is no complete export in JSON Lines.
    """
    try:
        if path.is_file():
            return [_find_store([path], store_id, known)]
        if not path.is_dir():
            raise ConfigError(f"there is no {path}: write it with `ecwid export --all --out {path}`")
        names = sorted(each.name for each in path.iterdir())
        if _MANIFEST in names or any(name.endswith((*_READABLE, *_UNREADABLE)) for name in names if name[0] != "."):
            return [_find_store_in_folder(path, names, store_id, known)]
        folders = [name for name in names if name.isascii() and name.isdigit() and (path / name).is_dir()]
        if not folders:
            _raise_if_interrupted(path, names)
            raise ConfigError(f"{path} has no export: write one with `ecwid export --all --out {path}`")
        if store_id is not None:
            raise ConfigError(f"{path} has the exports of several stores, which have their own ids: omit store_id")
        if len(folders) > _MAX_STORES:
            raise ConfigError(f"{path} has {len(folders):,} stores; at most {_MAX_STORES:,} are possible")
        stores = [store for name in folders for store in find_stores(path / name, known=known)]
    except OSError as error:
        raise ConfigError(f"can't read {error.filename or path}: {error.strerror or error}") from error
    for folder, store in zip(folders, stores, strict=True):
        if folder != str(store.id):
            raise ConfigError(f"{path / folder} has the export of store {store.id}: name the folder {store.id}")
    return stores


def _find_store_in_folder(
    folder: Path, names: list[str], store_id: int | None, known: Collection[str]
) -> ExportedStore:
    if _MANIFEST in names:
        number, sections = _read_manifest(folder / _MANIFEST, known)
        return ExportedStore(_agreed_id(folder, [number], store_id), tuple(sections))
    _raise_if_interrupted(folder, names)
    files = [folder / name for name in names if name[0] != "." and name.endswith((*_READABLE, *_UNREADABLE))]
    return _find_store(files, store_id, known)


def _find_store(files: list[Path], store_id: int | None, known: Collection[str]) -> ExportedStore:
    """The store with these files, of which each may have a manifest of its own."""
    numbers: list[int] = []
    sections: dict[str, ExportedSection] = {}
    for file in files:
        manifest = file.with_name(f"{file.name}.{_MANIFEST}")
        if manifest.is_file():
            number, found = _read_manifest(manifest, known)
            numbers.append(number)
        else:
            found = iter((_section(file, _section_name(file), None, known),))
        for section in found:
            if section.name in sections:
                other = sections[section.name].path.name
                raise ConfigError(f"{file} and {other} are both {section.name}: remove one of them")
            sections[section.name] = section
    return ExportedStore(_agreed_id(files[0], numbers, store_id), tuple(sections.values()))


def _agreed_id(path: Path, numbers: list[int], given: int | None) -> int:
    ids = set(numbers) if given is None else {*numbers, given}
    if not ids:
        raise ConfigError(f"{path} has no manifest, so its store is not known: pass store_id (--store-id)")
    if len(ids) > 1:
        found = " and ".join(map(str, sorted(ids)))
        raise ConfigError(f"{path} belongs to one store, not to {found}: pass another path, or omit store_id")
    return ids.pop()


def _read_manifest(path: Path, known: Collection[str]) -> tuple[int, Iterator[ExportedSection]]:
    """The id of the store, and its sections."""
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise ConfigError(f"{path} is not the manifest of an export: it has more than {_MAX_MANIFEST_BYTES:,} bytes")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except DECODE_ERRORS as error:
        raise ConfigError(f"{path} is not the manifest of an export ({error}): export again") from None
    if manifest.format_version != _FORMAT_VERSION:
        raise ConfigError(
            f"{path} has format {manifest.format_version}, and this version of the library reads format "
            f"{_FORMAT_VERSION}: export again"
        )
    return manifest.store_id, _sections(path, manifest, known)


def _sections(path: Path, manifest: _Manifest, known: Collection[str]) -> Iterator[ExportedSection]:
    for name, record in manifest.sections.items():
        file = record.file or ""
        if not file.endswith((*_READABLE, *_UNREADABLE)) or any(character in file for character in "/\\:\0"):
            raise ConfigError(f"{path}: {file[:100]!r} is not the name of an exported file: export again")
        section = _section(path.with_name(file), name, record.item_count, known)
        if not section.path.is_file():
            raise ConfigError(f"{section.path} is missing, which {path.name} lists: export again")
        yield section


def _section(path: Path, name: str, item_count: int | None, known: Collection[str]) -> ExportedSection:
    if not path.name.endswith(_READABLE):
        raise ConfigError(f"{path} does not have the items as the API sent them: export with `--format jsonl`")
    if name not in known:
        raise ConfigError(f"{path}: {name[:100]!r} is not a section; there are {', '.join(known)}")
    return ExportedSection(name, path, item_count)


def _section_name(path: Path) -> str:
    """The section after which a file is named: ``products`` for ``products.jsonl.gz``."""
    return path.name.partition(".")[0]


def _raise_if_interrupted(folder: Path, names: list[str]) -> None:
    if any(name.startswith(".") and name.endswith(".checkpoint") for name in names):
        raise ConfigError(
            f"{folder} has an export that was interrupted: run the same `ecwid export` command again to complete it"
        )
