"""The logos of a store: on the storefront, on invoices and in emails."""

from typing import Any, Final

from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, read_image_info, uploads_of

__all__: list[str] = []

_FIRST_LOGO_ID: Final = 1_207_529_001
# The paths in the profile of each logo's URL.
_PROFILE_PATHS: Final = {
    "logo": (("generalInfo", "starterSite", "storeLogoUrl"),),
    "invoicelogo": (("settings", "invoiceLogoUrl"), ("orderInvoiceSettings", "invoiceLogoUrl")),
    "emaillogo": (("settings", "emailLogoUrl"),),
}


@route("POST /profile/logo")
def upload_store_logo(request: StoreRequest) -> Result:
    """Replace the logo of the storefront."""
    return _upload_logo(request, "logo")


@route("POST /profile/invoicelogo")
def upload_invoice_logo(request: StoreRequest) -> Result:
    """Replace the logo of invoices."""
    return _upload_logo(request, "invoicelogo")


@route("POST /profile/emaillogo")
def upload_email_logo(request: StoreRequest) -> Result:
    """Replace the logo of emails."""
    return _upload_logo(request, "emaillogo")


@route("DELETE /profile/logo")
def delete_store_logo(request: StoreRequest) -> Result:
    """Delete the logo of the storefront."""
    return {"deleteCount": _delete_logo(request, "logo"), "success": True}


@route("DELETE /profile/invoicelogo")
def delete_invoice_logo(request: StoreRequest) -> Result:
    """Delete the logo of invoices."""
    return {"deleteCount": _delete_logo(request, "invoicelogo"), "success": True}


@route("DELETE /profile/emaillogo")
def delete_email_logo(request: StoreRequest) -> Result:
    """Delete the logo of emails."""
    return {"deleteCount": _delete_logo(request, "emaillogo"), "success": True}


def _upload_logo(request: StoreRequest, logo: str) -> Result:
    """Replace a logo by the image in the body or at ``externalUrl``, which is not downloaded."""
    source = request.params.get("externalUrl")
    if source is not None:
        check_url(source)
    elif not request.body:
        raise ErrorResponse.wrong_parameter("Send the image as the body, or its URL as the parameter 'externalUrl'")
    elif len(request.body) > MAX_IMAGE_BYTES:
        raise ErrorResponse(400, "INCORRECT_IMAGE_SIZE", f"An image may have at most {MAX_IMAGE_BYTES} bytes")
    logo_id = request.store.next_number("logos", _FIRST_LOGO_ID)
    extension = read_image_info(request.body).extension
    url = image_urls(request.store, logo_id, source, extension=extension)["imageOriginalUrl"]
    _delete_logo(request, logo)
    if source is None:
        uploads_of(request.store).put(url, request.body)
    for path in _PROFILE_PATHS[logo]:
        request.store.set_profile(path, url)
    return {"id": logo_id}


def _delete_logo(request: StoreRequest, logo: str) -> int:
    urls = []
    for path in _PROFILE_PATHS[logo]:
        value: Any = request.store.profile
        for step in path:
            value = (value or {}).get(step)
        if value is not None:
            urls.append(value)
            request.store.set_profile(path, None)
    uploads_of(request.store).discard(url for url in urls if url)
    return int(any(urls))
