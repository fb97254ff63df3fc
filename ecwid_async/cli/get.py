"""``ecwid get``: print one item."""

import asyncio
from typing import TYPE_CHECKING, Annotated

from attrs import evolve
from cyclopts import Parameter

from ecwid_async.cli.completion import complete_fields, complete_sections
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.render import indent_json, write_json
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect
from ecwid_async.wire import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ecwid_async.calls import Call
    from ecwid_async.client import Store
    from ecwid_async.codec import Selection

__all__ = ["get"]


def get(
    section: Annotated[
        str,
        Parameter(
            help="profile, orders, carts, products, categories, customers, or any other section of ecwid export.",
            completer=complete_sections,
        ),
    ],
    id: Annotated[str | None, Parameter(help="Id of the item; the profile has none.")] = None,  # noqa: A002  its name in help
    /,
    *,
    fields: Annotated[
        list[str] | None,
        Parameter(help="Fields to request and print, such as id,total,billing_person.name.", completer=complete_fields),
    ] = None,
    store: StoreOptions | None = None,
) -> None:
    """Print one item as JSON."""
    from ecwid_async.cli.filters import parse_fields_options
    from ecwid_async.export import parse_fields
    from ecwid_async.sections import find_sections

    (chosen,) = find_sections([section])
    if chosen.is_document and id is not None:
        raise UsageError(f"the {section} has no id: ecwid get {section}.")
    if not chosen.is_document and not id:
        raise UsageError(f"the id is missing: ecwid get {section} ID.")
    if chosen.get is None:
        raise UsageError(f"{section} can't be read one by one: ecwid export {section}.")
    text = parse_fields_options(fields or (), [chosen]).get(chosen.name)
    selection = None if text is None else parse_fields(text, chosen.model(), chosen.name)
    access = choose_store(store or StoreOptions())
    _print(asyncio.run(_get(chosen.get, id or "", selection, access)), f"ecwid get {section}")


async def _get(
    get_item: "Callable[[Store, str], Call[Any]]", id_: str, fields: "Selection | None", access: StoreAccess
) -> bytes:
    async with connect(access) as store:
        try:
            call = get_item(store, id_)
        except ValueError as error:
            raise UsageError(str(error)) from error
        if fields is None:
            return (await call.response()).body
        return await _get_fields(store, call.request, fields)


async def _get_fields(store: "Store", request: Request, fields: "Selection") -> bytes:
    from ecwid_async.cli.introspect import list_methods, offline_store
    from ecwid_async.codec import format_selection
    from ecwid_async.primitives.json_fields import select_fields
    from ecwid_async.primitives.safe_json import DECODE_ERRORS
    from ecwid_async.transport import parse_error

    methods = (method for method in list_methods(offline_store()) if method.endpoint == request.options.operation)
    if any("response_fields" in method.parameters for method in methods):
        request = evolve(request, params=(*request.params, ("responseFields", format_selection(fields))))
    response = await store.transport.send(request)
    if not 200 <= response.status < 300:
        raise parse_error(request, response)
    try:
        return select_fields(response.body, fields)
    except DECODE_ERRORS:
        return response.body  # refused when it is printed


def _print(body: bytes, operation: str) -> None:
    text = indent_json(body)
    if text is None:
        from ecwid_async.errors import DecodeError

        raise DecodeError(operation=operation, path="", expected="JSON", found="something else")
    write_json(text)
