"""Which stores an export of several is about, and their tokens: never from the command line, which others can see."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.transport import Secret

__all__ = ["named_stores"]

_LINE: Final = re.compile("0*[1-9][0-9]{0,17} [!-~]+")


def named_stores(ids: Iterable[int], file: Path | None) -> dict[int, Secret]:
    """The tokens of these stores and of all in `file`, by store.

    A token stands in the file, else in ``ECWID_TOKEN_`` and the store's id, else in ``ECWID_TOKEN`` where
    ``ECWID_STORE_ID`` is that store.
    """
    listed = {} if file is None else _listed(file)
    return {store: listed.get(store) or _token(store) for store in dict.fromkeys((*ids, *listed))}


def _token(store: int) -> Secret:
    token = os.environ.get(f"ECWID_TOKEN_{store}")
    if not token and os.environ.get("ECWID_STORE_ID") == str(store):
        token = os.environ.get("ECWID_TOKEN")
    if not token:
        raise UsageError(
            f"there is no token for store {store}: set ECWID_TOKEN_{store}, or write id and token of each store to a "
            "file of your own and name that: --stores FILE."
        )
    return Secret(token)


def _listed(file: Path) -> dict[int, Secret]:
    try:
        # What is no text is no token either.
        lines = file.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"can't read {file}, the file of --stores: {error.strerror}.") from None
    with lines:
        # Of the open file: another name for it tells the same.
        if os.name == "posix" and os.fstat(lines.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"others on this machine can read the tokens in {file}: chmod 600 {file}")
        found: dict[int, Secret] = {}
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            # The line is not shown: it holds a token, or should.
            if not _LINE.fullmatch(" ".join(words)):
                raise UsageError(f"line {number} of {file} is not the id of a store, a space and its token.")
            store, token = int(words[0]), Secret(words[1])
            if found.setdefault(store, token) != token:
                raise UsageError(f"line {number} of {file} gives store {store} another token than a line before it.")
    if not found:
        raise UsageError(f"{file} names no store: write the id and the token of each on a line of its own.")
    return found
