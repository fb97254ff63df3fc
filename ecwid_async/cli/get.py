"""``ecwid get``: one item."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.failure import UsageError
from ecwid_async.cli.show import indented, write_json
from ecwid_async.cli.store import Source, StoreChoice, connect, find_store

if TYPE_CHECKING:
    from ecwid_async.export import Section

__all__ = ["get"]


def get(
    section: Annotated[str, Parameter(help="profile, orders, carts, products, categories or customers.")],
    id: Annotated[str | None, Parameter(help="Which item; the profile has no id.")] = None,  # noqa: A002  its name in help
    /,
    *,
    store: StoreChoice | None = None,
) -> None:
    """Print one item as JSON."""
    from ecwid_async.export import sections_named

    (chosen,) = sections_named([section])
    if chosen.search is None and id is not None:
        raise UsageError(f"there is one {section}, without an id: ecwid get {section}.")
    if chosen.search is not None and not id:
        raise UsageError(f"which of the {section}? Give its id: ecwid get {section} ID.")
    source = find_store(store or StoreChoice())
    _print(asyncio.run(_get(chosen, id or "", source)), f"ecwid get {section}")


async def _get(section: "Section", id_: str, source: Source) -> bytes:
    async with connect(source) as store:
        try:
            call = section.get(store, id_)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return (await call.response()).body


def _print(body: bytes, operation: str) -> None:
    text = indented(body)
    if text is None:
        from ecwid_async.errors import DecodeError

        raise DecodeError(operation=operation, path="", expected="JSON", found="something else")
    write_json(text)
