"""Reading the sections of many stores for a data pipeline: what changed, as Arrow tables. Uses no database."""

from ecwid_async.sync.extraction.reader import Problem, ProblemKind, ReadPart, SectionReader
from ecwid_async.sync.extraction.shared_client import PartQueue, SharedClient
from ecwid_async.sync.extraction.state import ReadState, is_comparison_due
from ecwid_async.sync.extraction.tables import DELETED, SEQUENCE, TableCollector, problems_table

__all__ = [
    "DELETED",
    "SEQUENCE",
    "PartQueue",
    "Problem",
    "ProblemKind",
    "ReadPart",
    "ReadState",
    "SectionReader",
    "SharedClient",
    "TableCollector",
    "is_comparison_due",
    "problems_table",
]
