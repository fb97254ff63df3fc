"""Processes for tests that kill, interrupt or observe one.

They are forked from a process that has loaded the package, which takes milliseconds; a new interpreter takes most of a
second. Systems without fork start a new interpreter.
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

__all__ = ["ChildProcess", "start_process"]

_ROOT: Final = Path(__file__).parents[1]

# Gives a child the folder, environment, arguments and streams of the process that it simulates.
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
    # The parent's stream may be a seekable file.
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    setattr(sys, name, open(stream, "w", encoding=encoding, errors=getattr(sys, name).errors, closefd=False))
del stream, name, connection, encoding, out, err
"""


_PRELOADED: Final = [
    "aiohttp",
    "ecwid_async.batch",
    "ecwid_async.cli.app",
    "ecwid_async.export.store_export",
    "ecwid_async.resources.products",
    "ecwid_async.sandbox.seed",
    "ecwid_async.sandbox.server",
    "ecwid_async.sync",
    "ecwid_async.sync.worker",
]


@cache
def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class ChildProcess:
    """A running process, with the interface of `subprocess.Popen`."""

    def __init__(self, code: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        context = _context()
        readers, writers = zip(context.Pipe(duplex=False), context.Pipe(duplex=False), strict=True)
        namespace = {
            "__name__": "__main__",
            "cwd": str(cwd),
            "environment": dict(environment),
            "arguments": list(arguments),
            "root": str(_ROOT),
            "out": writers[0],
            "err": writers[1],
        }
        self._process = context.Process(target=exec, args=(_SETUP + code, namespace))
        # The child must not load the main module of this process, which is pytest.
        with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
            self._process.start()
        for writer in writers:
            writer.close()
        self.stdout, self.stderr = (_open_text(reader) for reader in readers)

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal, None while it is running."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code, None while it is running."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal if the process is still running."""
        if self._process.exitcode is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read the output until the process ends. Raises `TimeoutError` after `timeout` seconds, and kills it."""
        with ThreadPoolExecutor(2) as pool:
            reads = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            self._process.join(timeout)
            if self._process.exitcode is None:
                self._process.kill()
                raise TimeoutError(f"the process is still running after {timeout} seconds")
            out, err = (read.result() for read in reads)
        return out, err

    def close(self) -> None:
        """Kill the process if it is still running, and close its streams."""
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join()
        self.stdout.close()
        self.stderr.close()
        self._process.close()


def _open_text(reader: Connection) -> TextIO:
    stream = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
    reader.close()
    return stream


def start_process(code: str, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> ChildProcess:
    """Run code in a new process with these arguments and environment (by default this process's)."""
    return ChildProcess(code, [sys.argv[0], *arguments], cwd, os.environ if environment is None else environment)
