"""Any number of calls, executed by the store under one ticket."""

from ecwid_async.batch.journal import JobId, Journal, journal_folder
from ecwid_async.batch.runner import Cost, Runner, Terms

__all__ = ["Cost", "JobId", "Journal", "Runner", "Terms", "journal_folder"]
