"""Discounts that an app computes for a cart.

Documentation: https://docs.ecwid.com/build-apps/discounts/add-discounts-to-the-store/discounts-calculated-on-your-server
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import field

from ecwid_async.apps.checkout.cart import CheckoutCart
from ecwid_async.apps.checkout.shipping import check_amount, check_text
from ecwid_async.models.common import AmountType
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["CartDiscount", "DiscountRequest"]

_ALL: Final = Decimal(100)


@frozen(kw_only=True)
class DiscountRequest:
    """A cart for which Ecwid asks for discounts, each time that it changes. `repr` does not show the customer.

    **It is not signed**, and has the app's whole storage: see `ShippingRequest`. Most fields of the cart may be None,
    such as those of a customer who is not known yet.
    """

    store_id: int
    language: str | None = None
    cart: CheckoutCart = field(repr=False)
    settings: Mapping[str, str] = field(factory=dict, repr=False)


@frozen(kw_only=True)
class CartDiscount:
    """A discount that the customer sees in the cart, with its `description`.

    `value` is an amount in the currency of the cart, or a percentage. It is spread over all products, or over those
    with the ids `applies_to_products`.

    Raises `TypeError` for a float, which can't hold an amount exactly, and `ValueError` for an invalid value.
    """

    value: Decimal | int
    type: AmountType = AmountType.ABSOLUTE
    description: str = ""
    applies_to_products: Sequence[int] = ()

    def __attrs_post_init__(self) -> None:
        if self.type not in tuple(AmountType):
            raise ValueError("type is AmountType.ABSOLUTE or AmountType.PERCENT")
        if self.type == AmountType.PERCENT:
            check_amount("a percentage", self.value, _ALL)
        else:
            check_amount("value", self.value)
        check_text(self.description)
        if any(isinstance(each, bool) or not isinstance(each, int) for each in self.applies_to_products):
            raise TypeError("applies_to_products are ids of products")

    def to_dict(self) -> dict[str, object]:
        """The discount with the names that Ecwid expects."""
        fields: dict[str, object] = {"value": self.value, "type": self.type, "description": self.description}
        return fields | ({"appliesToProducts": list(self.applies_to_products)} if self.applies_to_products else {})
