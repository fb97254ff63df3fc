"""Models and drafts: attrs classes for the data of the API, a file for each section of the API.

Every class can also be imported from here. A file is loaded when one of its names is first used (PEP 562).
"""

from typing import TYPE_CHECKING

from ecwid_async.primitives.lazy import lazy_exports

if TYPE_CHECKING:
    from ecwid_async.models.application import *
    from ecwid_async.models.base import *
    from ecwid_async.models.batches import *
    from ecwid_async.models.billing import *
    from ecwid_async.models.brands import *
    from ecwid_async.models.carts import *
    from ecwid_async.models.categories import *
    from ecwid_async.models.checkout_extra_fields import *
    from ecwid_async.models.common import *
    from ecwid_async.models.coupons import *
    from ecwid_async.models.customer_contacts import *
    from ecwid_async.models.customer_extra_fields import *
    from ecwid_async.models.customer_groups import *
    from ecwid_async.models.customers import *
    from ecwid_async.models.dictionaries import *
    from ecwid_async.models.domains import *
    from ecwid_async.models.events import *
    from ecwid_async.models.images import *
    from ecwid_async.models.invoices import *
    from ecwid_async.models.order_calculation import *
    from ecwid_async.models.order_discounts import *
    from ecwid_async.models.order_extra_fields import *
    from ecwid_async.models.order_items import *
    from ecwid_async.models.order_shipments import *
    from ecwid_async.models.order_shipping import *
    from ecwid_async.models.order_statuses import *
    from ecwid_async.models.order_taxes import *
    from ecwid_async.models.orders import *
    from ecwid_async.models.payment_options import *
    from ecwid_async.models.persons import *
    from ecwid_async.models.product_attributes import *
    from ecwid_async.models.product_files import *
    from ecwid_async.models.product_filters import *
    from ecwid_async.models.product_inventory import *
    from ecwid_async.models.product_media import *
    from ecwid_async.models.product_options import *
    from ecwid_async.models.product_prices import *
    from ecwid_async.models.product_subscriptions import *
    from ecwid_async.models.product_types import *
    from ecwid_async.models.product_videos import *
    from ecwid_async.models.products import *
    from ecwid_async.models.profile import *
    from ecwid_async.models.profile_account import *
    from ecwid_async.models.profile_channels import *
    from ecwid_async.models.profile_checkout import *
    from ecwid_async.models.profile_formats import *
    from ecwid_async.models.profile_general_info import *
    from ecwid_async.models.profile_invoices import *
    from ecwid_async.models.profile_legal_pages import *
    from ecwid_async.models.profile_notifications import *
    from ecwid_async.models.profile_product_filters import *
    from ecwid_async.models.profile_registration import *
    from ecwid_async.models.profile_settings import *
    from ecwid_async.models.profile_taxes import *
    from ecwid_async.models.promotions import *
    from ecwid_async.models.redirects import *
    from ecwid_async.models.reports import *
    from ecwid_async.models.results import *
    from ecwid_async.models.reviews import *
    from ecwid_async.models.sales_channels import *
    from ecwid_async.models.shipping_options import *
    from ecwid_async.models.staff import *
    from ecwid_async.models.storage import *
    from ecwid_async.models.storefront import *
    from ecwid_async.models.subscriptions import *
    from ecwid_async.models.swatches import *
    from ecwid_async.models.variations import *

# fmt: off
_MODULES = {
    "application": ("AppSubscription", "AppSubscriptionDetails", "AppSubscriptionStatus", "ApplicationToken"),
    "base": ("UNSET", "Draft", "Model", "Unset"),
    "batches": (
        "BatchRequestItemDraft", "BatchResponseItem", "BatchResponseState", "BatchState", "BatchStatus", "BatchSummary",
        "BatchTicket",
    ),
    "billing": ("BillingCurrency", "BillingTransactionResult"),
    "brands": ("Brand", "BrandSortBy"),
    "carts": ("Cart", "CartDraft", "CartItem", "CartItemSelectedOption", "CartPlaceResult", "CartShippingOption"),
    "categories": ("Category", "CategoryDraft", "CategoryOrigin", "Thumbnail"),
    "checkout_extra_fields": (
        "CheckoutExtraField", "CheckoutExtraFieldDatepickerOptions", "CheckoutExtraFieldDraft",
        "CheckoutExtraFieldOption", "CheckoutExtraFieldOptionSurchargeShortName", "CheckoutExtraFieldOverride",
        "CheckoutExtraFieldOverrideConditions", "CheckoutExtraFieldType", "CheckoutSection", "OrderDetailsSection",
    ),
    "common": (
        "AmountType", "BusinessHours", "BuyerType", "DimensionUnit", "Dimensions", "ExtraFieldInputType",
        "FulfillmentType", "PickupPrecisionType", "ProductCompositeComponent", "ProductCondition", "RecurringInterval",
        "ScheduledTimePrecisionType", "SelectMode", "VolumeUnit", "Weekday", "WeightUnit",
    ),
    "coupons": (
        "CouponApplicationLimit", "CouponCatalogLimit", "CouponDiscountType", "CouponStatus", "CouponUsesLimit",
        "DiscountCoupon", "DiscountCouponCreateResult", "DiscountCouponDraft", "DiscountCouponShippingLimit",
    ),
    "customer_contacts": ("ContactType", "CustomerContact", "CustomerContactDraft"),
    "customer_extra_fields": (
        "CustomerExtraField", "CustomerExtraFieldCreateResult", "CustomerExtraFieldDraft", "CustomerExtraFieldValue",
        "ExtraFieldEntityType",
    ),
    "customer_groups": ("CustomerGroup", "CustomerGroupDraft"),
    "customers": (
        "Customer", "CustomerBillingPersonDraft", "CustomerDraft", "CustomerFavorite", "CustomerLocation",
        "CustomerShippingAddress", "CustomerShippingAddressDraft", "CustomerSortBy", "CustomerStats",
        "CustomersFilters", "CustomersMassUpdateCustomerDraft", "CustomersMassUpdateDraft", "PurchasedProduct",
    ),
    "dictionaries": ("Country", "CountryCurrency", "Currency", "State", "TaxClass", "TaxClassLocalization"),
    "domains": (
        "DomainBilling", "DomainOffer", "DomainOfferStatus", "DomainOffers", "DomainPasswordRecipient",
        "DomainPurchaseDraft", "DomainRegistrant", "Domains", "DomainsDraft", "InstantSiteDomain",
        "InstantSiteDomainDraft", "InstantSiteDomainStatus", "PurchasedDomain", "PurchasedDomainDraft",
    ),
    "events": (
        "ApplicationEvent", "ApplicationEventData", "CategoryEvent", "CustomerEvent", "CustomerEventData",
        "CustomerGroupEvent", "DiscountCouponEvent", "EventType", "InvoiceEvent", "InvoiceEventData", "OrderEvent",
        "OrderEventData", "ProductClassEvent", "ProductEvent", "ProfileEvent", "ProfileEventData", "PromotionEvent",
        "PromotionEventData", "ReviewEvent", "ReviewEventData", "ReviewEventStatus", "SizeChartEvent", "StoreEvent",
        "UnfinishedOrderEvent", "UnfinishedOrderEventData",
    ),
    "images": ("AsyncImageAltDraft", "AsyncImageDraft", "ImageAlt", "ImageMainColors", "ProductOriginalImage"),
    "invoices": ("InvoiceType", "OrderInvoice"),
    "order_calculation": (
        "CartItemRecurringChargeSettings", "OrderCalculation", "OrderCalculationAvailableShippingOption",
        "OrderCalculationCustomSurcharge", "OrderCalculationDraft", "OrderCalculationHandlingFee",
        "OrderCalculationItem", "OrderCalculationItemTax", "OrderCalculationPaymentOptionsDetailsDraft",
        "OrderCalculationShippingOption",
    ),
    "order_discounts": (
        "CartItemDiscount", "CartItemDiscountDiscountInfo", "DiscountBase", "DiscountType", "OrderDiscount",
        "OrderDiscountInfoDraft", "OrderItemDiscount",
    ),
    "order_extra_fields": (
        "CartExtraFields", "CartOrderExtraField", "DeliveryTimeDisplayFormat", "ExtraFieldSection", "OrderExtraField",
        "OrderExtraFieldDraft", "OrderExtraFieldValues",
    ),
    "order_items": (
        "OrderCalculationItemSelectedOption", "OrderItem", "OrderItemAttribute", "OrderItemDraft", "OrderItemFile",
        "OrderItemRecurringChargeSettings", "OrderItemSelectedOption", "OrderItemSelectedOptionFile",
        "OrderItemSelectedOptionSelection", "OrderItemSelectedPrice", "SelectedOptionType",
    ),
    "order_shipments": (
        "LabelFileType", "OrderShipment", "OrderShipmentLabel", "OrderShipmentParcel", "OrderShipmentShipFrom",
        "OrderShipmentShippingLabel", "OrderShipmentShippingService", "OrderShipmentTracking", "ParcelTemplate",
        "ShippingCarrier",
    ),
    "order_shipping": (
        "HandlingFee", "HandlingFeeTax", "OrderPredictedPackages", "OrderShippingOption", "OrderShippingOptionDiscount",
        "OrderShippingOptionDraft",
    ),
    "order_statuses": ("OrderStatus", "OrderStatusDraft", "OrderStatusId", "OrderStatusType"),
    "order_taxes": ("OrderItemTax", "OrderItemTaxDraft", "OrderTaxesOnShipping", "TaxRateType", "TaxType"),
    "orders": (
        "FulfillmentStatus", "Order", "OrderCreateResult", "OrderCreditCardStatus", "OrderCustomSurcharge",
        "OrderDraft", "OrderExternalOrderData", "OrderLoyalty", "OrderRedemption", "OrderRefund", "OrderRepeatUrl",
        "OrderStoreCredit", "OrderUtmData", "OrderUtmDataSet", "PaymentStatus", "RefundSource",
    ),
    "payment_options": (
        "PaymentOption", "PaymentOptionCreateResult", "PaymentOptionDraft", "PaymentOptionMethod",
        "ProfilePaymentOptionInstructionsForCustomer", "ProfilePaymentOptionPaymentSurcharge",
        "ProfilePaymentOptionShippingSettings",
    ),
    "persons": ("BillingPerson", "ShippingPerson"),
    "product_attributes": ("ProductAttribute", "ProductAttributeAlias"),
    "product_files": ("ProductFile", "ProductFileDraft"),
    "product_filters": (
        "ProductFilterSet", "ProductFilterSetAttribute", "ProductFilterSetCategories", "ProductFilterSetInventory",
        "ProductFilterSetOnsale", "ProductFilterSetOption", "ProductFilterSetPrice", "ProductFilterValue",
        "ProductFilters",
    ),
    "product_inventory": ("OutOfStockVisibility", "StockAdjustmentResult"),
    "product_media": (
        "BorderInfo", "DominatingColor", "ProductGalleryImage", "ProductMainMediaDraft", "ProductMedia",
        "ProductMediaDraft", "ProductMediaImage", "ProductMediaVideo",
    ),
    "product_options": (
        "CheckboxOption", "DateOption", "FilesOption", "OtherOption", "ProductOption", "ProductOptionChoice",
        "ProductOptionType", "RadioOption", "SelectOption", "SizeOption", "SwatchesOption", "TextAreaOption",
        "TextFieldOption",
    ),
    "product_prices": (
        "ProductCustomPriceTier", "ProductCustomPriceTierDraft", "ProductLowestPriceSettings",
        "ProductLowestPriceSettingsDraft", "ProductTax", "ProductTaxDraft", "ProductWholesalePrice",
    ),
    "product_subscriptions": ("ProductSubscriptionSettings", "ProductSubscriptionSettingsRecurringChargeSettings"),
    "product_types": ("AttributeShow", "AttributeType", "ProductType", "ProductTypeAttribute", "ProductTypeDraft"),
    "product_videos": ("ProductVideo",),
    "products": (
        "Product", "ProductCategory", "ProductDraft", "ProductFavorites", "ProductInventory", "ProductOnSale",
        "ProductRelatedProducts", "ProductRelatedProductsRelatedCategory", "ProductRibbon", "ProductRibbonDraft",
        "ProductSearchMethod", "ProductShipping", "ProductShippingPreparationTime", "ProductShippingType",
        "ProductSortBy", "ProductUpdateResult",
    ),
    "profile": (
        "Profile", "ProfileBusinessRegistrationID", "ProfileCompany", "ProfileDraft", "ProfileFeatureToggle",
        "ProfileVerticalSettings",
    ),
    "profile_account": (
        "ProfileAccount", "ProfileAccountBilling", "ProfileAccountDraft", "ProfileLimitsAndRestrictions",
    ),
    "profile_channels": (
        "ProfileFbMessengerSettings", "ProfileMailchimpSettings", "ProfileSocialLink", "ProfileSocialLinksSettings",
    ),
    "profile_checkout": (
        "GiftCardDisplayLocation", "ProfileApplePay", "ProfileCustomTipSettings", "ProfileGiftCardProduct",
        "ProfileGiftCardSettings", "ProfilePayment", "ProfileShipping", "ProfileShippingDraft",
        "ProfileShippingShippingOrigin", "ProfileTipsSettings", "ProfileTipsSettingsDraft",
    ),
    "profile_formats": (
        "ProfileFormatsAndUnits", "ProfileFormatsAndUnitsAddressFormat", "ProfileFormatsAndUnitsDraft",
        "ProfileLanguages", "ProfileLanguagesDraft",
    ),
    "profile_general_info": (
        "ProfileGeneralInfo", "ProfileGeneralInfoDraft", "ProfileStarterSite", "ProfileStarterSiteDraft",
        "StorefrontUrlFormat", "StorefrontUrlSlugFormat", "WebsitePlatform",
    ),
    "profile_invoices": ("InvoiceAttachment", "ProfileOrderInvoiceSettings", "ProfileTaxInvoiceSettings"),
    "profile_legal_pages": ("LegalPageDisplay", "LegalPageType", "ProfileLegalPage", "ProfileLegalPagesSettings"),
    "profile_notifications": (
        "ProfileMailNotificationSettings", "ProfileMailNotifications", "ProfileMailNotificationsAdminMessages",
        "ProfileMailNotificationsCustomerMarketingMessages", "ProfileMailNotificationsCustomerOrderMessages",
        "ProfileMailNotificationsCustomerOrderMessagesDraft",
        "ProfileMailNotificationsCustomerOrderMessagesOrderDelivered", "ProfileMailNotificationsDraft",
        "ProfilePhoneNotifications",
    ),
    "profile_product_filters": (
        "FilterDisplayComponent", "FilterSectionType", "ProfileFilterSection", "ProfileProductFiltersSettings",
    ),
    "profile_registration": (
        "ProfileRegistrationAnswers", "RegistrationAlreadySelling", "RegistrationAnswer", "RegistrationGoods",
        "RegistrationPlatform",
    ),
    "profile_settings": (
        "DefaultProductSortOrder", "HighlightCompositeProductsOnStorefront", "ProfileAbandonedSales",
        "ProfileRecurringSubscriptionsSettings", "ProfileRecurringSubscriptionsSettingsDraft", "ProfileSalePrice",
        "ProfileSalePriceDraft", "ProfileSettings", "ProfileSettingsDraft", "ProfileSupportedPaymentMethodsStatuses",
        "ProfileTikTokPixel", "SalePriceDisplayDiscount",
    ),
    "profile_taxes": (
        "ProfileTax", "ProfileTaxRule", "ProfileTaxSettings", "ProfileTaxSettingsDraft",
        "TaxOnShippingCalculationScheme",
    ),
    "promotions": (
        "Promotion", "PromotionDiscountBase", "PromotionDiscountType", "PromotionDraft", "PromotionTargets",
        "PromotionTargetsAttribute", "PromotionTargetsCombination", "PromotionTriggers",
        "PromotionTriggersRecurrenceSettings",
    ),
    "redirects": (
        "InstantSiteRedirect", "InstantSiteRedirectDraft", "InstantSiteRedirectsCreateResult",
        "InstantSiteRedirectsForPath",
    ),
    "reports": (
        "LatestStats", "OtherReportData", "Report", "ReportAbandonedCartData", "ReportAdditionalData",
        "ReportAdditionalDataType", "ReportAggregatedData", "ReportCategoryData", "ReportComparePeriod",
        "ReportCouponData", "ReportCustomer", "ReportCustomerData", "ReportDataset", "ReportFirstDayOfWeek",
        "ReportInventoryData", "ReportLandingData", "ReportOrdersData", "ReportProductData", "ReportShippingData",
        "ReportTimeScale", "ReportTip", "ReportType", "ReportUtmData", "ReportUtmItem", "StorefrontPlatform",
    ),
    "results": (
        "CreateCountResult", "CreateResult", "DeleteResult", "DeletedItem", "SuccessResult", "UpdateResult",
        "UploadResult",
    ),
    "reviews": (
        "Review", "ReviewDraft", "ReviewFiltersData", "ReviewMassUpdateDraft", "ReviewMassUpdateFiltersDraft",
        "ReviewSortBy", "ReviewStatus", "ReviewerInfo",
    ),
    "sales_channels": (
        "GoogleShoppingFeedConfig", "MarketplaceCondition", "MarketplaceConfig", "ProductFeedInfo",
        "ShopzillaFeedConfig", "YahooShoppingFeedConfig", "YandexMarketDbsFeedConfig", "YandexMarketFeedConfig",
        "YandexSizeChart",
    ),
    "shipping_options": (
        "AvailabilityPeriod", "BusinessHoursLimitationType", "ProfileShippingOptionBlackoutDate",
        "ProfileShippingOptionCarrierMethod", "ProfileShippingOptionCarrierSettings",
        "ProfileShippingOptionEstimatedShippingTimeAtCheckoutSettings", "ProfileShippingOptionFlatRate",
        "ProfileShippingOptionRatesTable", "ProfileShippingOptionTableRate", "ProfileShippingOptionTableRateConditions",
        "ProfileShippingOptionTableRateValue", "ProfileZone", "RatesCalculationType", "RatesTableBasis",
        "ShippingOption", "ShippingOptionCreateResult", "ShippingOptionDraft", "ShippingOptionFulfilmentType",
    ),
    "staff": ("StaffAccount", "StaffDraft", "StaffScope"),
    "storage": ("StorageEntry",),
    "storefront": (
        "StorefrontPageStatus", "StorefrontPageType", "StorefrontWidgetPage", "StorefrontWidgetPageEntity",
        "StorefrontWidgetPageStaticContent",
    ),
    "subscriptions": (
        "Subscription", "SubscriptionChargeSettings", "SubscriptionDraft", "SubscriptionOrder",
        "SubscriptionPaymentMethod", "SubscriptionSortBy", "SubscriptionStatus",
    ),
    "swatches": ("Swatch",),
    "variations": ("ProductCombinationDraft", "Variation", "VariationDraft", "VariationOption"),
}
# fmt: on

if not TYPE_CHECKING:  # or type checkers accept any name
    __getattr__, __dir__, __all__ = lazy_exports(__name__, _MODULES)
