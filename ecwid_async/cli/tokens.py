"""``ecwid tokens``: the keys of encrypted tokens in a database."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

from cyclopts import Parameter

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sync import display_url

if TYPE_CHECKING:
    from ecwid_async.tokens import ReEncryption, SQLTokens

__all__ = ["new_key", "re_encrypt"]

_DATABASE_VARIABLE: Final = "ECWID_TOKEN_DATABASE"


def new_key() -> None:
    """Print a new key for the encryption of tokens."""
    try:
        from ecwid_async.tokens import new_key
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from None
    sys.stdout.write(f"{str.__str__(new_key())}\n")


def re_encrypt(
    *,
    database: Annotated[
        str | None,
        Parameter(help=f"URL of the database without a password; with one, set it as {_DATABASE_VARIABLE}."),
    ] = None,
    keys: Annotated[
        Path | None,
        Parameter(help="File with the keys, readable only by you. By default the keys in ECWID_TOKEN_KEYS."),
    ] = None,
    table: Annotated[str, Parameter(help="Name of the table.", show_default=True)] = "ecwid_tokens",
    json: Annotated[bool, Parameter(help="Print the result as one JSON object.")] = False,
) -> int:
    """Encrypt all tokens of a database under the first key.

    To replace a key, add the new one after the old one in every process that uses the database; then put it first in
    every process; then run this command; then remove the old key. The database can be used meanwhile. If the command
    is interrupted, run it again.
    """
    url = _find_url(database)
    tokens = _open(url, keys, table)
    # The first use would create the file.
    if url.startswith("sqlite") and not Path(display_url(url)).exists():
        raise UsageError(f"there is no database {display_url(url)}: check its path.")
    result = asyncio.run(_re_encrypt(tokens, shown=not json))
    if json:
        import msgspec
        from attrs import asdict

        sys.stdout.write(msgspec.json.encode(asdict(result)).decode() + "\n")
    else:
        sys.stdout.write(f"{result.re_encrypted:,} of {result.checked:,} tokens re-encrypted\n")
    if result.unreadable:
        stores = ", ".join(map(str, result.unreadable_stores))
        sys.stderr.write(
            f"ecwid: {result.unreadable:,} tokens can't be decrypted with any of the keys, among them those of the "
            f"stores {stores}: add the key under which they were stored, and run the command again.\n"
        )
        return 2
    return 0


def _find_url(database: str | None) -> str:
    if database is None:
        url = os.environ.get(_DATABASE_VARIABLE)
        if not url:
            raise UsageError(f"which database? Pass --database URL, or set {_DATABASE_VARIABLE}.")
        return url
    try:
        has_password = urlsplit(database).password is not None
    except ValueError:
        has_password = False  # refused as invalid later
    if has_password:
        raise UsageError(
            f"other users can see the command line: set the URL with the password as {_DATABASE_VARIABLE}, and leave "
            "--database out."
        )
    return database


def _open(url: str, keys: Path | None, table: str) -> "SQLTokens":
    try:
        from ecwid_async.tokens import SQLTokens, read_keys
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from None
    return SQLTokens(url, keys=read_keys(keys), table=table)


async def _re_encrypt(tokens: "SQLTokens", *, shown: bool) -> "ReEncryption":
    from rich.console import Console

    async with tokens:
        with Console(stderr=True, quiet=not shown).status("Re-encrypting") as status:
            return await tokens.re_encrypt(
                on_progress=lambda result: status.update(f"Re-encrypting: {result.checked:,} tokens checked")
            )
