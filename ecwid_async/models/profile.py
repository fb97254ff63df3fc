"""The profile of a store: its settings."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import (
    AmountType,
    DimensionUnit,
    HandlingFee,
    ProductCondition,
    ProfileTax,
    ProfileZone,
    VolumeUnit,
    WeightUnit,
)
from ecwid_async.models.payment_options import PaymentOption
from ecwid_async.models.shipping_options import ShippingOption

__all__ = [
    "DefaultProductSortOrder",
    "FilterDisplayComponent",
    "FilterSectionType",
    "GiftCardDisplayLocation",
    "HighlightCompositeProductsOnStorefront",
    "InvoiceAttachment",
    "LegalPageDisplay",
    "LegalPageType",
    "Profile",
    "ProfileAbandonedSales",
    "ProfileAccount",
    "ProfileAccountBilling",
    "ProfileAccountDraft",
    "ProfileApplePay",
    "ProfileBusinessRegistrationID",
    "ProfileCompany",
    "ProfileCustomTipSettings",
    "ProfileDraft",
    "ProfileFbMessengerSettings",
    "ProfileFeatureToggle",
    "ProfileFilterSection",
    "ProfileFormatsAndUnits",
    "ProfileFormatsAndUnitsAddressFormat",
    "ProfileFormatsAndUnitsDraft",
    "ProfileGeneralInfo",
    "ProfileGeneralInfoDraft",
    "ProfileGiftCardProduct",
    "ProfileGiftCardSettings",
    "ProfileLanguages",
    "ProfileLanguagesDraft",
    "ProfileLegalPage",
    "ProfileLegalPagesSettings",
    "ProfileLimitsAndRestrictions",
    "ProfileMailNotificationSettings",
    "ProfileMailNotifications",
    "ProfileMailNotificationsAdminMessages",
    "ProfileMailNotificationsCustomerMarketingMessages",
    "ProfileMailNotificationsCustomerOrderMessages",
    "ProfileMailNotificationsCustomerOrderMessagesDraft",
    "ProfileMailNotificationsCustomerOrderMessagesOrderDelivered",
    "ProfileMailNotificationsDraft",
    "ProfileMailchimpSettings",
    "ProfileOrderInvoiceSettings",
    "ProfilePayment",
    "ProfilePhoneNotifications",
    "ProfileProductFiltersSettings",
    "ProfileRecurringSubscriptionsSettings",
    "ProfileRecurringSubscriptionsSettingsDraft",
    "ProfileRegistrationAnswers",
    "ProfileSalePrice",
    "ProfileSalePriceDraft",
    "ProfileSettings",
    "ProfileSettingsDraft",
    "ProfileShipping",
    "ProfileShippingDraft",
    "ProfileShippingShippingOrigin",
    "ProfileSocialLink",
    "ProfileSocialLinksSettings",
    "ProfileStarterSite",
    "ProfileStarterSiteDraft",
    "ProfileSupportedPaymentMethodsStatuses",
    "ProfileTaxInvoiceSettings",
    "ProfileTaxSettings",
    "ProfileTaxSettingsDraft",
    "ProfileTikTokPixel",
    "ProfileTipsSettings",
    "ProfileTipsSettingsDraft",
    "ProfileVerticalSettings",
    "RegistrationAlreadySelling",
    "RegistrationAnswer",
    "RegistrationGoods",
    "RegistrationPlatform",
    "SalePriceDisplayDiscount",
    "StorefrontUrlFormat",
    "StorefrontUrlSlugFormat",
    "TaxOnShippingCalculationScheme",
    "WebsitePlatform",
]


class DefaultProductSortOrder(StrEnum):
    """How the storefront sorts products until the customer chooses."""

    DEFINED_BY_STORE_OWNER = "DEFINED_BY_STORE_OWNER"
    ADDED_TIME_DESC = "ADDED_TIME_DESC"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


class FilterDisplayComponent(StrEnum):
    """What a filter looks like."""

    CHECKBOXES = "CHECKBOXES"
    BUTTON_GRID = "BUTTON_GRID"


class FilterSectionType(StrEnum):
    """What a filter looks at."""

    IN_STOCK = "IN_STOCK"
    ON_SALE = "ON_SALE"
    PRICE = "PRICE"
    CATEGORIES = "CATEGORIES"
    SEARCH = "SEARCH"
    SKU = "SKU"
    OPTION = "OPTION"
    ATTRIBUTE = "ATTRIBUTE"
    LOCATIONS = "LOCATIONS"


class GiftCardDisplayLocation(StrEnum):
    """Where the storefront shows gift cards."""

    CATALOG_AND_FOOTER = "CATALOG_AND_FOOTER"
    CATALOG = "CATALOG"


class HighlightCompositeProductsOnStorefront(StrEnum):
    """Whether the storefront marks products that are made of others."""

    DISABLED = "DISABLED"
    ENABLED = "ENABLED"


class InvoiceAttachment(StrEnum):
    """Whether emails about orders carry the invoice."""

    ATTACH_TO_ALL_EMAILS = "ATTACH_TO_ALL_EMAILS"
    DO_NOT_ATTACH = "DO_NOT_ATTACH"


class LegalPageDisplay(StrEnum):
    """Where a legal page opens."""

    INLINE = "INLINE"
    EXTERNAL_URL = "EXTERNAL_URL"


class LegalPageType(StrEnum):
    """What a legal page is about."""

    LEGAL_INFO = "LEGAL_INFO"
    SHIPPING_COST_PAYMENT_INFO = "SHIPPING_COST_PAYMENT_INFO"
    REVOCATION_TERMS = "REVOCATION_TERMS"
    TERMS = "TERMS"
    PRIVACY_STATEMENT = "PRIVACY_STATEMENT"


class RegistrationAlreadySelling(StrEnum):
    """Whether the owner sold before."""

    GETTING_STARTED = "getting_started"
    OFFLINE_ONLY = "offline_only"
    ONLINE_DIFFERENT = "online_different"
    LOOKING_AROUND = "looking_around"


class RegistrationAnswer(StrEnum):
    """An answer on registration."""

    YES = "yes"
    NO = "no"


class RegistrationGoods(StrEnum):
    """What the owner sells."""

    APPAREL = "apparel"
    ART = "art"
    AUTO = "auto"
    BOOKS = "books"
    ELECTRONICS = "electronics"
    FOOD_RESTAURANT = "food_restaurant"
    FOOD_ECOMMERCE = "food_ecommerce"
    GIFTS = "gifts"
    HARDWARE = "hardware"
    HEALTH = "health"
    HOME = "home"
    JEWELRY = "jewelry"
    OFFICE = "office"
    PET = "pet"
    SERVICES = "services"
    SPORTS = "sports"
    STREAMING = "streaming"
    SUBSCRIPTION_PRODUCT = "subscription_product"
    TOYS = "toys"
    TOBACCO = "tobacco"
    ADULT = "adult"
    NOTSURE = "notsure"
    OTHER = "other"


class RegistrationPlatform(StrEnum):
    """What the owner's website is made with."""

    JOOMLA = "joomla"
    RAPID_WEAVER = "rapid_weaver"
    WORDPRESS = "wordpress"
    WIX = "wix"
    WEEBLY = "weebly"
    BLOGSPOT = "blogspot"
    DRUPAL = "drupal"
    CUSTOM_SITE = "custom_site"
    NOT_SURE = "not_sure"
    OTHER = "other"


class SalePriceDisplayDiscount(StrEnum):
    """How the storefront shows what a sale saves."""

    NONE = "NONE"
    ABS = "ABS"
    PERCENT = "PERCENT"


class StorefrontUrlFormat(StrEnum):
    """What the URLs of the storefront look like."""

    IFRAME = "IFRAME"
    WIX = "WIX"
    QUERY = "QUERY"
    HASH = "HASH"
    CLEAN = "CLEAN"


class StorefrontUrlSlugFormat(StrEnum):
    """Whether the URLs of the storefront carry ids."""

    WITH_IDS = "WITH_IDS"
    WITHOUT_IDS = "WITHOUT_IDS"


class TaxOnShippingCalculationScheme(StrEnum):
    """How shipping is taxed."""

    AUTOMATIC = "AUTOMATIC"
    BASED_ON_PRODUCT_TAXES_PROPORTION_BY_PRICE = "BASED_ON_PRODUCT_TAXES_PROPORTION_BY_PRICE"
    BASED_ON_PRODUCT_TAXES_PROPORTION_BY_WEIGHT = "BASED_ON_PRODUCT_TAXES_PROPORTION_BY_WEIGHT"
    TAXED_SEPARATELY_FROM_PRODUCTS = "TAXED_SEPARATELY_FROM_PRODUCTS"


class WebsitePlatform(StrEnum):
    """What the website around the storefront is made with."""

    WIX = "wix"
    WORDPRESS = "wordpress"
    IFRAME = "iframe"
    JOOMLA = "joomla"
    YOLA = "yola"
    INSTANTSITE = "instantsite"
    UNKNOWN = "unknown"
    ADOBE_MUSE = "adobeMuse"
    BITRIX24 = "bitrix24"
    BLOGGER = "blogger"
    DRUPAL = "drupal"
    DUDA = "duda"
    ETSY = "etsy"
    FACEBOOK = "facebook"
    GODADDY = "godaddy"
    GOOGLE_SITES = "google_sites"
    INSTAGRAM = "instagram"
    JIMDO = "jimdo"
    PRESTASHOP = "prestashop"
    RAPID_WEAVER = "rapidWeaver"
    SHOPIFY = "shopify"
    SQUARESPACE = "squarespace"
    STRIKINGLY = "strikingly"
    TILDA = "tilda"
    TUMBLR = "tumblr"
    TYPO3 = "typo3"
    UCRAFT = "ucraft"
    UKIT = "ukit"
    WEBFLOW = "webflow"
    WEBLIUM = "weblium"
    WEEBLY = "weebly"
    XARA = "xara"


@model
class ProfileStarterSite(Model):
    """The Instant Site of the store."""

    ecwid_subdomain: str | None = None
    custom_domain: str | None = None
    generated_url: str | None = None
    store_logo_url: str | None = None
    ecwid_subdomain_suffix: str | None = None
    slugs_without_ids_enabled: bool | None = None


@model
class ProfileGeneralInfo(Model):
    """The id of the store and where it lives."""

    store_id: int | None = None
    profile_id: str | None = None
    store_url: str | None = None
    starter_site: ProfileStarterSite | None = None
    website_platform: WebsitePlatform | str | None = None
    storefront_url_format: StorefrontUrlFormat | str | None = None
    storefront_url_slug_format: StorefrontUrlSlugFormat | str | None = None


@model
class ProfileLimitsAndRestrictions(Model):
    """The limits of the store's plan."""

    max_product_limit: int | None = None


@model
class ProfileAccount(Model):
    """The account of the store's owner."""

    account_name: str | None = None
    account_nick_name: str | None = None
    account_email: str | None = None
    white_label: bool | None = None
    suspended: bool | None = None
    available_features: list[str] | None = None
    registration_date: datetime | None = None
    limits_and_restrictions: ProfileLimitsAndRestrictions | None = None
    features_by_plans: dict[str, str] | None = None
    brand_name: str | None = None
    support_email: str | None = None
    itunes_subscriptions_available: bool | None = None
    google_play_subscriptions_available: bool | None = None
    track_storefront_stats: bool | None = None
    paid: bool | None = None
    report_availability_details: dict[str, object] | None = None


@model
class ProfileAbandonedSales(Model):
    """Whether customers are reminded of their carts."""

    auto_abandoned_sales_recovery: bool | None = None


@model
class ProfileSalePrice(Model):
    """How a price before the sale is shown."""

    display_on_product_list: bool | None = None
    old_price_label: str | None = None
    old_price_label_translated: dict[str, str] | None = None
    display_discount: SalePriceDisplayDiscount | str | None = None
    display_lowest_price: bool | None = None


@model
class ProfileSupportedPaymentMethodsStatuses(Model):
    """Whether subscriptions can be paid."""

    supported_payment_methods_are_available: bool | None = None
    supported_payment_methods_are_connected: bool | None = None


@model
class ProfileRecurringSubscriptionsSettings(Model):
    """Whether subscriptions are offered."""

    show_recurring_subscriptions_in_control_panel: bool | None = None
    supported_payment_methods_statuses: ProfileSupportedPaymentMethodsStatuses | None = None


@model
class ProfileTikTokPixel(Model):
    """How the TikTok pixel is set up."""

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
    # In no table, here and below; the vendor's own client reads them.
    highlight_composite_products_on_storefront: HighlightCompositeProductsOnStorefront | str | None = None
    tik_tok_pixel: ProfileTikTokPixel | None = None
    ask_age_confirmation_in_storefront: bool | None = None


@model
class ProfileMailNotificationSettings(Model):
    """Whether a kind of email is sent, and with what."""

    enabled: bool | None = None
    marketing_block_enabled: bool | None = None
    discount_coupon_id: int | None = None


@model
class ProfileMailNotificationsCustomerOrderMessagesOrderDelivered(Model):
    """Whether customers are told that an order was delivered."""

    enabled: bool | None = None


@model
class ProfileMailNotificationsCustomerOrderMessages(Model):
    """Emails to customers about their orders."""

    order_confirmation: ProfileMailNotificationSettings | None = None
    order_status_changed: ProfileMailNotificationSettings | None = None
    order_is_ready_for_pickup: ProfileMailNotificationSettings | None = None
    download_egoods: ProfileMailNotificationSettings | None = None
    order_shipped: ProfileMailNotificationSettings | None = None
    order_delivered: ProfileMailNotificationsCustomerOrderMessagesOrderDelivered | None = None


@model
class ProfileMailNotificationsAdminMessages(Model):
    """Emails to the owner and the staff."""

    new_order_placed: ProfileMailNotificationSettings | None = None
    low_stock_notification: ProfileMailNotificationSettings | None = None
    weekly_stats_report: ProfileMailNotificationSettings | None = None


@model
class ProfileMailNotificationsCustomerMarketingMessages(Model):
    """Emails that bring customers back."""

    abandoned_cart_recovery: ProfileMailNotificationSettings | None = None
    favorite_products_reminder: ProfileMailNotificationSettings | None = None
    feedback_request: ProfileMailNotificationSettings | None = None
    customer_loyalty_appreciation: ProfileMailNotificationSettings | None = None
    inactive_customer_reminder: ProfileMailNotificationSettings | None = None
    purchase_anniversary: ProfileMailNotificationSettings | None = None


@model
class ProfileMailNotifications(Model):
    """The emails that the store sends."""

    admin_notification_emails: list[str] | None = None
    customer_notification_from_email: str | None = None
    customer_order_messages: ProfileMailNotificationsCustomerOrderMessages | None = None
    admin_messages: ProfileMailNotificationsAdminMessages | None = None
    customer_marketing_messages: ProfileMailNotificationsCustomerMarketingMessages | None = None


@model
class ProfilePhoneNotifications(Model):
    """Phone numbers of the store's staff, up to 100."""

    admin_notification_phones: list[str] | None = None


@model
class ProfileCompany(Model):
    """The company that runs the store."""

    company_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    phone: str | None = None


@model
class ProfileFormatsAndUnitsAddressFormat(Model):
    """How addresses are put together from placeholders such as ``%NAME%``."""

    plain: str | None = None
    multiline: str | None = None


@model
class ProfileFormatsAndUnits(Model):
    """Currency, units, formats and order numbers of the store."""

    currency: str | None = None
    currency_prefix: str | None = None
    currency_suffix: str | None = None
    currency_precision: int | None = None
    currency_group_separator: str | None = None  # A separator is one of these: space, dot, comma, nothing.
    currency_decimal_separator: str | None = None
    currency_truncate_zero_fractional: bool | None = None
    currency_rate: Decimal | None = None  # To US dollars.
    weight_unit: WeightUnit | str | None = None
    weight_precision: int | None = None
    weight_group_separator: str | None = None
    weight_decimal_separator: str | None = None
    weight_truncate_zero_fractional: bool | None = None
    date_format: str | None = None  # A pattern such as ``dd-MM-yyyy``.
    time_format: str | None = None  # A pattern such as ``HH:mm:ss``.
    timezone: str | None = None
    dimensions_unit: DimensionUnit | str | None = None
    order_number_prefix: str | None = None  # At most 20 characters, as is the suffix.
    order_number_suffix: str | None = None
    order_number_min_digits_amount: int | None = None
    order_number_next_number: int | None = None
    address_format: ProfileFormatsAndUnitsAddressFormat | None = None
    volume_unit: VolumeUnit | str | None = None


@model
class ProfileLanguages(Model):
    """The languages of the store, as ISO codes."""

    enabled_languages: list[str] | None = None
    facebook_preferred_locale: str | None = None
    default_language: str | None = None


@model
class ProfileShippingShippingOrigin(Model):
    """The address that the store ships from."""

    company_name: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None
    state_or_province_code: str | None = None
    phone: str | None = None
    country_name: str | None = None


@model
class ProfileShipping(Model):
    """How the store ships."""

    handling_fee: HandlingFee | None = None
    shipping_origin: ProfileShippingShippingOrigin | None = None
    shipping_options: list[ShippingOption] | None = None


@model
class ProfileTaxSettings(Model):
    """The taxes of the store."""

    automatic_tax_enabled: bool | None = None
    taxes: list[ProfileTax] | None = None
    prices_include_tax: bool | None = None
    tax_exempt_business: bool | None = None
    uk_vat_registered: bool | None = None
    eu_ioss_enabled: bool | None = None
    tax_on_shipping_calculation_scheme: TaxOnShippingCalculationScheme | str | None = None
    b2b_b2c: str | None = None
    electronic_invoice_fields_at_checkout_enabled: bool | None = None


@model
class ProfileBusinessRegistrationID(Model):
    """The registration of the company, such as its VAT id."""

    name: str | None = None
    value: str | None = None


@model
class ProfileApplePay(Model):
    """How Apple Pay is set up."""

    enabled: bool | None = None
    available: bool | None = None
    gateway: str | None = None
    verification_file: str | None = None  # The older reference's example has `verification_file_url`.
    verification_file_url: str | None = None


@model
class ProfilePayment(Model):
    """The ways to pay."""

    payment_options: list[PaymentOption] | None = None
    apple_pay: ProfileApplePay | None = None
    apple_pay_options: list[ProfileApplePay] | None = None  # One object in the reference, a list in the example.
    country_code: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProfileFeatureToggle(Model):
    """A new feature and whether it is on. Not given to public tokens."""

    name: str | None = None
    visible: bool | None = None
    enabled: bool | None = None


@model
class ProfileLegalPage(Model):
    """A legal page of the store."""

    type: LegalPageType | str | None = None
    enabled: bool | None = None
    title: str | None = None
    title_translated: dict[str, str] | None = None
    display: LegalPageDisplay | str | None = None
    display_translated: dict[str, str] | None = None
    text: str | None = None
    text_translated: dict[str, str] | None = None
    external_url: str | None = None
    external_url_translated: dict[str, str] | None = None


@model
class ProfileLegalPagesSettings(Model):
    """The legal pages of the store."""

    require_terms_agreement_at_checkout: bool | None = None
    legal_pages: list[ProfileLegalPage] | None = None  # One object in the older reference.


@model
class ProfileFilterSection(Model):
    """A filter of the storefront."""

    type: FilterSectionType | str | None = None
    name: str | None = None
    display_component: FilterDisplayComponent | str | None = None
    enabled: bool | None = None


@model
class ProfileProductFiltersSettings(Model):
    """The filters of the storefront."""

    enabled_in_storefront: bool | None = None
    filter_sections: list[ProfileFilterSection] | None = None  # One object in the older reference.


@model
class ProfileVerticalSettings(Model):
    """The line of business of the store."""

    vertical: str | None = None
    primary_subvertical: str | None = None
    subverticals: list[str] | None = None
    product_types: list[str] | None = None


@model
class ProfileFbMessengerSettings(Model):
    """How Facebook Messenger is set up."""

    enabled: bool | None = None
    fb_messenger_page_id: str | None = None
    fb_messenger_theme_color: str | None = None
    fb_messenger_message_us_button_color: str | None = None


@model
class ProfileMailchimpSettings(Model):
    """How Mailchimp is set up."""

    script: str | None = None


@model
class ProfileOrderInvoiceSettings(Model):
    """The invoices of the store."""

    display_order_invoices: bool | None = None
    attach_invoice_to_order_email_notifications: InvoiceAttachment | str | None = None
    invoice_logo_url: str | None = None


@model
class ProfileSocialLink(Model):
    """A page of the store in a social network."""

    url: str | None = None


@model
class ProfileSocialLinksSettings(Model):
    """The pages of the store in social networks."""

    facebook: ProfileSocialLink | None = None
    instagram: ProfileSocialLink | None = None
    twitter: ProfileSocialLink | None = None
    youtube: ProfileSocialLink | None = None
    vk: ProfileSocialLink | None = None
    pinterest: ProfileSocialLink | None = None


@model
class ProfileRegistrationAnswers(Model):
    """What the owner answered on registration."""

    already_selling: RegistrationAlreadySelling | str | None = None
    goods: RegistrationGoods | str | None = None
    other_goods: str | None = None
    for_someone: RegistrationAnswer | str | None = None
    website: RegistrationAnswer | str | None = None
    platform: RegistrationPlatform | str | None = None
    custom_platform: str | None = None
    use_for: str | None = None
    shop_ease: str | None = None
    cost_attitude: str | None = None
    pos: str | None = None
    sales_channels: str | None = None
    ecom: str | None = None
    facebook: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProfileGiftCardProduct(Model):
    """A product that is a gift card."""

    id: int | None = None
    name: str | None = None
    url: str | None = None


@model
class ProfileGiftCardSettings(Model):
    """The gift cards of the store."""

    products: list[ProfileGiftCardProduct] | None = None
    display_location: GiftCardDisplayLocation | str | None = None


@model
class ProfileCustomTipSettings(Model):
    """Whether customers may name a tip."""

    enabled: bool | None = None


@model
class ProfileTipsSettings(Model):
    """The tips that the checkout offers."""

    enabled: bool | None = None
    type: AmountType | str | None = None
    options: list[Decimal] | None = None
    default_option: Decimal | None = None
    custom_tip_settings: ProfileCustomTipSettings | None = None
    title: str | None = None
    sub_title: str | None = None  # The spelling of the reference; the example has `subtitle`.
    title_translated: dict[str, str] | None = None
    subtitle_translated: dict[str, str] | None = None
    subtitle: str | None = None


@model
class ProfileAccountBilling(Model):
    """The plan of the store and how it is paid: only with extended information and the scope for it."""

    channelid: str | None = None
    pricing_plan_id: str | None = None
    pricing_plan_name: str | None = None
    pricing_plan_period: str | None = None
    next_recurring_charge_date: datetime | None = None
    next_recurring_charge_amount: str | None = None
    next_recurring_charge_currency: str | None = None
    next_recurring_charge_amount_formatted: str | None = None
    in_grace_period: bool | None = None
    will_downgrade_at: str | None = None
    internal_billing: bool | None = None
    payment_method: str | None = None
    billing_page_visible_in_cp: bool | None = None
    itunes_subscription_available_on_channel: bool | None = None


@model
class ProfileTaxInvoiceSettings(Model):
    """The tax invoices of the store."""

    tax_invoice_logo_url: str | None = None
    attach_tax_invoice_to_order_email_notifications: str | None = None
    enable_tax_invoices: bool | None = None
    generate_invoices_automatically: str | None = None
    tax_invoice_id_prefix: str | None = None
    tax_invoice_id_suffix: str | None = None
    tax_invoice_id_min_digits_amount: int | None = None
    tax_invoice_id_next_number: int | None = None


@model
class Profile(Model):
    """The settings of a store.

    API reference: https://docs.ecwid.com/api-reference/rest-api/store-profile/get-store-profile
    """

    general_info: ProfileGeneralInfo | None = None
    account: ProfileAccount | None = None
    settings: ProfileSettings | None = None
    mail_notifications: ProfileMailNotifications | None = None
    phone_notifications: ProfilePhoneNotifications | None = None
    company: ProfileCompany | None = None
    formats_and_units: ProfileFormatsAndUnits | None = None
    languages: ProfileLanguages | None = None
    shipping: ProfileShipping | None = None
    # The reference links this to the tax settings; the zones of its table are meant.
    zones: list[ProfileZone] | None = None
    taxes: list[ProfileTax] | None = None
    tax_settings: ProfileTaxSettings | None = None
    business_registration_id: ProfileBusinessRegistrationID | None = None
    payment: ProfilePayment | None = None
    feature_toggles: list[ProfileFeatureToggle] | None = None  # One object in the older reference.
    legal_pages_settings: ProfileLegalPagesSettings | None = None
    # By the snake_case names of the storefront's design options: text, numbers or booleans.
    design_settings: dict[str, object] | None = None
    product_filters_settings: ProfileProductFiltersSettings | None = None
    vertical_settings: ProfileVerticalSettings | None = None
    fb_messenger_settings: ProfileFbMessengerSettings | None = None
    mailchimp_settings: ProfileMailchimpSettings | None = None
    order_invoice_settings: ProfileOrderInvoiceSettings | None = None
    social_links_settings: ProfileSocialLinksSettings | None = None
    registration_answers: ProfileRegistrationAnswers | None = None
    gift_card_settings: ProfileGiftCardSettings | None = None
    tips_settings: ProfileTipsSettings | None = None
    # Only with `show_extended_info` and the scope read_store_profile_extended.
    account_billing: ProfileAccountBilling | None = None
    tax_invoice_settings: ProfileTaxInvoiceSettings | None = None


@draft
class ProfileStarterSiteDraft(Draft):
    """The Instant Site of the store."""

    ecwid_subdomain: str | Unset | None = UNSET
    custom_domain: str | Unset | None = UNSET
    slugs_without_ids_enabled: bool | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class ProfileGeneralInfoDraft(Draft):
    """Where the store lives."""

    store_url: str | Unset | None = UNSET
    starter_site: ProfileStarterSiteDraft | Unset | None = UNSET
    website_platform: WebsitePlatform | str | Unset | None = UNSET


@draft
class ProfileAccountDraft(Draft):
    """The account of the store's owner."""

    account_name: str | Unset | None = UNSET
    # In no table, here and below; the vendor's own client writes them.
    account_nick_name: str | Unset | None = UNSET
    account_email: str | Unset | None = UNSET


@draft
class ProfileSalePriceDraft(Draft):
    """How a price before the sale is shown."""

    display_on_product_list: bool | Unset | None = UNSET
    old_price_label: str | Unset | None = UNSET
    old_price_label_translated: dict[str, str] | Unset | None = UNSET
    display_discount: SalePriceDisplayDiscount | str | Unset | None = UNSET
    display_lowest_price: bool | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class ProfileRecurringSubscriptionsSettingsDraft(Draft):
    """Whether subscriptions are offered."""

    show_recurring_subscriptions_in_control_panel: bool | Unset | None = UNSET


@draft
class ProfileSettingsDraft(Draft):
    """General settings of the store."""

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
    # In no table, here and below; the vendor's own client writes them.
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


@draft
class ProfileMailNotificationsCustomerOrderMessagesDraft(Draft):
    """Emails to customers about their orders."""

    order_confirmation: ProfileMailNotificationSettings | Unset | None = UNSET
    order_status_changed: ProfileMailNotificationSettings | Unset | None = UNSET
    order_is_ready_for_pickup: ProfileMailNotificationSettings | Unset | None = UNSET
    download_egoods: ProfileMailNotificationSettings | Unset | None = UNSET
    order_shipped: ProfileMailNotificationSettings | Unset | None = UNSET


@draft
class ProfileMailNotificationsDraft(Draft):
    """The emails that the store sends."""

    admin_notification_emails: list[str] | Unset | None = UNSET
    customer_order_messages: ProfileMailNotificationsCustomerOrderMessagesDraft | Unset | None = UNSET
    admin_messages: ProfileMailNotificationsAdminMessages | Unset | None = UNSET
    customer_marketing_messages: ProfileMailNotificationsCustomerMarketingMessages | Unset | None = UNSET
    customer_notification_from_email: str | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class ProfileFormatsAndUnitsDraft(Draft):
    """Currency, units, formats and order numbers of the store."""

    currency: str | Unset | None = UNSET
    currency_prefix: str | Unset | None = UNSET
    currency_suffix: str | Unset | None = UNSET
    currency_precision: int | Unset | None = UNSET
    currency_group_separator: str | Unset | None = UNSET
    currency_decimal_separator: str | Unset | None = UNSET
    currency_truncate_zero_fractional: bool | Unset | None = UNSET
    currency_rate: Decimal | int | Unset | None = UNSET
    weight_unit: WeightUnit | str | Unset | None = UNSET
    weight_precision: int | Unset | None = UNSET
    weight_group_separator: str | Unset | None = UNSET
    weight_decimal_separator: str | Unset | None = UNSET
    weight_truncate_zero_fractional: bool | Unset | None = UNSET
    date_format: str | Unset | None = UNSET
    time_format: str | Unset | None = UNSET
    timezone: str | Unset | None = UNSET
    dimensions_unit: DimensionUnit | str | Unset | None = UNSET
    order_number_prefix: str | Unset | None = UNSET
    order_number_suffix: str | Unset | None = UNSET
    order_number_min_digits_amount: int | Unset | None = UNSET
    order_number_next_number: int | Unset | None = UNSET
    address_format: ProfileFormatsAndUnitsAddressFormat | Unset | None = UNSET
    volume_unit: VolumeUnit | str | Unset | None = UNSET  # In no table; the vendor's own client writes it.


@draft
class ProfileLanguagesDraft(Draft):
    """The languages of the store, as ISO codes."""

    enabled_languages: list[str] | Unset | None = UNSET
    default_language: str | Unset | None = UNSET


@draft
class ProfileShippingDraft(Draft):
    """How the store ships: its origin and the ways of delivery are read-only here."""

    handling_fee: HandlingFee | Unset | None = UNSET


@draft
class ProfileTaxSettingsDraft(Draft):
    """The taxes of the store."""

    automatic_tax_enabled: bool | Unset | None = UNSET
    taxes: list[ProfileTax] | Unset | None = UNSET
    prices_include_tax: bool | Unset | None = UNSET
    tax_exempt_business: bool | Unset | None = UNSET
    uk_vat_registered: bool | Unset | None = UNSET
    eu_ioss_enabled: bool | Unset | None = UNSET
    tax_on_shipping_calculation_scheme: TaxOnShippingCalculationScheme | str | Unset | None = UNSET


@draft
class ProfileTipsSettingsDraft(Draft):
    """The tips that the checkout offers."""

    enabled: bool | Unset | None = UNSET
    type: AmountType | str | Unset | None = UNSET
    options: list[Decimal | int] | Unset | None = UNSET
    default_option: Decimal | int | Unset | None = UNSET
    custom_tip_settings: ProfileCustomTipSettings | Unset | None = UNSET
    title: str | Unset | None = UNSET
    sub_title: str | Unset | None = UNSET
    title_translated: dict[str, str] | Unset | None = UNSET
    subtitle_translated: dict[str, str] | Unset | None = UNSET


@draft
class ProfileDraft(Draft):
    """What the settings of a store are changed to.

    Objects are merged, so only what is named changes; a list that is given replaces the stored one.
    """

    general_info: ProfileGeneralInfoDraft | Unset | None = UNSET
    account: ProfileAccountDraft | Unset | None = UNSET
    settings: ProfileSettingsDraft | Unset | None = UNSET
    mail_notifications: ProfileMailNotificationsDraft | Unset | None = UNSET
    phone_notifications: ProfilePhoneNotifications | Unset | None = UNSET
    company: ProfileCompany | Unset | None = UNSET
    formats_and_units: ProfileFormatsAndUnitsDraft | Unset | None = UNSET
    languages: ProfileLanguagesDraft | Unset | None = UNSET
    shipping: ProfileShippingDraft | Unset | None = UNSET
    zones: list[ProfileZone] | Unset | None = UNSET
    taxes: list[ProfileTax] | Unset | None = UNSET
    tax_settings: ProfileTaxSettingsDraft | Unset | None = UNSET
    business_registration_id: ProfileBusinessRegistrationID | Unset | None = UNSET
    legal_pages_settings: ProfileLegalPagesSettings | Unset | None = UNSET
    design_settings: dict[str, object] | Unset | None = UNSET
    product_filters_settings: ProfileProductFiltersSettings | Unset | None = UNSET
    order_invoice_settings: ProfileOrderInvoiceSettings | Unset | None = UNSET
    social_links_settings: ProfileSocialLinksSettings | Unset | None = UNSET
    registration_answers: ProfileRegistrationAnswers | Unset | None = UNSET
    tips_settings: ProfileTipsSettingsDraft | Unset | None = UNSET
