"""Charges of an app to a store's account: ``/billing/transactions``.

The tables leave all parameters to this file, since what is wrong with each of them has an error code of its own.
"""

import json
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final
from uuid import UUID

from attrs import frozen

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.state import Records

__all__: list[str] = []

_MOST_AT_ONCE: Final = 500
_MOST_A_DAY: Final = 5000
_LONGEST_DESCRIPTION: Final = 255
_DAY: Final = 24 * 3600
# Limits are in US dollars; about what the other currencies are worth.
_DOLLARS: Final = {
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
        return self.amount * _DOLLARS[self.currency]


@route("POST /billing/transactions")
def create_billing_transaction(visit: Visit) -> Answer:
    """Charge the store once for each idempotency key."""
    charge = _charge(visit)
    key = _key(visit)
    transaction = blake2b(f"{visit.store.id}/{key}".encode(), digest_size=12).hexdigest()
    done: Records[str, tuple[int, _Charge]] = visit.store.records("charges")
    if key in done:
        if done[key][1] != charge:
            message = "This idempotency key belongs to another charge; make a new one"
            raise Refusal(400, "CHARGE_IDEMPOTENCY_KEY_NOT_UNIQUE", message)
        return {"transactionId": transaction, "idempotencyKeyInUse": True}
    today = sum(one.dollars for at, one in done.values() if at > visit.now - _DAY)
    if charge.dollars > _MOST_AT_ONCE or today + charge.dollars > _MOST_A_DAY:
        message = f"Charges may come to {_MOST_AT_ONCE} USD at once and to {_MOST_A_DAY} USD a day"
        raise Refusal(402, "CHARGE_LIMIT_EXCEEDED", message)
    visit.unless_refused("CHARGE_PAYMENT_SOURCE_MISSING", 402, "The store's account has no means of payment")
    visit.unless_refused("CHARGE_DECLINED", 402, "The charge was declined")
    done[key] = (visit.now, charge)
    return {"transactionId": transaction, "idempotencyKeyInUse": False}


def _charge(visit: Visit) -> _Charge:
    sent = visit.params
    try:
        amount = Decimal(sent.get("amount", ""))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise Refusal(400, "CHARGE_AMOUNT_INVALID", "amount must be more than 0, with two decimal places at most")
    currency = sent.get("currency", "")
    if currency not in _DOLLARS:
        raise Refusal(400, "CHARGE_CURRENCY_INVALID", f"currency must be one of {', '.join(_DOLLARS)}")
    description = sent.get("description", "")
    if not 0 < len(description) <= _LONGEST_DESCRIPTION:
        message = f"description must have 1 to {_LONGEST_DESCRIPTION} characters"
        raise Refusal(400, "CHARGE_DESCRIPTION_INVALID", message)
    metadata = sent.get("metadata", "{}")
    try:
        purpose = isinstance(json.loads(metadata), dict)
    except ValueError:
        purpose = False
    if not purpose:
        raise Refusal(400, "CHARGE_PURPOSE_INVALID", "metadata must be a JSON object")
    return _Charge(amount, currency, description, metadata)


def _key(visit: Visit) -> str:
    try:
        return str(UUID(visit.params.get("idempotencyKey", "")))
    except ValueError:
        raise Refusal(400, "CHARGE_IDEMPOTENCY_KEY_INVALID", "idempotencyKey must be a UUID") from None
