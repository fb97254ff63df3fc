"""Sales channels: feeds of products for marketplaces."""

from ecwid_async.calls import Call
from ecwid_async.models.sales_channels import (
    GoogleShoppingFeedConfig,
    ShopzillaFeedConfig,
    YahooShoppingFeedConfig,
    YandexMarketDbsFeedConfig,
    YandexMarketFeedConfig,
)
from ecwid_async.resources.base import Resource

__all__ = ["SalesChannels"]


class SalesChannels(Resource):
    """How the feed of each marketplace is set up."""

    __slots__ = ()

    def google_shopping(self, *, response_fields: str | None = None) -> Call[GoogleShoppingFeedConfig]:
        """The feed for Google Shopping.

        ``GET /saleschannels/google_shopping``
        """
        return self._call(
            "GET /saleschannels/google_shopping",
            reads=GoogleShoppingFeedConfig,
            query={"responseFields": response_fields},
        )

    def shopzilla(self, *, response_fields: str | None = None) -> Call[ShopzillaFeedConfig]:
        """The feed for Shopzilla.

        ``GET /saleschannels/shopzilla``
        """
        return self._call(
            "GET /saleschannels/shopzilla",
            reads=ShopzillaFeedConfig,
            query={"responseFields": response_fields},
        )

    def yahoo_shopping(self, *, response_fields: str | None = None) -> Call[YahooShoppingFeedConfig]:
        """The feed for Yahoo Shopping.

        ``GET /saleschannels/yahoo_shopping``
        """
        return self._call(
            "GET /saleschannels/yahoo_shopping",
            reads=YahooShoppingFeedConfig,
            query={"responseFields": response_fields},
        )

    def yandex_market(self, *, response_fields: str | None = None) -> Call[YandexMarketFeedConfig]:
        """The feed for Yandex Market.

        ``GET /saleschannels/yandex_market``
        """
        return self._call(
            "GET /saleschannels/yandex_market",
            reads=YandexMarketFeedConfig,
            query={"responseFields": response_fields},
        )

    def yandex_market_dbs(self, *, response_fields: str | None = None) -> Call[YandexMarketDbsFeedConfig]:
        """The feed for Yandex Market with delivery by the seller.

        ``GET /saleschannels/yandex_market_dbs``
        """
        return self._call(
            "GET /saleschannels/yandex_market_dbs",
            reads=YandexMarketDbsFeedConfig,
            query={"responseFields": response_fields},
        )
