"""The request with which the checkout sends a customer to the app to pay."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import field

from ecwid_async.apps.checkout.fields import read_language, read_settings, read_store_id
from ecwid_async.apps.checkout.payment import Payment
from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from ecwid_async.models.orders import Order
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import Secret

__all__ = ["PaymentRequest", "to_payment_request"]

_OPERATION: Final = "payment request"
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@frozen(kw_only=True)
class PaymentRequest:
    """A customer wants to pay an order with the app. `repr` shows neither the customer nor any secret.

    - `total`: the amount to pay, in `currency` (three letters, such as ``EUR``); nothing is to be added to it.
    - `order`: the order, with the customer's e-mail and addresses.
    - `language`: that of the storefront, such as ``en``.
    - `settings`: everything that the app has put into its storage for the store, under all keys.
    - `payment`: what is needed to report the result. Keep it while the customer pays.

    The same request may arrive several times, for instance when the customer reloads the page: start one payment for
    each ``payment.transaction_id``.
    """

    store_id: int
    total: Decimal
    currency: str
    language: str | None = None
    order: Order = field(repr=False)
    settings: Mapping[str, str] = field(factory=dict, repr=False)
    payment: Payment


def to_payment_request(data: Mapping[str, object], codec: Codec) -> PaymentRequest | None:
    """The request, or None if a field that is needed is missing or invalid."""
    store_id, cart, token = read_store_id(data), data.get("cart"), data.get("token")
    if store_id is None or not isinstance(cart, dict) or not isinstance(token, str):
        return None
    order, currency = _read_order(cart, codec), cart.get("currency")
    if order is None or order.total is None or not order.total.is_finite() or order.total < 0:
        return None
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    payment = _to_payment(store_id, order.reference_transaction_id, data.get("returnUrl"), Secret(token))
    if payment is None:
        return None
    return PaymentRequest(
        store_id=store_id,
        total=order.total,
        currency=currency,
        language=read_language(data),
        order=order,
        settings=read_settings(data),
        payment=payment,
    )


def _read_order(cart: Mapping[str, object], codec: Codec) -> Order | None:
    try:
        return codec.structure(cart.get("order"), Order, _OPERATION, "cart.order")
    except DecodeError:
        return None


def _to_payment(store_id: int, transaction_id: object, return_url: object, token: Secret) -> Payment | None:
    if not isinstance(transaction_id, str) or not isinstance(return_url, str):
        return None
    try:
        return Payment(store_id=store_id, transaction_id=transaction_id, return_url=return_url, token=token)
    except ValueError:
        return None
