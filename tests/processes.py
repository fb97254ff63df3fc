"""Processes for tests that kill, interrupt or observe one.

They are forked from a process that has the package loaded, which takes milliseconds where a fresh interpreter takes
most of a second. Where there is no fork they are started anew.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from types import ModuleType
from typing import Final, TextIO
from unittest.mock import patch

__all__ = ["Started", "start"]

_ROOT: Final = Path(__file__).parents[1]

# What a child does first: its folder, environment, arguments and streams become those of the process it stands for.
_SETUP: Final = """
import os, sys
os.chdir(cwd)
os.environ.clear()
os.environ.update(environment)
sys.argv[:] = arguments
sys.path.append(root)
for stream, name, connection in ((1, "stdout", out), (2, "stderr", err)):
    os.dup2(connection.fileno(), stream)
    connection.close()
    # That of the parent may have been a file, in which one can seek.
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    setattr(sys, name, open(stream, "w", encoding=encoding, errors=getattr(sys, name).errors, closefd=False))
del stream, name, connection, encoding, out, err
"""


_PRELOADED: Final = [
    "aiohttp",
    "ecwid_async.batch",
    "ecwid_async.cli.app",
    "ecwid_async.export.engine",
    "ecwid_async.resources.products",
    "ecwid_async.sandbox.seed",
    "ecwid_async.sandbox.server",
]


@cache
def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class Started:
    """A process that runs, as `subprocess.Popen` shows one."""

    def __init__(self, code: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        context = _context()
        readers, writers = zip(context.Pipe(duplex=False), context.Pipe(duplex=False), strict=True)
        names = {
            "__name__": "__main__",
            "cwd": str(cwd),
            "environment": dict(environment),
            "arguments": list(arguments),
            "root": str(_ROOT),
            "out": writers[0],
            "err": writers[1],
        }
        self._process = context.Process(target=exec, args=(_SETUP + code, names))
        # The child has no use for this process's main module, which is pytest.
        with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
            self._process.start()
        for writer in writers:
            writer.close()
        self.stdout, self.stderr = (_text(reader) for reader in readers)

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal, None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._process.exitcode is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read what it prints until it ends. Raises `TimeoutError`."""
        with ThreadPoolExecutor(2) as pool:
            reads = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            self._process.join(timeout)
            if self._process.exitcode is None:
                self._process.kill()
                raise TimeoutError(f"the process still runs after {timeout} seconds")
            out, err = (read.result() for read in reads)
        return out, err

    def close(self) -> None:
        """End it, if it still runs, and let go of its streams."""
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join()
        self.stdout.close()
        self.stderr.close()
        self._process.close()


def _text(reader: Connection) -> TextIO:
    stream = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return stream


def start(code: str, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Started:
    """Run code in a process of its own, with the arguments and environment (by default this one's) that it sees."""
    return Started(code, [sys.argv[0], *arguments], cwd, os.environ if environment is None else environment)
