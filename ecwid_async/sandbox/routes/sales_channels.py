"""Feeds of products for marketplaces: ``/saleschannels``. Their settings can only be read."""

from typing import Final

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.state import Item, decode, format_time

__all__: list[str] = []

_DAY: Final = 24 * 3600
_YANDEX: Final = {"store": False, "manufacturerWarranty": True, "pickup": True, "adult": False}


@route("GET /saleschannels/google_shopping")
def get_google_shopping_feed(visit: Visit) -> Answer:
    """The feed for Google Shopping."""
    return _feed(visit, "google_shopping", enabled=True) | {"condition": "NEW"}


@route("GET /saleschannels/shopzilla")
def get_shopzilla_feed(visit: Visit) -> Answer:
    """The feed for Shopzilla."""
    return _feed(visit, "shopzilla") | {"condition": "NEW"}


@route("GET /saleschannels/yahoo_shopping")
def get_yahoo_shopping_feed(visit: Visit) -> Answer:
    """The feed for Yahoo Shopping."""
    return _feed(visit, "yahoo_shopping") | {"condition": "NEW", "taxonomy": ""}


@route("GET /saleschannels/yandex_market")
def get_yandex_market_feed(visit: Visit) -> Answer:
    """The feed for Yandex Market."""
    return _feed(visit, "yandex_market") | _YANDEX | {"salesNotes": ""}


@route("GET /saleschannels/yandex_market_dbs")
def get_yandex_market_dbs_feed(visit: Visit) -> Answer:
    """The feed for Yandex Market where the store delivers."""
    return _feed(visit, "yandex_market_dbs") | _YANDEX | {"enableAutoDiscounts": False, "sizeChart": "INT"}


def _feed(visit: Visit, channel: str, *, enabled: bool = False) -> Item:
    """What all feeds have: they are made once a day, of the products that are for sale."""
    table = visit.store.table("products")
    products = [decode(row) for key in table if (row := table.raw(key)) is not None]
    made = visit.now - visit.now % _DAY
    return {
        "marketplaceConfig": {"enabled": enabled, "taxonomyId": channel, "firstInit": not enabled},
        "productFeedInfo": {
            "productsProcessed": len(products),
            "productsIncluded": sum(product.get("enabled", True) is True for product in products),
            "lastGenerated": format_time(made),
            "nextGenerated": format_time(made + _DAY),
        },
    }
