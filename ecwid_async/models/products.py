"""Products."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import Dimensions, ProductCompositeComponent, ProductCondition, VolumeUnit
from ecwid_async.models.images import ProductOriginalImage
from ecwid_async.models.product_attributes import ProductAttribute
from ecwid_async.models.product_files import ProductFile
from ecwid_async.models.product_inventory import OutOfStockVisibility
from ecwid_async.models.product_media import BorderInfo, ProductGalleryImage, ProductMedia
from ecwid_async.models.product_options import ProductOption
from ecwid_async.models.product_prices import (
    ProductCustomPriceTier,
    ProductCustomPriceTierDraft,
    ProductLowestPriceSettings,
    ProductLowestPriceSettingsDraft,
    ProductTax,
    ProductTaxDraft,
    ProductWholesalePrice,
)
from ecwid_async.models.product_subscriptions import ProductSubscriptionSettings
from ecwid_async.models.variations import ProductCombinationDraft, Variation

__all__ = [
    "Product",
    "ProductCategory",
    "ProductDraft",
    "ProductFavorites",
    "ProductInventory",
    "ProductOnSale",
    "ProductRelatedProducts",
    "ProductRelatedProductsRelatedCategory",
    "ProductRibbon",
    "ProductRibbonDraft",
    "ProductSearchMethod",
    "ProductShipping",
    "ProductShippingPreparationTime",
    "ProductShippingType",
    "ProductSortBy",
    "ProductUpdateResult",
]


class ProductInventory(StrEnum):
    """A search filter for products in or out of stock."""

    INSTOCK = "instock"
    OUTOFSTOCK = "outofstock"


class ProductOnSale(StrEnum):
    """A search filter for products on sale or not."""

    ONSALE = "onsale"
    NOTONSALE = "notonsale"


class ProductSearchMethod(StrEnum):
    """Whether a search works as in the storefront or as in the control panel."""

    STOREFRONT = "STOREFRONT"
    CP = "CP"


class ProductShippingType(StrEnum):
    """The calculation of a product's shipping cost."""

    GLOBAL_METHODS = "GLOBAL_METHODS"
    SELECTED_METHODS = "SELECTED_METHODS"
    FLAT_RATE = "FLAT_RATE"
    FREE_SHIPPING = "FREE_SHIPPING"


class ProductSortBy(StrEnum):
    """The sort order of a search for products."""

    RELEVANCE = "RELEVANCE"
    DEFINED_BY_STORE_OWNER = "DEFINED_BY_STORE_OWNER"
    ADDED_TIME_DESC = "ADDED_TIME_DESC"
    ADDED_TIME_ASC = "ADDED_TIME_ASC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    UPDATED_TIME_ASC = "UPDATED_TIME_ASC"
    UPDATED_TIME_DESC = "UPDATED_TIME_DESC"


@model
class ProductShipping(Model):
    """Shipping settings of a product."""

    type: ProductShippingType | str | None = None
    method_markup: Decimal | None = None
    flat_rate: Decimal | None = None
    disabled_methods: list[str] | None = None
    enabled_methods: list[str] | None = None


@model
class ProductCategory(Model):
    """A category that a product is in."""

    id: int | None = None
    name: str | None = None
    name_translated: str | None = None  # Plain text, unlike other translated fields.
    enabled: bool | None = None
    ancestor_ids: list[int] | None = None  # Undocumented; Ecwid's own client reads it.


@model
class ProductFavorites(Model):
    """The number of customers who marked a product as a favorite."""

    count: int | None = None
    displayed_count: str | None = None  # Text for display, such as ``1.2K``.


@model
class ProductRelatedProductsRelatedCategory(Model):
    """A category from which products are shown as related products."""

    enabled: bool | None = None
    category_id: int | None = None
    product_count: int | None = None


@model
class ProductRelatedProducts(Model):
    """Related products of a product."""

    product_ids: list[int] | None = None
    related_category: ProductRelatedProductsRelatedCategory | None = None
    product_skus: list[str] | None = None  # Undocumented; Ecwid's own client writes it.


@model
class ProductRibbon(Model):
    """A label shown on a product."""

    text: str | None = None
    color: str | None = None


@model
class ProductShippingPreparationTime(Model):
    """The time until a product can be shipped or picked up. Empty in the examples."""

    shipping_preparation_time_for_in_stock_item_days: str | None = None
    shipping_preparation_time_for_out_of_stock_item_days: str | None = None
    pickup_preparation_time_for_in_stock_item_in_minutes: int | None = None
    local_delivery_preparation_time_for_in_stock_item_in_minutes: int | None = None


@model
class Product(Model):
    """A product.

    Prices are in the currency of the store. API reference: https://docs.ecwid.com/api-reference/rest-api/products/get-product
    """

    id: int | None = None
    sku: str | None = None
    quantity: int | None = None
    unlimited: bool | None = None
    in_stock: bool | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    price: Decimal | None = None
    price_in_product_list: Decimal | None = None
    default_displayed_price: Decimal | None = None
    default_displayed_price_formatted: str | None = None
    cost_price: Decimal | None = None
    tax: ProductTax | None = None
    wholesale_prices: list[ProductWholesalePrice] | None = None
    compare_to_price: Decimal | None = None
    compare_to_price_formatted: str | None = None
    compare_to_price_discount: Decimal | None = None
    compare_to_price_discount_formatted: str | None = None
    compare_to_price_discount_percent: Decimal | None = None
    compare_to_price_discount_percent_formatted: str | None = None
    default_displayed_compare_to_price: Decimal | None = None
    default_displayed_compare_to_price_formatted: str | None = None
    default_displayed_compare_to_price_discount: Decimal | None = None
    default_displayed_compare_to_price_discount_formatted: str | None = None
    default_displayed_compare_to_price_discount_percent: Decimal | None = None
    default_displayed_compare_to_price_discount_percent_formatted: str | None = None
    lowest_price_settings: ProductLowestPriceSettings | None = None
    is_shipping_required: bool | None = None
    weight: Decimal | None = None
    url: str | None = None
    autogenerated_slug: str | None = None
    custom_slug: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    create_timestamp: int | None = None  # Unix seconds.
    update_timestamp: int | None = None  # Unix seconds.
    product_class_id: int | None = None
    enabled: bool | None = None
    options: list[ProductOption] | None = None
    warning_limit: int | None = None
    fixed_shipping_rate_only: bool | None = None
    fixed_shipping_rate: Decimal | None = None
    shipping: ProductShipping | None = None
    default_combination_id: int | None = None
    original_image: ProductOriginalImage | None = None
    gallery_images: list[ProductGalleryImage] | None = None  # An object in the reference, a list in the examples.
    description: str | None = None
    description_translated: dict[str, str] | None = None
    media: ProductMedia | None = None
    category_ids: list[int] | None = None
    categories: list[ProductCategory] | None = None
    default_category_id: int | None = None
    seo_title: str | None = None
    seo_title_translated: dict[str, str] | None = None
    seo_description: str | None = None
    seo_description_translated: dict[str, str] | None = None
    favorites: ProductFavorites | None = None
    attributes: list[ProductAttribute] | None = None
    files: list[ProductFile] | None = None
    related_products: ProductRelatedProducts | None = None
    combinations: list[Variation] | None = None
    dimensions: Dimensions | None = None
    volume: Decimal | None = None
    show_on_frontpage: int | None = None
    subscription_settings: ProductSubscriptionSettings | None = None
    is_sample_product: bool | None = None
    is_gift_card: bool | None = None
    subtitle: str | None = None
    subtitle_translated: dict[str, str] | None = None
    discounts_allowed: bool | None = None
    external_reference_id: str | None = None
    out_of_stock_visibility_behaviour: OutOfStockVisibility | str | None = None
    min_purchase_quantity: int | None = None  # None means no limit, here and below.
    max_purchase_quantity: int | None = None
    reviews_collecting_allowed: bool | None = None
    rating: Decimal | None = None
    reviews_published: int | None = None
    reviews_moderated: int | None = None
    composite_parents: list[int] | None = None
    composite_components: list[ProductCompositeComponent] | None = None
    thumbnail_url: str | None = None
    lowest_price: Decimal | None = None
    default_displayed_lowest_price: Decimal | None = None
    default_displayed_lowest_price_formatted: str | None = None
    has_free_shipping: bool | None = None
    image_url: str | None = None
    small_thumbnail_url: str | None = None
    hd_thumbnail_url: str | None = None
    original_image_url: str | None = None
    border_info: BorderInfo | None = None
    shipping_preparation_time: ProductShippingPreparationTime | None = None
    show_delivery_time_in_storefront: bool | None = None
    google_item_condition: str | None = None
    name_your_price_enabled: bool | None = None
    google_product_category: int | None = None
    google_product_category_name: str | None = None
    product_condition: ProductCondition | str | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    location_inventory: dict[str, int] | None = None  # Quantities by location id.
    ribbon: ProductRibbon | None = None
    ribbon_translated: dict[str, str] | None = None
    custom_price_tiers: list[ProductCustomPriceTier] | None = None
    price_default_tier: int | None = None  # The index of a tier.
    customs_hs_tariff_code: str | None = None
    battery_included: bool | None = None
    description_truncated: bool | None = None  # Undocumented; real stores return it.


@model
class ProductUpdateResult(Model):
    """The number of changed products, and on request the product."""

    update_count: int | None = None
    item: Product | None = None


@draft
class ProductRibbonDraft(Draft):
    """A label of a product to write."""

    text: str | Unset | None = UNSET
    color: str | Unset | None = UNSET


@draft
class ProductDraft(Draft):
    """Fields of a product to create or change. Creating one requires `name`, `price` and `sku`.

    A list replaces the stored list. None clears `google_product_category`, and means no limit for
    `min_purchase_quantity` and `max_purchase_quantity`.
    """

    sku: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    unlimited: bool | Unset | None = UNSET
    in_stock: bool | Unset | None = UNSET
    name: str | Unset | None = UNSET
    # Text in the reference for writing, translations in every response.
    name_translated: dict[str, str] | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    tax: ProductTaxDraft | Unset | None = UNSET
    wholesale_prices: list[ProductWholesalePrice] | Unset | None = UNSET
    compare_to_price: Decimal | int | Unset | None = UNSET
    lowest_price_settings: ProductLowestPriceSettingsDraft | Unset | None = UNSET
    is_shipping_required: bool | Unset | None = UNSET
    weight: Decimal | int | Unset | None = UNSET
    custom_slug: str | Unset | None = UNSET
    product_class_id: int | Unset | None = UNSET
    enabled: bool | Unset | None = UNSET
    options: list[ProductOption] | Unset | None = UNSET
    warning_limit: int | Unset | None = UNSET
    fixed_shipping_rate_only: bool | Unset | None = UNSET
    fixed_shipping_rate: Decimal | int | Unset | None = UNSET
    shipping: ProductShipping | Unset | None = UNSET
    description: str | Unset | None = UNSET
    description_translated: dict[str, str] | Unset | None = UNSET
    category_ids: list[int] | Unset | None = UNSET
    default_category_id: int | Unset | None = UNSET
    seo_title: str | Unset | None = UNSET
    seo_title_translated: dict[str, str] | Unset | None = UNSET
    seo_description: str | Unset | None = UNSET
    seo_description_translated: dict[str, str] | Unset | None = UNSET
    attributes: list[ProductAttribute] | Unset | None = UNSET
    files: list[ProductFile] | Unset | None = UNSET
    related_products: ProductRelatedProducts | Unset | None = UNSET
    combinations: list[ProductCombinationDraft] | Unset | None = UNSET
    dimensions: Dimensions | Unset | None = UNSET
    volume: Decimal | int | Unset | None = UNSET
    show_on_frontpage: int | Unset | None = UNSET
    is_gift_card: bool | Unset | None = UNSET
    subtitle: str | Unset | None = UNSET
    subtitle_translated: dict[str, str] | Unset | None = UNSET
    discounts_allowed: bool | Unset | None = UNSET
    external_reference_id: str | Unset | None = UNSET
    out_of_stock_visibility_behaviour: OutOfStockVisibility | str | Unset | None = UNSET
    min_purchase_quantity: int | Unset | None = UNSET
    max_purchase_quantity: int | Unset | None = UNSET
    reviews_collecting_allowed: bool | Unset | None = UNSET
    composite_parents: list[int] | Unset | None = UNSET
    composite_components: list[ProductCompositeComponent] | Unset | None = UNSET
    cost_price: Decimal | int | Unset | None = UNSET
    volume_unit: VolumeUnit | str | Unset | None = UNSET
    name_your_price_enabled: bool | Unset | None = UNSET
    google_product_category: int | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.
    price_default_tier: Decimal | int | Unset | None = UNSET
    custom_price_tiers: list[ProductCustomPriceTierDraft] | Unset | None = UNSET
    ribbon: ProductRibbonDraft | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    is_sample_product: bool | Unset | None = UNSET
    location_inventory: dict[str, int] | Unset | None = UNSET
    lowest_price: Decimal | int | Unset | None = UNSET
    shipping_preparation_time: ProductShippingPreparationTime | Unset | None = UNSET
    show_delivery_time_in_storefront: bool | Unset | None = UNSET
    media: ProductMedia | Unset | None = UNSET  # Only ids, texts and the order of images.
    ribbon_translated: dict[str, str] | Unset | None = UNSET
    subscription_settings: ProductSubscriptionSettings | Unset | None = UNSET
    product_condition: ProductCondition | str | Unset | None = UNSET
    customs_hs_tariff_code: str | Unset | None = UNSET
    battery_included: bool | Unset | None = UNSET
