"""Charges through Ecwid's billing."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "BillingCurrency",
    "BillingTransactionResult",
]


class BillingCurrency(StrEnum):
    """A currency that can be charged."""

    USD = "USD"
    EUR = "EUR"
    MXN = "MXN"
    INR = "INR"
    GBP = "GBP"
    AUD = "AUD"


@model
class BillingTransactionResult(Model):
    """The result of a charge.

    API reference: https://docs.ecwid.com/api-reference/rest-api/application/custom-charge-with-ecwid-billing
    """

    transaction_id: str | None = None
    idempotency_key_in_use: bool | None = None  # Whether a charge with this key exists already.
