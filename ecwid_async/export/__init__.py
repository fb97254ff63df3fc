"""A store's sections as files: `export_store` writes them, and a manifest that says how they were checked."""

from ecwid_async.export.destination import RESUMABLE_NOTE, check_folder_name, format_from_name
from ecwid_async.export.engine import check_export, export_store, export_stores
from ecwid_async.export.formats import FORMATS, Format, FormatOptions
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output import OutputError
from ecwid_async.export.section import Progress, ProgressCallback
from ecwid_async.export.sections import ALL_SECTIONS, DEFAULT_SECTIONS, SECTIONS, Section, find_sections

__all__ = [
    "ALL_SECTIONS",
    "DEFAULT_SECTIONS",
    "FORMATS",
    "RESUMABLE_NOTE",
    "SECTIONS",
    "Format",
    "FormatOptions",
    "Manifest",
    "OutputError",
    "Progress",
    "ProgressCallback",
    "Section",
    "SectionRecord",
    "check_export",
    "check_folder_name",
    "export_store",
    "export_stores",
    "find_sections",
    "format_from_name",
]
