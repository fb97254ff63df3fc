"""General settings of a store."""

from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import ProductCondition

__all__ = [
    "DefaultProductSortOrder",
    "HighlightCompositeProductsOnStorefront",
    "ProfileAbandonedSales",
    "ProfileRecurringSubscriptionsSettings",
    "ProfileRecurringSubscriptionsSettingsDraft",
    "ProfileSalePrice",
    "ProfileSalePriceDraft",
    "ProfileSettings",
    "ProfileSettingsDraft",
    "ProfileSupportedPaymentMethodsStatuses",
    "ProfileTikTokPixel",
    "SalePriceDisplayDiscount",
]


class DefaultProductSortOrder(StrEnum):
    """The default sort order of products in the storefront."""

    DEFINED_BY_STORE_OWNER = "DEFINED_BY_STORE_OWNER"
    ADDED_TIME_DESC = "ADDED_TIME_DESC"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


class HighlightCompositeProductsOnStorefront(StrEnum):
    """Whether the storefront highlights composite products."""

    DISABLED = "DISABLED"
    ENABLED = "ENABLED"


class SalePriceDisplayDiscount(StrEnum):
    """The display of the discount of a sale price."""

    NONE = "NONE"
    ABS = "ABS"
    PERCENT = "PERCENT"


@model
class ProfileAbandonedSales(Model):
    """Settings for the recovery of abandoned carts."""

    auto_abandoned_sales_recovery: bool | None = None


@model
class ProfileSalePrice(Model):
    """The display of the price before a sale."""

    display_on_product_list: bool | None = None
    old_price_label: str | None = None
    old_price_label_translated: dict[str, str] | None = None
    display_discount: SalePriceDisplayDiscount | str | None = None
    display_lowest_price: bool | None = None


@model
class ProfileSupportedPaymentMethodsStatuses(Model):
    """Whether payment methods for subscriptions are available."""

    supported_payment_methods_are_available: bool | None = None
    supported_payment_methods_are_connected: bool | None = None


@model
class ProfileRecurringSubscriptionsSettings(Model):
    """Settings of recurring subscriptions."""

    show_recurring_subscriptions_in_control_panel: bool | None = None
    supported_payment_methods_statuses: ProfileSupportedPaymentMethodsStatuses | None = None


@model
class ProfileTikTokPixel(Model):
    """Settings of the TikTok pixel."""

    code: str | None = None
    advanced_matching: bool | None = None


@model
class ProfileSettings(Model):
    """General settings of the store."""

    closed: bool | None = None
    store_name: str | None = None
    store_description: str | None = None
    invoice_logo_url: str | None = None
    email_logo_url: str | None = None
    google_remarketing_enabled: bool | None = None
    google_analytics_id: str | None = None
    fb_pixel_id: str | None = None
    order_comments_enabled: bool | None = None
    order_comments_caption: str | None = None
    order_comments_caption_translated: dict[str, str] | None = None
    order_comments_required: bool | None = None
    ask_zip_code: bool | None = None
    show_price_per_unit: bool | None = None
    hide_out_of_stock_products_in_storefront: bool | None = None
    ask_company_name: bool | None = None
    favorites_enabled: bool | None = None
    product_reviews_feature_enabled: bool | None = None
    default_product_sort_order: DefaultProductSortOrder | str | None = None
    default_all_products_view_sort_order: DefaultProductSortOrder | str | None = None
    abandoned_sales: ProfileAbandonedSales | None = None
    sale_price: ProfileSalePrice | None = None
    show_accept_marketing_checkbox: bool | None = None
    accept_marketing_checkbox_default_value: bool | None = None
    accept_marketing_checkbox_custom_text: str | None = None
    accept_marketing_checkbox_custom_text_translated: dict[str, str] | None = None
    ask_consent_to_track_in_storefront: bool | None = None
    snap_pixel_id: str | None = None
    pinterest_tag_id: str | None = None
    google_tag_id: str | None = None
    google_event_id: str | None = None
    recurring_subscriptions_settings: ProfileRecurringSubscriptionsSettings | None = None
    allow_preorders_for_out_of_stock_products: bool | None = None
    link_up_enabled: bool | None = None
    store_description_translated: dict[str, str] | None = None
    product_sort_order_in_cart: str | None = None
    wix_external_tracking_enabled: bool | None = None
    open_bag_on_addition: bool | None = None
    require_phone_on_checkout: bool | None = None
    ask_tax_id: bool | None = None
    google_product_category: int | None = None
    google_product_category_name: str | None = None
    product_condition: ProductCondition | str | None = None
    show_cost_price_in_control_panel: bool | None = None
    root_category_seo_title: str | None = None
    root_category_seo_title_translated: dict[str, str] | None = None
    root_category_seo_description: str | None = None
    root_category_seo_description_translated: dict[str, str] | None = None
    show_repeat_order_button: bool | None = None
    # Undocumented, here and below; Ecwid's own client reads them.
    highlight_composite_products_on_storefront: HighlightCompositeProductsOnStorefront | str | None = None
    tik_tok_pixel: ProfileTikTokPixel | None = None
    ask_age_confirmation_in_storefront: bool | None = None


@draft
class ProfileSalePriceDraft(Draft):
    """Display settings of the price before a sale, to change."""

    display_on_product_list: bool | Unset | None = UNSET
    old_price_label: str | Unset | None = UNSET
    old_price_label_translated: dict[str, str] | Unset | None = UNSET
    display_discount: SalePriceDisplayDiscount | str | Unset | None = UNSET
    display_lowest_price: bool | Unset | None = UNSET  # Undocumented; Ecwid's own client writes it.


@draft
class ProfileRecurringSubscriptionsSettingsDraft(Draft):
    """Settings of recurring subscriptions to change."""

    show_recurring_subscriptions_in_control_panel: bool | Unset | None = UNSET


@draft
class ProfileSettingsDraft(Draft):
    """General settings to change."""

    closed: bool | Unset | None = UNSET
    store_name: str | Unset | None = UNSET
    store_description: str | Unset | None = UNSET
    google_remarketing_enabled: bool | Unset | None = UNSET
    google_analytics_id: str | Unset | None = UNSET
    fb_pixel_id: str | Unset | None = UNSET
    order_comments_enabled: bool | Unset | None = UNSET
    order_comments_caption: str | Unset | None = UNSET
    order_comments_caption_translated: dict[str, str] | Unset | None = UNSET
    order_comments_required: bool | Unset | None = UNSET
    ask_zip_code: bool | Unset | None = UNSET
    show_price_per_unit: bool | Unset | None = UNSET
    hide_out_of_stock_products_in_storefront: bool | Unset | None = UNSET
    ask_company_name: bool | Unset | None = UNSET
    favorites_enabled: bool | Unset | None = UNSET
    product_reviews_feature_enabled: bool | Unset | None = UNSET
    default_product_sort_order: DefaultProductSortOrder | str | Unset | None = UNSET
    abandoned_sales: ProfileAbandonedSales | Unset | None = UNSET
    sale_price: ProfileSalePriceDraft | Unset | None = UNSET
    show_accept_marketing_checkbox: bool | Unset | None = UNSET
    accept_marketing_checkbox_default_value: bool | Unset | None = UNSET
    accept_marketing_checkbox_custom_text: str | Unset | None = UNSET
    accept_marketing_checkbox_custom_text_translated: dict[str, str] | Unset | None = UNSET
    ask_consent_to_track_in_storefront: bool | Unset | None = UNSET
    snap_pixel_id: str | Unset | None = UNSET
    pinterest_tag_id: str | Unset | None = UNSET
    google_tag_id: str | Unset | None = UNSET
    google_event_id: str | Unset | None = UNSET
    recurring_subscriptions_settings: ProfileRecurringSubscriptionsSettingsDraft | Unset | None = UNSET
    allow_preorders_for_out_of_stock_products: bool | Unset | None = UNSET
    link_up_enabled: bool | Unset | None = UNSET
    # Undocumented, here and below; Ecwid's own client writes them.
    store_description_translated: dict[str, str] | Unset | None = UNSET
    open_bag_on_addition: bool | Unset | None = UNSET
    ask_tax_id: bool | Unset | None = UNSET
    google_product_category: int | Unset | None = UNSET
    product_condition: ProductCondition | str | Unset | None = UNSET
    root_category_seo_title: str | Unset | None = UNSET
    root_category_seo_title_translated: dict[str, str] | Unset | None = UNSET
    root_category_seo_description: str | Unset | None = UNSET
    root_category_seo_description_translated: dict[str, str] | Unset | None = UNSET
    show_repeat_order_button: bool | Unset | None = UNSET
    highlight_composite_products_on_storefront: HighlightCompositeProductsOnStorefront | str | Unset | None = UNSET
    tik_tok_pixel: ProfileTikTokPixel | Unset | None = UNSET
    ask_age_confirmation_in_storefront: bool | Unset | None = UNSET
