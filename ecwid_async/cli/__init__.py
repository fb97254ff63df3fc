"""The `ecwid` command."""

import signal
import sys
from importlib.util import find_spec
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    _show_everything(sys.stdout, sys.stderr)
    ended_by = signal.SIGINT

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal ended_by
        ended_by = signal.Signals(number)
        signal.raise_signal(signal.SIGINT)

    try:
        # SIGTERM ends a command as Ctrl-C does, so that it cleans up as well: the event loop hears of SIGINT only, and
        # only where it is not ignored, as it is in what a script starts in the background.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, interrupt)
        code = _run()
    except KeyboardInterrupt as stop:
        # What a command wants to say about how to go on.
        sys.stderr.write(f"ecwid: {' '.join(['interrupted.', *map(str, stop.args)]) if stop.args else 'interrupted'}\n")
        code = 128 + ended_by
    sys.exit(code)


def _show_everything(*streams: TextIO) -> None:
    """Let no character be an error: UTF-8 goes into pipes and files, a terminal shows what it can and the rest escaped.

    On Windows a pipe has the code page of the machine, which lacks most of what a store is written in.
    """
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _run() -> int:
    if not all(find_spec(library) for library in ("cyclopts", "rich")):
        sys.stderr.write("ecwid: the command line is an extra of the library: pip install 'ecwid-async[cli]'\n")
        return 2
    from ecwid_async.cli.app import run

    return run(sys.argv[1:])
