"""Requests of the checkout to an app: payments (extra ``apps``), shipping rates and discounts."""

from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.apps.checkout.cart import CheckoutAddress as CheckoutAddress
    from ecwid_async.apps.checkout.cart import CheckoutCart as CheckoutCart
    from ecwid_async.apps.checkout.cart import CheckoutCartItem as CheckoutCartItem
    from ecwid_async.apps.checkout.cart import CheckoutCategory as CheckoutCategory
    from ecwid_async.apps.checkout.cart_requests import DiscountRequests as DiscountRequests
    from ecwid_async.apps.checkout.cart_requests import ShippingRequests as ShippingRequests
    from ecwid_async.apps.checkout.discounts import CartDiscount as CartDiscount
    from ecwid_async.apps.checkout.discounts import DiscountRequest as DiscountRequest
    from ecwid_async.apps.checkout.payment import Payment as Payment
    from ecwid_async.apps.checkout.payment_request import PaymentRequest as PaymentRequest
    from ecwid_async.apps.checkout.payment_requests import PaymentRequests as PaymentRequests
    from ecwid_async.apps.checkout.shipping import ShippingRate as ShippingRate
    from ecwid_async.apps.checkout.shipping import ShippingRequest as ShippingRequest
    from ecwid_async.apps.checkout.unauthenticated import UnauthenticatedPayments as UnauthenticatedPayments

_MODULES: Final = {
    "cart": ("CheckoutAddress", "CheckoutCart", "CheckoutCartItem", "CheckoutCategory"),
    "cart_requests": ("DiscountRequests", "ShippingRequests"),
    "discounts": ("CartDiscount", "DiscountRequest"),
    "payment": ("Payment",),
    "payment_request": ("PaymentRequest",),
    "payment_requests": ("PaymentRequests",),
    "shipping": ("ShippingRate", "ShippingRequest"),
    "unauthenticated": ("UnauthenticatedPayments",),
}

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
