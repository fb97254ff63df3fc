"""Customer groups: ``/customer_groups``. Group 0, General, always exists."""

from typing import Final

from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.columns import optional_term
from ecwid_async.sandbox.routes.support.customer_storage import GENERAL_GROUP, customer_group_table
from ecwid_async.sandbox.routes.support.filters import by_key, contains
from ecwid_async.sandbox.routes.support.items import (
    apply_change,
    check_external_id,
    get_or_404,
    item_response,
    without_nulls,
)
from ecwid_async.sandbox.routes.support.lists import search
from ecwid_async.sandbox.state import Columns, Item, Table, format_time

__all__: list[str] = []

_KIND: Final = "Customer group"
_NOT_FOUND: Final = "CUSTOMER_GROUP_NOT_FOUND"

CUSTOMER_GROUPS: Final = register_list(
    Listing(
        section="customer_groups",
        columns=Columns(
            texts={"name": lambda item: item.get("name") or ""},
            terms={"externalReferenceId": optional_term("externalReferenceId")},
        ),
        first_id=9_400_001,
        filters={"keyword": contains("name"), "customerGroupId": by_key(), "customerGroupIds": by_key()},
        unsorted=True,
    )
)


@route("GET /customer_groups")
def search_customer_groups(request: StoreRequest) -> Result:
    """List and search groups, in order of creation."""
    customer_group_table(request.store)
    return search(request, CUSTOMER_GROUPS)


@route("GET /customer_groups/{groupId}")
def get_customer_group(request: StoreRequest) -> Result:
    """Read a group."""
    customer_group_table(request.store)
    return item_response(request, CUSTOMER_GROUPS, request.path_number("groupId"), _KIND, _NOT_FOUND)


@route("POST /customer_groups")
def create_customer_group(request: StoreRequest) -> Result:
    """Create a group; it needs a name."""
    table, sent = customer_group_table(request.store), without_nulls(request.json)
    group = {"id": table.new_id(), **sent}
    _check_group(table, group)
    table.put(group)
    return {"id": group["id"]}


@route("PUT /customer_groups/{groupId}")
def update_customer_group(request: StoreRequest) -> Result:
    """Change a group; its members show the new name."""
    table = customer_group_table(request.store)
    stored = get_or_404(table, request.path_number("groupId"), _KIND, _NOT_FOUND)
    group = apply_change(request, stored, request.json, set_updated=False)
    _check_group(table, group)
    table.put(group)
    if group["name"] != stored.get("name"):
        _move_members(request, stored["id"], group)
    return {"updateCount": 1}


@route("DELETE /customer_groups/{groupId}")
def delete_customer_group(request: StoreRequest) -> Result:
    """Delete a group; its members move to General."""
    table = customer_group_table(request.store)
    stored = get_or_404(table, request.path_number("groupId"), _KIND, _NOT_FOUND)
    if stored["id"] == GENERAL_GROUP:
        raise ErrorResponse.wrong_parameter("Group 0 can't be deleted: it holds customers who are in no other group")
    table.remove(stored["id"])
    _move_members(request, stored["id"], get_or_404(table, GENERAL_GROUP, _KIND, _NOT_FOUND))
    return {"deleteCount": 1}


def _check_group(table: Table, group: Item) -> None:
    if not (group.get("name") or "").strip():
        raise ErrorResponse.wrong_parameter("A customer group needs a name")
    check_external_id(table, group["id"], group)


def _move_members(request: StoreRequest, group_id: int, group: Item) -> None:
    """Move the members of the group with this id to `group`, which may be the same one under a new name."""
    customers = request.store.table("customers")
    fields = {
        "customerGroupId": group["id"],
        "customerGroupName": group.get("name") or "",
        "updated": format_time(request.now),
    }
    for key in customers.find("group", group_id):
        customer = customers.get(key)
        if customer is not None:
            customers.put(customer | fields)
