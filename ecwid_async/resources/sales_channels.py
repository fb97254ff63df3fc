"""Sales channels: product feeds for marketplaces."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.sales_channels import (
    GoogleShoppingFeedConfig,
    ShopzillaFeedConfig,
    YahooShoppingFeedConfig,
    YandexMarketDbsFeedConfig,
    YandexMarketFeedConfig,
)
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["SalesChannels"]

G = TypeVar("G", default=GoogleShoppingFeedConfig)
S = TypeVar("S", default=ShopzillaFeedConfig)
Y = TypeVar("Y", default=YahooShoppingFeedConfig)
M = TypeVar("M", default=YandexMarketFeedConfig)
D = TypeVar("D", default=YandexMarketDbsFeedConfig)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    G = TypeVar("G", bound=GoogleShoppingFeedConfig, default=GoogleShoppingFeedConfig)
    S = TypeVar("S", bound=ShopzillaFeedConfig, default=ShopzillaFeedConfig)
    Y = TypeVar("Y", bound=YahooShoppingFeedConfig, default=YahooShoppingFeedConfig)
    M = TypeVar("M", bound=YandexMarketFeedConfig, default=YandexMarketFeedConfig)
    D = TypeVar("D", bound=YandexMarketDbsFeedConfig, default=YandexMarketDbsFeedConfig)


class SalesChannels(Resource):
    """The settings of each marketplace's feed."""

    __slots__ = ()

    def google_shopping(self, *, into: type[G] | None = None, response_fields: str | None = None) -> Call[G]:
        """Get the feed settings for Google Shopping.

        ``GET /saleschannels/google_shopping``
        """
        return self._read(
            "GET /saleschannels/google_shopping",
            model=GoogleShoppingFeedConfig,
            into=into,
            query={"responseFields": response_fields},
        )

    def shopzilla(self, *, into: type[S] | None = None, response_fields: str | None = None) -> Call[S]:
        """Get the feed settings for Shopzilla.

        ``GET /saleschannels/shopzilla``
        """
        return self._read(
            "GET /saleschannels/shopzilla",
            model=ShopzillaFeedConfig,
            into=into,
            query={"responseFields": response_fields},
        )

    def yahoo_shopping(self, *, into: type[Y] | None = None, response_fields: str | None = None) -> Call[Y]:
        """Get the feed settings for Yahoo Shopping.

        ``GET /saleschannels/yahoo_shopping``
        """
        return self._read(
            "GET /saleschannels/yahoo_shopping",
            model=YahooShoppingFeedConfig,
            into=into,
            query={"responseFields": response_fields},
        )

    def yandex_market(self, *, into: type[M] | None = None, response_fields: str | None = None) -> Call[M]:
        """Get the feed settings for Yandex Market.

        ``GET /saleschannels/yandex_market``
        """
        return self._read(
            "GET /saleschannels/yandex_market",
            model=YandexMarketFeedConfig,
            into=into,
            query={"responseFields": response_fields},
        )

    def yandex_market_dbs(self, *, into: type[D] | None = None, response_fields: str | None = None) -> Call[D]:
        """Get the feed settings for Yandex Market with delivery by the seller.

        ``GET /saleschannels/yandex_market_dbs``
        """
        return self._read(
            "GET /saleschannels/yandex_market_dbs",
            model=YandexMarketDbsFeedConfig,
            into=into,
            query={"responseFields": response_fields},
        )
