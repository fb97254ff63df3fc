"""The life of a client: event loops in turn, threads, forked and spawned processes, closing and cancellation."""
