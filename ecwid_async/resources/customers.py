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
from ecwid_async.resources.base import TYPE_CHECKING, Listed, Moment, confirmed, several, unidentified
from ecwid_async.resources.customer_contacts import CustomerContacts
from ecwid_async.resources.customer_extra_fields import CustomerExtraFields

__all__ = ["Customers"]

R = TypeVar("R", default=Customer)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Customer, default=Customer)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Customers(Listed[Customer]):
    """Customers, registered ones and those who ordered as guests."""

    __slots__ = ()

    @property
    def contacts(self) -> CustomerContacts:
        """Ways to reach a customer."""
        return CustomerContacts(self._channel)

    @property
    def extra_fields(self) -> CustomerExtraFields:
        """Which extra fields customers have in this store."""
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
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        updated_from: Moment | None = None,
        updated_to: Moment | None = None,
        sort_by: CustomerSortBy | str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Customers that match every filter given.

        `name` is looked for in the billing name, `phone` in addresses and contacts, the parts of an address in
        shipping addresses. `created_from` and `created_to` bound the registration, or a guest's first order.
        `b2b_b2c` is ``b2c`` (private buyers, the default) or ``b2b``. `customer_group`, `use_precalculated_order_count`
        and `check_only_customer_id` are known from Ecwid's own client, not from the documentation.

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
                "countryCodes": several(country_codes),
                "companyName": company_name,
                "acceptMarketing": accept_marketing,
                "lang": lang,
                "customerGroup": customer_group,
                "customerGroupIds": several(customer_group_ids),
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": several(purchased_product_ids),
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
        """One customer.

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
        return self._call("POST /customers", reads=CreateResult, body=draft, look_up=_identity(draft))

    def update(self, customer_id: int, draft: CustomerDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        Elements of a list that repeat an id are kept and changed, those without one are added.

        ``PUT /customers/{customerId}``
        """
        return self._call("PUT /customers/{customerId}", customer_id, reads=UpdateResult, body=draft)

    def delete(self, customer_id: int) -> Call[DeleteResult]:
        """Delete a customer. It stays in the history of deleted items for six months.

        ``DELETE /customers/{customerId}``
        """
        return self._call("DELETE /customers/{customerId}", customer_id, reads=DeleteResult)

    def deleted(
        self,
        *,
        from_date: Moment | None = None,
        to_date: Moment | None = None,
        into: type[D] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[D]:
        """Customers deleted in the last six months: id and moment.

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
        """How many customers the store has, whatever a search finds: businesses and guests too.

        ``GET /customers``
        """
        # Not selected by responseFields: only the envelope of a page is known to have it.
        return self._call("GET /customers", reads=int, query={"limit": 1}, unwrap="allCustomerCount")

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
        """Ids of the customers that match every filter given, in one list.

        ``GET /customers_ids``
        """
        return self._call(
            "GET /customers_ids",
            reads=list[int],
            query={
                "keyword": keyword,
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": several(purchased_product_ids),
                "customerGroupIds": several(customer_group_ids),
                "countryCodes": several(country_codes),
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
        """Change or delete many customers: those listed in `draft`, those that match the filters given, or all.

        Raises `ValueError` where it deletes others than those listed, unless `confirm` is True.

        ``POST /customers_update``
        """
        if draft.delete and draft.mode != SelectMode.SELECTED:
            confirmed(confirm, "every customer that matches, or all of the store")
        return self._call(
            "POST /customers_update",
            reads=UpdateResult,
            query={
                "keyword": keyword,
                "minOrderCount": min_order_count,
                "maxOrderCount": max_order_count,
                "minSalesValue": min_sales_value,
                "maxSalesValue": max_sales_value,
                "purchasedProductIds": several(purchased_product_ids),
                "customerGroupIds": several(customer_group_ids),
                "countryCodes": several(country_codes),
                "taxExempt": tax_exempt,
                "acceptMarketing": accept_marketing,
                "checkOnlyCustomerId": check_only_customer_id,
                "lang": lang,
            },
            body=draft,
        )

    def filters(self) -> Call[CustomersFilters]:
        """What customers can be filtered by: groups, addresses, languages, and how many there are.

        ``GET /customers/filters``
        """
        return self._call("GET /customers/filters", reads=CustomersFilters)

    def locations(self, name: str) -> Call[list[CustomerLocation]]:
        """The countries of customers whose name matches.

        ``GET /customers/locations``
        """
        return self._call(
            "GET /customers/locations", reads=list[CustomerLocation], query={"name": name}, unwrap="items"
        )

    def purchased_products(self, name: str) -> Call[list[PurchasedProduct]]:
        """The products that customers bought whose name matches.

        ``GET /customers/products``
        """
        return self._call("GET /customers/products", reads=list[PurchasedProduct], query={"name": name}, unwrap="items")


def _identity(draft: CustomerDraft) -> Lookup:
    if draft.email:
        return partial(_by_email, email=draft.email)
    return partial(unidentified, reason="a customer without an e-mail address can't be told from others")


async def _by_email(channel: Channel, email: str) -> Customer | None:
    return await Customers(channel).search(email=email, use_exact_email_match=True).first()
