"""A fleet on many machines: Procrastinate's workers, whose jobs wake up stores (extra ``worker``)."""

from ecwid_async.sync.worker.settings import WorkerSettings
from ecwid_async.sync.worker.worker import Worker

__all__ = ["Worker", "WorkerSettings"]
