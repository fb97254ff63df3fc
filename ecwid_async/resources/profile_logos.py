"""Logos of the store."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProfileLogos"]


class ProfileLogos(Resource):
    """Logos of the storefront, invoices and emails."""

    __slots__ = ()

    def upload_store_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo of the storefront: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /profile/logo``
        """
        return self._upload(
            "POST /profile/logo",
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_store_logo(self) -> Call[DeleteResult]:
        """Delete the logo of the storefront.

        ``DELETE /profile/logo``
        """
        return self._call("DELETE /profile/logo", result_type=DeleteResult)

    def upload_invoice_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo on invoices: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /profile/invoicelogo``
        """
        return self._upload(
            "POST /profile/invoicelogo",
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_invoice_logo(self) -> Call[DeleteResult]:
        """Delete the logo on invoices.

        ``DELETE /profile/invoicelogo``
        """
        return self._call("DELETE /profile/invoicelogo", result_type=DeleteResult)

    def upload_email_logo(
        self, source: Source | None = None, *, external_url: str | None = None, progress: Progress | None = None
    ) -> Call[UploadResult]:
        """Set the logo in emails: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /profile/emaillogo``
        """
        return self._upload(
            "POST /profile/emaillogo",
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete_email_logo(self) -> Call[DeleteResult]:
        """Delete the logo in emails.

        ``DELETE /profile/emaillogo``
        """
        return self._call("DELETE /profile/emaillogo", result_type=DeleteResult)
