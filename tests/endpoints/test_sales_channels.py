"""Endpoints for sales channels, called over HTTP."""

from ecwid_async.client import Store


async def test_every_marketplace_has_a_feed(store: Store) -> None:
    channels = store.sales_channels
    for feed in (
        channels.google_shopping,
        channels.shopzilla,
        channels.yahoo_shopping,
        channels.yandex_market,
        channels.yandex_market_dbs,
    ):
        assert (await feed()).marketplace_config
