"""A store's sections as files: `export_store` writes them, and a manifest that says how they were checked."""

from ecwid_async.export.destination import KEPT, check_folder, format_of
from ecwid_async.export.engine import check_export, export_store, export_stores
from ecwid_async.export.formats import FORMATS, Format, FormatOptions
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output import OutputError
from ecwid_async.export.section import Progress, Report
from ecwid_async.export.sections import ALL, DEFAULT, SECTIONS, Section, sections_named

__all__ = [
    "ALL",
    "DEFAULT",
    "FORMATS",
    "KEPT",
    "SECTIONS",
    "Format",
    "FormatOptions",
    "Manifest",
    "OutputError",
    "Progress",
    "Report",
    "Section",
    "SectionRecord",
    "check_export",
    "check_folder",
    "export_store",
    "export_stores",
    "format_of",
    "sections_named",
]
