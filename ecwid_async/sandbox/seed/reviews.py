"""Reviews of demo stores: what customers say of what they bought, after they got it."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ecwid_async.sandbox.seed.orders import Bought, Shop, bought
from ecwid_async.sandbox.seed.people import Ledger
from ecwid_async.sandbox.seed.randomness import LAST_DAY, Dice, date_text

__all__ = ["opinions", "ratings", "reviews"]

Item = dict[str, Any]

_REVIEW: Final = 9
_LOOKED_AT: Final = 300
_DAY: Final = 86_400
_TEXTS: Final = (
    "A disappointment: it broke on the first day.",
    "Naja. Die Farbe ist anders als auf dem Bild.",
    "Нормально, но доставка шла две недели.",
    "Really good product. Definitely worth buying!",
    "届くのが早く、とても気に入りました 🌸",
    "جودة ممتازة، شكرًا لكم",
)
_STARS: Final = (1, 2, 3, 5, 5, 5)


class Opinion(NamedTuple):
    """One review, before it is written down."""

    number: int
    bought: Bought
    stars: int
    text: str
    status: str
    created: int


def opinions(shop: Shop, order_count: int) -> list[Opinion]:
    """Who says what of which purchase, oldest first; only of some 300 orders, so that it costs the same always."""
    found = []
    for index in range(0, order_count, 1 + order_count // _LOOKED_AT):
        dice = Dice(shop.seed, _REVIEW, index)
        purchase = bought(shop, index, order_count) if dice.chance(40) else None
        if purchase is None:
            continue
        kind = dice.below(len(_TEXTS))
        created = min(purchase.created + dice.between(5, 40) * _DAY + dice.below(_DAY), LAST_DAY)
        status = "moderated" if dice.chance(15) else "published"
        found.append(Opinion(index, purchase, _STARS[kind], _TEXTS[kind], status, created))
    return sorted(found, key=lambda opinion: opinion.created)


def ratings(said: list[Opinion]) -> dict[int, Item]:
    """How products are rated, by the number of the product, as products show it."""
    shown: dict[int, Item] = {}
    stars: dict[int, list[int]] = {}
    for opinion in said:
        number = opinion.bought.product.number
        counts = shown.setdefault(number, {"reviewsPublished": 0, "reviewsModerated": 0})
        counts[f"reviews{opinion.status.title()}"] += 1
        if opinion.status == "published":
            stars.setdefault(number, []).append(opinion.stars)
    return {n: {**({"rating": sum(stars[n]) / len(stars[n])} if n in stars else {}), **c} for n, c in shown.items()}


def reviews(said: list[Opinion], ledger: Ledger) -> Iterator[Item]:
    """Yield the reviews; `ledger` knows how often each customer ordered."""
    for opinion in said:
        customer = opinion.bought.customer
        updated = min(opinion.created + opinion.number % 5 * _DAY, LAST_DAY)
        yield {
            "id": 712_700_000 + opinion.number * 7,
            "status": opinion.status,
            "customerId": customer.id,
            "productId": opinion.bought.product.id,
            "orderId": opinion.bought.order_number,
            "orderNumber": opinion.bought.order,
            "rating": opinion.stars,
            "review": opinion.text,
            "reviewerInfo": {
                "name": customer.person.name,
                "email": customer.person.mail,
                "country": customer.person.place.country[1],
                "city": customer.person.place.city,
                "orders": ledger.orders[customer.number],
            },
            "createDate": date_text(opinion.created),
            "updateDate": date_text(updated),
            "createTimestamp": opinion.created,
            "updateTimestamp": updated,
        }
