"""``ecwid get``: print one item."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.render import indent_json, write_json
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ecwid_async.calls import Call
    from ecwid_async.client import Store

__all__ = ["get"]


def get(
    section: Annotated[
        str,
        Parameter(
            help="profile, orders, carts, products, categories, customers, or any other section of ecwid export."
        ),
    ],
    id: Annotated[str | None, Parameter(help="Id of the item; the profile has none.")] = None,  # noqa: A002  its name in help
    /,
    *,
    store: StoreOptions | None = None,
) -> None:
    """Print one item as JSON."""
    from ecwid_async.sections import find_sections

    (chosen,) = find_sections([section])
    if chosen.is_document and id is not None:
        raise UsageError(f"the {section} has no id: ecwid get {section}.")
    if not chosen.is_document and not id:
        raise UsageError(f"the id is missing: ecwid get {section} ID.")
    if chosen.get is None:
        raise UsageError(f"{section} can't be read one by one: ecwid export {section}.")
    access = choose_store(store or StoreOptions())
    _print(asyncio.run(_get(chosen.get, id or "", access)), f"ecwid get {section}")


async def _get(get_item: "Callable[[Store, str], Call[Any]]", id_: str, access: StoreAccess) -> bytes:
    async with connect(access) as store:
        try:
            call = get_item(store, id_)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return (await call.response()).body


def _print(body: bytes, operation: str) -> None:
    text = indent_json(body)
    if text is None:
        from ecwid_async.errors import DecodeError

        raise DecodeError(operation=operation, path="", expected="JSON", found="something else")
    write_json(text)
