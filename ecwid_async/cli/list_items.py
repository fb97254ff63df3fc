"""``ecwid list``: the first items of a section that match, as a table or as JSON Lines."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.completion import complete_conditions, complete_fields, complete_lists
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store

if TYPE_CHECKING:
    from ecwid_async.cli.listing import Listing

__all__ = ["TABLE_FIELDS", "list_items"]

TABLE_FIELDS: Final[Mapping[str, str]] = {
    "orders": "id,create_date,payment_status,fulfillment_status,total,email",
    "carts": "cart_id,create_date,total,email",
    "products": "id,sku,price,quantity,enabled,name",
    "categories": "id,parent_id,product_count,enabled,name",
    "customers": "id,registered,total_order_count,email,name",
    "customer_groups": "id,name",
    "customer_extra_fields": "key,type,entity_types,title",
    "coupons": "code,status,discount_type,discount,order_count,name",
    "promotions": "id,enabled,discount_base,discount_type,amount,name",
    "reviews": "id,create_date,status,rating,product_id,review",
    "subscriptions": "subscription_id,status,created,next_charge,customer_id",
    "brands": "name",
    "product_types": "id,name",
    "order_statuses": "status_id,order_status_type,enabled,name",
    "checkout_extra_fields": "key,type,required,title",
    "payment_options": "id,enabled,checkout_title",
    "shipping_options": "id,enabled,fulfilment_type,title",
    "redirects": "id,from_url,to_url",
    "staff": "id,name,email,staff_scopes",
}
"""The columns of each section's table, for want of ``--fields``."""


def list_items(
    section: Annotated[
        str,
        Parameter(
            help="orders, carts, products, customers, or any other list of ecwid export.", completer=complete_lists
        ),
    ],
    /,
    *,
    where: Annotated[
        list[str] | None,
        Parameter(help="Matching items only, such as payment_status=PAID. Repeatable.", completer=complete_conditions),
    ] = None,
    fields: Annotated[
        list[str] | None,
        Parameter(help="Fields to request and print, such as id,total,billing_person.name.", completer=complete_fields),
    ] = None,
    limit: Annotated[
        int, Parameter(name=("--limit", "-n"), help="Number of items.", validator=Number(gte=1), show_default=True)
    ] = 20,
    json: Annotated[bool, Parameter(help="JSON Lines in a terminal, too.")] = False,
    store: StoreOptions | None = None,
) -> None:
    """Print the first items of a section: a table in a terminal, JSON Lines in a pipe.

    Hidden items are included. ecwid export reads whole lists.
    """
    from ecwid_async.cli.filters import parse_fields_options, parse_where_options
    from ecwid_async.cli.introspect import offline_store
    from ecwid_async.cli.listing import Listing
    from ecwid_async.export import parse_fields
    from ecwid_async.sections import find_sections

    (chosen,) = find_sections([section])
    if chosen.is_document:
        raise UsageError(f"the {chosen.name} is not a list: ecwid get {chosen.name}.")
    as_table = sys.stdout.isatty() and not json
    text = parse_fields_options(fields or (), [chosen]).get(chosen.name)
    if text is None and as_table:
        text = TABLE_FIELDS[chosen.name]
    listing = Listing(
        section=chosen,
        where=parse_where_options(where or (), [chosen], offline_store()).get(chosen.name, {}),
        fields=None if text is None else parse_fields(text, chosen.model(), chosen.name),
        limit=limit,
    )
    access = choose_store(store or StoreOptions())
    asyncio.run(_print_table(listing, access) if as_table else _print_lines(listing, access))


async def _print_lines(listing: "Listing", access: StoreAccess) -> None:
    async with aclosing(listing.read(access)) as parts:
        async for items, _ in parts:
            for item in items:
                # JSON allows line breaks only between tokens.
                line = bytes(item).replace(b"\r", b" ").replace(b"\n", b" ")
                sys.stdout.write(line.decode(errors="replace") + "\n")


async def _print_table(listing: "Listing", access: StoreAccess) -> None:
    from ecwid_async.cli.item_table import ItemTable, has_times, paths
    from ecwid_async.cli.render import write_table
    from ecwid_async.errors import DecodeError
    from ecwid_async.primitives.safe_json import NotJSON, decode_json, exact_decoder

    received: list[Any] = []
    total: int | None = None
    async with aclosing(listing.read(access)) as parts:
        async for items, reported in parts:
            try:
                received += [decode_json(item, exact_decoder) for item in items]
            except NotJSON as error:
                operation = f"ecwid list {listing.section.name}"
                raise DecodeError(operation=operation, path="", expected="JSON", found=str(error)) from None
            total = reported
    columns = paths(listing.fields or {})
    if received:
        write_table(ItemTable(received, columns))
    sys.stderr.write(_summary(listing, received, total, in_utc=has_times(received, columns)))


def _summary(listing: "Listing", items: Sequence[Any], total: int | None, *, in_utc: bool) -> str:
    name = listing.section.name.replace("_", " ")
    if not items:
        return f"No {name}{' match' if listing.where else ''}.\n"
    count = f"{len(items):,}" if total in (None, len(items)) else f"{len(items):,} of {total:,}"
    return f"{count} {name}{', times in UTC' if in_utc else ''}\n"
