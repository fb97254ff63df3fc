"""The store's three logos: on the storefront, on invoices, in mails."""

from typing import Any, Final

from ecwid_async.sandbox.computed_fields import check_url, picture
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import IMAGE_BYTES, read_picture, uploads_of

__all__: list[str] = []

_FIRST_LOGO: Final = 1_207_529_001
# Where each logo's address stands in the profile.
_PLACES: Final = {
    "logo": (("generalInfo", "starterSite", "storeLogoUrl"),),
    "invoicelogo": (("settings", "invoiceLogoUrl"), ("orderInvoiceSettings", "invoiceLogoUrl")),
    "emaillogo": (("settings", "emailLogoUrl"),),
}


@route("POST /profile/logo")
def upload_store_logo(visit: Visit) -> Answer:
    """The logo of the storefront."""
    return _set(visit, "logo")


@route("POST /profile/invoicelogo")
def upload_invoice_logo(visit: Visit) -> Answer:
    """The logo of invoices."""
    return _set(visit, "invoicelogo")


@route("POST /profile/emaillogo")
def upload_email_logo(visit: Visit) -> Answer:
    """The logo of mails."""
    return _set(visit, "emaillogo")


@route("DELETE /profile/logo")
def delete_store_logo(visit: Visit) -> Answer:
    """Take away the logo of the storefront."""
    return {"deleteCount": _take_away(visit, "logo"), "success": True}


@route("DELETE /profile/invoicelogo")
def delete_invoice_logo(visit: Visit) -> Answer:
    """Take away the logo of invoices."""
    return {"deleteCount": _take_away(visit, "invoicelogo"), "success": True}


@route("DELETE /profile/emaillogo")
def delete_email_logo(visit: Visit) -> Answer:
    """Take away the logo of mails."""
    return {"deleteCount": _take_away(visit, "emaillogo"), "success": True}


def _set(visit: Visit, logo: str) -> Answer:
    """Take the body, or what ``externalUrl`` names, for a logo; the one before is gone."""
    source = visit.params.get("externalUrl")
    if source is not None:
        check_url(source)
    elif not visit.body:
        raise Refusal.wrong("Send the picture as the body, or its address as the parameter 'externalUrl'")
    elif len(visit.body) > IMAGE_BYTES:
        raise Refusal(400, "INCORRECT_IMAGE_SIZE", f"A picture may have {IMAGE_BYTES} bytes at most")
    number = visit.store.next_number("logos", _FIRST_LOGO)
    ending = read_picture(visit.body).ending
    url = picture(visit.store, number, source, ending=ending)["imageOriginalUrl"]
    _take_away(visit, logo)
    if source is None:
        uploads_of(visit.store).keep(url, visit.body)
    for path in _PLACES[logo]:
        visit.store.set_profile(path, url)
    return {"id": number}


def _take_away(visit: Visit, logo: str) -> int:
    found = []
    for path in _PLACES[logo]:
        place: Any = visit.store.profile
        for step in path:
            place = (place or {}).get(step)
        if place is not None:
            found.append(place)
            visit.store.set_profile(path, None)
    uploads_of(visit.store).discard(url for url in found if url)
    return int(any(found))
