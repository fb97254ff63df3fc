"""The names of the types of events of each family, as type checkers see them: text, a pattern, or `EventType`."""

from typing import Literal, TypeAlias

from ecwid_async.models.events import EventType

__all__ = [
    "ApplicationEventName",
    "CategoryEventName",
    "CustomerEventName",
    "CustomerGroupEventName",
    "DiscountCouponEventName",
    "InvoiceEventName",
    "OrderEventName",
    "ProductClassEventName",
    "ProductEventName",
    "ProfileEventName",
    "PromotionEventName",
    "ReviewEventName",
    "SizeChartEventName",
    "UnfinishedOrderEventName",
]

ApplicationEventName: TypeAlias = Literal[
    "application.*",
    "application.installed",
    "application.storageChanged",
    "application.subscriptionStatusChanged",
    "application.uninstalled",
    EventType.APPLICATION_INSTALLED,
    EventType.APPLICATION_STORAGE_CHANGED,
    EventType.APPLICATION_SUBSCRIPTION_STATUS_CHANGED,
    EventType.APPLICATION_UNINSTALLED,
]
CategoryEventName: TypeAlias = Literal[
    "category.*",
    "category.created",
    "category.updated",
    "category.deleted",
    EventType.CATEGORY_CREATED,
    EventType.CATEGORY_UPDATED,
    EventType.CATEGORY_DELETED,
]
CustomerEventName: TypeAlias = Literal[
    "customer.*",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.personalDataExportRequest",
    "customer.personalDataRemovalRequest",
    EventType.CUSTOMER_CREATED,
    EventType.CUSTOMER_UPDATED,
    EventType.CUSTOMER_DELETED,
    EventType.CUSTOMER_PERSONAL_DATA_EXPORT_REQUEST,
    EventType.CUSTOMER_PERSONAL_DATA_REMOVAL_REQUEST,
]
CustomerGroupEventName: TypeAlias = Literal[
    "customer_group.*",
    "customer_group.created",
    "customer_group.updated",
    "customer_group.deleted",
    EventType.CUSTOMER_GROUP_CREATED,
    EventType.CUSTOMER_GROUP_UPDATED,
    EventType.CUSTOMER_GROUP_DELETED,
]
DiscountCouponEventName: TypeAlias = Literal[
    "discount_coupon.*",
    "discount_coupon.created",
    "discount_coupon.updated",
    "discount_coupon.deleted",
    EventType.DISCOUNT_COUPON_CREATED,
    EventType.DISCOUNT_COUPON_UPDATED,
    EventType.DISCOUNT_COUPON_DELETED,
]
InvoiceEventName: TypeAlias = Literal[
    "invoice.*",
    "invoice.created",
    "invoice.deleted",
    EventType.INVOICE_CREATED,
    EventType.INVOICE_DELETED,
]
OrderEventName: TypeAlias = Literal[
    "order.*",
    "order.created",
    "order.updated",
    "order.deleted",
    EventType.ORDER_CREATED,
    EventType.ORDER_UPDATED,
    EventType.ORDER_DELETED,
]
ProductEventName: TypeAlias = Literal[
    "product.*",
    "product.created",
    "product.updated",
    "product.deleted",
    EventType.PRODUCT_CREATED,
    EventType.PRODUCT_UPDATED,
    EventType.PRODUCT_DELETED,
]
ProductClassEventName: TypeAlias = Literal[
    "product_class.*",
    "product_class.created",
    "product_class.updated",
    "product_class.deleted",
    EventType.PRODUCT_CLASS_CREATED,
    EventType.PRODUCT_CLASS_UPDATED,
    EventType.PRODUCT_CLASS_DELETED,
]
ProfileEventName: TypeAlias = Literal[
    "profile.*",
    "profile.personalDataExportRequest",
    "profile.personalDataRemovalRequest",
    "profile.subscriptionStatusChanged",
    "profile.updated",
    EventType.PROFILE_PERSONAL_DATA_EXPORT_REQUEST,
    EventType.PROFILE_PERSONAL_DATA_REMOVAL_REQUEST,
    EventType.PROFILE_SUBSCRIPTION_STATUS_CHANGED,
    EventType.PROFILE_UPDATED,
]
PromotionEventName: TypeAlias = Literal[
    "promotion.*",
    "promotion.created",
    "promotion.updated",
    "promotion.deleted",
    EventType.PROMOTION_CREATED,
    EventType.PROMOTION_UPDATED,
    EventType.PROMOTION_DELETED,
]
ReviewEventName: TypeAlias = Literal[
    "review.*",
    "review.created",
    "review.updated",
    "review.deleted",
    EventType.REVIEW_CREATED,
    EventType.REVIEW_UPDATED,
    EventType.REVIEW_DELETED,
]
SizeChartEventName: TypeAlias = Literal[
    "size_chart.*",
    "size_chart.created",
    "size_chart.updated",
    "size_chart.deleted",
    EventType.SIZE_CHART_CREATED,
    EventType.SIZE_CHART_UPDATED,
    EventType.SIZE_CHART_DELETED,
]
UnfinishedOrderEventName: TypeAlias = Literal[
    "unfinished_order.*",
    "unfinished_order.created",
    "unfinished_order.updated",
    "unfinished_order.deleted",
    EventType.UNFINISHED_ORDER_CREATED,
    EventType.UNFINISHED_ORDER_UPDATED,
    EventType.UNFINISHED_ORDER_DELETED,
]
