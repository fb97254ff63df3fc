"""Any number of calls, executed by the store under one ticket."""

from ecwid_async.batch.journal import JobId, Journal, journal_folder
from ecwid_async.batch.runner import BatchCost, BatchOptions, BatchRunner

__all__ = ["BatchCost", "BatchOptions", "BatchRunner", "JobId", "Journal", "journal_folder"]
