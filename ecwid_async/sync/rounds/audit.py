"""Reading again what a poll has read before, to find what it missed."""

from functools import partial

from attrs import evolve

from ecwid_async.pages import Pages
from ecwid_async.sync.database import SectionState
from ecwid_async.sync.rounds.comparison import Comparison
from ecwid_async.sync.rounds.section_sync import SectionSync

__all__ = ["audit"]


async def audit(section: SectionSync, *, since: int, low: int, high: int) -> None:
    """Compare the items that were last updated from `low` to `high` with the mirror. `since` is the cursor.

    Raises what `Pages.scan` raises; then the next audit begins at `low` again.
    """
    section.report.steps.append("audit")
    pages = section.calls.read_method(section.round.store)(updated_from=low, updated_to=high)
    if not isinstance(pages, Pages):
        raise TypeError(f"{section.name} is a single response")
    await Comparison(section, since=since).run(pages)
    await section.commit(change=partial(_finish, until=high, now=int(section.round.now)))


def _finish(state: SectionState, *, until: int, now: int) -> SectionState:
    return evolve(state, audited_until=until, audited_at=now)
