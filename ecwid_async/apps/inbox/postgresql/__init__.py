"""An inbox in PostgreSQL, for any number of processes (extra ``worker``)."""

from ecwid_async.apps.inbox.postgresql.inbox import PostgreSQLInbox

__all__ = ["PostgreSQLInbox"]
