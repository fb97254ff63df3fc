"""Customers and their contacts: ``/customers``."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from typing import Any, Final

from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.addresses import completed, formatted, in_parts
from ecwid_async.sandbox.routes.customer_groups import GENERAL, group_names
from ecwid_async.sandbox.routes.customer_stats import customer_of, folded, stats
from ecwid_async.sandbox.routes.shared import (
    at_least,
    at_most,
    bury,
    contains,
    deleted,
    one_of,
    read,
    read_one,
    search,
    since,
    until,
    updated,
)
from ecwid_async.sandbox.state import (
    Columns,
    Condition,
    Contains,
    Item,
    Key,
    Keys,
    OneOf,
    Sort,
    Store,
    decode,
    format_time,
    parse_time,
)

_KIND: Final = "Customer"
_MISSING: Final = "CUSTOMER_NOT_FOUND"


# What customers are searched by.


def _moment(text: str | None) -> float:
    if not text:
        return 0
    if text.endswith(" +0000"):
        return datetime.fromisoformat(f"{text[:19]}+00:00").timestamp()
    return parse_time(text)


def _date(*path: str) -> Callable[[Item], float]:
    def seconds(item: Item) -> float:
        value: Any = item
        for name in path:
            value = (value or {}).get(name)
        return _moment(value)

    return seconds


def _addresses(item: Item) -> list[Item]:
    return [*filter(None, (item.get("billingPerson"),)), *(item.get("shippingAddresses") or ())]


def _of_addresses(name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: (folded(address[name]) for address in _addresses(item) if address.get(name))


def _joined(name: str) -> Callable[[Item], str]:
    return lambda item: "\n".join(address[name] for address in _addresses(item) if address.get(name))


def _name(item: Item) -> str:
    return (item.get("billingPerson") or {}).get("name") or item.get("name") or ""


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _phones(item: Item) -> str:
    numbers = [address.get("phone") for address in _addresses(item)]
    numbers += [contact.get("contact") for contact in item.get("contacts") or () if contact.get("type") == "PHONE"]
    return "\n".join(_digits(number) for number in numbers if number)


def _words(item: Item) -> str:
    texts = [item.get("email"), item.get("name"), item.get("taxId"), item.get("privateAdminNotes"), _phones(item)]
    for address in _addresses(item):
        texts += [address.get(name) for name in ("name", "companyName", "street", "city", "postalCode", "phone")]
    texts += [contact.get("contact") for contact in item.get("contacts") or ()]
    return "\n".join(text for text in texts if text)


def _stat(name: str) -> Callable[[Item], float]:
    return lambda item: (item.get("stats") or {}).get(name) or 0


COLUMNS: Final = Columns(
    created=_date("registered"),
    updated=_date("updated"),
    numbers={
        "orders": _stat("numberOfOrders"),
        "sales": _stat("salesValue"),
        "first": _date("stats", "firstOrderDate"),
        "last": _date("stats", "lastOrderDate"),
    },
    texts={
        "name": _name,
        "email": lambda item: item.get("email") or "",
        "keyword": _words,
        "phone": _phones,
        "city": _joined("city"),
        "companyName": _joined("companyName"),
    },
    lazy=frozenset({"phone", "city", "companyName"}),
    terms={
        "email": lambda item: filter(None, (folded(item.get("email") or ""),)),
        "postalCode": _of_addresses("postalCode"),
        "state": _of_addresses("stateOrProvinceCode"),
        "country": _of_addresses("countryCode"),
        "group": lambda item: (item.get("customerGroupId") or 0,),
        "acceptMarketing": lambda item: (bool(item.get("acceptMarketing")),),
        "taxExempt": lambda item: (bool(item.get("taxExempt")),),
        "b2b_b2c": lambda item: (item.get("b2b_b2c") or "b2c",),
        "lang": lambda item: filter(None, (item.get("lang"),)),
    },
)


def _by_email(visit: Visit, value: str) -> Condition | None:
    if visit.flag("useExactEmailMatch"):
        return OneOf("email", (folded(value),))
    return contains("email")(visit, value)


def _by_phone(visit: Visit, value: str) -> Condition | None:
    return Contains("phone", (_digits(value),)) if _digits(value) else None


def _who_bought(visit: Visit, value: tuple[int, ...]) -> Condition:
    """The customers of the orders that have one of these products."""
    orders = visit.store.table("orders")
    slots = {slot for product in value for slot in orders.posting("productId", product)}
    emails = {decode(row).get("email") or "" for row in orders.rows(slots)}
    found = (customer_of(visit.store, email) for email in emails)
    return Keys(frozenset(customer["id"] for customer in found if customer is not None))


CUSTOMERS: Final = listing(
    Listing(
        section="customers",
        columns=COLUMNS,
        first_id=300_000_001,
        filters={
            "keyword": contains("keyword"),
            "name": contains("name"),
            "email": _by_email,
            "phone": _by_phone,
            "city": contains("city"),
            "postalCode": one_of("postalCode", folded),
            "stateOrProvinceCode": one_of("state", folded),
            "countryCodes": one_of("country", folded),
            "companyName": contains("companyName"),
            "acceptMarketing": one_of("acceptMarketing"),
            "lang": one_of("lang"),
            "customerGroupIds": one_of("group"),
            "customerGroup": one_of("group"),
            "minOrderCount": at_least("orders"),
            "maxOrderCount": at_most("orders"),
            "minSalesValue": at_least("sales"),
            "maxSalesValue": at_most("sales"),
            "purchasedProductIds": _who_bought,
            "b2b_b2c": one_of("b2b_b2c"),
            "taxExempt": one_of("taxExempt"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
        },
        sorts={
            "NAME": "name",
            "EMAIL": "email",
            "ORDER_COUNT": "orders",
            "REGISTERED_DATE": "created",
            "UPDATED_DATE": "updated",
            "SALES_VALUE": "sales",
            "FIRST_ORDER_DATE": "first",
            "LAST_ORDER_DATE": "last",
        },
        default_sort=Sort("created", descending=True),
    )
)


@route("GET /customers")
def search_customers(visit: Visit) -> Answer:
    """List and search."""
    return search(visit, CUSTOMERS, extra={"allCustomerCount": visit.store.count("customers")})


@route("GET /customers/{customerId}")
def get_customer(visit: Visit) -> Answer:
    """Read one."""
    return read_one(visit, CUSTOMERS, visit.id("customerId"), _KIND, _MISSING)


@route("POST /customers")
def create_customer(visit: Visit) -> Answer:
    """Create one. A mail address belongs to one customer only."""
    store, table = visit.store, visit.store.table("customers")
    sent = {name: value for name, value in visit.document.items() if value is not None}
    email = (sent.get("email") or "").strip()
    if "@" not in email:
        raise Refusal.wrong("Field 'email' is required and must be a mail address")
    _refuse_taken(store, email)
    number = table.new_id()
    figures = stats(store, email)
    contact = {"contact": email, "type": "EMAIL", "default": True}
    customer = {
        "id": number,
        "name": "",
        "email": email,
        "registered": format_time(visit.now),
        "updated": format_time(visit.now),
        "totalOrderCount": figures["numberOfOrders"],
        "customerGroupId": GENERAL,
        "customerGroupName": group_names(store)[GENERAL],
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
        "stats": figures,
        "privateAdminNotes": "",
        "favorites": [],
    }
    sent.setdefault("contacts", [contact])
    table.put(_served(visit, {**customer, **sent, "email": email}, sent))
    return {"id": number}


@route("PUT /customers/{customerId}")
def update_customer(visit: Visit) -> Answer:
    """Change one."""
    change_customer(visit, visit.id("customerId"), visit.document)
    return {"updateCount": 1}


def change_customer(visit: Visit, number: Key, change: Item) -> None:
    """Merge a change into a customer. Raises `Refusal` 404 where there is none."""
    stored = read(visit.store.table("customers"), number, _KIND, _MISSING)
    email = (change.get("email") or "").strip()
    if email and folded(email) != folded(stored.get("email") or ""):
        _refuse_taken(visit.store, email)
    customer = _served(visit, updated(visit, stored, change, stamp=False), change)
    if email:
        figures = stats(visit.store, email)
        customer |= {"stats": figures, "totalOrderCount": figures["numberOfOrders"]}
    _put(visit, customer)


@route("DELETE /customers/{customerId}")
def delete_customer(visit: Visit) -> Answer:
    """Delete one."""
    number = visit.id("customerId")
    if not bury(visit, "customers", number):
        raise Refusal(404, _MISSING, f"{_KIND} #{number} not found")
    return {"deleteCount": 1}


@route("GET /customers/deleted")
def get_deleted_customers(visit: Visit) -> Answer:
    """Who was deleted, and when."""
    return deleted(visit, "customers")


# Contacts.


@route("GET /customers/{customerId}/contacts")
def search_customer_contacts(visit: Visit) -> Answer:
    """All contacts of a customer."""
    return {"items": _customer(visit).get("contacts") or []}


@route("POST /customers/{customerId}/contacts")
def create_customer_contact(visit: Visit) -> Answer:
    """Add a contact."""
    customer, sent = _customer(visit), visit.document
    for name in ("contact", "type"):
        if not sent.get(name):
            raise Refusal.wrong(f"Field {name!r} is required")
    _keep_contacts(visit, customer, [*(customer.get("contacts") or ()), sent], sent)
    return {"createCount": 1}


@route("GET /customers/{customerId}/contacts/{contactId}")
def get_customer_contact(visit: Visit) -> Answer:
    """Read a contact."""
    return _contact(visit, _customer(visit))


@route("PUT /customers/{customerId}/contacts/{contactId}")
def update_customer_contact(visit: Visit) -> Answer:
    """Change a contact."""
    customer = _customer(visit)
    stored = _contact(visit, customer)
    fresh = updated(visit, stored, visit.document, stamp=False)
    contacts = [fresh if contact is stored else contact for contact in customer["contacts"]]
    _keep_contacts(visit, customer, contacts, fresh)
    return {"updateCount": 1}


@route("DELETE /customers/{customerId}/contacts/{contactId}")
def delete_customer_contact(visit: Visit) -> Answer:
    """Take a contact away."""
    customer = _customer(visit)
    gone = _contact(visit, customer)
    customer["contacts"] = [contact for contact in customer["contacts"] if contact is not gone]
    _put(visit, customer)
    return {"deleteCount": 1}


def _customer(visit: Visit) -> Item:
    return read(visit.store.table("customers"), visit.id("customerId"), _KIND, _MISSING)


def _contact(visit: Visit, customer: Item) -> Item:
    number = visit.id("contactId")
    for contact in customer.get("contacts") or ():
        if contact.get("id") == number:
            found: Item = contact
            return found
    raise Refusal(404, "CONTACT_NOT_FOUND", f"Contact #{number} not found")


def _keep_contacts(visit: Visit, customer: Item, contacts: list[Item], changed: Item) -> None:
    """Store a customer's contacts; a changed one that is the default is the only default of its type."""
    if changed.get("default"):
        for contact in contacts:
            if contact is not changed and contact.get("type") == changed.get("type"):
                contact["default"] = False
    customer["contacts"] = [_served_contact(visit, at, contact) for at, contact in enumerate(contacts)]
    _put(visit, customer)


# What the server adds.


def _refuse_taken(store: Store, email: str) -> None:
    if customer_of(store, email) is not None:
        raise Refusal(409, "CONSTRAINT_VIOLATION", "There is a customer with this email already")


def _put(visit: Visit, customer: Item) -> None:
    visit.store.table("customers").put(customer | {"updated": format_time(visit.now)})


def _served(visit: Visit, customer: Item, sent: Item) -> Item:
    """A customer after a write: names that follow from codes and ids, and ids of what is new in lists."""
    served = {name: value for name, value in customer.items() if name != "password"}
    person = dict(served.get("billingPerson") or {})
    if sent.get("name") and not (sent.get("billingPerson") or {}).get("name"):
        person["name"] = sent["name"]
    if person:
        served["billingPerson"] = person = in_parts(completed(person))
        served["name"] = person.get("name") or served.get("name") or ""
    served["shippingAddresses"] = [_served_address(visit, one) for one in served.get("shippingAddresses") or ()]
    served["contacts"] = [_served_contact(visit, at, one) for at, one in enumerate(served.get("contacts") or ())]
    if sent.get("extrafields") is not None:
        served["extrafields"] = [_served_field(visit, at, one) for at, one in enumerate(sent["extrafields"])]
    if "customerGroupId" in sent:
        group = served.get("customerGroupId") or GENERAL
        served["customerGroupName"] = group_names(visit.store).get(group) or sent.get("customerGroupName") or ""
    return served


def _served_field(visit: Visit, at: int, value: Item) -> Item:
    """A value of an extra field, with what the field itself says of it."""
    known = visit.store.table("customer_extra_fields").get(value.get("key") or "") or {}
    about: Item = {name: known[name] for name in ("title", "type", "entityTypes") if name in known}
    return {"entityTypes": ["CUSTOMERS"], **value, **about, "orderBy": at}


def _served_address(visit: Visit, address: Item) -> Item:
    found = completed(address)
    number = found.pop("id", None) or visit.store.table("customers").new_id()
    return {"id": number, **found, "addressFormatted": formatted(found)}


def _served_contact(visit: Visit, at: int, contact: Item) -> Item:
    number = contact.get("id") or visit.store.table("customers").new_id()
    defaults = {"default": False, "orderBy": at * 5, "timestamp": format_time(visit.now)}
    return {"id": number, **defaults, **{name: value for name, value in contact.items() if name != "id"}}
