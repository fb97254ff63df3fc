"""Products."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Literal

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.product_filters import ProductFilters
from ecwid_async.models.products import (
    Product,
    ProductDraft,
    ProductInventory,
    ProductOnSale,
    ProductSearchMethod,
    ProductSortBy,
    ProductUpdateResult,
)
from ecwid_async.models.results import CreateResult, DeletedItem, DeleteResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    Listed,
    Moment,
    Several,
    confirmed,
    query_params,
    several,
    unidentified,
)
from ecwid_async.resources.product_files import ProductFiles
from ecwid_async.resources.product_gallery import ProductGallery
from ecwid_async.resources.product_images import ProductImages
from ecwid_async.resources.product_inventory import ProductInventoryResource
from ecwid_async.resources.product_media import ProductMediaResource
from ecwid_async.resources.product_videos import ProductVideos
from ecwid_async.resources.sort_orders import ProductSortOrder
from ecwid_async.resources.variations import Variations

__all__ = ["Products"]

R = TypeVar("R", default=Product)
P = TypeVar("P", default=ProductFilters)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Product, default=Product)
    P = TypeVar("P", bound=ProductFilters, default=ProductFilters)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Products(Listed[Product]):
    """Products of the catalogue."""

    __slots__ = ()

    @property
    def files(self) -> ProductFiles:
        """The files that a product sells."""
        return ProductFiles(self._channel)

    @property
    def gallery(self) -> ProductGallery:
        """The images and videos beside the main one."""
        return ProductGallery(self._channel)

    @property
    def images(self) -> ProductImages:
        """The main image of each product."""
        return ProductImages(self._channel)

    @property
    def inventory(self) -> ProductInventoryResource:
        """The stock."""
        return ProductInventoryResource(self._channel)

    @property
    def media(self) -> ProductMediaResource:
        """All images and videos of a product at once."""
        return ProductMediaResource(self._channel)

    @property
    def sort_order(self) -> ProductSortOrder:
        """The order of the products inside a category."""
        return ProductSortOrder(self._channel)

    @property
    def variations(self) -> Variations:
        """The variations of a product, one for each set of options."""
        return Variations(self._channel)

    @property
    def videos(self) -> ProductVideos:
        """The main video of each product."""
        return ProductVideos(self._channel)

    def search(
        self,
        *,
        product_id: Several[int] | None = None,
        sku: str | None = None,
        keyword: str | None = None,
        search_method: ProductSearchMethod | str | None = None,
        external_reference_id: str | None = None,
        category: int | None = None,
        categories: Sequence[int] | None = None,
        include_products_from_subcategories: bool | None = None,
        price_from: Decimal | int | None = None,
        price_to: Decimal | int | None = None,
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        updated_from: Moment | None = None,
        updated_to: Moment | None = None,
        sort_by: ProductSortBy | str | None = None,
        enabled: bool | None = None,
        is_gift_card: bool | None = None,
        in_stock: bool | None = None,
        discounts_allowed: bool | None = None,
        visible_in_storefront: bool | None = None,
        is_customer_set_price: bool | None = None,
        onsale: ProductOnSale | str | None = None,
        inventory: ProductInventory | str | None = None,
        options: Mapping[str, str | Sequence[str]] | None = None,
        attributes: Mapping[str, str | Sequence[str]] | None = None,
        enabled_manual_taxes: Sequence[str | int] | None = None,
        tax_class_codes: Sequence[str] | None = None,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Products that match every filter given; with `product_id`, or else with `sku`, the others are ignored.

        `options` and `attributes` map a name to the values wanted, any of which matches. `keyword` matches whole
        words unless it ends in ``*``. `enabled_manual_taxes` takes ids of taxes, and ``none`` for products without
        one. `categories` leaves subcategories out unless `include_products_from_subcategories`.

        ``GET /products``
        """
        return self._pages(
            "GET /products",
            model=Product,
            into=into,
            query={
                "productId": several(product_id),
                "sku": sku,
                "keyword": keyword,
                "searchMethod": search_method,
                "externalReferenceId": external_reference_id,
                "category": category,
                "categories": several(categories),
                "includeProductsFromSubcategories": include_products_from_subcategories,
                "priceFrom": price_from,
                "priceTo": price_to,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "sortBy": sort_by,
                "enabled": enabled,
                "isGiftCard": is_gift_card,
                "inStock": in_stock,
                "discountsAllowed": discounts_allowed,
                "visibleInStorefront": visible_in_storefront,
                "isCustomerSetPrice": is_customer_set_price,
                "onsale": onsale,
                "inventory": inventory,
                **{f"option_{name}": several(values) for name, values in (options or {}).items()},
                **{f"attribute_{name}": several(values) for name, values in (attributes or {}).items()},
                "enabledManualTaxes": several(enabled_manual_taxes),
                "taxClassCodes": several(tax_class_codes),
                "baseUrl": base_url,
                "cleanUrls": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(
        self,
        product_id: int,
        *,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """One product, with its variations.

        ``GET /products/{productId}``
        """
        return self._read(
            "GET /products/{productId}",
            product_id,
            model=Product,
            into=into,
            query={
                "baseUrl": base_url,
                "cleanUrls": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
        )

    def create(self, draft: ProductDraft, *, save_combinations: bool | None = None) -> Call[CreateResult]:
        """Add a product. Variations in `draft` are ignored unless `save_combinations`.

        ``POST /products``
        """
        return self._call(
            "POST /products",
            reads=CreateResult,
            query={"saveCombinations": save_combinations},
            body=draft,
            look_up=_identity(draft),
        )

    def update(
        self,
        product_id: int,
        draft: ProductDraft,
        *,
        save_combinations: bool | None = None,
        return_item: bool | None = None,
        check_low_stock_notification: bool | None = None,
        rebuild_variations_on_options_update: bool | None = None,
        keep_option_display_settings: bool | None = None,
        response_fields: str | None = None,
    ) -> Call[ProductUpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        Variations in `draft` are ignored unless `save_combinations`. With `return_item` the answer holds the changed
        product, of which `response_fields` (``item(id,sku)``) makes a selection.

        ``PUT /products/{productId}``
        """
        return self._call(
            "PUT /products/{productId}",
            product_id,
            reads=ProductUpdateResult,
            query={
                "saveCombinations": save_combinations,
                "returnItem": return_item,
                "checkLowStockNotification": check_low_stock_notification,
                "rebuildVariationsOnOptionsUpdate": rebuild_variations_on_options_update,
                "keepOptionDisplaySettings": keep_option_display_settings,
                "responseFields": response_fields,
            },
            body=draft,
        )

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete one product. It stays in the history of deleted items for six months.

        ``DELETE /products/{productId}``
        """
        return self._call("DELETE /products/{productId}", product_id, reads=DeleteResult)

    def delete_all(self, *, confirm: Literal[True]) -> Call[None]:
        """Delete every product of the store. It answers before they are gone.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products``
        """
        confirmed(confirm, "every product of the store")
        # Answers 202, without a body as documented: whatever comes along is not read.
        return self._call("DELETE /products", reads=type(None), repeatable=False)

    def filters(
        self,
        filter_fields: Sequence[str],
        *,
        enabled: bool | None = None,
        filter_facet_limit: int | str | None = None,
        include_products_from_subcategories: bool | None = None,
        lang: str | None = None,
    ) -> Call[ProductFilters]:
        """Which filters the catalogue offers, and how many products each value has.

        `filter_fields` are ``price``, ``inventory``, ``onsale``, ``categories``, ``option_{name}`` and
        ``attribute_{name}``, names as they are. `filter_facet_limit` bounds the values of each filter.

        ``POST /products/filters``
        """
        fields = _csv(filter_fields)
        # Documented as a parameter and as a member of the body, where every value is text: sent as both.
        params = {
            "filterFields": fields,
            "enabled": enabled,
            "filterFacetLimit": filter_facet_limit,
            "includeProductsFromSubcategories": include_products_from_subcategories,
            "lang": lang,
        }
        return self._call(
            "POST /products/filters",
            reads=ProductFilters,
            query={"filterFields": fields},
            body={"params": dict(query_params(params))},
            repeatable=True,
        )

    def facets(
        self,
        filter_fields: Sequence[str],
        *,
        filter_facet_limit: Mapping[str, int | str] | None = None,
        filter_parent_category_id: int | str | None = None,
        keyword: str | None = None,
        price_from: Decimal | int | None = None,
        price_to: Decimal | int | None = None,
        categories: Sequence[int] | None = None,
        include_products_from_subcategories: bool | None = None,
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        updated_from: Moment | None = None,
        updated_to: Moment | None = None,
        enabled: bool | None = None,
        options: Mapping[str, str | Sequence[str]] | None = None,
        attributes: Mapping[str, str | Sequence[str]] | None = None,
        inventory: ProductInventory | str | None = None,
        onsale: ProductOnSale | str | None = None,
        lang: str | None = None,
        into: type[P] | None = None,
        response_fields: str | None = None,
    ) -> Call[P]:
        """What `filters` answers, for the products that match every filter given: the way of Ecwid's own client.

        `filter_facet_limit` maps a field to how many of its values are wanted, most frequent first, or to ``all``.
        `filter_parent_category_id` is the category whose children ``categories`` lists, or ``home`` for root ones.

        ``GET /products/filters``
        """
        limits = None if filter_facet_limit is None else [f"{name}:{most}" for name, most in filter_facet_limit.items()]
        return self._read(
            "GET /products/filters",
            model=ProductFilters,
            into=into,
            query={
                "filterFields": _csv(filter_fields),
                "filterFacetLimit": None if limits is None else _csv(limits),
                "filterParentCategoryId": filter_parent_category_id,
                "keyword": keyword,
                "priceFrom": price_from,
                "priceTo": price_to,
                "categories": several(categories),
                "includeProductsFromSubcategories": include_products_from_subcategories,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "enabled": enabled,
                **{f"option_{name}": several(values) for name, values in (options or {}).items()},
                **{f"attribute_{name}": several(values) for name, values in (attributes or {}).items()},
                "inventory": inventory,
                "onsale": onsale,
                "lang": lang,
                "responseFields": response_fields,
            },
        )

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
        """Products deleted in the last six months: id and moment.

        ``GET /products/deleted``
        """
        return self._pages(
            "GET /products/deleted",
            model=DeletedItem,
            into=into,
            query={"from_date": from_date, "to_date": to_date, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )


def _csv(names: Sequence[str]) -> str:
    """Names as one comma-separated text, in which a backslash escapes their own commas and backslashes."""
    if isinstance(names, str) or not names:
        raise ValueError("filter_fields is a list of filters: pass at least one, such as ['price', 'option_Size']")
    return ",".join(name.replace("\\", "\\\\").replace(",", "\\,") for name in names)


def _identity(draft: ProductDraft) -> Lookup:
    if draft.sku:
        return partial(_by_sku, sku=draft.sku)
    if draft.external_reference_id:
        return partial(_by_reference, reference=draft.external_reference_id)
    return partial(
        unidentified, reason="a product without SKU and external_reference_id can't be told from others like it"
    )


async def _by_sku(channel: Channel, sku: str) -> Product | None:
    return await Products(channel).search(sku=sku).first()


async def _by_reference(channel: Channel, reference: str) -> Product | None:
    return await Products(channel).search(external_reference_id=reference).first()
