"""``ecwid tokens``: encrypted tokens in a database, and their keys. No token or key is printed or on a command line."""

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sync import display_url
from ecwid_async.cli.urls import has_password

if TYPE_CHECKING:
    from ecwid_async.tokens import ReEncryption, SQLTokens, TokenStatus
    from ecwid_async.transport import Secret

__all__ = [
    "DatabaseArguments",
    "find_url",
    "import_tokens",
    "list_tokens",
    "new_key",
    "re_encrypt",
    "remove",
    "restore",
]

_DATABASE_VARIABLE: Final = "ECWID_TOKEN_DATABASE"
_DATABASE = Group("Database")
_STDIN: Final = Path("-")

_StoreId = Annotated[int, Parameter(validator=Number(gte=1), negative=())]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DatabaseArguments:
    """The database of tokens and its keys."""

    database: Annotated[str | None, Parameter(group=_DATABASE)] = None
    "URL of the database without a password; with one, set it as ECWID_TOKEN_DATABASE."
    keys: Annotated[Path | None, Parameter(group=_DATABASE)] = None
    "File with the keys, readable only by you. By default the keys in ECWID_TOKEN_KEYS."
    table: Annotated[str, Parameter(group=_DATABASE, show_default=True)] = "ecwid_tokens"
    "Name of the table."

    def open(self, *, create: bool = False) -> "SQLTokens":
        """Return the tokens. Raises `UsageError` if there is no such file, unless it may be created."""
        url = find_url(self.database)
        try:
            from ecwid_async.tokens import SQLTokens, read_keys
        except ModuleNotFoundError as error:
            raise UsageError(str(error)) from None
        tokens = SQLTokens(url, keys=read_keys(self.keys), table=self.table)
        # The first use would create the file.
        if not create and url.startswith("sqlite") and not Path(display_url(url)).exists():
            raise UsageError(f"there is no database {display_url(url)}: check its path.")
        return tokens


def new_key() -> None:
    """Print a new key for the encryption of tokens."""
    try:
        from ecwid_async.tokens import new_key
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from None
    sys.stdout.write(f"{str.__str__(new_key())}\n")


def import_tokens(
    file: Annotated[
        Path,
        Parameter(
            allow_leading_hyphen=True,
            help="File with an id, a space and a token per line, readable only by you (chmod 600); - for stdin.",
        ),
    ],
    /,
    *,
    arguments: DatabaseArguments | None = None,
) -> None:
    """Store the tokens of a file, in place of earlier tokens of the same stores.

    The database is created if it does not exist. If a line is invalid, nothing is stored. If the command is
    interrupted, run it again.
    """
    from ecwid_async.tokens import read_token_file

    database = (arguments or DatabaseArguments()).open(create=True)
    tokens = _read_stdin() if file == _STDIN else read_token_file(file)
    if not tokens:
        name = "stdin" if file == _STDIN else str(file)
        raise UsageError(f"{name} contains no store: write one id and token per line.")
    asyncio.run(_import(database, tokens))
    sys.stdout.write(f"{_count(len(tokens))} stored\n")


def list_tokens(
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object.")] = False,
    arguments: DatabaseArguments | None = None,
) -> None:
    """Print the id of each store that has a token, and whether the token is valid.

    A token is valid until the API refuses it.
    """
    database = (arguments or DatabaseArguments()).open()
    count = asyncio.run(_print_json(database) if json else _print_lines(database))
    if not count and not json:
        sys.stderr.write("The database contains no tokens: ecwid tokens import stores them.\n")


def remove(*store_ids: _StoreId, arguments: DatabaseArguments | None = None) -> int:
    """Delete the tokens of these stores."""
    if not store_ids:
        raise UsageError("the tokens of which stores? Pass their ids.")
    database = (arguments or DatabaseArguments()).open()
    removed, others = asyncio.run(_apply(database, database.delete, store_ids))
    sys.stdout.write(f"{_count(removed)} removed\n")
    return _report(others, "have no token")


def restore(
    *store_ids: _StoreId,
    everything: Annotated[bool, Parameter(name="--all", help="Restore all tokens that are marked as invalid.")] = False,
    arguments: DatabaseArguments | None = None,
) -> int:
    """Use tokens again that were marked as invalid by mistake.

    The API may have reported working tokens as invalid for a while. A token that it refuses again is marked again.
    """
    if bool(store_ids) == everything:
        raise UsageError("the tokens of which stores? Pass either their ids or --all.")
    database = (arguments or DatabaseArguments()).open()
    restored, others = asyncio.run(_apply(database, database.restore, None if everything else store_ids))
    sys.stdout.write(f"{_count(restored)} restored\n")
    return 0 if everything else _report(others, "have no token that is marked as invalid")


def re_encrypt(
    *,
    json: Annotated[bool, Parameter(help="Print the result as one JSON object.")] = False,
    arguments: DatabaseArguments | None = None,
) -> int:
    """Encrypt all tokens of a database under the first key.

    To replace a key, add the new one after the old one in every process that uses the database; then put it first in
    every process; then run this command; then remove the old key. The database can be used meanwhile. If the command
    is interrupted, run it again.
    """
    result = asyncio.run(_re_encrypt((arguments or DatabaseArguments()).open(), shown=not json))
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


def find_url(database: str | None) -> str:
    """Return the URL of the database, from the option or the environment. Raises `UsageError` if there is none."""
    if database is None:
        url = os.environ.get(_DATABASE_VARIABLE)
        if not url:
            raise UsageError(f"which database? Pass --database URL, or set {_DATABASE_VARIABLE}.")
        return url
    if has_password(database):
        raise UsageError(
            f"other users can see the command line: set the URL with the password as {_DATABASE_VARIABLE}, and leave "
            "--database out."
        )
    return database


def _read_stdin() -> "dict[int, Secret]":
    from ecwid_async.tokens import parse_tokens

    # As files are read: undecodable bytes can't be part of a token.
    lines = io.TextIOWrapper(io.BytesIO(sys.stdin.buffer.read()), encoding="utf-8-sig", errors="replace")
    return parse_tokens(lines, "stdin")


async def _import(database: "SQLTokens", tokens: "dict[int, Secret]") -> None:
    from rich.console import Console

    async with database:
        with Console(stderr=True).status("Storing tokens") as status:
            await database.put_all(
                tokens, on_progress=lambda done: status.update(f"Storing tokens: {done:,} of {len(tokens):,}")
            )


async def _print_lines(database: "SQLTokens") -> int:
    count = 0
    async with database:
        async for status in database.statuses():
            sys.stdout.write(f"{status.store_id} {_describe(status)}\n")
            count += 1
    return count


def _describe(status: "TokenStatus") -> str:
    since = status.invalid_since
    return "valid" if since is None else f"invalid since {since:%Y-%m-%d %H:%M:%S} UTC"


async def _print_json(database: "SQLTokens") -> int:
    import msgspec

    async with database:
        stores = [
            {
                "store_id": status.store_id,
                "valid": status.invalid_since is None,
                "invalid_since": status.invalid_since,
            }
            async for status in database.statuses()
        ]
    sys.stdout.write(msgspec.json.encode({"stores": stores}).decode() + "\n")
    return len(stores)


async def _apply(
    database: "SQLTokens", change: Callable[[int], Awaitable[bool]], store_ids: Iterable[int] | None
) -> tuple[int, list[int]]:
    """Change the tokens of these stores, or all invalid ones. Returns how many changed, and the stores without one."""
    others = []
    changed = 0
    async with database:
        if store_ids is None:
            store_ids = [store_id async for store_id in database.store_ids(invalid=True)]
        for store_id in dict.fromkeys(store_ids):
            if await change(store_id):
                changed += 1
            else:
                others.append(store_id)
    return changed, others


def _report(stores: list[int], problem: str) -> int:
    """Report stores that the command could do nothing for, and return its exit code."""
    if not stores:
        return 0
    sys.stderr.write(
        f"ecwid: these stores {problem}: {', '.join(map(str, stores))}. `ecwid tokens list` prints all stores.\n"
    )
    return 2


def _count(tokens: int) -> str:
    return f"{tokens:,} token{'' if tokens == 1 else 's'}"


async def _re_encrypt(tokens: "SQLTokens", *, shown: bool) -> "ReEncryption":
    from rich.console import Console

    async with tokens:
        with Console(stderr=True, quiet=not shown).status("Re-encrypting") as status:
            return await tokens.re_encrypt(
                on_progress=lambda result: status.update(f"Re-encrypting: {result.checked:,} tokens checked")
            )
