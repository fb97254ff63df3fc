"""The invoice settings of a store."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "InvoiceAttachment",
    "ProfileOrderInvoiceSettings",
    "ProfileTaxInvoiceSettings",
]


class InvoiceAttachment(StrEnum):
    """Whether emails about orders have the invoice attached."""

    ATTACH_TO_ALL_EMAILS = "ATTACH_TO_ALL_EMAILS"
    DO_NOT_ATTACH = "DO_NOT_ATTACH"


@model
class ProfileOrderInvoiceSettings(Model):
    """Invoice settings of the store."""

    display_order_invoices: bool | None = None
    attach_invoice_to_order_email_notifications: InvoiceAttachment | str | None = None
    invoice_logo_url: str | None = None


@model
class ProfileTaxInvoiceSettings(Model):
    """Tax invoice settings of the store."""

    tax_invoice_logo_url: str | None = None
    attach_tax_invoice_to_order_email_notifications: str | None = None
    enable_tax_invoices: bool | None = None
    generate_invoices_automatically: str | None = None
    tax_invoice_id_prefix: str | None = None
    tax_invoice_id_suffix: str | None = None
    tax_invoice_id_min_digits_amount: int | None = None
    tax_invoice_id_next_number: int | None = None
