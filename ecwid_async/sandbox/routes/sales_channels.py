"""Product feeds for marketplaces: ``/saleschannels``. Their settings are read-only."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.state import Item, decode_json, format_time

__all__: list[str] = []

_DAY: Final = 24 * 3600
_YANDEX_FIELDS: Final = {"store": False, "manufacturerWarranty": True, "pickup": True, "adult": False}


@route("GET /saleschannels/google_shopping")
def get_google_shopping_feed(request: StoreRequest) -> Result:
    """The feed for Google Shopping."""
    return _feed(request, "google_shopping", enabled=True) | {"condition": "NEW"}


@route("GET /saleschannels/shopzilla")
def get_shopzilla_feed(request: StoreRequest) -> Result:
    """The feed for Shopzilla."""
    return _feed(request, "shopzilla") | {"condition": "NEW"}


@route("GET /saleschannels/yahoo_shopping")
def get_yahoo_shopping_feed(request: StoreRequest) -> Result:
    """The feed for Yahoo Shopping."""
    return _feed(request, "yahoo_shopping") | {"condition": "NEW", "taxonomy": ""}


@route("GET /saleschannels/yandex_market")
def get_yandex_market_feed(request: StoreRequest) -> Result:
    """The feed for Yandex Market."""
    return _feed(request, "yandex_market") | _YANDEX_FIELDS | {"salesNotes": ""}


@route("GET /saleschannels/yandex_market_dbs")
def get_yandex_market_dbs_feed(request: StoreRequest) -> Result:
    """The feed for Yandex Market with delivery by the store."""
    return _feed(request, "yandex_market_dbs") | _YANDEX_FIELDS | {"enableAutoDiscounts": False, "sizeChart": "INT"}


def _feed(request: StoreRequest, channel: str, *, enabled: bool = False) -> Item:
    """The fields that all feeds share. A feed is generated once a day and includes the enabled products."""
    table = request.store.table("products")
    products = [decode_json(row) for key in table if (row := table.raw(key)) is not None]
    generated = request.now - request.now % _DAY
    return {
        "marketplaceConfig": {"enabled": enabled, "taxonomyId": channel, "firstInit": not enabled},
        "productFeedInfo": {
            "productsProcessed": len(products),
            "productsIncluded": sum(product.get("enabled", True) is True for product in products),
            "lastGenerated": format_time(generated),
            "nextGenerated": format_time(generated + _DAY),
        },
    }
