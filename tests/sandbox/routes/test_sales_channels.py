"""Product feeds for marketplaces."""

import pytest

from tests.sandbox.api import Api


@pytest.mark.parametrize(
    ("channel", "own"),
    [
        ("google_shopping", {"condition"}),
        ("shopzilla", {"condition"}),
        ("yahoo_shopping", {"condition", "taxonomy"}),
        ("yandex_market", {"store", "manufacturerWarranty", "pickup", "adult", "salesNotes"}),
        ("yandex_market_dbs", {"store", "manufacturerWarranty", "pickup", "adult", "enableAutoDiscounts", "sizeChart"}),
    ],
)
def test_a_feed_counts_the_products_for_sale(api: Api, channel: str, own: set[str]) -> None:
    api.post("/products", {"name": "a"})
    api.post("/products", {"name": "b", "enabled": False})
    feed = api.get(f"/saleschannels/{channel}")
    assert set(feed) == {"marketplaceConfig", "productFeedInfo", *own}
    info = feed["productFeedInfo"]
    assert (info["productsProcessed"], info["productsIncluded"]) == (2, 1)
    assert info["lastGenerated"] < info["nextGenerated"]
