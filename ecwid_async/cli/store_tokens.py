"""The ids and tokens of several stores. Tokens never come from the command line, which other users can see."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.transport import Secret

__all__ = ["find_tokens"]

_LINE: Final = re.compile("0*[1-9][0-9]{0,17} [!-~]+")


def find_tokens(ids: Iterable[int], file: Path | None) -> dict[int, Secret]:
    """Return the tokens of these stores and of all stores in `file`, by store id.

    A token is read from the file, else from ``ECWID_TOKEN_<id>``, else from ``ECWID_TOKEN`` if ``ECWID_STORE_ID`` is
    that store. Raises `UsageError` if there is no token for a store, or the file is invalid.
    """
    tokens = {} if file is None else _read_tokens(file)
    return {store: tokens.get(store) or _token_from_environment(store) for store in dict.fromkeys((*ids, *tokens))}


def _token_from_environment(store: int) -> Secret:
    token = os.environ.get(f"ECWID_TOKEN_{store}")
    if not token and os.environ.get("ECWID_STORE_ID") == str(store):
        token = os.environ.get("ECWID_TOKEN")
    if not token:
        raise UsageError(
            f"there is no token for store {store}: set ECWID_TOKEN_{store}, or write the id and token of each store "
            "to a file and pass it: --stores FILE."
        )
    return Secret(token)


def _read_tokens(file: Path) -> dict[int, Secret]:
    try:
        # Undecodable bytes can't be part of a token.
        lines = file.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"can't read the --stores file {file}: {error.strerror}.") from None
    with lines:
        # Check the open file, because a symbolic link has permissions of its own.
        if os.name == "posix" and os.fstat(lines.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{file} must be readable only by you: chmod 600 {file}")
        tokens: dict[int, Secret] = {}
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            # Do not print the line: it may contain a token.
            if not _LINE.fullmatch(" ".join(words)):
                raise UsageError(f"line {number} of {file} must be a store id, a space and a token.")
            store, token = int(words[0]), Secret(words[1])
            if tokens.setdefault(store, token) != token:
                raise UsageError(f"line {number} of {file} has another token for store {store} than an earlier line.")
    if not tokens:
        raise UsageError(f"{file} contains no store: write one id and token per line.")
    return tokens
