"""One round of a sync: its steps in each section, and what is due when."""

from ecwid_async.sync.rounds.comparison import batch_of_page
from ecwid_async.sync.rounds.lookups import LookupBudget
from ecwid_async.sync.rounds.quiet import is_quiet
from ecwid_async.sync.rounds.requests import counted_store
from ecwid_async.sync.rounds.rolling import created_after
from ecwid_async.sync.rounds.round import run_round
from ecwid_async.sync.rounds.section_reader import SectionReader
from ecwid_async.sync.rounds.section_sync import Round
from ecwid_async.sync.snapshots import read_snapshot
from ecwid_async.sync.token_scopes import TokenScopes

__all__ = [
    "LookupBudget",
    "Round",
    "SectionReader",
    "TokenScopes",
    "batch_of_page",
    "counted_store",
    "created_after",
    "is_quiet",
    "read_snapshot",
    "run_round",
]
