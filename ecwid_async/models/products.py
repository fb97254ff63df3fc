"""Products and their variations."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeAlias

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model, prefixed
from ecwid_async.models.common import (
    AmountType,
    Dimensions,
    ImageAlt,
    ProductCompositeComponent,
    ProductCondition,
    ProductOriginalImage,
    RecurringInterval,
    VolumeUnit,
)
from ecwid_async.models.product_types import AttributeShow, AttributeType

__all__ = [
    "BorderInfo",
    "CheckboxOption",
    "DateOption",
    "DominatingColor",
    "FilesOption",
    "OtherOption",
    "OutOfStockVisibility",
    "Product",
    "ProductAttribute",
    "ProductAttributeAlias",
    "ProductCategory",
    "ProductCombinationDraft",
    "ProductCustomPriceTier",
    "ProductCustomPriceTierDraft",
    "ProductDraft",
    "ProductFavorites",
    "ProductFile",
    "ProductFileDraft",
    "ProductFilterSet",
    "ProductFilterSetAttribute",
    "ProductFilterSetCategories",
    "ProductFilterSetInventory",
    "ProductFilterSetOnsale",
    "ProductFilterSetOption",
    "ProductFilterSetPrice",
    "ProductFilterValue",
    "ProductFilters",
    "ProductGalleryImage",
    "ProductInventory",
    "ProductLowestPriceSettings",
    "ProductLowestPriceSettingsDraft",
    "ProductMainMediaDraft",
    "ProductMedia",
    "ProductMediaDraft",
    "ProductMediaImage",
    "ProductMediaVideo",
    "ProductOnSale",
    "ProductOption",
    "ProductOptionChoice",
    "ProductOptionType",
    "ProductRelatedProducts",
    "ProductRelatedProductsRelatedCategory",
    "ProductRibbon",
    "ProductRibbonDraft",
    "ProductSearchMethod",
    "ProductShipping",
    "ProductShippingPreparationTime",
    "ProductShippingType",
    "ProductSortBy",
    "ProductSubscriptionSettings",
    "ProductSubscriptionSettingsRecurringChargeSettings",
    "ProductTax",
    "ProductTaxDraft",
    "ProductUpdateResult",
    "ProductVideo",
    "ProductWholesalePrice",
    "RadioOption",
    "SelectOption",
    "SizeOption",
    "StockAdjustmentResult",
    "SwatchesOption",
    "TextAreaOption",
    "TextFieldOption",
    "Variation",
    "VariationOption",
]


class OutOfStockVisibility(StrEnum):
    """What happens to a product that is out of stock. The reference calls the field a boolean with these values."""

    SHOW = "SHOW"
    HIDE = "HIDE"
    ALLOW_PREORDER = "ALLOW_PREORDER"


class ProductAttributeAlias(StrEnum):
    """The names of the attributes that every store has."""

    UPC = "UPC"
    BRAND = "BRAND"
    PRICE_PER_UNIT = "PRICE_PER_UNIT"
    UNITS_IN_PRODUCT = "UNITS_IN_PRODUCT"


class ProductInventory(StrEnum):
    """A filter of products by stock."""

    INSTOCK = "instock"
    OUTOFSTOCK = "outofstock"


class ProductOnSale(StrEnum):
    """A filter of products by sale."""

    ONSALE = "onsale"
    NOTONSALE = "notonsale"


class ProductOptionType(StrEnum):
    """How a customer chooses the value of an option."""

    SELECT = "SELECT"
    RADIO = "RADIO"
    CHECKBOX = "CHECKBOX"
    TEXTFIELD = "TEXTFIELD"
    TEXTAREA = "TEXTAREA"
    DATE = "DATE"
    FILES = "FILES"
    SIZE = "SIZE"
    SWATCHES = "SWATCHES"


class ProductSearchMethod(StrEnum):
    """Whether a search works as in the storefront or as in the control panel."""

    STOREFRONT = "STOREFRONT"
    CP = "CP"


class ProductShippingType(StrEnum):
    """How the shipping of a product is counted."""

    GLOBAL_METHODS = "GLOBAL_METHODS"
    SELECTED_METHODS = "SELECTED_METHODS"
    FLAT_RATE = "FLAT_RATE"
    FREE_SHIPPING = "FREE_SHIPPING"


class ProductSortBy(StrEnum):
    """How a search for products is sorted."""

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
class ProductTax(Model):
    """How a product is taxed."""

    taxable: bool | None = None
    default_location_included_tax_rate: Decimal | None = None
    enabled_manual_taxes: list[int] | None = None
    tax_class_code: str | None = None


@model
class ProductWholesalePrice(Model):
    """The price from a quantity on."""

    quantity: int | None = None
    price: Decimal | None = None


@model
class ProductLowestPriceSettings(Model):
    """The lowest price of the last 30 days, which some countries want shown with a sale."""

    lowest_price_enabled: bool | None = None
    manual_lowest_price: Decimal | None = None
    default_displayed_manual_lowest_price: Decimal | None = None
    default_displayed_manual_lowest_price_formatted: str | None = None
    automatic_lowest_price: Decimal | None = None
    default_displayed_automatic_lowest_price: Decimal | None = None
    default_displayed_automatic_lowest_price_formatted: str | None = None
    # What the vendor's own client reads instead of `default_displayed_manual_lowest_price`, here and below.
    default_displayed_lowest_price: Decimal | None = None
    default_displayed_lowest_price_formatted: str | None = None


@model
class ProductOptionChoice(Model):
    """A value of an option and what it adds to the price."""

    text: str | None = None
    text_translated: dict[str, str] | None = None
    price_modifier: Decimal | None = None
    price_modifier_type: AmountType | str | None = None
    hex_codes: list[str] | None = None
    change_time: int | None = None
    image_id: str | None = None


@model
class SelectOption(Model):
    """An option chosen from a drop-down list."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SELECT")

    type: ProductOptionType | str | None = ProductOptionType.SELECT
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None


@model
class SizeOption(Model):
    """A size, chosen from a row of buttons."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SIZE")

    type: ProductOptionType | str | None = ProductOptionType.SIZE
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None


@model
class RadioOption(Model):
    """An option chosen from radio buttons."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "RADIO")

    type: ProductOptionType | str | None = ProductOptionType.RADIO
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None


@model
class SwatchesOption(Model):
    """An option chosen from colors or small images."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SWATCHES")

    type: ProductOptionType | str | None = ProductOptionType.SWATCHES
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None
    use_image_as_swatch_selector: bool | None = None


@model
class CheckboxOption(Model):
    """An option of which any number of choices can be ticked."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "CHECKBOX")

    type: ProductOptionType | str | None = ProductOptionType.CHECKBOX
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None


@model
class TextFieldOption(Model):
    """A line of text that the customer writes."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXTFIELD")

    type: ProductOptionType | str | None = ProductOptionType.TEXTFIELD
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class TextAreaOption(Model):
    """Some text that the customer writes."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXTAREA")

    type: ProductOptionType | str | None = ProductOptionType.TEXTAREA
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class DateOption(Model):
    """A date that the customer chooses."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "DATE")

    type: ProductOptionType | str | None = ProductOptionType.DATE
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class FilesOption(Model):
    """Files that the customer attaches."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "FILES")

    type: ProductOptionType | str | None = ProductOptionType.FILES
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class OtherOption(Model):
    """An option of a type that this version does not know."""

    type: ProductOptionType | str | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The place of a choice in the list, from 0 on.
    required: bool | None = None
    use_image_as_swatch_selector: bool | None = None


ProductOption: TypeAlias = (
    SelectOption
    | SizeOption
    | RadioOption
    | SwatchesOption
    | CheckboxOption
    | TextFieldOption
    | TextAreaOption
    | DateOption
    | FilesOption
    | OtherOption
)
"""An option of a product that a customer chooses, such as its size: told apart by `type`."""


@model
class ProductShipping(Model):
    """How a product is shipped."""

    type: ProductShippingType | str | None = None
    method_markup: Decimal | None = None
    flat_rate: Decimal | None = None
    disabled_methods: list[str] | None = None
    enabled_methods: list[str] | None = None


@model
class DominatingColor(Model):
    """A color: red, green, blue and alpha from 0 to 255."""

    red: int | None = None
    green: int | None = None
    blue: int | None = None
    alpha: int | None = None


@model
class BorderInfo(Model):
    """What color the border of an image has."""

    dominating_color: DominatingColor | None = None
    homogeneity: bool | None = None


@model
class ProductGalleryImage(Model):
    """An image of a product beside the main one."""

    id: int | None = None
    url: str | None = None
    thumbnail: str | None = None
    original_image_url: str | None = None
    image_url: str | None = None
    hd_thumbnail_url: str | None = None
    thumbnail_url: str | None = None
    small_thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    order_by: int | None = None
    border_info: BorderInfo | None = None
    alt: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProductMediaImage(Model):
    """An image of a product in all its sizes."""

    id: str | None = None  # Text: ``0`` is the main image.
    alt: ImageAlt | None = None
    order_by: int | None = None
    is_main: bool | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None
    image_original_url: str | None = None
    external_id: str | None = None


@model
class ProductMediaVideo(Model):
    """A video of a product."""

    id: int | None = None
    video_cover_id: int | str | None = None  # A number in the reference, text in the vendor's own client.
    url: str | None = None  # The reference says boolean.
    embed_html: str | None = None
    provider_name: str | None = None
    title: str | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None
    image_original_url: str | None = None


@model
class ProductMedia(Model):
    """Images and videos of a product."""

    images: list[ProductMediaImage] | None = None
    videos: list[ProductMediaVideo] | None = None


@model
class ProductCategory(Model):
    """A category that a product is in."""

    id: int | None = None
    name: str | None = None
    name_translated: str | None = None  # Text in one language, unlike other translated fields.
    enabled: bool | None = None
    ancestor_ids: list[int] | None = None  # In no table; the vendor's own client reads it.


@model
class ProductFavorites(Model):
    """How many customers marked a product as a favorite."""

    count: int | None = None
    displayed_count: str | None = None  # Text for showing, such as ``1.2K``.


@model
class ProductAttribute(Model):
    """An attribute of a product, such as its brand."""

    id: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    value: str | None = None
    value_translated: dict[str, str] | None = None
    type: AttributeType | str | None = None
    show: AttributeShow | str | None = None
    alias: ProductAttributeAlias | str | None = None  # In no table; the vendor's own client writes it.


@model
class ProductFile(Model):
    """A file that a digital product consists of."""

    id: int | None = None
    name: str | None = None
    description: str | None = None
    size: int | None = None
    admin_url: str | None = None


@model
class ProductRelatedProductsRelatedCategory(Model):
    """A category from which products are shown beside a product."""

    enabled: bool | None = None
    category_id: int | None = None
    product_count: int | None = None


@model
class ProductRelatedProducts(Model):
    """Products shown beside a product."""

    product_ids: list[int] | None = None
    related_category: ProductRelatedProductsRelatedCategory | None = None
    product_skus: list[str] | None = None  # In no table; the vendor's own client writes it.


@model
class VariationOption(Model):
    """The value of an option that makes a variation."""

    name: str | None = None
    name_translated: dict[str, str] | None = None
    value: str | None = None
    value_translated: dict[str, str] | None = None


@model
class ProductSubscriptionSettingsRecurringChargeSettings(Model):
    """How often a subscription is charged, and what."""

    recurring_interval: RecurringInterval | str | None = None
    recurring_interval_count: int | None = None
    subscription_price_with_sign_up_fee: Decimal | None = None
    subscription_price_with_sign_up_fee_formatted: str | None = None
    sign_up_fee: Decimal | None = None
    sign_up_fee_formatted: str | None = None


@model
class ProductSubscriptionSettings(Model):
    """Whether and how a product is sold as a subscription."""

    subscription_allowed: bool | None = None
    one_time_purchase_allowed: bool | None = None
    one_time_purchase_price: Decimal | None = None
    one_time_purchase_price_formatted: str | None = None
    one_time_purchase_markup: Decimal | None = None
    one_time_purchase_markup_formatted: str | None = None
    one_time_purchase_markup_percent: Decimal | None = None
    one_time_purchase_markup_percent_formatted: str | None = None
    # One object in the reference, a list in the examples.
    recurring_charge_settings: list[ProductSubscriptionSettingsRecurringChargeSettings] | None = None
    # In no table, here and below; the vendor's own client reads them.
    displayed_one_time_purchase_markup_percent: Decimal | None = None
    displayed_one_time_purchase_markup_percent_formatted: str | None = None


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
    in_stock: bool | None = None  # The reference says `instock`; every example, `inStock`.
    # In no table, here and below; the vendor's own client reads them.
    cost_price: Decimal | None = None
    location_inventory: dict[str, int] | None = None  # The quantity by the id of the location.
    border_info: BorderInfo | None = None
    external_reference_id: str | None = None
    is_shipping_required: bool | None = None
    customs_hs_tariff_code: str | None = None
    subscription_settings: ProductSubscriptionSettings | None = None


@model
class ProductCustomPriceTier(Model):
    """A price offered where the customer names the price."""

    value: Decimal | None = None


@model
class ProductRibbon(Model):
    """A label shown on a product."""

    text: str | None = None
    color: str | None = None


@model
class ProductShippingPreparationTime(Model):
    """How long it takes until a product can be shipped or fetched. Empty in the examples."""

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
    gallery_images: list[ProductGalleryImage] | None = None  # One object in the reference, a list in the examples.
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
    # In no table, here and below; the vendor's own client reads them.
    location_inventory: dict[str, int] | None = None  # The quantity by the id of the location.
    ribbon: ProductRibbon | None = None
    ribbon_translated: dict[str, str] | None = None
    custom_price_tiers: list[ProductCustomPriceTier] | None = None
    price_default_tier: int | None = None  # The place of a tier in the list, from 0 on.
    customs_hs_tariff_code: str | None = None
    battery_included: bool | None = None
    description_truncated: bool | None = None  # In no table; live answers have it.


@model
class ProductVideo(Model):
    """A video in the gallery of a product."""

    id: int | None = None
    video_cover_id: int | str | None = None
    url: str | None = None
    embed_html: str | None = None
    provider_name: str | None = None
    title: str | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None


@model
class ProductUpdateResult(Model):
    """How many products an update changed, and the product where it was asked for."""

    update_count: int | None = None
    item: Product | None = None


@model
class StockAdjustmentResult(Model):
    """How many stocks were changed, with a warning where one fell below zero."""

    update_count: int | None = None
    warning: str | None = None


@model
class ProductFilterSetPrice(Model):
    """The span of the prices."""

    min_value: Decimal | None = None
    status: str | None = None  # The reference calls the status of every filter `success`; the example, `status`.
    max_value: Decimal | None = None  # The reference names `min_value` twice; this is the second.


@model
class ProductFilterValue(Model):
    """A value of a filter and how many products have it."""

    id: int | str | None = None  # A number for categories, text such as ``instock`` for others.
    title: str | None = None
    product_count: int | None = None
    title_translated: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProductFilterSetInventory(Model):
    """How many products are in stock and out of it."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetOnsale(Model):
    """How many products are on sale and not."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetCategories(Model):
    """The categories of the products that match."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None
    sorting_order: str | None = None


@model
class ProductFilterSetAttribute(Model):
    """The values of an attribute."""

    title: str | None = None
    values: list[ProductFilterValue] | None = None
    sorting_order: str | None = None
    status: str | None = None


@model
class ProductFilterSetOption(Model):
    """The values of an option."""

    title: str | None = None
    values: list[ProductFilterValue] | None = None
    sorting_order: str | None = None
    status: str | None = None
    title_translated: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProductFilterSet(Model):
    """The filters that were asked for."""

    price: ProductFilterSetPrice | None = None
    inventory: ProductFilterSetInventory | None = None
    onsale: ProductFilterSetOnsale | None = None
    categories: ProductFilterSetCategories | None = None
    attributes: dict[str, ProductFilterSetAttribute] | None = prefixed("attribute_", default=None)
    options: dict[str, ProductFilterSetOption] | None = prefixed("option_", default=None)


@model
class ProductFilters(Model):
    """How many products match, and the values of each filter that was asked for."""

    product_count: int | None = None
    filters: ProductFilterSet | None = None


@draft
class ProductTaxDraft(Draft):
    """How a product that is written is taxed."""

    taxable: bool | Unset | None = UNSET
    enabled_manual_taxes: list[int] | Unset | None = UNSET
    tax_class_code: str | Unset | None = UNSET


@draft
class ProductLowestPriceSettingsDraft(Draft):
    """Whether the lowest price is shown, and which when it is not counted by the store."""

    lowest_price_enabled: bool | Unset | None = UNSET
    manual_lowest_price: Decimal | int | Unset | None = UNSET


@draft
class ProductCombinationDraft(Draft):
    """A variation written together with its product."""

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
class ProductCustomPriceTierDraft(Draft):
    """A price offered where the customer names the price."""

    value: Decimal | int | Unset | None = UNSET


@draft
class ProductRibbonDraft(Draft):
    """A label shown on a product."""

    text: str | Unset | None = UNSET
    color: str | Unset | None = UNSET


@draft
class ProductDraft(Draft):
    """What a product is created with, or changed to. Creating one needs `name`, `price` and `sku`.

    A list that is given replaces the stored one. None clears `google_product_category`; as `min_purchase_quantity` or
    `max_purchase_quantity` it means no limit.
    """

    sku: str | Unset | None = UNSET
    quantity: int | Unset | None = UNSET
    unlimited: bool | Unset | None = UNSET
    in_stock: bool | Unset | None = UNSET
    name: str | Unset | None = UNSET
    # Text in the reference of writing, translations in every answer.
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
    google_product_category: int | Unset | None = UNSET  # In no table; the vendor's own client writes it.
    price_default_tier: Decimal | int | Unset | None = UNSET
    custom_price_tiers: list[ProductCustomPriceTierDraft] | Unset | None = UNSET
    ribbon: ProductRibbonDraft | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    is_sample_product: bool | Unset | None = UNSET
    location_inventory: dict[str, int] | Unset | None = UNSET
    lowest_price: Decimal | int | Unset | None = UNSET
    shipping_preparation_time: ProductShippingPreparationTime | Unset | None = UNSET
    show_delivery_time_in_storefront: bool | Unset | None = UNSET
    media: ProductMedia | Unset | None = UNSET  # Only the ids, texts and order of the images.
    ribbon_translated: dict[str, str] | Unset | None = UNSET
    subscription_settings: ProductSubscriptionSettings | Unset | None = UNSET
    product_condition: ProductCondition | str | Unset | None = UNSET
    customs_hs_tariff_code: str | Unset | None = UNSET
    battery_included: bool | Unset | None = UNSET


@draft
class ProductFileDraft(Draft):
    """What a file of a product is changed to."""

    description: str | Unset | None = UNSET


@draft
class ProductMainMediaDraft(Draft):
    """An image or a video, named by its URL."""

    video_url: str | Unset | None = UNSET
    image_url: str | Unset | None = UNSET


@draft
class ProductMediaDraft(Draft):
    """The order in which images and videos of a product are shown."""

    main_media: ProductMainMediaDraft | Unset | None = UNSET
    gallery_media: list[ProductMainMediaDraft] | Unset | None = UNSET
