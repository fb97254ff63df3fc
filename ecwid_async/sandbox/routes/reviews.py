"""Product reviews: ``/reviews``. They can be published and deleted, not created: a store has those loaded into it."""

from collections.abc import Iterable
from typing import Any, Final

from ecwid_async.sandbox.engine import Filter, Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.filters import by_key, contains, one_of, since, until
from ecwid_async.sandbox.routes.support.items import delete_item, get_or_404, item_response
from ecwid_async.sandbox.routes.support.lists import search, search_deleted
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Columns, Condition, Item, Key, Sort, Store, format_time, parse_time, select_rows

__all__: list[str] = []

_KIND: Final = "Product review"
_NOT_FOUND: Final = "PRODUCT_REVIEW_NOT_FOUND"
_STATUSES: Final = ("moderated", "published")
_SELECT_MODES: Final = ("SELECTED", "ALL_FILTERED", "ALL")


def _searchable_text(item: Item) -> str:
    reviewer: Item = item.get("reviewerInfo") or {}
    return "\n".join(filter(None, (item.get("review"), reviewer.get("name"), reviewer.get("email"))))


_COLUMNS: Final = Columns(
    numbers={"rating": lambda item: item.get("rating") or 0},
    texts={"keyword": _searchable_text},
    terms={
        "status": lambda item: (str(item.get("status") or "moderated").lower(),),
        "rating": lambda item: (item.get("rating"),),
        "productId": lambda item: (item.get("productId"),),
        "orderId": lambda item: {normalized(item[name]) for name in ("orderId", "orderNumber") if item.get(name)},
    },
)
_FILTERS: Final[dict[str, Filter]] = {
    "reviewId": by_key(),
    "productId": one_of("productId"),
    "orderId": one_of("orderId", normalized),
    "rating": one_of("rating"),
    "status": one_of("status", str.lower),
    "keyword": contains("keyword"),
    "searchKeyword": contains("keyword"),
    "createdFrom": since("created"),
    "createdTo": until("created"),
    "updatedFrom": since("updated"),
    "updatedTo": until("updated"),
}

REVIEWS: Final = register_list(
    Listing(
        section="reviews",
        columns=_COLUMNS,
        first_id=812_800_001,
        filters=_FILTERS,
        sorts={"DATE_CREATED": "created", "RATING": "rating"},
        default_sort=Sort("created", descending=True),
    )
)


def _check_feature(request: StoreRequest) -> None:
    request.raise_if_simulated("PRODUCT_REVIEWS_FEATURE_NOT_AVAILABLE", 403, "Reviews are disabled in this store")


@route("GET /reviews")
def search_reviews(request: StoreRequest) -> Result:
    """List and search reviews, newest first."""
    _check_feature(request)
    return search(request, REVIEWS)


@route("GET /reviews/{reviewId}")
def get_review(request: StoreRequest) -> Result:
    """Read a review."""
    _check_feature(request)
    return item_response(request, REVIEWS, request.path_number("reviewId"), _KIND, _NOT_FOUND)


@route("GET /reviews/filters_data")
def get_review_filters_data(request: StoreRequest) -> Result:
    """The number of reviews with each status."""
    _check_feature(request)
    table = request.store.table("reviews")
    table.show_due_writes()
    counts = {status: len(table.index.slots_with("status", status)) for status in _STATUSES}
    return {"allCount": sum(counts.values()), **{f"{status}Count": count for status, count in counts.items()}}


@route("PUT /reviews/{reviewId}")
def update_review(request: StoreRequest) -> Result:
    """Publish or unpublish a review."""
    _check_feature(request)
    review = get_or_404(request.store.table("reviews"), request.path_number("reviewId"), _KIND, _NOT_FOUND)
    _set_status(request, [review], _checked_status(request.json.get("status"), "status"))
    return {"updateCount": 1}


@route("DELETE /reviews/{reviewId}")
def delete_review(request: StoreRequest) -> Result:
    """Delete a review."""
    _check_feature(request)
    _delete_reviews(
        request, [get_or_404(request.store.table("reviews"), request.path_number("reviewId"), _KIND, _NOT_FOUND)]
    )
    return {"deleteCount": 1}


@route("PUT /reviews/mass_update")
def mass_update_reviews(request: StoreRequest) -> Result:
    """Publish, unpublish or delete the reviews with these ids, those that match a filter, or all."""
    _check_feature(request)
    sent: Item = request.json
    table = request.store.table("reviews")
    selected = [review for key in _selected_keys(request, sent) if (review := table.get(key)) is not None]
    if sent.get("delete"):
        _delete_reviews(request, selected)
    else:
        _set_status(request, selected, _checked_status(sent.get("newStatus"), "newStatus"))
    return {"updateCount": len(selected)}


@route("GET /reviews/deleted")
def get_deleted_reviews(request: StoreRequest) -> Result:
    """List the deleted reviews."""
    return search_deleted(request, "reviews")


def _checked_status(value: object, name: str) -> str:
    status = str(value or "").lower()
    if status not in _STATUSES:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} must be one of {', '.join(_STATUSES)}")
    return status


# Mass updates.


def _selected_keys(request: StoreRequest, sent: Item) -> list[Key]:
    table = request.store.table("reviews")
    match sent.get("selectMode"):
        case "ALL":
            return list(table)
        case "SELECTED":
            if not sent.get("reviewIds"):
                raise ErrorResponse.wrong_parameter("Field 'reviewIds' is required with SELECTED")
            return [review_id for review_id in dict.fromkeys(sent["reviewIds"]) if review_id in table]
        case "ALL_FILTERED":
            table.show_due_writes()
            filters = sent.get("currentFilters") or sent.get("filters") or {}
            slots = select_rows(table.index, list(_conditions(request, filters)), Sort(), request.store.switches)
            return table.index.keys(slots)
        case _:
            raise ErrorResponse.wrong_parameter(f"Field 'selectMode' must be one of {', '.join(_SELECT_MODES)}")


def _conditions(request: StoreRequest, filters: Item) -> Iterable[Condition]:
    """The conditions for the filters in a body. Times are dates or Unix seconds; a status may be in upper case."""
    for name, value in filters.items():
        if value is None or value == []:
            continue
        filter_value: Any = tuple(value) if isinstance(value, list) else value
        if name in {"createdFrom", "createdTo"}:
            try:
                filter_value = parse_time(str(value))
            except ValueError as error:
                raise ErrorResponse.wrong_parameter(f"Field {name!r}: {error}") from None
        condition = _FILTERS[name](request, filter_value)
        if condition is not None:
            yield condition


# Changes and their effect on products.


def _set_status(request: StoreRequest, reviews: list[Item], status: str) -> None:
    table = request.store.table("reviews")
    times = {"updateDate": format_time(request.now), "updateTimestamp": request.now}
    for review in reviews:
        table.put(review | {"status": status} | times)
    _refresh_review_counts(request.store, reviews)


def _delete_reviews(request: StoreRequest, reviews: list[Item]) -> None:
    for review in reviews:
        delete_item(request, "reviews", review["id"])
    _refresh_review_counts(request.store, reviews)


def _refresh_review_counts(store: Store, changed: Iterable[Item]) -> None:
    """Update the review counts and the rating of the products of these reviews."""
    reviews, products = store.table("reviews"), store.table("products")
    for product_id in {review.get("productId") for review in changed}:
        product = products.get(product_id) if isinstance(product_id, int) else None
        if product is None:
            continue
        all_reviews = [
            review for key in reviews.find("productId", product_id) if (review := reviews.get(key)) is not None
        ]
        ratings = [review.get("rating") or 0 for review in all_reviews if review.get("status") == "published"]
        product |= {"reviewsPublished": len(ratings), "reviewsModerated": len(all_reviews) - len(ratings)}
        product.pop("rating", None)
        if ratings:
            product["rating"] = sum(ratings) / len(ratings)
        products.put(product)
