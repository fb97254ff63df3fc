import sqlite3
from contextlib import closing
from threading import Timer

import pytest

from ecwid_async.primitives import write_ahead_log
from ecwid_async.primitives.write_ahead_log import use_write_ahead_log


@pytest.fixture
def holder(tmp_path):
    """A connection whose transaction keeps others from switching, for which SQLite does not wait."""
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("CREATE TABLE numbers (number)")
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


def test_it_waits_for_another_connection(tmp_path, holder):
    end = Timer(0.1, holder.execute, ["COMMIT"])
    end.start()
    with closing(sqlite3.connect(tmp_path / "x.db", timeout=0)) as connection:
        assert use_write_ahead_log(connection) == "wal"
    end.join()


def test_it_gives_up_in_the_end(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(write_ahead_log, "_ATTEMPTS", 2)
    with closing(sqlite3.connect(tmp_path / "x.db", timeout=0)) as connection, pytest.raises(sqlite3.OperationalError):
        use_write_ahead_log(connection)
