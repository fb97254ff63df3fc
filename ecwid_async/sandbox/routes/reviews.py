"""Product reviews: ``/reviews``. Buyers write them, so a store has those it was filled with; owners publish them."""

from collections.abc import Iterable
from typing import Any, Final

from ecwid_async.sandbox.engine import Answer, Filter, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.customer_stats import folded
from ecwid_async.sandbox.routes.shared import (
    bury,
    contains,
    deleted,
    keys,
    one_of,
    read,
    read_one,
    search,
    since,
    until,
)
from ecwid_async.sandbox.state import Columns, Condition, Item, Key, Sort, Store, format_time, parse_time, select

__all__: list[str] = []

_KIND: Final = "Product review"
_MISSING: Final = "PRODUCT_REVIEW_NOT_FOUND"
_STATUSES: Final = ("moderated", "published")
_MODES: Final = ("SELECTED", "ALL_FILTERED", "ALL")


def _words(item: Item) -> str:
    reviewer: Item = item.get("reviewerInfo") or {}
    return "\n".join(filter(None, (item.get("review"), reviewer.get("name"), reviewer.get("email"))))


COLUMNS: Final = Columns(
    numbers={"rating": lambda item: item.get("rating") or 0},
    texts={"keyword": _words},
    terms={
        "status": lambda item: (str(item.get("status") or "moderated").lower(),),
        "rating": lambda item: (item.get("rating"),),
        "productId": lambda item: (item.get("productId"),),
        "orderId": lambda item: {folded(item[name]) for name in ("orderId", "orderNumber") if item.get(name)},
    },
)
_FILTERS: Final[dict[str, Filter]] = {
    "reviewId": keys(),
    "productId": one_of("productId"),
    "orderId": one_of("orderId", folded),
    "rating": one_of("rating"),
    "status": one_of("status", str.lower),
    "keyword": contains("keyword"),
    "searchKeyword": contains("keyword"),
    "createdFrom": since("created"),
    "createdTo": until("created"),
    "updatedFrom": since("updated"),
    "updatedTo": until("updated"),
}

REVIEWS: Final = listing(
    Listing(
        section="reviews",
        columns=COLUMNS,
        first_id=812_800_001,
        filters=_FILTERS,
        sorts={"DATE_CREATED": "created", "RATING": "rating"},
        default_sort=Sort("created", descending=True),
    )
)


def _admit(visit: Visit) -> None:
    visit.unless_refused("PRODUCT_REVIEWS_FEATURE_NOT_AVAILABLE", 403, "Reviews are switched off in this store")


@route("GET /reviews")
def search_reviews(visit: Visit) -> Answer:
    """List and search, the newest first."""
    _admit(visit)
    return search(visit, REVIEWS)


@route("GET /reviews/{reviewId}")
def get_review(visit: Visit) -> Answer:
    """Read one."""
    _admit(visit)
    return read_one(visit, REVIEWS, visit.id("reviewId"), _KIND, _MISSING)


@route("GET /reviews/filters_data")
def get_review_filters_data(visit: Visit) -> Answer:
    """How many there are of each status."""
    _admit(visit)
    table = visit.store.table("reviews")
    table.settle()
    counts = {status: len(table.posting("status", status)) for status in _STATUSES}
    return {"allCount": sum(counts.values()), **{f"{status}Count": count for status, count in counts.items()}}


@route("PUT /reviews/{reviewId}")
def update_review(visit: Visit) -> Answer:
    """Publish one, or take it back."""
    _admit(visit)
    review = read(visit.store.table("reviews"), visit.id("reviewId"), _KIND, _MISSING)
    _publish(visit, [review], _status(visit.document.get("status"), "status"))
    return {"updateCount": 1}


@route("DELETE /reviews/{reviewId}")
def delete_review(visit: Visit) -> Answer:
    """Delete one."""
    _admit(visit)
    _delete(visit, [read(visit.store.table("reviews"), visit.id("reviewId"), _KIND, _MISSING)])
    return {"deleteCount": 1}


@route("PUT /reviews/mass_update")
def mass_update_reviews(visit: Visit) -> Answer:
    """Publish, take back or delete those that are named, that a filter finds, or all."""
    _admit(visit)
    sent: Item = visit.document
    table = visit.store.table("reviews")
    chosen = [review for key in _chosen(visit, sent) if (review := table.get(key)) is not None]
    if sent.get("delete"):
        _delete(visit, chosen)
    else:
        _publish(visit, chosen, _status(sent.get("newStatus"), "newStatus"))
    return {"updateCount": len(chosen)}


@route("GET /reviews/deleted")
def get_deleted_reviews(visit: Visit) -> Answer:
    """What was deleted, and when."""
    return deleted(visit, "reviews")


def _status(value: object, name: str) -> str:
    status = str(value or "").lower()
    if status not in _STATUSES:
        raise Refusal.wrong(f"Field {name!r} must be one of {', '.join(_STATUSES)}")
    return status


# Many at once.


def _chosen(visit: Visit, sent: Item) -> list[Key]:
    table = visit.store.table("reviews")
    match sent.get("selectMode"):
        case "ALL":
            return list(table)
        case "SELECTED":
            if not sent.get("reviewIds"):
                raise Refusal.wrong("Field 'reviewIds' is missing: SELECTED needs it")
            return [number for number in dict.fromkeys(sent["reviewIds"]) if number in table]
        case "ALL_FILTERED":
            table.settle()
            filters = sent.get("currentFilters") or sent.get("filters") or {}
            found = select(table, list(_conditions(visit, filters)), Sort(), visit.store.switches)
            return table.keys(found)
        case _:
            raise Refusal.wrong(f"Field 'selectMode' must be one of {', '.join(_MODES)}")


def _conditions(visit: Visit, filters: Item) -> Iterable[Condition]:
    """What the filters in a body ask; times come as dates or in Unix seconds, a status in capitals."""
    for name, value in filters.items():
        if value is None or value == []:
            continue
        asked: Any = tuple(value) if isinstance(value, list) else value
        if name in {"createdFrom", "createdTo"}:
            try:
                asked = parse_time(str(value))
            except ValueError as error:
                raise Refusal.wrong(f"Field {name!r}: {error}") from None
        condition = _FILTERS[name](visit, asked)
        if condition is not None:
            yield condition


# What follows from a change.


def _publish(visit: Visit, reviews: Iterable[Item], status: str) -> None:
    table = visit.store.table("reviews")
    changed = list(reviews)
    moment = {"updateDate": format_time(visit.now), "updateTimestamp": visit.now}
    for review in changed:
        table.put(review | {"status": status} | moment)
    _count(visit.store, changed)


def _delete(visit: Visit, reviews: Iterable[Item]) -> None:
    gone = list(reviews)
    for review in gone:
        bury(visit, "reviews", review["id"])
    _count(visit.store, gone)


def _count(store: Store, changed: Iterable[Item]) -> None:
    """Let the products of these reviews show how many they have, and how they are rated."""
    reviews, products = store.table("reviews"), store.table("products")
    for number in {review.get("productId") for review in changed}:
        product = products.get(number) if isinstance(number, int) else None
        if product is None:
            continue
        found = [review for key in reviews.find("productId", number) if (review := reviews.get(key)) is not None]
        ratings = [review.get("rating") or 0 for review in found if review.get("status") == "published"]
        product |= {"reviewsPublished": len(ratings), "reviewsModerated": len(found) - len(ratings)}
        product.pop("rating", None)
        if ratings:
            product["rating"] = sum(ratings) / len(ratings)
        products.put(product)
