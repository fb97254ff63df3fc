"""``ecwid sync verify``: compare a whole mirror with its store."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.exit_codes import NEEDS_ATTENTION, UsageError
from ecwid_async.cli.render import write_table
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect
from ecwid_async.cli.sync import DatabaseURL, SectionNames, existing_database_url, print_json, section_names

if TYPE_CHECKING:
    from ecwid_async.sync import VerifyReport

__all__ = ["verify"]


def verify(
    *,
    to: DatabaseURL = None,
    only: Annotated[
        SectionNames, Parameter(help="Compare only these sections, such as products,orders. Repeatable.")
    ] = None,
    exclude: Annotated[SectionNames, Parameter(help="Leave out these sections. Repeatable.")] = None,
    json: Annotated[bool, Parameter(help="Print one JSON object.")] = False,
    store_id: Annotated[
        int | None,
        Parameter(
            name="--store",
            help="Id of another store than the one in the environment, with its token in "
            "ECWID_TOKEN_<id>, in --stores, or in the database ECWID_TOKEN_DATABASE.",
        ),
    ] = None,
    stores: Annotated[Path | None, Parameter(help="File of ids and tokens, one of which is that of --store.")] = None,
    store: StoreOptions | None = None,
) -> int:
    """Read every list of the store and compare each item with the mirror. Changes nothing.

    Before a difference is reported, the item is read again by its id. Changes that the next sync would find are not
    reported. The exit code is 0 if there are no differences, and 6 if there are.
    """
    from rich.console import Console

    from ecwid_async.cli.sync_tables import verification_table

    url, chosen, left_out = existing_database_url(to), section_names(only), section_names(exclude)
    store = store or StoreOptions()
    if store_id is not None and store.sandbox:
        raise UsageError("--sandbox is a store of its own: leave --store out.")
    if store_id is not None and store.profile is not None:
        raise UsageError("--profile is a store of its own: leave --store out.")
    if store_id is None and stores is not None:
        raise UsageError("which store of the file? Add --store ID.")
    if store_id is None:
        access = choose_store(store, shown=not json)
    else:
        access = StoreAccess(store_id=store_id, token=_find_token(store_id, stores))
    with Console(stderr=True, quiet=json).status("Comparing the store with the mirror"):
        report = asyncio.run(_verify(url, access, chosen, left_out))
    if json:
        print_json(report.to_dict())
    else:
        write_table(verification_table(report))
    return 0 if report.equal else NEEDS_ATTENTION


def _find_token(store_id: int, file: Path | None) -> str:
    """Return the token of a store. Raises `UsageError` if there is none."""
    from ecwid_async.cli.store_source import database_of_tokens
    from ecwid_async.cli.store_tokens import find_tokens
    from ecwid_async.tokens import EnvironmentTokens

    async def in_database() -> str | None:
        async with database_of_tokens() as tokens:
            return await tokens.get(store_id)

    is_elsewhere = file is not None or EnvironmentTokens().find(store_id) is not None
    token = None if is_elsewhere or not os.environ.get("ECWID_TOKEN_DATABASE") else asyncio.run(in_database())
    return find_tokens([store_id], file)[store_id] if token is None else token


async def _verify(url: str, access: StoreAccess, only: "Sequence[str]", exclude: "Sequence[str]") -> "VerifyReport":
    from ecwid_async.sync import Mirror

    async with connect(access) as store, Mirror(url, create=False) as mirror:
        return await mirror.verify(store, only=only, exclude=exclude)
