"""Invoices of an order: tax invoices, the printable invoice as HTML and PDF, and a preview."""

from hashlib import blake2b
from html import escape
from typing import Final

from ecwid_async.sandbox.computed_fields import format_price
from ecwid_async.sandbox.engine import Media, Result, StoreRequest, make_pdf, route
from ecwid_async.sandbox.routes.support.order_storage import find_order, save_changed_order
from ecwid_async.sandbox.state import Item, Store, format_time, merge

__all__: list[str] = []

_MAX_NUMBER_DIGITS: Final = 20
_FIRST_INVOICE_ID: Final = 317_000_001
_CANCELLED: Final = frozenset({"CANCELLED", "REFUNDED"})


@route("GET /orders/{orderId}/invoices")
def get_order_invoices(request: StoreRequest) -> Result:
    """The tax invoices of an order."""
    return {"invoices": find_order(request).get("invoices") or []}


@route("POST /orders/{orderId}/invoices/create-invoice")
def create_order_invoice(request: StoreRequest) -> Result:
    """Create a tax invoice. If the order is cancelled and already has one, the new invoice cancels the sale."""
    order = find_order(request)
    invoices = order.get("invoices") or []
    cancels = invoices and order.get("paymentStatus") in _CANCELLED
    invoice_id = request.store.next_number("invoices", _FIRST_INVOICE_ID)
    key = blake2b(f"{request.store.id}/{invoice_id}".encode(), digest_size=8).hexdigest()
    invoice = {
        "internalId": invoice_id,
        "id": _next_invoice_number(request.store),
        "created": format_time(request.now),
        "link": f"https://app.ecwid.com/download_tax_invoice?ownerid={request.store.id}&invoice_id={invoice_id}&access_key={key}",
        "type": "FULL_CANCEL" if cancels else "SALE",
    }
    save_changed_order(request, order | {"invoices": [*invoices, invoice]}, order)
    return {"id": invoice_id}


def _next_invoice_number(store: Store) -> str:
    """The next number in the store's sequence, formatted by the settings in its profile."""
    settings = store.profile.get("taxInvoiceSettings") or {}
    number: int = settings.get("taxInvoiceIdNextNumber") or 1
    store.set_profile(("taxInvoiceSettings", "taxInvoiceIdNextNumber"), number + 1)
    digits = str(number).zfill(min(settings.get("taxInvoiceIdMinDigitsAmount") or 0, _MAX_NUMBER_DIGITS))
    return f"{settings.get('taxInvoiceIdPrefix') or ''}{digits}{settings.get('taxInvoiceIdSuffix') or ''}"


@route("GET /orders/{orderId}/invoice-pdf")
def get_order_invoice_pdf(request: StoreRequest) -> Result:
    """The printable invoice as PDF."""
    return Media("application/pdf", make_pdf(_invoice_lines(request.store, find_order(request))))


@route("GET /orders/{orderId}/invoice")
def get_order_invoice(request: StoreRequest) -> Result:
    """The printable invoice as an HTML page."""
    return _invoice_page(request.store, find_order(request))


@route("POST /orders/tax-invoice-preview")
def preview_tax_invoice(request: StoreRequest) -> Result:
    """The printable invoice of the order in the body, as an HTML page; nothing is stored."""
    return _invoice_page(request.store, merge({}, request.json))


def _invoice_page(store: Store, order: Item) -> Media:
    title, *lines = _invoice_lines(store, order)
    number = escape(str(order.get("vendorOrderNumber") or order.get("orderNumber") or ""))
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    page = f"""<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body>
<!-- Invoice body markup -->
<h1>{escape(_store_name(store))}</h1>
<!-- Order number -->
<h2>Invoice <span>#{number}</span></h2>
{body}
</body>
</html>
"""
    return Media("text/html; charset=utf-8", page.encode())


def _store_name(store: Store) -> str:
    return str((store.profile.get("settings") or {}).get("storeName") or f"Store {store.id}")


def _invoice_lines(store: Store, order: Item) -> list[str]:
    """The invoice as lines of text, its title first."""
    number = order.get("vendorOrderNumber") or order.get("orderNumber") or ""
    person = order.get("billingPerson") or order.get("shippingPerson") or {}
    address = ("name", "companyName", "street", "postalCode", "city", "countryName")
    lines = [f"{_store_name(store)}: invoice #{number}", str(order.get("createDate") or "")]
    lines += [str(person[part]) for part in address if person.get(part)]
    lines += [
        f"{line.get('quantity') or 1} x {line.get('name') or line.get('sku') or ''}   "
        f"{format_price(store, (line.get('price') or 0) * (line.get('quantity') or 1))}"
        for line in order.get("items") or ()
    ]
    lines += [
        f"{title}: {format_price(store, order[field])}"
        for field, title in (("subtotal", "Subtotal"), ("tax", "Tax"), ("total", "Total"))
        if order.get(field) is not None
    ]
    return lines
