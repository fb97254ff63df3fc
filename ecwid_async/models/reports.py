"""Reports about a store, and the times of its last changes."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeAlias

from ecwid_async.models.base import Model, model
from ecwid_async.models.common import FulfillmentType

__all__ = [
    "LatestStats",
    "OtherReportData",
    "Report",
    "ReportAbandonedCartData",
    "ReportAdditionalData",
    "ReportAdditionalDataType",
    "ReportAggregatedData",
    "ReportCategoryData",
    "ReportComparePeriod",
    "ReportCouponData",
    "ReportCustomer",
    "ReportCustomerData",
    "ReportDataset",
    "ReportFirstDayOfWeek",
    "ReportInventoryData",
    "ReportLandingData",
    "ReportOrdersData",
    "ReportProductData",
    "ReportShippingData",
    "ReportTimeScale",
    "ReportTip",
    "ReportType",
    "ReportUtmData",
    "ReportUtmItem",
    "StorefrontPlatform",
]


class ReportAdditionalDataType(StrEnum):
    """The type of a report's additional data."""

    UTM = "UTM"
    ORDERS = "ORDERS"
    CUSTOMERS = "CUSTOMERS"
    PRODUCT = "PRODUCT"
    INVENTORY_PRODUCT = "INVENTORY_PRODUCT"
    COUPONS = "COUPONS"
    ABANDONED_CARTS = "ABANDONED_CARTS"
    SHIPPING = "SHIPPING"
    LANDING = "LANDING"
    CATEGORY = "CATEGORY"


class ReportComparePeriod(StrEnum):
    """The period that a report is compared with.

    In camelCase, as in requests and in Ecwid's own client. The reference lists upper-case values for responses, which
    are read as `str`.
    """

    PREVIOUS_PERIOD = "previousPeriod"
    SIMILAR_PERIOD_IN_PREVIOUS_WEEK = "similarPeriodInPreviousWeek"
    SIMILAR_PERIOD_IN_PREVIOUS_MONTH = "similarPeriodInPreviousMonth"
    SIMILAR_PERIOD_IN_PREVIOUS_YEAR = "similarPeriodInPreviousYear"
    NO_COMPARE_PERIOD = "noComparePeriod"


class ReportFirstDayOfWeek(StrEnum):
    """The first day of the week. The reference lists upper-case values for responses, which are read as `str`."""

    MONDAY = "monday"
    SUNDAY = "sunday"


class ReportTimeScale(StrEnum):
    """The time span of a data point in a report."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class ReportType(StrEnum):
    """The type of a report, from the reference and from Ecwid's own client."""

    ABANDONED_CARTS = "abandonedCarts"
    ADD_TO_CART_CONVERSION = "addToCartConversion"
    ALL_EXPENSES = "allExpenses"
    ALL_ORDERS = "allOrders"
    ALL_PROFIT = "allProfit"
    ALL_REVENUE = "allRevenue"
    ALL_TRAFFIC = "allTraffic"
    CHECKOUT_SALES_FUNNEL = "checkoutSalesFunnel"
    CONVERSIONS = "conversions"
    CUSTOMERS_BY_MARKETING_EMAILS_CONSENT = "customersByMarketingEmailsConsent"
    INVENTORY = "inventory"
    NEW_ORDERS_VS_REPEAT_ORDERS = "newOrdersVsRepeatOrders"
    NEW_VS_RETURNING_VISITORS = "newVsReturningVisitors"
    SALES_FUNNEL = "salesFunnel"
    SITE_ACTIVITY = "siteActivity"
    SITE_ADDRESS_ACTIVITY = "siteAddressActivity"
    SITE_AGGREGATED_ACTIVITY = "siteAggregatedActivity"
    SITE_AGGREGATED_ACTIVITY_NEW_AND_RETURN = "siteAggregatedActivityNewAndReturn"
    SITE_CONTACT_WIDGET_ACTIVITY = "siteContactWidgetActivity"
    SITE_EMAIL_ACTIVITY = "siteEmailActivity"
    SITE_GROUP_ACTIVITY = "siteGroupActivity"
    SITE_GROUP_ACTIVITY_NEW = "siteGroupActivityNew"
    SITE_GROUP_ACTIVITY_RETURN = "siteGroupActivityReturn"
    SITE_GROUP_ENGAGED_ACTIVITY = "siteGroupEngagedActivity"
    SITE_LOCATION_MAP_ACTIVITY = "siteLocationMapActivity"
    SITE_PHONE_ACTIVITY = "sitePhoneActivity"
    SITE_POTENTIAL_LEADS = "sitePotentialLeads"
    SITE_SOCIAL_ACTIVITY = "siteSocialActivity"
    SITE_UNIQUE_NEW_VISITORS_BY_GROUP = "siteUniqueNewVisitorsByGroup"
    TOP_OF_CATEGORIES_BY_ORDERS = "topOfCategoriesByOrders"
    TOP_OF_COUPONS_BY_ORDERS = "topOfCouponsByOrders"
    TOP_OF_CUSTOMERS_BY_ORDERS = "topOfCustomersByOrders"
    TOP_OF_LANDING_PAGES_BY_VISITORS = "topOfLandingPagesByVisitors"
    TOP_OF_MARKETING_SOURCES = "topOfMarketingSources"
    TOP_OF_PAYMENT_METHODS_BY_ORDERS = "topOfPaymentMethodsByOrders"
    TOP_OF_PRODUCTS_BY_ADDING_TO_FAVORITES = "topOfProductsByAddingToFavorites"
    TOP_OF_PRODUCTS_BY_PROFIT = "topOfProductsByProfit"
    TOP_OF_SHIPPING_METHODS_BY_ORDERS = "topOfShippingMethodsByOrders"
    VISITORS_BY_COUNTRY = "visitorsByCountry"
    VISITORS_BY_DEVICE = "visitorsByDevice"
    VISITORS_BY_LANGUAGE = "visitorsByLanguage"


class StorefrontPlatform(StrEnum):
    """The platform of the storefront, a filter of reports."""

    UNDEFINED = "undefined"
    CODE = "code"
    INSTANT_SITE = "instantSite"
    FACEBOOK = "facebook"
    SINGLE_PRODUCT = "singleProduct"
    WIX = "wix"
    LINK_UP = "linkUp"
    EMAIL = "email"
    ECWID_SERVER = "ecwidServer"
    WORDPRESS = "wordpress"
    SQUARESPACE = "squarespace"
    JOOMLA = "joomla"
    WEEBLY = "weebly"
    DUDA = "duda"
    OTHER = "other"


@model
class LatestStats(Model):
    """The times when the parts of a store last changed.

    Counts are returned only on request.

    API reference: https://docs.ecwid.com/api-reference/rest-api/store-profile/store-reports/get-latest-store-update-stats
    """

    products_updated: datetime | None = None
    orders_updated: datetime | None = None
    reviews_updated: datetime | None = None
    domains_updated: datetime | None = None
    profile_updated: datetime | None = None
    categories_updated: datetime | None = None
    discount_coupons_updated: datetime | None = None
    abandoned_sales_updated: datetime | None = None
    customers_updated: datetime | None = None
    subscriptions_updated: datetime | None = None
    product_count_required: int | None = None  # `product_count` in Ecwid's own client.
    category_count_required: int | None = None  # `category_count` in Ecwid's own client.
    product_count: int | None = None
    category_count: int | None = None


@model
class ReportAggregatedData(Model):
    """An aggregated value of a report."""

    data_id: str | None = None
    data_value: Decimal | None = None


@model
class ReportUtmItem(Model):
    """A marketing campaign that led visitors to the store."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    cart_origin: str | None = None


@model
class ReportCustomer(Model):
    """The customer of a data point."""

    customer_id: int | None = None
    customer_email: str | None = None
    customer_phone: str | None = None
    customer_name: str | None = None


@model
class ReportUtmData(Model):
    """Additional data: marketing campaigns."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "UTM")

    type: ReportAdditionalDataType | str | None = None
    utm_list: list[ReportUtmItem] | None = None


@model
class ReportOrdersData(Model):
    """Additional data: the number of orders."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "ORDERS")

    type: ReportAdditionalDataType | str | None = None
    orders_count: int | None = None


@model
class ReportCustomerData(Model):
    """Additional data: a customer."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "CUSTOMERS")

    type: ReportAdditionalDataType | str | None = None
    customer_data: ReportCustomer | None = None


@model
class ReportProductData(Model):
    """Additional data: a product."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "PRODUCT")

    type: ReportAdditionalDataType | str | None = None
    product_name: str | None = None
    product_url: str | None = None
    product_edit_url: str | None = None
    product_sku: str | None = None
    product_image_url: str | None = None
    product_thumbnail_url: str | None = None


@model
class ReportInventoryData(Model):
    """Additional data: the stock of a product."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "INVENTORY_PRODUCT")

    type: ReportAdditionalDataType | str | None = None
    product_id: int | None = None
    sku: str | None = None
    image_url: str | None = None
    thumbnail_url: str | None = None
    example_order: str | None = None


@model
class ReportCouponData(Model):
    """Additional data: a coupon."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "COUPONS")

    type: ReportAdditionalDataType | str | None = None
    coupon_name: str | None = None


@model
class ReportAbandonedCartData(Model):
    """Additional data: whether customers are reminded of abandoned carts."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "ABANDONED_CARTS")

    type: ReportAdditionalDataType | str | None = None
    auto_abandoned_sales_recovery: bool | None = None


@model
class ReportShippingData(Model):
    """Additional data: a shipping method."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SHIPPING")

    type: ReportAdditionalDataType | str | None = None
    shipping_method_name: str | None = None
    fulfilment_type: FulfillmentType | str | None = None


@model
class ReportLandingData(Model):
    """Additional data: a landing page."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "LANDING")

    type: ReportAdditionalDataType | str | None = None
    landing_url: str | None = None


@model
class ReportCategoryData(Model):
    """Additional data: a category."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "CATEGORY")

    type: ReportAdditionalDataType | str | None = None
    category_name: str | None = None


@model
class OtherReportData(Model):
    """Additional data of an unknown type, all of it in `extra`."""

    type: ReportAdditionalDataType | str | None = None


ReportAdditionalData: TypeAlias = (
    ReportUtmData
    | ReportOrdersData
    | ReportCustomerData
    | ReportProductData
    | ReportInventoryData
    | ReportCouponData
    | ReportAbandonedCartData
    | ReportShippingData
    | ReportLandingData
    | ReportCategoryData
    | OtherReportData
)
"""Additional data of a data point. `type` decides the class. Undocumented; Ecwid's own client reads it."""


@model
class ReportDataset(Model):
    """A data point of a report."""

    order_by: int | None = None
    datapoint_id: str | None = None
    start_time_stamp: int | None = None  # Unix seconds, here and below.
    end_time_stamp: int | None = None
    percentage: Decimal | None = None  # Of the total.
    data: list[ReportAggregatedData] | None = None
    compare_period_start_time_stamp: int | None = None
    compare_period_end_time_stamp: int | None = None
    additional_data: ReportAdditionalData | None = None


@model
class Report(Model):
    """A report about a store over a period.

    API reference: https://docs.ecwid.com/api-reference/rest-api/store-profile/store-reports/get-store-reports
    """

    report_type: ReportType | str | None = None
    started_from: int | None = None  # Unix seconds, here and below.
    ended_at: int | None = None
    time_scale_value: ReportTimeScale | str | None = None
    first_day_of_week: ReportFirstDayOfWeek | str | None = None
    compare_period: ReportComparePeriod | str | None = None
    aggregated_data: list[ReportAggregatedData] | None = None
    dataset: list[ReportDataset] | None = None
    # An object in the reference, here and below, unlike `aggregated_data` and `dataset`.
    compare_period_aggregated_data: list[ReportAggregatedData] | None = None
    compare_period_dataset: list[ReportDataset] | None = None
    order_by_metric: str | None = None
    order_direction: str | None = None
    limit: int | None = None
    offset: int | None = None
    item_count: int | None = None
    additional_data: ReportAdditionalData | None = None


@model
class ReportTip(Model):
    """Advice about a report."""

    tip: str | None = None
