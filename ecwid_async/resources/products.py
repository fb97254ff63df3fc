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
    ListResource,
    raise_not_identifiable,
    require_confirmation,
    require_draft,
)
from ecwid_async.resources.product_files import ProductFiles
from ecwid_async.resources.product_gallery import ProductGallery
from ecwid_async.resources.product_images import ProductImages
from ecwid_async.resources.product_inventory import ProductInventoryResource
from ecwid_async.resources.product_media import ProductMediaResource
from ecwid_async.resources.product_videos import ProductVideos
from ecwid_async.resources.query import OneOrMany, Timestamp, as_sequence, query_params
from ecwid_async.resources.sort_orders import ProductSortOrder
from ecwid_async.resources.variations import Variations

__all__ = ["Products"]

R = TypeVar("R", default=Product)
P = TypeVar("P", default=ProductFilters)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Product, default=Product)
    P = TypeVar("P", bound=ProductFilters, default=ProductFilters)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Products(ListResource[Product]):
    """Products of the catalogue."""

    __slots__ = ()

    @property
    def files(self) -> ProductFiles:
        """Files of digital products."""
        return ProductFiles(self._channel)

    @property
    def gallery(self) -> ProductGallery:
        """Gallery images and videos of products."""
        return ProductGallery(self._channel)

    @property
    def images(self) -> ProductImages:
        """Main images of products."""
        return ProductImages(self._channel)

    @property
    def inventory(self) -> ProductInventoryResource:
        """Stock of products."""
        return ProductInventoryResource(self._channel)

    @property
    def media(self) -> ProductMediaResource:
        """All images and videos of a product, changed together."""
        return ProductMediaResource(self._channel)

    @property
    def sort_order(self) -> ProductSortOrder:
        """The order of products inside a category."""
        return ProductSortOrder(self._channel)

    @property
    def variations(self) -> Variations:
        """Variations of products, one for each combination of options."""
        return Variations(self._channel)

    @property
    def videos(self) -> ProductVideos:
        """Main videos of products."""
        return ProductVideos(self._channel)

    def search(
        self,
        *,
        product_id: OneOrMany[int] | None = None,
        sku: str | None = None,
        keyword: str | None = None,
        search_method: ProductSearchMethod | str | None = None,
        external_reference_id: str | None = None,
        category: int | None = None,
        categories: Sequence[int] | None = None,
        include_products_from_subcategories: bool | None = None,
        price_from: Decimal | int | None = None,
        price_to: Decimal | int | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
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
        """Search for products that match all given filters. `product_id`, or else `sku`, overrides all others.

        `options` and `attributes` map names to values, any of which matches. `keyword` matches whole words unless it
        ends in ``*``. `enabled_manual_taxes` takes ids of taxes, or ``none`` for products without taxes.
        `categories` excludes subcategories unless `include_products_from_subcategories` is set.

        ``GET /products``
        """
        return self._pages(
            "GET /products",
            model=Product,
            into=into,
            query={
                "productId": as_sequence(product_id),
                "sku": sku,
                "keyword": keyword,
                "searchMethod": search_method,
                "externalReferenceId": external_reference_id,
                "category": category,
                "categories": as_sequence(categories),
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
                **{f"option_{name}": as_sequence(values) for name, values in (options or {}).items()},
                **{f"attribute_{name}": as_sequence(values) for name, values in (attributes or {}).items()},
                "enabledManualTaxes": as_sequence(enabled_manual_taxes),
                "taxClassCodes": as_sequence(tax_class_codes),
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
        """Get a product with its variations.

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
        """Add a product. Variations in `draft` are ignored unless `save_combinations` is set.

        ``POST /products``
        """
        return self._call(
            "POST /products",
            result_type=CreateResult,
            query={"saveCombinations": save_combinations},
            body=require_draft(draft, ProductDraft),
            look_up=_lookup_of(draft),
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

        Variations in `draft` are ignored unless `save_combinations` is set. `return_item` returns the changed product,
        from which `response_fields` (``item(id,sku)``) selects fields.

        ``PUT /products/{productId}``
        """
        return self._call(
            "PUT /products/{productId}",
            product_id,
            result_type=ProductUpdateResult,
            query={
                "saveCombinations": save_combinations,
                "returnItem": return_item,
                "checkLowStockNotification": check_low_stock_notification,
                "rebuildVariationsOnOptionsUpdate": rebuild_variations_on_options_update,
                "keepOptionDisplaySettings": keep_option_display_settings,
                "responseFields": response_fields,
            },
            body=require_draft(draft, ProductDraft),
        )

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete a product. `deleted` lists it for six months.

        ``DELETE /products/{productId}``
        """
        return self._call("DELETE /products/{productId}", product_id, result_type=DeleteResult)

    def delete_all(self, *, confirm: Literal[True]) -> Call[None]:
        """Delete all products of the store. The response arrives before they are deleted.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products``
        """
        require_confirmation(confirm, "every product of the store")
        # The documented response is 202 without a body: do not read one.
        return self._call("DELETE /products", result_type=type(None), repeatable=False)

    def filters(
        self,
        filter_fields: Sequence[str],
        *,
        enabled: bool | None = None,
        filter_facet_limit: int | str | None = None,
        include_products_from_subcategories: bool | None = None,
        lang: str | None = None,
    ) -> Call[ProductFilters]:
        """Get the filters of the catalogue, with the number of products for each value.

        `filter_fields` are ``price``, ``inventory``, ``onsale``, ``categories``, ``option_{name}`` and
        ``attribute_{name}``, with names unescaped. `filter_facet_limit` limits the values of each filter.

        ``POST /products/filters``
        """
        fields = _join_names(filter_fields)
        # Documented both as a parameter and as a member of the body, where all values are text: send both.
        params = {
            "filterFields": fields,
            "enabled": enabled,
            "filterFacetLimit": filter_facet_limit,
            "includeProductsFromSubcategories": include_products_from_subcategories,
            "lang": lang,
        }
        return self._call(
            "POST /products/filters",
            result_type=ProductFilters,
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
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        enabled: bool | None = None,
        options: Mapping[str, str | Sequence[str]] | None = None,
        attributes: Mapping[str, str | Sequence[str]] | None = None,
        inventory: ProductInventory | str | None = None,
        onsale: ProductOnSale | str | None = None,
        lang: str | None = None,
        into: type[P] | None = None,
        response_fields: str | None = None,
    ) -> Call[P]:
        """Get the same as `filters` for products that match all given filters, as Ecwid's own client does.

        `filter_facet_limit` maps a field to the number of values to return, most frequent first, or to ``all``.
        `filter_parent_category_id` is the category whose children ``categories`` lists, or ``home`` for root ones.

        ``GET /products/filters``
        """
        limits = None if filter_facet_limit is None else [f"{name}:{most}" for name, most in filter_facet_limit.items()]
        return self._read(
            "GET /products/filters",
            model=ProductFilters,
            into=into,
            query={
                "filterFields": _join_names(filter_fields),
                "filterFacetLimit": None if limits is None else _join_names(limits),
                "filterParentCategoryId": filter_parent_category_id,
                "keyword": keyword,
                "priceFrom": price_from,
                "priceTo": price_to,
                "categories": as_sequence(categories),
                "includeProductsFromSubcategories": include_products_from_subcategories,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "enabled": enabled,
                **{f"option_{name}": as_sequence(values) for name, values in (options or {}).items()},
                **{f"attribute_{name}": as_sequence(values) for name, values in (attributes or {}).items()},
                "inventory": inventory,
                "onsale": onsale,
                "lang": lang,
                "responseFields": response_fields,
            },
        )

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
        """List the products deleted in the last six months: ids and times.

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


def _join_names(names: Sequence[str]) -> str:
    """Join names by commas. A backslash escapes commas and backslashes in them."""
    if isinstance(names, str) or not names:
        raise ValueError("filter_fields is a list of filters: pass at least one, such as ['price', 'option_Size']")
    return ",".join(name.replace("\\", "\\\\").replace(",", "\\,") for name in names)


def _lookup_of(draft: ProductDraft) -> Lookup:
    if draft.sku:
        return partial(_find_by_sku, sku=draft.sku)
    if draft.external_reference_id:
        return partial(_find_by_reference, reference=draft.external_reference_id)
    return partial(
        raise_not_identifiable,
        reason="a product without SKU and external_reference_id can't be identified",
    )


async def _find_by_sku(channel: Channel, sku: str) -> Product | None:
    return await Products(channel).search(sku=sku).first()


async def _find_by_reference(channel: Channel, reference: str) -> Product | None:
    return await Products(channel).search(external_reference_id=reference).first()
