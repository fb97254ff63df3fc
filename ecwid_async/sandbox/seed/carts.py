"""Abandoned carts of a demo store."""

from collections.abc import Iterator

from ecwid_async.sandbox.computed_fields import FIRST_ORDER_NUMBER
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, format_date
from ecwid_async.sandbox.seed.support.sales import CART_KEY, DemoStore, make_sale, sale_fields, sale_items
from ecwid_async.sandbox.state import Item

__all__ = ["carts"]


def carts(demo: DemoStore, count: int) -> Iterator[Item]:
    """Yield `count` abandoned carts: one in nine is hidden; some have a recovery email, some became orders."""
    for index in range(count):
        rng = ItemRandom(demo.seed, CART_KEY, index)
        sale = make_sale(demo, CART_KEY, index, count, rng)
        updated = min(sale.created + 60 + rng.below(25) ** 4, LAST_DAY + 86_400)
        digits = f"{(sale.created << 64 | index << 20 | rng.below(1 << 20)) * 0x9E3779B97F4A7C15 % (1 << 128):032X}"
        item = {
            "cartId": f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}",
            **sale_fields(demo, sale, rng, updated),
            "paymentStatus": "INCOMPLETE",
            "fulfillmentStatus": "AWAITING_PROCESSING",
            "hidden": index % 9 == 4,
            "items": sale_items(demo, sale, 1_500_000_000 + index * 3),
        }
        if rng.chance(40):
            item["recoveryEmailSentTimestamp"] = format_date(updated)
        if rng.chance(10):
            item["recoveredOrderId"] = FIRST_ORDER_NUMBER + rng.below(1000) * 11
        yield item
