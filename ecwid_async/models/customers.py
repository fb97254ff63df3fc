"""Customers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import BuyerType, SelectMode
from ecwid_async.models.customer_contacts import CustomerContact
from ecwid_async.models.customer_extra_fields import CustomerExtraFieldValue
from ecwid_async.models.customer_groups import CustomerGroup
from ecwid_async.models.persons import BillingPerson

__all__ = [
    "Customer",
    "CustomerBillingPersonDraft",
    "CustomerDraft",
    "CustomerFavorite",
    "CustomerLocation",
    "CustomerShippingAddress",
    "CustomerShippingAddressDraft",
    "CustomerSortBy",
    "CustomerStats",
    "CustomersFilters",
    "CustomersMassUpdateCustomerDraft",
    "CustomersMassUpdateDraft",
    "PurchasedProduct",
]


class CustomerSortBy(StrEnum):
    """The sort order of a search for customers."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    EMAIL_ASC = "EMAIL_ASC"
    EMAIL_DESC = "EMAIL_DESC"
    ORDER_COUNT_ASC = "ORDER_COUNT_ASC"
    ORDER_COUNT_DESC = "ORDER_COUNT_DESC"
    REGISTERED_DATE_DESC = "REGISTERED_DATE_DESC"
    REGISTERED_DATE_ASC = "REGISTERED_DATE_ASC"
    UPDATED_DATE_DESC = "UPDATED_DATE_DESC"
    UPDATED_DATE_ASC = "UPDATED_DATE_ASC"
    SALES_VALUE_ASC = "SALES_VALUE_ASC"
    SALES_VALUE_DESC = "SALES_VALUE_DESC"
    FIRST_ORDER_DATE_ASC = "FIRST_ORDER_DATE_ASC"
    FIRST_ORDER_DATE_DESC = "FIRST_ORDER_DATE_DESC"
    LAST_ORDER_DATE_ASC = "LAST_ORDER_DATE_ASC"
    LAST_ORDER_DATE_DESC = "LAST_ORDER_DATE_DESC"


@model
class CustomerShippingAddress(Model):
    """A saved shipping address of a customer."""

    id: int | None = None
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
    address_formatted: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    note: str | None = None
    created_date: datetime | None = None
    default_address: bool | None = None
    order_by: int | None = None


@model
class CustomerStats(Model):
    """Statistics of a customer's orders."""

    number_of_orders: int | None = None
    sales_value: Decimal | None = None
    average_order_value: Decimal | None = None
    first_order_date: datetime | None = None
    last_order_date: datetime | None = None


@model
class CustomerFavorite(Model):
    """A favorite product of a customer."""

    product_id: int | None = None
    added_timestamp: datetime | None = None  # A datetime, not seconds.


@model
class Customer(Model):
    """A customer of the store.

    API reference: https://docs.ecwid.com/api-reference/rest-api/customers/get-customer
    """

    id: int | None = None
    email: str | None = None
    registered: datetime | None = None
    updated: datetime | None = None
    billing_person: BillingPerson | None = None
    shipping_addresses: list[CustomerShippingAddress] | None = None
    contacts: list[CustomerContact] | None = None
    customer_group_name: str | None = None
    customer_group_id: int | None = None
    b2b_b2c: BuyerType | str | None = None
    tax_id: str | None = None
    tax_id_valid: bool | None = None
    tax_exempt: bool | None = None
    accept_marketing: bool | None = None
    lang: str | None = None
    stats: CustomerStats | None = None
    private_admin_notes: str | None = None
    favorites: list[CustomerFavorite] | None = None
    name: str | None = None
    total_order_count: int | None = None
    fiscal_code: str | None = None
    electronic_invoice_pec_email: str | None = None
    electronic_invoice_sdi_code: str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    external_reference_id: str | None = None
    extrafields: list[CustomerExtraFieldValue] | None = None


@model
class CustomerLocation(Model):
    """A country where customers of the store live."""

    country: str | None = None
    country_code: str | None = None


@model
class PurchasedProduct(Model):
    """A product bought by customers of the store."""

    product_id: int | None = None
    product_name: str | None = None


@model
class CustomersFilters(Model):
    """The values that customers can be filtered by, and the number of customers."""

    total: int | None = None
    repeated_customers_count: int | None = None
    one_time_customers_count: int | None = None
    store_groups: list[CustomerGroup] | None = None
    shipping_addresses: list[CustomerShippingAddress] | None = None
    languages: list[str] | None = None


@draft
class CustomerBillingPersonDraft(Draft):
    """The billing person of a customer to create or change."""

    name: str | Unset | None = UNSET
    company_name: str | Unset | None = UNSET
    street: str | Unset | None = UNSET
    city: str | Unset | None = UNSET
    country_code: str | Unset | None = UNSET
    country_name: str | Unset | None = UNSET
    postal_code: str | Unset | None = UNSET
    state_or_province_code: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET


@draft
class CustomerShippingAddressDraft(Draft):
    """A shipping address of a customer to create, or with an `id` to change."""

    id: int | Unset | None = UNSET
    name: str | Unset | None = UNSET
    company_name: str | Unset | None = UNSET
    street: str | Unset | None = UNSET
    city: str | Unset | None = UNSET
    country_code: str | Unset | None = UNSET
    country_name: str | Unset | None = UNSET
    postal_code: str | Unset | None = UNSET
    state_or_province_code: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    address_formatted: str | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    note: str | Unset | None = UNSET
    default_address: bool | Unset | None = UNSET
    order_by: int | Unset | None = UNSET


@draft
class CustomerDraft(Draft):
    """Fields of a customer to create or change. Creating one requires `email`.

    A list replaces the stored list: an element with a stored id changes that element, any other is added.
    """

    email: str | Unset | None = UNSET
    password: str | Unset | None = UNSET  # Never returned.
    billing_person: CustomerBillingPersonDraft | Unset | None = UNSET
    shipping_addresses: list[CustomerShippingAddressDraft] | Unset | None = UNSET
    contacts: list[CustomerContact] | Unset | None = UNSET
    customer_group_id: int | Unset | None = UNSET
    b2b_b2c: BuyerType | str | Unset | None = UNSET
    tax_id: str | Unset | None = UNSET
    tax_id_valid: bool | Unset | None = UNSET
    tax_exempt: bool | Unset | None = UNSET
    accept_marketing: bool | Unset | None = UNSET
    lang: str | Unset | None = UNSET
    private_admin_notes: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    customer_group_name: str | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    primary_phone: str | Unset | None = UNSET
    extrafields: list[CustomerExtraFieldValue] | Unset | None = UNSET


@draft
class CustomersMassUpdateCustomerDraft(Draft):
    """Fields to change in each selected customer."""

    customer_group_id: int | Unset | None = UNSET
    tax_exempt: bool | Unset | None = UNSET
    accept_marketing: bool | Unset | None = UNSET


@draft
class CustomersMassUpdateDraft(Draft):
    """A change or deletion of many customers."""

    mode: SelectMode | str | Unset | None = UNSET
    ids: list[int] | Unset | None = UNSET
    delete: bool | Unset | None = UNSET
    customer: CustomersMassUpdateCustomerDraft | Unset | None = UNSET
