"""Jobs in PostgreSQL with Procrastinate (extra ``worker``): what the workers of fleets and the inbox of apps share.

Jobs are only wake-ups, "look at this store now". They are never scheduled for later, or every later job with the same
lock would wait for them, and never retried. A job of a dead worker is finished for it.
"""

from ecwid_async.jobs.connector import Connector, JobDatabase, JobNotFound
from ecwid_async.jobs.manager import FinishingJobManager
from ecwid_async.jobs.periodic import add_periodic, cron_of
from ecwid_async.jobs.runner import JobRunner
from ecwid_async.jobs.tables import prepare_tables

__all__ = [
    "Connector",
    "FinishingJobManager",
    "JobDatabase",
    "JobNotFound",
    "JobRunner",
    "add_periodic",
    "cron_of",
    "prepare_tables",
]
