"""Charges of an app to a store's account: ``/billing/transactions``.

The spec does not check parameters here: each invalid parameter has its own error code.
"""

import json
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final
from uuid import UUID

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Records

__all__: list[str] = []

_MAX_CHARGE: Final = 500
_MAX_PER_DAY: Final = 5000
_MAX_DESCRIPTION: Final = 255
_DAY: Final = 24 * 3600
# Approximate exchange rates: the limits are in US dollars.
_USD_RATES: Final = {
    "USD": Decimal("1"),
    "EUR": Decimal("1.1"),
    "MXN": Decimal("0.055"),
    "INR": Decimal("0.012"),
    "GBP": Decimal("1.3"),
    "AUD": Decimal("0.66"),
}


@frozen
class _Charge:
    amount: Decimal
    currency: str
    description: str
    metadata: str

    @property
    def dollars(self) -> Decimal:
        return self.amount * _USD_RATES[self.currency]


@route("POST /billing/transactions")
def create_billing_transaction(request: StoreRequest) -> Result:
    """Charge the store once per idempotency key."""
    charge = _read_charge(request)
    key = _read_idempotency_key(request)
    transaction = blake2b(f"{request.store.id}/{key}".encode(), digest_size=12).hexdigest()
    charges: Records[str, tuple[int, _Charge]] = request.store.records("charges")
    if key in charges:
        if charges[key][1] != charge:
            message = "This idempotency key belongs to another charge; create a new one"
            raise ErrorResponse(400, "CHARGE_IDEMPOTENCY_KEY_NOT_UNIQUE", message)
        return {"transactionId": transaction, "idempotencyKeyInUse": True}
    charged_today = sum(other.dollars for charged_at, other in charges.values() if charged_at > request.now - _DAY)
    if charge.dollars > _MAX_CHARGE or charged_today + charge.dollars > _MAX_PER_DAY:
        message = f"A charge may be at most {_MAX_CHARGE} USD, and all charges of a day at most {_MAX_PER_DAY} USD"
        raise ErrorResponse(402, "CHARGE_LIMIT_EXCEEDED", message)
    request.raise_if_simulated("CHARGE_PAYMENT_SOURCE_MISSING", 402, "The store's account has no payment method")
    request.raise_if_simulated("CHARGE_DECLINED", 402, "The charge was declined")
    charges[key] = (request.now, charge)
    return {"transactionId": transaction, "idempotencyKeyInUse": False}


def _read_charge(request: StoreRequest) -> _Charge:
    params = request.params
    try:
        amount = Decimal(params.get("amount", ""))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise ErrorResponse(
            400, "CHARGE_AMOUNT_INVALID", "amount must be greater than zero and have at most two decimal places"
        )
    currency = params.get("currency", "")
    if currency not in _USD_RATES:
        raise ErrorResponse(400, "CHARGE_CURRENCY_INVALID", f"currency must be one of {', '.join(_USD_RATES)}")
    description = params.get("description", "")
    if not 0 < len(description) <= _MAX_DESCRIPTION:
        message = f"description must have 1 to {_MAX_DESCRIPTION} characters"
        raise ErrorResponse(400, "CHARGE_DESCRIPTION_INVALID", message)
    metadata = params.get("metadata", "{}")
    try:
        is_object = isinstance(json.loads(metadata), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise ErrorResponse(400, "CHARGE_PURPOSE_INVALID", "metadata must be a JSON object")
    return _Charge(amount, currency, description, metadata)


def _read_idempotency_key(request: StoreRequest) -> str:
    try:
        return str(UUID(request.params.get("idempotencyKey", "")))
    except ValueError:
        raise ErrorResponse(400, "CHARGE_IDEMPOTENCY_KEY_INVALID", "idempotencyKey must be a UUID") from None
