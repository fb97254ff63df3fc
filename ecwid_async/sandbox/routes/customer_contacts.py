"""Contacts of a customer: ``/customers/{customerId}/contacts``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.customer_storage import complete_contact, find_customer, save_customer
from ecwid_async.sandbox.routes.support.items import apply_change
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("GET /customers/{customerId}/contacts")
def search_customer_contacts(request: StoreRequest) -> Result:
    """List the contacts of a customer."""
    return {"items": find_customer(request).get("contacts") or []}


@route("POST /customers/{customerId}/contacts")
def create_customer_contact(request: StoreRequest) -> Result:
    """Add a contact."""
    customer, sent = find_customer(request), request.json
    for name in ("contact", "type"):
        if not sent.get(name):
            raise ErrorResponse.wrong_parameter(f"Field {name!r} is required")
    _save_contacts(request, customer, [*(customer.get("contacts") or ()), sent], sent)
    return {"createCount": 1}


@route("GET /customers/{customerId}/contacts/{contactId}")
def get_customer_contact(request: StoreRequest) -> Result:
    """Read a contact."""
    return _find_contact(request, find_customer(request))


@route("PUT /customers/{customerId}/contacts/{contactId}")
def update_customer_contact(request: StoreRequest) -> Result:
    """Change a contact."""
    customer = find_customer(request)
    stored = _find_contact(request, customer)
    changed = apply_change(request, stored, request.json, set_updated=False)
    contacts = [changed if contact is stored else contact for contact in customer["contacts"]]
    _save_contacts(request, customer, contacts, changed)
    return {"updateCount": 1}


@route("DELETE /customers/{customerId}/contacts/{contactId}")
def delete_customer_contact(request: StoreRequest) -> Result:
    """Delete a contact."""
    customer = find_customer(request)
    deleted = _find_contact(request, customer)
    customer["contacts"] = [contact for contact in customer["contacts"] if contact is not deleted]
    save_customer(request, customer)
    return {"deleteCount": 1}


def _find_contact(request: StoreRequest, customer: Item) -> Item:
    contact_id = request.path_number("contactId")
    for contact in customer.get("contacts") or ():
        if contact.get("id") == contact_id:
            matching: Item = contact
            return matching
    raise ErrorResponse(404, "CONTACT_NOT_FOUND", f"Contact #{contact_id} not found")


def _save_contacts(request: StoreRequest, customer: Item, contacts: list[Item], changed: Item) -> None:
    """Store a customer's contacts. If `changed` is a default contact, it becomes the only default of its type."""
    if changed.get("default"):
        for contact in contacts:
            if contact is not changed and contact.get("type") == changed.get("type"):
                contact["default"] = False
    customer["contacts"] = [complete_contact(request, position, contact) for position, contact in enumerate(contacts)]
    save_customer(request, customer)
