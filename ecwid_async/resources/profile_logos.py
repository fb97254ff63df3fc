"""Logos of the store."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProfileLogos"]


class ProfileLogos(Resource):
    """The store's three logos: on the storefront, on invoices, in emails."""

    __slots__ = ()

    def upload_store_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo of the storefront: `source` itself, or what is found at `external_url`. At most 20 MB.

        ``POST /profile/logo``
        """
        return self._upload(
            "POST /profile/logo",
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_store_logo(self) -> Call[DeleteResult]:
        """Delete the logo of the storefront.

        ``DELETE /profile/logo``
        """
        return self._call("DELETE /profile/logo", reads=DeleteResult)

    def upload_invoice_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo on invoices: `source` itself, or what is found at `external_url`. At most 20 MB.

        ``POST /profile/invoicelogo``
        """
        return self._upload(
            "POST /profile/invoicelogo",
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_invoice_logo(self) -> Call[DeleteResult]:
        """Delete the logo on invoices.

        ``DELETE /profile/invoicelogo``
        """
        return self._call("DELETE /profile/invoicelogo", reads=DeleteResult)

    def upload_email_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo in emails: `source` itself, or what is found at `external_url`. At most 20 MB.

        ``POST /profile/emaillogo``
        """
        return self._upload(
            "POST /profile/emaillogo",
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_email_logo(self) -> Call[DeleteResult]:
        """Delete the logo in emails.

        ``DELETE /profile/emaillogo``
        """
        return self._call("DELETE /profile/emaillogo", reads=DeleteResult)
