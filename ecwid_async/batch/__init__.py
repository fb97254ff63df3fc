"""Executing any number of calls in batches, and resuming them as jobs.

A run reads calls in `chunks`, divides them into batches (`plan`), sends these (`sender`), polls them (`poller`) and
reads their results (`responses`, `results`, `collector`), a few batches at a time (`scheduler`). A `job` has a
`journal` of what it has sent.
"""

from ecwid_async.batch.job import JobId, journal_folder
from ecwid_async.batch.journal import Journal
from ecwid_async.batch.options import BatchCost, BatchOptions
from ecwid_async.batch.runner import BatchRunner

__all__ = ["BatchCost", "BatchOptions", "BatchRunner", "JobId", "Journal", "journal_folder"]
