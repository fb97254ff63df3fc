"""Variations of products."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import Dimensions
from ecwid_async.models.images import ImageAlt
from ecwid_async.models.product_attributes import ProductAttribute
from ecwid_async.models.product_inventory import OutOfStockVisibility
from ecwid_async.models.product_media import BorderInfo
from ecwid_async.models.product_prices import (
    ProductLowestPriceSettings,
    ProductLowestPriceSettingsDraft,
    ProductWholesalePrice,
)
from ecwid_async.models.product_subscriptions import ProductSubscriptionSettings

__all__ = [
    "ProductCombinationDraft",
    "Variation",
    "VariationDraft",
    "VariationOption",
]


@model
class VariationOption(Model):
    """The value of an option in a variation."""

    name: str | None = None
    name_translated: dict[str, str] | None = None
    value: str | None = None
    value_translated: dict[str, str] | None = None


@model
class Variation(Model):
    """A variation of a product: one combination of its options.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/product-variations/get-product-variation
    """

    id: int | None = None
    combination_number: int | None = None
    options: list[VariationOption] | None = None
    sku: str | None = None
    thumbnail_url: str | None = None
    image_url: str | None = None
    small_thumbnail_url: str | None = None
    hd_thumbnail_url: str | None = None
    original_image_url: str | None = None
    quantity: int | None = None
    unlimited: bool | None = None
    price: Decimal | None = None
    default_displayed_price: Decimal | None = None
    default_displayed_price_formatted: str | None = None
    lowest_price: Decimal | None = None
    lowest_price_settings: ProductLowestPriceSettings | None = None
    default_displayed_lowest_price: Decimal | None = None
    default_displayed_lowest_price_formatted: str | None = None
    wholesale_prices: list[ProductWholesalePrice] | None = None
    weight: Decimal | None = None
    volume: Decimal | None = None
    warning_limit: int | None = None
    attributes: list[ProductAttribute] | None = None
    compare_to_price: Decimal | None = None
    min_purchase_quantity: int | None = None
    max_purchase_quantity: int | None = None
    out_of_stock_visibility_behaviour: OutOfStockVisibility | str | None = None
    alt: ImageAlt | None = None
    dimensions: Dimensions | None = None
    in_stock: bool | None = None  # `instock` in the reference, `inStock` in every example.
    # Undocumented, here and below; Ecwid's own client reads them.
    cost_price: Decimal | None = None
    location_inventory: dict[str, int] | None = None  # Quantities by location id.
    border_info: BorderInfo | None = None
    external_reference_id: str | None = None
    is_shipping_required: bool | None = None
    customs_hs_tariff_code: str | None = None
    subscription_settings: ProductSubscriptionSettings | None = None


@draft
class ProductCombinationDraft(Draft):
    """A variation to create or change together with its product."""

    id: int | Unset | None = UNSET
    combination_number: int | Unset | None = UNSET
    options: list[VariationOption] | Unset | None = UNSET
    sku: str | Unset | None = UNSET
    thumbnail_url: str | Unset | None = UNSET
    image_url: str | Unset | None = UNSET
    small_thumbnail_url: str | Unset | None = UNSET
    hd_thumbnail_url: str | Unset | None = UNSET
    original_image_url: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    unlimited: bool | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    default_displayed_price: Decimal | int | Unset | None = UNSET
    default_displayed_price_formatted: str | Unset | None = UNSET
    lowest_price: Decimal | int | Unset | None = UNSET
    lowest_price_settings: ProductLowestPriceSettingsDraft | Unset | None = UNSET
    default_displayed_lowest_price: Decimal | int | Unset | None = UNSET
    default_displayed_lowest_price_formatted: str | Unset | None = UNSET
    wholesale_prices: list[ProductWholesalePrice] | Unset | None = UNSET
    weight: Decimal | int | Unset | None = UNSET
    volume: Decimal | int | Unset | None = UNSET
    warning_limit: int | Unset | None = UNSET
    attributes: list[ProductAttribute] | Unset | None = UNSET
    compare_to_price: Decimal | int | Unset | None = UNSET
    min_purchase_quantity: int | Unset | None = UNSET
    max_purchase_quantity: int | Unset | None = UNSET
    out_of_stock_visibility_behaviour: OutOfStockVisibility | str | Unset | None = UNSET
    alt: ImageAlt | Unset | None = UNSET
    in_stock: bool | Unset | None = UNSET


@draft
class VariationDraft(Draft):
    """Fields of a variation to create or change. Creating one requires `options`.

    A list replaces the stored list.
    """

    options: list[VariationOption] | Unset | None = UNSET
    sku: str | Unset | None = UNSET
    thumbnail_url: str | Unset | None = UNSET
    image_url: str | Unset | None = UNSET
    small_thumbnail_url: str | Unset | None = UNSET
    hd_thumbnail_url: str | Unset | None = UNSET
    original_image_url: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    unlimited: bool | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    default_displayed_price: Decimal | int | Unset | None = UNSET
    default_displayed_price_formatted: str | Unset | None = UNSET
    lowest_price: Decimal | int | Unset | None = UNSET
    lowest_price_settings: ProductLowestPriceSettings | Unset | None = UNSET
    default_displayed_lowest_price: Decimal | int | Unset | None = UNSET
    default_displayed_lowest_price_formatted: str | Unset | None = UNSET
    dimensions: Dimensions | Unset | None = UNSET
    wholesale_prices: list[ProductWholesalePrice] | Unset | None = UNSET
    weight: Decimal | int | Unset | None = UNSET
    volume: Decimal | int | Unset | None = UNSET
    warning_limit: int | Unset | None = UNSET
    attributes: list[ProductAttribute] | Unset | None = UNSET
    compare_to_price: Decimal | int | Unset | None = UNSET
    min_purchase_quantity: int | Unset | None = UNSET  # None means no limit, here and below.
    max_purchase_quantity: int | Unset | None = UNSET
    out_of_stock_visibility_behaviour: OutOfStockVisibility | str | Unset | None = UNSET
    alt: ImageAlt | Unset | None = UNSET
    in_stock: bool | Unset | None = UNSET  # `instock` in the reference, `inStock` in every example.
    cost_price: Decimal | int | Unset | None = UNSET
    is_shipping_required: bool | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    location_inventory: dict[str, int] | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
    customs_hs_tariff_code: str | Unset | None = UNSET
    subscription_settings: ProductSubscriptionSettings | Unset | None = UNSET
