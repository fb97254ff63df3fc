"""The tables of a mirror: which columns are derived from the documents of each section."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from ecwid_async.changes import change_plan_for
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.scan import plan_for
from ecwid_async.sync.rows.columns import MAX_INTEGER, Column, ColumnType
from ecwid_async.wire import encode_segment

__all__ = ["MIRROR_SECTIONS", "ChildTable", "KeyType", "MirrorSection"]

KeyType: TypeAlias = Literal["integer", "text"]
ItemId: TypeAlias = int | str


@frozen(kw_only=True)
class ChildTable:
    """A table with a row for each element of a list in the documents of a section.

    Its key is the store's id, the item's id in the column `parent_key`, and `position`, from zero. `path` is the
    list's field.
    """

    name: str
    parent_key: str
    path: str
    columns: tuple[Column, ...]


@frozen(kw_only=True)
class MirrorSection:
    """A section as a table, which is named like the section.

    `operation` reads the section, and `key` is the field with an item's id; it is empty for a single document, whose id
    is the section's name. `created` and `updated` are the fields with the times of an item's creation and last update,
    None if it has none. `has_get` is whether one item can be read by its id.

    Two documents are compared without the fields in `volatile`, which change without an edit of the item. If one is
    from a search and the other from a GET, only the fields that both have are compared, without `differs_by_kind`.
    """

    name: str
    operation: str
    key: str = "id"
    key_type: KeyType = "integer"
    has_get: bool = True
    columns: tuple[Column, ...]
    children: tuple[ChildTable, ...] = ()
    volatile: tuple[str, ...] = ()
    differs_by_kind: tuple[str, ...] = ()

    @property
    def created(self) -> str | None:
        """The field with the time of an item's creation."""
        return plan_for(self.operation).created

    @property
    def updated(self) -> str | None:
        """The field with the time of an item's last update."""
        return plan_for(self.operation).updated

    @property
    def stats(self) -> str | None:
        """The field of ``GET /latest-stats`` with the time of the section's last change."""
        # The settings are no list, so they have no plan of changes.
        return "profileUpdated" if self.name == "profile" else change_plan_for(self.operation).stats

    def to_key(self, item_id: ItemId) -> ItemId | None:
        """Convert an id to the type of the table's key. Return None if it is not a valid id of the section."""
        if self.key_type == "text":
            # PostgreSQL has no U+0000 in texts.
            return None if "\0" in str(item_id) or not self._can_be_requested(item_id) else str(item_id)
        if isinstance(item_id, str):
            if not re.fullmatch(r"-?[0-9]{1,19}", item_id, re.ASCII):
                return None
            item_id = int(item_id)
        return item_id if -MAX_INTEGER <= item_id <= MAX_INTEGER else None

    def _can_be_requested(self, item_id: ItemId) -> bool:
        """Return whether the id can be a part of a path, if the items are read by their ids."""
        try:
            return not self.has_get or bool(encode_segment(item_id))
        except ValueError:
            return False


def _columns(**types: str) -> tuple[Column, ...]:
    return tuple(_split(types))


def _split(types: Mapping[str, str]) -> Iterator[Column]:
    """Yield the columns of each type: paths with the name of the column after a colon, if it isn't the path's."""
    names: Mapping[str, ColumnType] = {
        "booleans": "boolean",
        "decimals": "decimal",
        "integers": "integer",
        "texts": "text",
        "times": "time",
    }
    for plural, paths in types.items():
        for entry in paths.split():
            path, _, name = entry.partition(":")
            yield Column(name or _snake_case(path), path, names[plural])


def _snake_case(path: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path.replace(".", "_")).lower()


# Filled in from the products and the store's settings whenever an order is read, counters, or links with a secret.
_VOLATILE_ITEM_FIELDS: Final = (
    "quantityInStock",
    "productAvailable",
    "imageUrl",
    "smallThumbnailUrl",
    "hdThumbnailUrl",
    "files.adminUrl",
    "files.customerUrl",
    "files.remainingDownloads",
    "selectedOptions.files.url",
)
_VOLATILE_ORDER_FIELDS: Final = (
    *(f"items.{name}" for name in _VOLATILE_ITEM_FIELDS),
    "availableShippingOptions",
    "availableTaxes",
    "shippingLabelAvailableForShipment",
    "discountCoupon.orderCount",
    "invoices.link",
)
_LINE_ITEM_COLUMNS: Final = _columns(
    integers="id:item_id productId combinationId:variation_id categoryId quantity subscriptionId",
    texts="sku name",
    decimals="price productPrice costPrice tax shipping couponAmount weight",
    booleans="digital isPreorder",
)
_ORDER_COLUMNS: Final = _columns(
    texts=(
        "email paymentStatus fulfillmentStatus paymentMethod paymentModule vendorOrderNumber "
        "billingPerson.name:billing_name billingPerson.countryCode:billing_country_code "
        "shippingPerson.name:shipping_name shippingPerson.countryCode:shipping_country_code "
        "shippingPerson.city:shipping_city "
        "shippingOption.shippingMethodName:shipping_method discountCoupon.code:coupon_code trackingNumber "
        "externalOrderId externalTransactionId customerGroup b2b_b2c refererId"
    ),
    integers="internalId orderNumber customerId customerGroupId",
    decimals=(
        "total subtotal tax discount couponDiscount refundedAmount shippingOption.shippingRate:shipping_rate usdTotal"
    ),
    booleans="hidden acceptMarketing",
    times="createDate:created_at updateDate:updated_at pickupTime",
)
_CART_COLUMNS: Final = _columns(
    texts=(
        "email paymentMethod billingPerson.name:billing_name shippingPerson.name:shipping_name recoveredPublicUid "
        "refererUrl"
    ),
    integers="customerId customerGroupId recoveredOrderId",
    decimals="total subtotal tax discount couponDiscount usdTotal",
    booleans="hidden acceptMarketing",
    times="createDate:created_at updateDate:updated_at recoveryEmailSentTimestamp:recovery_email_sent_at",
)
_PRODUCT_COLUMNS: Final = _columns(
    texts="sku name externalReferenceId url customSlug googleItemCondition",
    integers="quantity productClassId:product_type_id defaultCategoryId defaultCombinationId:default_variation_id",
    decimals="price compareToPrice costPrice weight",
    booleans="enabled inStock unlimited isShippingRequired isGiftCard isSampleProduct",
    times="created:created_at updated:updated_at",
)
_VARIATION_COLUMNS: Final = _columns(
    integers="id:variation_id combinationNumber:variation_number quantity",
    texts="sku externalReferenceId",
    decimals="price compareToPrice costPrice weight",
    booleans="inStock unlimited",
)
_CUSTOMER_COLUMNS: Final = _columns(
    texts=(
        "email name billingPerson.companyName:company_name billingPerson.phone:phone "
        "billingPerson.countryCode:country_code customerGroupName b2b_b2c taxId lang externalReferenceId"
    ),
    integers="customerGroupId totalOrderCount",
    decimals="stats.salesValue:sales_value",
    booleans="acceptMarketing taxExempt",
    times="registered:created_at updated:updated_at stats.lastOrderDate:last_order_at",
)
_SUBSCRIPTION_COLUMNS: Final = _columns(
    texts=(
        "status chargeSettings.recurringInterval:recurring_interval orderTemplate.email:email "
        "paymentMethod.creditCardBrand:credit_card_brand"
    ),
    integers="customerId chargeSettings.recurringIntervalCount:recurring_interval_count",
    decimals="orderTemplate.total:total",
    times="created:created_at statusUpdated:status_updated_at nextCharge:next_charge_at cancelled:cancelled_at",
)

_SECTIONS: Final = (
    MirrorSection(
        name="profile",
        operation="GET /profile",
        key="",
        key_type="text",
        columns=_columns(
            texts=(
                "settings.storeName:store_name generalInfo.storeUrl:store_url account.accountName:account_name "
                "account.accountEmail:account_email company.companyName:company_name company.countryCode:country_code "
                "formatsAndUnits.currency:currency formatsAndUnits.weightUnit:weight_unit "
                "formatsAndUnits.timezone:timezone languages.defaultLanguage:default_language"
            ),
            booleans="settings.closed:closed account.suspended:suspended account.paid:paid",
        ),
        # Counts on with each order.
        volatile=(
            "formatsAndUnits.orderNumberNextNumber",
            "formatsAndUnits.currencyRate",
        ),
    ),
    MirrorSection(
        name="orders",
        operation="GET /orders",
        key_type="text",
        columns=_ORDER_COLUMNS,
        children=(ChildTable(name="order_items", parent_key="order_id", path="items", columns=_LINE_ITEM_COLUMNS),),
        volatile=_VOLATILE_ORDER_FIELDS,
    ),
    MirrorSection(
        name="carts",
        operation="GET /carts",
        key="cartId",
        key_type="text",
        columns=_CART_COLUMNS,
        children=(ChildTable(name="cart_items", parent_key="cart_id", path="items", columns=_LINE_ITEM_COLUMNS),),
        volatile=_VOLATILE_ORDER_FIELDS,
    ),
    MirrorSection(
        name="products",
        operation="GET /products",
        columns=_PRODUCT_COLUMNS,
        children=(
            ChildTable(
                name="product_variations", parent_key="product_id", path="combinations", columns=_VARIATION_COLUMNS
            ),
            ChildTable(
                name="product_categories",
                parent_key="product_id",
                path="categoryIds",
                columns=(Column("category_id", "", "integer"),),
            ),
        ),
        # Counters of what customers do, and the names of categories, which are edited elsewhere.
        volatile=(
            "favorites",
            "rating",
            "reviewsModerated",
            "reviewsPublished",
            "categories.name",
            "categories.nameTranslated",
            "categories.enabled",
        ),
        # Links contain the id in one and not in the other.
        differs_by_kind=(
            "url",
            "descriptionTruncated",
            "description",
        ),
    ),
    MirrorSection(
        name="categories",
        operation="GET /categories",
        columns=_columns(
            texts="name url customSlug origin externalReferenceId",
            integers="parentId orderBy productCount enabledProductCount",
            booleans="enabled isSampleCategory",
        ),
        # The products of a category are edited with the products.
        volatile=(
            "productCount",
            "enabledProductCount",
            "productCountWithoutSubcategories",
            "productIds",
        ),
        differs_by_kind=(
            "url",
            "descriptionTruncated",
            "description",
        ),
    ),
    MirrorSection(
        name="customers",
        operation="GET /customers",
        columns=_CUSTOMER_COLUMNS,
        # Computed from the customer's orders; the favorites are edited by the customer.
        volatile=(
            "stats",
            "totalOrderCount",
            "favorites",
            "customerGroupName",
        ),
    ),
    MirrorSection(
        name="customer_groups",
        operation="GET /customer_groups",
        columns=_columns(texts="name externalReferenceId"),
    ),
    MirrorSection(
        name="customer_extra_fields",
        operation="GET /store_extrafields/customers",
        key="key",
        key_type="text",
        columns=_columns(
            texts="title type",
            booleans="shownOnOrderDetails linkedWithCheckoutField",
            times="createdDate:created_at lastModifiedDate:updated_at",
        ),
    ),
    MirrorSection(
        name="coupons",
        operation="GET /discount_coupons",
        columns=_columns(
            texts="code name status discountType usesLimit applicationLimit",
            integers="orderCount",
            decimals="discount totalLimit",
            times="creationDate:created_at updateDate:updated_at launchDate:launched_at expirationDate:expires_at",
        ),
        # The number of its uses.
        volatile=("orderCount",),
    ),
    MirrorSection(
        name="promotions",
        operation="GET /promotions",
        has_get=False,
        columns=_columns(
            texts="name discountBase discountType externalReferenceId",
            decimals="amount triggers.subtotal:minimum_subtotal",
            booleans="enabled",
            times="triggers.startDate:starts_at triggers.endDate:ends_at",
        ),
    ),
    MirrorSection(
        name="reviews",
        operation="GET /reviews",
        columns=_columns(
            texts="status orderId reviewerInfo.name:reviewer_name reviewerInfo.email:reviewer_email review",
            integers="productId customerId rating",
            times="createDate:created_at updateDate:updated_at",
        ),
        # The customer's number of orders now, and the name of the product, which is edited elsewhere.
        volatile=(
            "reviewerInfo.orders",
            "reviewerInfo.ordersCount",
            "productName",
        ),
    ),
    MirrorSection(
        name="subscriptions",
        operation="GET /subscriptions",
        key="subscriptionId",
        columns=_SUBSCRIPTION_COLUMNS,
        # Formatted by the store's settings, and as in orders.
        volatile=("nextChargeFormatted", *(f"orderTemplate.{name}" for name in _VOLATILE_ORDER_FIELDS)),
    ),
    MirrorSection(
        name="brands",
        operation="GET /brands",
        key="name",
        key_type="text",
        has_get=False,
        columns=_columns(texts="productsFilteredByBrandUrl:products_url"),
    ),
    MirrorSection(
        name="product_types",
        operation="GET /classes",
        columns=_columns(texts="name googleTaxonomy"),
    ),
    MirrorSection(
        name="order_statuses",
        operation="GET /profile/order_statuses",
        key="statusId",
        key_type="text",
        columns=_columns(texts="name orderStatusType:type", booleans="enabled defaultStatus"),
    ),
    MirrorSection(
        name="checkout_extra_fields",
        operation="GET /profile/extrafields",
        key="key",
        key_type="text",
        columns=_columns(texts="title type", booleans="available required"),
    ),
    MirrorSection(
        name="payment_options",
        operation="GET /profile/paymentOptions",
        key_type="text",
        columns=_columns(
            texts="checkoutTitle paymentProcessorId paymentProcessorTitle appClientId",
            integers="orderBy",
            booleans="enabled configured",
        ),
    ),
    MirrorSection(
        name="shipping_options",
        operation="GET /profile/shippingOptions",
        key_type="text",
        has_get=False,
        columns=_columns(
            texts="title fulfilmentType ratesCalculationType carrier appClientId",
            decimals="minimumOrderSubtotal",
            booleans="enabled",
        ),
    ),
    MirrorSection(
        name="redirects",
        operation="GET /instant-site/redirects",
        key_type="text",
        columns=_columns(texts="fromUrl toUrl"),
    ),
    MirrorSection(
        name="staff",
        operation="GET /staff",
        key_type="text",
        # A GET returns only the email and the scopes.
        has_get=False,
        columns=_columns(texts="name email", booleans="inviteAccepted"),
    ),
)

MIRROR_SECTIONS: Final[Mapping[str, MirrorSection]] = {section.name: section for section in _SECTIONS}
"""The sections of a mirror by name, which are those of `ecwid_async.sections`."""
