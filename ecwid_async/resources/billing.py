"""Charges of the app to the store's owner."""

from collections.abc import Mapping
from decimal import Decimal

from ecwid_async.calls import Call
from ecwid_async.codec import dumps
from ecwid_async.models.billing import BillingCurrency, BillingTransactionResult
from ecwid_async.resources.base import Resource

__all__ = ["Billing"]


class Billing(Resource):
    """Charges of the app, added to the store owner's bill from Ecwid."""

    __slots__ = ()

    def create_transaction(
        self,
        amount: Decimal | int,
        currency: BillingCurrency | str,
        description: str,
        idempotency_key: str,
        *,
        metadata: Mapping[str, object] | None = None,
    ) -> Call[BillingTransactionResult]:
        """Charge the store's owner, only once for the same `idempotency_key`.

        At most 500 USD per charge and 5,000 USD per day and store. `description` has up to 255 characters.

        ``POST /billing/transactions``
        """
        return self._call(
            "POST /billing/transactions",
            result_type=BillingTransactionResult,
            query={
                "amount": amount,
                "currency": currency,
                "description": description,
                "idempotencyKey": idempotency_key,
                # The encoding of an object in a parameter is not documented: JSON is the likely one.
                "metadata": None if metadata is None else dumps(metadata).decode(),
            },
            repeatable=True,
        )
