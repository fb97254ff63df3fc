"""Customers."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Literal

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.common import BuyerType, SelectMode
from ecwid_async.models.customers import (
    Customer,
    CustomerDraft,
    CustomerLocation,
    CustomersFilters,
    CustomersMassUpdateDraft,
    CustomerSortBy,
    PurchasedProduct,
)
from ecwid_async.models.results import CreateResult, DeletedItem, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    raise_not_identifiable,
    require_confirmation,
    require_draft,
)
from ecwid_async.resources.customer_contacts import CustomerContacts
from ecwid_async.resources.customer_extra_fields import CustomerExtraFields
from ecwid_async.resources.query import Timestamp, as_sequence

__all__ = ["Customers"]

R = TypeVar("R", default=Customer)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Customer, default=Customer)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Customers(ListResource[Customer]):
    """Customers, both registered ones and guests who ordered."""

    __slots__ = ()

    @property
    def contacts(self) -> CustomerContacts:
        """Contacts of customers."""
        return CustomerContacts(self._channel)

    @property
    def extra_fields(self) -> CustomerExtraFields:
        """The extra fields that customers have in this store."""
        return CustomerExtraFields(self._channel)

    def search(
        self,
        *,
        keyword: str | None = None,
        name: str | None = None,
        email: str | None = None,
        use_exact_email_match: bool | None = None,
        phone: str | None = None,
        city: str | None = None,
        postal_code: str | None = None,
        state_or_province_code: str | None = None,
        country_codes: Sequence[str] | None = None,
        company_name: str | None = None,
        accept_marketing: bool | None = None,
        lang: str | None = None,
        customer_group: int | None = None,
        customer_group_ids: Sequence[int] | None = None,
        min_order_count: int | None = None,
        max_order_count: int | None = None,
        min_sales_value: Decimal | int | None = None,
        max_sales_value: Decimal | int | None = None,
        purchased_product_ids: Sequence[int] | None = None,
        b2b_b2c: BuyerType | str | None = None,
        tax_exempt: bool | None = None,
        use_precalculated_order_count: bool | None = None,
        check_only_customer_id: bool | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        sort_by: CustomerSortBy | str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for customers that match all given filters.

        `name` searches billing names, `phone` addresses and contacts, and the parts of an address shipping addresses.
        `created_from` and `created_to` are about the registration, or a guest's first order. `b2b_b2c` is ``b2c``
        (private buyers, the default) or ``b2b``. `customer_group`, `use_precalculated_order_count` and
        `check_only_customer_id` are not documented; Ecwid's own client sends them.

        ``GET /customers``
        """
        return self._pages(
            "GET /customers",
            model=Customer,
            into=into,
            query={
                "keyword": keyword,
                "name": name,
                "email": email,
                "useExactEmailMatch": use_exact_email_match,
                "phone": phone,
                "city": city,
                "postalCode": postal_code,
                "stateOrProvinceCode": state_or_province_code,
                "countryCodes": as_sequence(country_codes),
                "companyName": company_name,
                "acceptMarketing": accept_marketing,
                "lang": lang,
                "customerGroup": customer_group,
                "customerGroupIds": as_sequence(customer_group_ids),
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": as_sequence(purchased_product_ids),
                "b2b_b2c": b2b_b2c,
                "taxExempt": tax_exempt,
                "usePrecalculatedOrderCount": use_precalculated_order_count,
                "checkOnlyCustomerId": check_only_customer_id,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "sortBy": sort_by,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, customer_id: int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a customer.

        ``GET /customers/{customerId}``
        """
        return self._read(
            "GET /customers/{customerId}",
            customer_id,
            model=Customer,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: CustomerDraft) -> Call[CreateResult]:
        """Add a customer.

        ``POST /customers``
        """
        return self._call(
            "POST /customers",
            result_type=CreateResult,
            body=require_draft(draft, CustomerDraft),
            look_up=_lookup_of(draft),
        )

    def update(self, customer_id: int, draft: CustomerDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        List elements with a stored id change that element, those without an id are added.

        ``PUT /customers/{customerId}``
        """
        return self._call(
            "PUT /customers/{customerId}",
            customer_id,
            result_type=UpdateResult,
            body=require_draft(draft, CustomerDraft),
        )

    def delete(self, customer_id: int) -> Call[DeleteResult]:
        """Delete a customer. `deleted` lists it for six months.

        ``DELETE /customers/{customerId}``
        """
        return self._call("DELETE /customers/{customerId}", customer_id, result_type=DeleteResult)

    def deleted(
        self,
        *,
        from_date: Timestamp | None = None,
        to_date: Timestamp | None = None,
        into: type[D] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[D]:
        """List the customers deleted in the last six months: ids and times.

        ``GET /customers/deleted``
        """
        return self._pages(
            "GET /customers/deleted",
            model=DeletedItem,
            into=into,
            query={"from_date": from_date, "to_date": to_date, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )

    def all_customer_count(self) -> Call[int]:
        """Count all customers of the store, including businesses and guests, independent of any search.

        ``GET /customers``
        """
        # Without responseFields: only whole pages are known to contain the member.
        return self._call("GET /customers", result_type=int, query={"limit": 1}, unwrap="allCustomerCount")

    def ids(
        self,
        *,
        keyword: str | None = None,
        min_order_count: int | None = None,
        max_order_count: int | None = None,
        min_sales_value: Decimal | int | None = None,
        max_sales_value: Decimal | int | None = None,
        purchased_product_ids: Sequence[int] | None = None,
        customer_group_ids: Sequence[int] | None = None,
        country_codes: Sequence[str] | None = None,
        tax_exempt: bool | None = None,
        accept_marketing: bool | None = None,
        check_only_customer_id: bool | None = None,
        lang: str | None = None,
        response_fields: str | None = None,
    ) -> Call[list[int]]:
        """List the ids of all customers that match all given filters.

        ``GET /customers_ids``
        """
        return self._call(
            "GET /customers_ids",
            result_type=list[int],
            query={
                "keyword": keyword,
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": as_sequence(purchased_product_ids),
                "customerGroupIds": as_sequence(customer_group_ids),
                "countryCodes": as_sequence(country_codes),
                "taxExempt": tax_exempt,
                "acceptMarketing": accept_marketing,
                "checkOnlyCustomerId": check_only_customer_id,
                "lang": lang,
                "responseFields": response_fields,
            },
            unwrap="ids",
        )

    def mass_update(
        self,
        draft: CustomersMassUpdateDraft,
        *,
        confirm: Literal[True] | None = None,
        keyword: str | None = None,
        min_order_count: int | None = None,
        max_order_count: int | None = None,
        min_sales_value: Decimal | int | None = None,
        max_sales_value: Decimal | int | None = None,
        purchased_product_ids: Sequence[int] | None = None,
        customer_group_ids: Sequence[int] | None = None,
        country_codes: Sequence[str] | None = None,
        tax_exempt: bool | None = None,
        accept_marketing: bool | None = None,
        check_only_customer_id: bool | None = None,
        lang: str | None = None,
    ) -> Call[UpdateResult]:
        """Change or delete many customers: those listed in `draft`, those that match the given filters, or all.

        Raises `ValueError` if it deletes more than the listed ones, unless `confirm` is True.

        ``POST /customers_update``
        """
        require_draft(draft, CustomersMassUpdateDraft)
        if draft.delete and draft.mode != SelectMode.SELECTED:
            require_confirmation(confirm, "every matching customer, or all of the store")
        return self._call(
            "POST /customers_update",
            result_type=UpdateResult,
            query={
                "keyword": keyword,
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": as_sequence(purchased_product_ids),
                "customerGroupIds": as_sequence(customer_group_ids),
                "countryCodes": as_sequence(country_codes),
                "taxExempt": tax_exempt,
                "acceptMarketing": accept_marketing,
                "checkOnlyCustomerId": check_only_customer_id,
                "lang": lang,
            },
            body=draft,
        )

    def filters(self) -> Call[CustomersFilters]:
        """Get the values that customers can be filtered by (groups, addresses, languages), and their number.

        ``GET /customers/filters``
        """
        return self._call("GET /customers/filters", result_type=CustomersFilters)

    def locations(self, name: str) -> Call[list[CustomerLocation]]:
        """List the countries of customers that have `name` in their names.

        ``GET /customers/locations``
        """
        return self._call(
            "GET /customers/locations", result_type=list[CustomerLocation], query={"name": name}, unwrap="items"
        )

    def purchased_products(self, name: str) -> Call[list[PurchasedProduct]]:
        """List the purchased products that have `name` in their names.

        ``GET /customers/products``
        """
        return self._call(
            "GET /customers/products", result_type=list[PurchasedProduct], query={"name": name}, unwrap="items"
        )


def _lookup_of(draft: CustomerDraft) -> Lookup:
    if draft.email:
        return partial(_find_by_email, email=draft.email)
    return partial(raise_not_identifiable, reason="a customer without an email address can't be identified")


async def _find_by_email(channel: Channel, email: str) -> Customer | None:
    return await Customers(channel).search(email=email, use_exact_email_match=True).first()
