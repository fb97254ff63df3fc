"""Customers and their groups in a store: looked up, completed with the fields that the server adds, stored."""

from typing import Final

from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.routes.support.addresses import format_address, with_region_names, with_split_name
from ecwid_async.sandbox.routes.support.customer_stats import compute_stats
from ecwid_async.sandbox.routes.support.items import get_or_404
from ecwid_async.sandbox.state import Item, Store, Table, format_time

__all__ = [
    "GENERAL_GROUP",
    "complete_contact",
    "complete_customer",
    "customer_group_table",
    "find_customer",
    "group_names",
    "new_customer",
    "save_customer",
]

GENERAL_GROUP: Final = 0
"""The id of the group of customers who are in no other group."""


def customer_group_table(store: Store) -> Table:
    """The customer groups of a store, General included."""
    table = store.table("customer_groups")
    if GENERAL_GROUP not in table:
        table.load([{"id": GENERAL_GROUP, "name": "General"}])
    return table


def group_names(store: Store) -> dict[int, str]:
    """The names of the customer groups by id."""
    table = customer_group_table(store)
    groups = (table.get(key) for key in table)
    return {group["id"]: group.get("name") or "" for group in groups if group}


def find_customer(request: StoreRequest) -> Item:
    """The customer identified by the path. Raises `ErrorResponse` 404 if it does not exist."""
    return get_or_404(
        request.store.table("customers"), request.path_number("customerId"), "Customer", "CUSTOMER_NOT_FOUND"
    )


def save_customer(request: StoreRequest, customer: Item) -> None:
    """Store a customer, updated now."""
    request.store.table("customers").put(customer | {"updated": format_time(request.now)})


def new_customer(request: StoreRequest, sent: Item) -> Item:
    """A new customer: the sent fields, an id, defaults and the statistics of earlier orders."""
    store, email = request.store, sent["email"]
    customer_id = store.table("customers").new_id()
    statistics = compute_stats(store, email)
    customer = {
        "id": customer_id,
        "name": "",
        "email": email,
        "registered": format_time(request.now),
        "updated": format_time(request.now),
        "totalOrderCount": statistics["numberOfOrders"],
        "customerGroupId": GENERAL_GROUP,
        "customerGroupName": group_names(store)[GENERAL_GROUP],
        "shippingAddresses": [],
        "contacts": [],
        "taxExempt": False,
        "taxId": "",
        "taxIdValid": True,
        "b2b_b2c": "b2c",
        "fiscalCode": "",
        "electronicInvoicePecEmail": "",
        "electronicInvoiceSdiCode": "",
        "acceptMarketing": False,
        "stats": statistics,
        "privateAdminNotes": "",
        "favorites": [],
    }
    sent = {"contacts": [{"contact": email, "type": "EMAIL", "default": True}], **sent}
    return complete_customer(request, {**customer, **sent}, sent)


def complete_customer(request: StoreRequest, customer: Item, sent: Item) -> Item:
    """The customer as stored after a write of the fields in `sent`.

    The server adds the names of countries, states and groups, and ids for new addresses and contacts; it drops the
    password.
    """
    completed = {name: value for name, value in customer.items() if name != "password"}
    person = dict(completed.get("billingPerson") or {})
    if sent.get("name") and not (sent.get("billingPerson") or {}).get("name"):
        person["name"] = sent["name"]
    if person:
        completed["billingPerson"] = person = with_split_name(with_region_names(person))
        completed["name"] = person.get("name") or completed.get("name") or ""
    completed["shippingAddresses"] = [
        _complete_address(request, address) for address in completed.get("shippingAddresses") or ()
    ]
    completed["contacts"] = [
        complete_contact(request, position, contact) for position, contact in enumerate(completed.get("contacts") or ())
    ]
    if sent.get("extrafields") is not None:
        completed["extrafields"] = [
            _complete_extra_field(request, position, value) for position, value in enumerate(sent["extrafields"])
        ]
    if "customerGroupId" in sent:
        group_id = completed.get("customerGroupId") or GENERAL_GROUP
        completed["customerGroupName"] = group_names(request.store).get(group_id) or sent.get("customerGroupName") or ""
    return completed


def _complete_extra_field(request: StoreRequest, position: int, value: Item) -> Item:
    """The value of an extra field, with the title and type of the field."""
    field = request.store.table("customer_extra_fields").get(value.get("key") or "") or {}
    definition: Item = {name: field[name] for name in ("title", "type", "entityTypes") if name in field}
    return {"entityTypes": ["CUSTOMERS"], **value, **definition, "orderBy": position}


def _complete_address(request: StoreRequest, address: Item) -> Item:
    completed = with_region_names(address)
    address_id = completed.pop("id", None) or request.store.table("customers").new_id()
    return {"id": address_id, **completed, "addressFormatted": format_address(completed)}


def complete_contact(request: StoreRequest, position: int, contact: Item) -> Item:
    """The contact at this position of a customer's contacts, with an id and defaults."""
    contact_id = contact.get("id") or request.store.table("customers").new_id()
    defaults = {"default": False, "orderBy": position * 5, "timestamp": format_time(request.now)}
    return {"id": contact_id, **defaults, **{name: value for name, value in contact.items() if name != "id"}}
