"""Payment options."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import AmountType

__all__ = [
    "PaymentOption",
    "PaymentOptionCreateResult",
    "PaymentOptionDraft",
    "PaymentOptionMethod",
    "ProfilePaymentOptionInstructionsForCustomer",
    "ProfilePaymentOptionPaymentSurcharge",
    "ProfilePaymentOptionShippingSettings",
]


@model
class ProfilePaymentOptionPaymentSurcharge(Model):
    """The surcharge of a payment option."""

    type: AmountType | str | None = None
    value: Decimal | None = None


@model
class ProfilePaymentOptionInstructionsForCustomer(Model):
    """Payment instructions for the customer."""

    instructions_title: str | None = None
    instructions: str | None = None
    instructions_translated: dict[str, str] | None = None


@model
class ProfilePaymentOptionShippingSettings(Model):
    """The shipping methods that a payment option is limited to."""

    enabled_shipping_methods: list[str] | None = None


@model
class PaymentOptionMethod(Model):
    """A method of a payment option, such as a kind of card. No example has one."""

    cards: list[str] | None = None
    subtype: str | None = None
    subtype_method_name: str | None = None


@model
class PaymentOption(Model):
    """A payment option.

    API reference: https://docs.ecwid.com/api-reference/rest-api/payment-options/get-payment-option
    """

    id: str | None = None
    enabled: bool | None = None
    configured: bool | None = None
    checkout_title: str | None = None
    checkout_title_translated: dict[str, str] | None = None
    checkout_description: str | None = None
    payment_processor_id: str | None = None
    payment_processor_title: str | None = None
    order_by: int | None = None
    app_client_id: str | None = None
    # A list in the reference, an object in the example.
    payment_surcharges: ProfilePaymentOptionPaymentSurcharge | None = None
    instructions_for_customer: ProfilePaymentOptionInstructionsForCustomer | None = None
    shipping_settings: ProfilePaymentOptionShippingSettings | None = None
    app_namespace: str | None = None
    methods: list[PaymentOptionMethod] | None = None
    supports_subtypes: bool | None = None  # Undocumented; Ecwid's own client reads it.


@model
class PaymentOptionCreateResult(Model):
    """The id of a created payment option."""

    id: str | None = None  # A number in the reference, but these ids are text everywhere else.


@draft
class PaymentOptionDraft(Draft):
    """Fields of a payment option to create or change."""

    enabled: bool | Unset | None = UNSET
    configured: bool | Unset | None = UNSET
    checkout_title: str | Unset | None = UNSET
    checkout_title_translated: dict[str, str] | Unset | None = UNSET
    checkout_description: str | Unset | None = UNSET
    payment_processor_id: str | Unset | None = UNSET
    payment_processor_title: str | Unset | None = UNSET
    order_by: int | Unset | None = UNSET
    app_client_id: str | Unset | None = UNSET
    payment_surcharges: ProfilePaymentOptionPaymentSurcharge | Unset | None = UNSET
    instructions_for_customer: ProfilePaymentOptionInstructionsForCustomer | Unset | None = UNSET
    shipping_settings: ProfilePaymentOptionShippingSettings | Unset | None = UNSET
    # Undocumented for writing, here and below; Ecwid's own client writes them.
    app_namespace: str | Unset | None = UNSET
    methods: list[PaymentOptionMethod] | Unset | None = UNSET
    supports_subtypes: bool | Unset | None = UNSET
