"""Exports of a store's sections to files, with a manifest of their content.

`store_export` checks the arguments and runs a `section_export` for each section. `section_reader` reads the items of a
`section_request`, and `section_writer` writes them in one of the `formats` to a `part_file`. `destination` gives all
files their names at the end. An interrupted export resumes from its `checkpoint`.
"""

from ecwid_async.export.destination import RESUMABLE_NOTE
from ecwid_async.export.fields import parse_fields
from ecwid_async.export.file_names import check_folder_name, format_from_name
from ecwid_async.export.formats import FORMATS, Format, FormatOptions
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output_errors import OutputError
from ecwid_async.export.progress import Progress, ProgressCallback
from ecwid_async.export.store_export import check_export, export_store, export_stores

__all__ = [
    "FORMATS",
    "RESUMABLE_NOTE",
    "Format",
    "FormatOptions",
    "Manifest",
    "OutputError",
    "Progress",
    "ProgressCallback",
    "SectionRecord",
    "check_export",
    "check_folder_name",
    "export_store",
    "export_stores",
    "format_from_name",
    "parse_fields",
]
