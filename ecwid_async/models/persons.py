"""The billing and shipping persons of orders, carts and customers."""

from ecwid_async.models.base import Model, model

__all__ = [
    "BillingPerson",
    "ShippingPerson",
]


@model
class BillingPerson(Model):
    """The name and the address of a buyer."""

    name: str | None = None
    company_name: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@model
class ShippingPerson(Model):
    """A name and an address, usually of the recipient of an order."""

    name: str | None = None
    company_name: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    state_or_province_name: str | None = None
    phone: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    first_name: str | None = None
    last_name: str | None = None
