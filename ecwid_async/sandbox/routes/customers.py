"""Customers: ``/customers``, ``/customers_ids`` and ``/customers_update``."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.columns import optional_term
from ecwid_async.sandbox.routes.support.customer_stats import compute_stats, customer_by_email
from ecwid_async.sandbox.routes.support.customer_storage import (
    complete_customer,
    group_names,
    new_customer,
    save_customer,
)
from ecwid_async.sandbox.routes.support.filters import at_least, at_most, contains, one_of, since, until
from ecwid_async.sandbox.routes.support.items import apply_change, delete_item, get_or_404, item_response, without_nulls
from ecwid_async.sandbox.routes.support.lists import requested_conditions, requested_sort, search, search_deleted
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import (
    Columns,
    Condition,
    ContainsWords,
    Item,
    Key,
    KeyIn,
    OneOf,
    Sort,
    Store,
    Table,
    decode_json,
    parse_time,
    select_rows,
)

__all__: list[str] = []

_KIND: Final = "Customer"
_NOT_FOUND: Final = "CUSTOMER_NOT_FOUND"
_UPDATE_MODES: Final = ("SELECTED", "ALL_FILTERED", "ALL")

_Result = TypeVar("_Result")


# Search terms and filters.


def _seconds(text: str | None) -> float:
    """A date in Unix seconds, zero if it is missing. Dates in UTC take a faster path than `parse_time`."""
    if not text:
        return 0
    if text.endswith(" +0000"):
        return datetime.fromisoformat(f"{text[:19]}+00:00").timestamp()
    return parse_time(text)


def _date_field(*path: str) -> Callable[[Item], float]:
    def seconds(item: Item) -> float:
        value: Any = item
        for name in path:
            value = (value or {}).get(name)
        return _seconds(value)

    return seconds


def _addresses(item: Item) -> list[Item]:
    return [*filter(None, (item.get("billingPerson"),)), *(item.get("shippingAddresses") or ())]


def _address_terms(name: str) -> Callable[[Item], Iterator[Hashable]]:
    return lambda item: (normalized(address[name]) for address in _addresses(item) if address.get(name))


def _address_text(name: str) -> Callable[[Item], str]:
    return lambda item: "\n".join(address[name] for address in _addresses(item) if address.get(name))


def _display_name(item: Item) -> str:
    return (item.get("billingPerson") or {}).get("name") or item.get("name") or ""


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _phone_digits(item: Item) -> str:
    numbers = [address.get("phone") for address in _addresses(item)]
    numbers += [contact.get("contact") for contact in item.get("contacts") or () if contact.get("type") == "PHONE"]
    return "\n".join(_digits(number) for number in numbers if number)


def _searchable_text(item: Item) -> str:
    texts = [item.get("email"), item.get("name"), item.get("taxId"), item.get("privateAdminNotes"), _phone_digits(item)]
    for address in _addresses(item):
        texts += [address.get(name) for name in ("name", "companyName", "street", "city", "postalCode", "phone")]
    texts += [contact.get("contact") for contact in item.get("contacts") or ()]
    return "\n".join(text for text in texts if text)


def _stats_field(name: str) -> Callable[[Item], float]:
    return lambda item: (item.get("stats") or {}).get(name) or 0


_COLUMNS: Final = Columns(
    created=_date_field("registered"),
    updated=_date_field("updated"),
    numbers={
        "orders": _stats_field("numberOfOrders"),
        "sales": _stats_field("salesValue"),
        "firstOrder": _date_field("stats", "firstOrderDate"),
        "lastOrder": _date_field("stats", "lastOrderDate"),
    },
    texts={
        "name": _display_name,
        "email": lambda item: item.get("email") or "",
        "keyword": _searchable_text,
        "phone": _phone_digits,
        "city": _address_text("city"),
        "companyName": _address_text("companyName"),
    },
    lazy=frozenset({"phone", "city", "companyName"}),
    terms={
        "email": lambda item: filter(None, (normalized(item.get("email") or ""),)),
        "postalCode": _address_terms("postalCode"),
        "state": _address_terms("stateOrProvinceCode"),
        "country": _address_terms("countryCode"),
        "group": lambda item: (item.get("customerGroupId") or 0,),
        "acceptMarketing": lambda item: (bool(item.get("acceptMarketing")),),
        "taxExempt": lambda item: (bool(item.get("taxExempt")),),
        "b2b_b2c": lambda item: (item.get("b2b_b2c") or "b2c",),
        "lang": optional_term("lang"),
    },
)


def _by_email(request: StoreRequest, value: str) -> Condition | None:
    if request.flag("useExactEmailMatch"):
        return OneOf("email", (normalized(value),))
    return contains("email")(request, value)


def _by_phone(request: StoreRequest, value: str) -> Condition | None:
    return ContainsWords("phone", (_digits(value),)) if _digits(value) else None


def _by_purchase(request: StoreRequest, value: tuple[int, ...]) -> Condition:
    """The customers whose orders contain one of these products."""
    orders = request.store.table("orders")
    slots = {slot for product_id in value for slot in orders.index.slots_with("productId", product_id)}
    emails = {decode_json(row).get("email") or "" for row in orders.index.rows(slots)}
    customers = (customer_by_email(request.store, email) for email in emails)
    return KeyIn(frozenset(customer["id"] for customer in customers if customer is not None))


CUSTOMERS: Final = register_list(
    Listing(
        section="customers",
        columns=_COLUMNS,
        first_id=300_000_001,
        filters={
            "keyword": contains("keyword"),
            "name": contains("name"),
            "email": _by_email,
            "phone": _by_phone,
            "city": contains("city"),
            "postalCode": one_of("postalCode", normalized),
            "stateOrProvinceCode": one_of("state", normalized),
            "countryCodes": one_of("country", normalized),
            "companyName": contains("companyName"),
            "acceptMarketing": one_of("acceptMarketing"),
            "lang": one_of("lang"),
            "customerGroupIds": one_of("group"),
            "customerGroup": one_of("group"),
            "minOrderCount": at_least("orders"),
            "maxOrderCount": at_most("orders"),
            "minSalesValue": at_least("sales"),
            "maxSalesValue": at_most("sales"),
            "purchasedProductIds": _by_purchase,
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
            "FIRST_ORDER_DATE": "firstOrder",
            "LAST_ORDER_DATE": "lastOrder",
        },
        default_sort=Sort("created", descending=True),
    )
)


@route("GET /customers")
def search_customers(request: StoreRequest) -> Result:
    """List and search customers."""
    return search(request, CUSTOMERS, extra={"allCustomerCount": request.store.count("customers")})


@route("GET /customers/{customerId}")
def get_customer(request: StoreRequest) -> Result:
    """Read a customer."""
    return item_response(request, CUSTOMERS, request.path_number("customerId"), _KIND, _NOT_FOUND)


@route("POST /customers")
def create_customer(request: StoreRequest) -> Result:
    """Create a customer; the email address must be unique."""
    store, table = request.store, request.store.table("customers")
    sent = without_nulls(request.json)
    email = (sent.get("email") or "").strip()
    if "@" not in email:
        raise ErrorResponse.wrong_parameter("Field 'email' is required and must be an email address")
    _check_email_is_free(store, email)
    customer = new_customer(request, {**sent, "email": email})
    table.put(customer)
    return {"id": customer["id"]}


@route("PUT /customers/{customerId}")
def update_customer(request: StoreRequest) -> Result:
    """Change a customer."""
    _change_customer(request, request.path_number("customerId"), request.json)
    return {"updateCount": 1}


def _change_customer(request: StoreRequest, customer_id: Key, change: Item) -> None:
    """Apply a partial change to a customer. Raises `ErrorResponse` if it does not exist or the new email is taken."""
    stored = get_or_404(request.store.table("customers"), customer_id, _KIND, _NOT_FOUND)
    email = (change.get("email") or "").strip()
    if email and normalized(email) != normalized(stored.get("email") or ""):
        _check_email_is_free(request.store, email)
    customer = complete_customer(request, apply_change(request, stored, change, set_updated=False), change)
    if email:
        statistics = compute_stats(request.store, email)
        customer |= {"stats": statistics, "totalOrderCount": statistics["numberOfOrders"]}
    save_customer(request, customer)


@route("DELETE /customers/{customerId}")
def delete_customer(request: StoreRequest) -> Result:
    """Delete a customer."""
    customer_id = request.path_number("customerId")
    if not delete_item(request, "customers", customer_id):
        raise ErrorResponse(404, _NOT_FOUND, f"{_KIND} #{customer_id} not found")
    return {"deleteCount": 1}


@route("GET /customers/deleted")
def get_deleted_customers(request: StoreRequest) -> Result:
    """List the deleted customers."""
    return search_deleted(request, "customers")


def _check_email_is_free(store: Store, email: str) -> None:
    if customer_by_email(store, email) is not None:
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", "There is already a customer with this email")


# Filter values and mass updates.


def _matching_ids(request: StoreRequest) -> list[Key]:
    """The ids of the customers that match the filters, in the order of a search."""
    table = request.store.table("customers")
    table.show_due_writes()
    return table.index.keys(
        select_rows(
            table.index,
            requested_conditions(request, CUSTOMERS),
            requested_sort(request, CUSTOMERS),
            request.store.switches,
        )
    )


def _cached(table: Table, name: str, compute: Callable[[Iterable[Item]], _Result]) -> _Result:
    """The result of `compute` for all items, computed once until the next change."""
    result: _Result | None = table.index.cache.get(name)
    if result is None:
        result = compute(item for key in table if (item := table.get(key)) is not None)
        table.index.remember(name, result)
    return result


@route("GET /customers_ids")
def get_customers_ids(request: StoreRequest) -> Result:
    """The ids of all customers that match the filters, on one page."""
    return {"ids": _matching_ids(request)}


@route("POST /customers_update")
def mass_update_customers(request: StoreRequest) -> Result:
    """Change or delete the customers with these ids, those that match the filters of the query, or all."""
    sent: Item = request.json
    table = request.store.table("customers")
    match sent.get("mode"):
        case "ALL":
            ids = list(table)
        case "ALL_FILTERED":
            ids = _matching_ids(request)
        case "SELECTED" if sent.get("ids"):
            ids = [customer_id for customer_id in dict.fromkeys(sent["ids"]) if customer_id in table]
        case "SELECTED":
            raise ErrorResponse.wrong_parameter("Field 'ids' is required with SELECTED")
        case _:
            raise ErrorResponse.wrong_parameter(f"Field 'mode' must be one of {', '.join(_UPDATE_MODES)}")
    change = sent.get("customer") or {}
    if not sent.get("delete") and not change:
        raise ErrorResponse.wrong_parameter("Send the changes in 'customer', or set 'delete'")
    for customer_id in ids:
        if sent.get("delete"):
            delete_item(request, "customers", customer_id)
        else:
            _change_customer(request, customer_id, change)
    return {"updateCount": len(ids)}


@route("GET /customers/filters")
def get_customers_filters(request: StoreRequest) -> Result:
    """The number of customers, and the values of their groups, addresses and languages."""
    table = request.store.table("customers")
    table.show_due_writes()
    orders = table.index.number_column("orders")
    counts = [orders[slot] for slot in table.index.sorted_slots("").slots]
    used = {group for group, _ in table.index.value_counts("group")}
    return {
        "total": len(counts),
        "repeatedCustomersCount": sum(count > 1 for count in counts),
        "oneTimeCustomersCount": sum(count == 1 for count in counts),
        "storeGroups": [{"id": id_, "name": name} for id_, name in group_names(request.store).items() if id_ in used],
        "shippingAddresses": _cached(table, "addresses", _shipping_addresses),
        "languages": sorted(str(lang) for lang, _ in table.index.value_counts("lang")),
    }


def _shipping_addresses(customers: Iterable[Item]) -> list[Item]:
    names = ("street", "city", "countryCode", "countryName")
    addresses: dict[tuple[str, ...], Item] = {}
    for customer in customers:
        for address in customer.get("shippingAddresses") or ():
            shown = {name: address.get(name) or "" for name in names}
            addresses.setdefault(tuple(shown.values()), shown)
    return list(addresses.values())


@route("GET /customers/locations")
def get_customers_locations(request: StoreRequest) -> Result:
    """The countries of customers with this text in the country's name, sorted by name."""
    text = normalized(request.params.get("name", ""))
    countries = _cached(request.store.table("customers"), "countries", _countries)
    by_name = sorted((name, code) for code, name in countries.items() if text in normalized(name))
    return {"items": [{"country": name, "countryCode": code} for name, code in by_name]}


def _countries(customers: Iterable[Item]) -> dict[str, str]:
    names: dict[str, str] = {}
    for customer in customers:
        for address in (customer.get("billingPerson") or {}, *(customer.get("shippingAddresses") or ())):
            if address.get("countryCode"):
                names.setdefault(address["countryCode"], address.get("countryName") or address["countryCode"])
    return names


@route("GET /customers/products")
def get_customers_products(request: StoreRequest) -> Result:
    """The products with this text in their name that customers bought, sorted by name."""
    text = normalized(request.params.get("name", ""))
    orders, products = request.store.table("orders"), request.store.table("products")
    names: dict[Any, str] = {}
    for product_id, _ in orders.index.value_counts("productId"):
        product = products.get(product_id) if isinstance(product_id, int) else None
        if product is not None and text in normalized(product["name"]):
            names[product_id] = product["name"]
    by_name = sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
    return {"items": [{"productId": product_id, "productName": name} for product_id, name in by_name]}
