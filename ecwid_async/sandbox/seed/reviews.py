"""Reviews of a demo store, written by customers after their purchase."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.customers import PurchaseTotals
from ecwid_async.sandbox.seed.orders import Purchase, find_purchase
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, format_date
from ecwid_async.sandbox.seed.support.sales import DemoStore
from ecwid_async.sandbox.state import Item

__all__ = ["plan_reviews", "product_ratings", "reviews"]

_REVIEW_KEY: Final = 9
_MAX_ORDERS: Final = 300
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


class PlannedReview(NamedTuple):
    """The content of a review. `number` is the index of its order; `created` is in Unix seconds."""

    number: int
    purchase: Purchase
    rating: int
    text: str
    status: str
    created: int


def plan_reviews(demo: DemoStore, order_count: int) -> list[PlannedReview]:
    """The reviews of a store, oldest first. They come from at most 300 orders, which limits the cost."""
    planned = []
    for index in range(0, order_count, 1 + order_count // _MAX_ORDERS):
        rng = ItemRandom(demo.seed, _REVIEW_KEY, index)
        purchase = find_purchase(demo, index, order_count) if rng.chance(40) else None
        if purchase is None:
            continue
        kind = rng.below(len(_TEXTS))
        created = min(purchase.created + rng.between(5, 40) * _DAY + rng.below(_DAY), LAST_DAY)
        status = "moderated" if rng.chance(15) else "published"
        planned.append(PlannedReview(index, purchase, _STARS[kind], _TEXTS[kind], status, created))
    return sorted(planned, key=lambda review: review.created)


def product_ratings(planned: list[PlannedReview]) -> dict[int, Item]:
    """The fields about reviews that products have, by the product's index."""
    counts: dict[int, Item] = {}
    ratings: dict[int, list[int]] = {}
    for review in planned:
        number = review.purchase.product.number
        product_counts = counts.setdefault(number, {"reviewsPublished": 0, "reviewsModerated": 0})
        product_counts[f"reviews{review.status.title()}"] += 1
        if review.status == "published":
            ratings.setdefault(number, []).append(review.rating)
    averages = {number: {"rating": sum(stars) / len(stars)} for number, stars in ratings.items()}
    return {number: {**averages.get(number, {}), **product_counts} for number, product_counts in counts.items()}


def reviews(planned: list[PlannedReview], purchase_totals: PurchaseTotals) -> Iterator[Item]:
    """Yield the planned reviews. `purchase_totals` holds the number of orders of each customer."""
    for review in planned:
        customer = review.purchase.customer
        updated = min(review.created + review.number % 5 * _DAY, LAST_DAY)
        yield {
            "id": 712_700_000 + review.number * 7,
            "status": review.status,
            "customerId": customer.id,
            "productId": review.purchase.product.id,
            "orderId": review.purchase.order_number,
            "orderNumber": review.purchase.order_id,
            "rating": review.rating,
            "review": review.text,
            "reviewerInfo": {
                "name": customer.person.name,
                "email": customer.person.email,
                "country": customer.person.place.country[1],
                "city": customer.person.place.city,
                "orders": purchase_totals.orders[customer.number],
            },
            "createDate": format_date(review.created),
            "updateDate": format_date(updated),
            "createTimestamp": review.created,
            "updateTimestamp": updated,
        }
