"""Logos of the store."""

from ecwid_async.calls import Call
from ecwid_async.models.common import DeleteResult
from ecwid_async.resources.base import Resource

__all__ = ["ProfileLogos"]


class ProfileLogos(Resource):
    """The store's three logos: on the storefront, on invoices, in emails."""

    __slots__ = ()

    def delete_store_logo(self) -> Call[DeleteResult]:
        """Delete the logo of the storefront.

        ``DELETE /profile/logo``
        """
        return self._call("DELETE /profile/logo", reads=DeleteResult)

    def delete_invoice_logo(self) -> Call[DeleteResult]:
        """Delete the logo on invoices.

        ``DELETE /profile/invoicelogo``
        """
        return self._call("DELETE /profile/invoicelogo", reads=DeleteResult)

    def delete_email_logo(self) -> Call[DeleteResult]:
        """Delete the logo in emails.

        ``DELETE /profile/emaillogo``
        """
        return self._call("DELETE /profile/emaillogo", reads=DeleteResult)
