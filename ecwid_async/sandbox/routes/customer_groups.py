"""Customer groups: ``/customer_groups``. Group 0, General, is always there."""

from typing import Final

from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import contains, keys, read, read_one, search, updated
from ecwid_async.sandbox.state import Columns, Item, Store, Table, format_time

__all__ = ["GENERAL", "group_names", "groups"]

GENERAL: Final = 0
"""The group of all who are in no other."""

_KIND: Final = "Customer group"
_MISSING: Final = "CUSTOMER_GROUP_NOT_FOUND"

CUSTOMER_GROUPS: Final = listing(
    Listing(
        section="customer_groups",
        columns=Columns(
            texts={"name": lambda item: item.get("name") or ""},
            terms={"externalReferenceId": lambda item: filter(None, (item.get("externalReferenceId"),))},
        ),
        first_id=9_400_001,
        filters={"keyword": contains("name"), "customerGroupId": keys(), "customerGroupIds": keys()},
        unsorted=True,
    )
)


def groups(store: Store) -> Table:
    """The groups of a store."""
    table = store.table("customer_groups")
    if GENERAL not in table:
        table.load([{"id": GENERAL, "name": "General"}])
    return table


def group_names(store: Store) -> dict[int, str]:
    """What the groups are called, by id."""
    table = groups(store)
    found = (table.get(key) for key in table)
    return {group["id"]: group["name"] for group in found if group}


@route("GET /customer_groups")
def search_customer_groups(visit: Visit) -> Answer:
    """List and search, in order of creation."""
    groups(visit.store)
    return search(visit, CUSTOMER_GROUPS)


@route("GET /customer_groups/{groupId}")
def get_customer_group(visit: Visit) -> Answer:
    """Read one."""
    groups(visit.store)
    return read_one(visit, CUSTOMER_GROUPS, visit.id("groupId"), _KIND, _MISSING)


@route("POST /customer_groups")
def create_customer_group(visit: Visit) -> Answer:
    """Create one; it needs a name."""
    table, given = groups(visit.store), {k: v for k, v in visit.document.items() if v is not None}
    group = {"id": table.new_id(), **given}
    _check(table, group)
    table.put(group)
    return {"id": group["id"]}


@route("PUT /customer_groups/{groupId}")
def update_customer_group(visit: Visit) -> Answer:
    """Change one; its members show the new name."""
    table = groups(visit.store)
    stored = read(table, visit.id("groupId"), _KIND, _MISSING)
    group = updated(visit, stored, visit.document, stamp=False)
    _check(table, group)
    table.put(group)
    if group["name"] != stored["name"]:
        _move(visit, stored["id"], group)
    return {"updateCount": 1}


@route("DELETE /customer_groups/{groupId}")
def delete_customer_group(visit: Visit) -> Answer:
    """Delete one; its members are in General then."""
    table = groups(visit.store)
    stored = read(table, visit.id("groupId"), _KIND, _MISSING)
    if stored["id"] == GENERAL:
        raise Refusal.wrong("Group 0 can't be deleted: whoever is in no other group is in it")
    table.remove(stored["id"])
    _move(visit, stored["id"], read(table, GENERAL, _KIND, _MISSING))
    return {"deleteCount": 1}


def _check(table: Table, group: Item) -> None:
    if not (group.get("name") or "").strip():
        raise Refusal.wrong("A customer group needs a name")
    reference = group.get("externalReferenceId")
    if reference and any(key != group["id"] for key in table.find("externalReferenceId", reference)):
        raise Refusal(409, "EXTERNAL_ID_ALREADY_USED", f"External id {reference!r} is already used")


def _move(visit: Visit, number: int, group: Item) -> None:
    """Let the members of the group with this number be in that group."""
    customers = visit.store.table("customers")
    fields = {"customerGroupId": group["id"], "customerGroupName": group["name"], "updated": format_time(visit.now)}
    for key in customers.find("group", number):
        customer = customers.get(key)
        if customer is not None:
            customers.put(customer | fields)
