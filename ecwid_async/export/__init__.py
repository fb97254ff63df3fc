"""A store's sections as files: `export_store` writes JSON Lines and a manifest that says how they were checked."""

from ecwid_async.export.jsonl import export_store
from ecwid_async.export.manifest import Manifest, SectionRecord
from ecwid_async.export.output import OutputError
from ecwid_async.export.reading import ExportDrifted, Progress, Report
from ecwid_async.export.sections import SECTIONS, Section, sections_named

__all__ = [
    "SECTIONS",
    "ExportDrifted",
    "Manifest",
    "OutputError",
    "Progress",
    "Report",
    "Section",
    "SectionRecord",
    "export_store",
    "sections_named",
]
