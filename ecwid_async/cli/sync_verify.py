"""``ecwid sync verify``: compare a whole mirror with its store."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.exit_codes import NEEDS_ATTENTION
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
    store: StoreOptions | None = None,
) -> int:
    """Read every list of the store and compare each item with the mirror. Changes nothing.

    Before a difference is reported, the item is read again by its id. Changes that the next sync would find are not
    reported. The exit code is 0 if there are no differences, and 6 if there are.
    """
    from rich.console import Console

    from ecwid_async.cli.sync_tables import verification_table

    url, chosen, left_out = existing_database_url(to), section_names(only), section_names(exclude)
    access = choose_store(store or StoreOptions(), shown=not json)
    with Console(stderr=True, quiet=json).status("Comparing the store with the mirror"):
        report = asyncio.run(_verify(url, access, chosen, left_out))
    if json:
        print_json(report.to_dict())
    else:
        write_table(verification_table(report))
    return 0 if report.equal else NEEDS_ATTENTION


async def _verify(url: str, access: StoreAccess, only: "Sequence[str]", exclude: "Sequence[str]") -> "VerifyReport":
    from ecwid_async.sync import Mirror

    async with connect(access) as store, Mirror(url, create=False) as mirror:
        return await mirror.verify(store, only=only, exclude=exclude)
