"""The page of the command line, `docs/cli.md`, from the commands themselves."""

import re

from ecwid_async.cli.app import app

__all__ = ["page"]

_INTRODUCTION = """\
# Commands

The command `ecwid` comes with the extra `cli`. `ecwid COMMAND --help` prints what this page shows.

To use your own store, set `ECWID_STORE_ID` and `ECWID_TOKEN` (`ECWID_BASE_URL` for another server), or add
`--sandbox` to use a demo store. [From the command line](command-line.md) shows how to inspect a store, and the order in
which settings apply.

{exit_codes}
"""


def page() -> str:
    """Return the text of the page."""
    text = app.generate_docs()
    commands = text[text.index("\n## ecwid ") :]
    # Cyclopts adds how the running program was started.
    commands = re.sub(r"^(ecwid [\w -]*?) -m [\w.]+", r"\1", commands, flags=re.MULTILINE)
    # The usage of a command begins with its name, and Cyclopts puts it there once more.
    commands = re.sub(r"^(ecwid (?:[\w-]+ )*?)((?:[\w-]+ )+)\2", r"\1\2", commands, flags=re.MULTILINE)
    # Commands of groups inherit settings that Cyclopts does not read here: flags have no negative, False is not shown.
    commands = re.sub(r"`(--[\w-]+), --no-[\w-]+`", r"`\1`", commands)
    commands = commands.replace(" *[default: False]*", "")
    commands = re.sub(r"^(\* `[A-Z_]+`): *$", r"\1", commands, flags=re.MULTILINE)
    # The headings of the page list the commands.
    commands = re.sub(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+\n?", "", commands)
    commands = commands.replace("```console", "```text")
    commands = re.sub(r"``([^`\n]+)``", r"`\1`", commands)
    return _INTRODUCTION.format(exit_codes=_exit_codes()) + commands.rstrip() + "\n"


def _exit_codes() -> str:
    """Return the exit codes of ``ecwid --help`` as a table."""
    (line,) = (line for line in (app.help_epilogue or "").splitlines() if line.startswith("Exit codes: "))
    codes = re.findall(r"(\d+) ((?:[^,(]|\([^)]*\))+)", line.rstrip("."))
    return "\n".join(["| exit code | |", "|---|---|", *(f"| {code} | {meaning} |" for code, meaning in codes)])
