"""Product feeds for marketplaces. Undocumented; known from Ecwid's own client."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "GoogleShoppingFeedConfig",
    "MarketplaceCondition",
    "MarketplaceConfig",
    "ProductFeedInfo",
    "ShopzillaFeedConfig",
    "YahooShoppingFeedConfig",
    "YandexMarketDbsFeedConfig",
    "YandexMarketFeedConfig",
    "YandexSizeChart",
]


class MarketplaceCondition(StrEnum):
    """The condition of the goods in a feed."""

    NEW = "NEW"
    REFURBISHED = "REFURBISHED"
    USED = "USED"


class YandexSizeChart(StrEnum):
    """The size chart of clothes in a feed."""

    AU = "AU"
    DE = "DE"
    EU = "EU"
    FR = "FR"
    JAPAN = "Japan"
    INT = "INT"
    IT = "IT"
    RU = "RU"
    UK = "UK"
    US = "US"


@model
class MarketplaceConfig(Model):
    """Settings of a feed."""

    enabled: bool | None = None
    taxonomy_id: str | None = None
    first_init: bool | None = None


@model
class ProductFeedInfo(Model):
    """The contents of a feed and its creation time."""

    products_processed: int | None = None
    products_included: int | None = None
    last_generated: datetime | None = None
    next_generated: datetime | None = None


@model
class GoogleShoppingFeedConfig(Model):
    """The feed for Google Shopping."""

    marketplace_config: MarketplaceConfig | None = None
    condition: MarketplaceCondition | str | None = None
    product_feed_info: ProductFeedInfo | None = None


@model
class ShopzillaFeedConfig(Model):
    """The feed for Shopzilla."""

    marketplace_config: MarketplaceConfig | None = None
    condition: MarketplaceCondition | str | None = None
    product_feed_info: ProductFeedInfo | None = None


@model
class YahooShoppingFeedConfig(Model):
    """The feed for Yahoo Shopping."""

    marketplace_config: MarketplaceConfig | None = None
    condition: MarketplaceCondition | str | None = None
    product_feed_info: ProductFeedInfo | None = None
    taxonomy: str | None = None


@model
class YandexMarketFeedConfig(Model):
    """The feed for Yandex Market."""

    marketplace_config: MarketplaceConfig | None = None
    store: bool | None = None
    manufacturer_warranty: bool | None = None
    pickup: bool | None = None
    adult: bool | None = None
    sales_notes: str | None = None
    product_feed_info: ProductFeedInfo | None = None


@model
class YandexMarketDbsFeedConfig(Model):
    """The feed for Yandex Market with delivery by the seller."""

    marketplace_config: MarketplaceConfig | None = None
    store: bool | None = None
    manufacturer_warranty: bool | None = None
    pickup: bool | None = None
    adult: bool | None = None
    product_feed_info: ProductFeedInfo | None = None
    enable_auto_discounts: bool | None = None
    size_chart: YandexSizeChart | str | None = None
