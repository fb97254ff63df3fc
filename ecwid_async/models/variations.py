"""Variations of products: what is written. What is read is `Variation`, a part of the product too."""

from decimal import Decimal

from ecwid_async.models.base import UNSET, Draft, Unset, draft
from ecwid_async.models.common import Dimensions, ImageAlt
from ecwid_async.models.products import (
    OutOfStockVisibility,
    ProductAttribute,
    ProductLowestPriceSettings,
    ProductSubscriptionSettings,
    ProductWholesalePrice,
    VariationOption,
)

__all__ = [
    "VariationDraft",
]


@draft
class VariationDraft(Draft):
    """What a variation is created with, or changed to. Creating one needs `options`.

    A list that is given replaces the stored one.
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
    in_stock: bool | Unset | None = UNSET  # The reference says `instock`; every example, `inStock`.
    cost_price: Decimal | int | Unset | None = UNSET
    is_shipping_required: bool | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    location_inventory: dict[str, int] | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
    customs_hs_tariff_code: str | Unset | None = UNSET
    subscription_settings: ProductSubscriptionSettings | Unset | None = UNSET
