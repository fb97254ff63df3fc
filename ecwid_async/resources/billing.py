"""What the app charges the store's owner."""

from collections.abc import Mapping
from decimal import Decimal

from ecwid_async.calls import Call
from ecwid_async.codec import dumps
from ecwid_async.models.billing import BillingCurrency, BillingTransactionResult
from ecwid_async.resources.base import Resource

__all__ = ["Billing"]


class Billing(Resource):
    """Charges of the app, on the bill that the store's owner gets from Ecwid."""

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
        """Charge the store's owner once, however often it is sent with the same `idempotency_key`.

        At most 500 USD in one go, and 5,000 USD a day for one store. `description` has up to 255 characters.

        ``POST /billing/transactions``
        """
        return self._call(
            "POST /billing/transactions",
            reads=BillingTransactionResult,
            query={
                "amount": amount,
                "currency": currency,
                "description": description,
                "idempotencyKey": idempotency_key,
                # An object among parameters: how it is written is not documented, JSON is the likely way.
                "metadata": None if metadata is None else dumps(metadata).decode(),
            },
            repeatable=True,
        )
