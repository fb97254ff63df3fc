"""The entry point of the ``ecwid`` command."""

import os
import signal
import sys
from importlib.util import find_spec
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process and exit with its code."""
    _open_closed_streams()
    _use_utf8(sys.stdout, sys.stderr)
    received_signal = signal.SIGINT

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal received_signal
        received_signal = signal.Signals(number)
        signal.raise_signal(signal.SIGINT)

    try:
        # Treat SIGTERM as Ctrl-C, so that the command cleans up. asyncio handles only SIGINT, and not if it is ignored,
        # as it is in background jobs of a shell.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, interrupt)
        code = _run()
    except KeyboardInterrupt as error:
        # A command may have added advice on how to resume.
        message = " ".join(["interrupted.", *map(str, error.args)]) if error.args else "interrupted"
        sys.stderr.write(f"ecwid: {message}\n")
        code = 128 + received_signal
    sys.exit(code)


def _open_closed_streams() -> None:
    """Discard what is written to a stream that the shell closed, as with ``>&-``."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # The lowest number is free, so that no other file gets the one of a standard stream.
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115


def _use_utf8(*streams: TextIO) -> None:
    """Write UTF-8 to pipes and files, and escape characters that a terminal can't show.

    By default, a pipe on Windows uses the machine's code page, which lacks most characters.
    """
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _run() -> int:
    if not all(find_spec(library) for library in ("cyclopts", "rich")):
        sys.stderr.write("ecwid: the command line needs an extra: pip install 'ecwid-async[cli]'\n")
        return 2
    from ecwid_async.cli.app import run

    return run(sys.argv[1:])
