"""Reviews of products."""

from datetime import datetime
from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.common import SelectMode

__all__ = [
    "Review",
    "ReviewDraft",
    "ReviewFiltersData",
    "ReviewMassUpdateDraft",
    "ReviewMassUpdateFiltersDraft",
    "ReviewSortBy",
    "ReviewStatus",
    "ReviewerInfo",
]


class ReviewSortBy(StrEnum):
    """The sort order of a search for reviews."""

    DATE_CREATED_ASC = "DATE_CREATED_ASC"
    DATE_CREATED_DESC = "DATE_CREATED_DESC"
    RATING_ASC = "RATING_ASC"
    RATING_DESC = "RATING_DESC"


class ReviewStatus(StrEnum):
    """The status of a review.

    In lower case, as in every example. The reference for mass updates and Ecwid's own client have upper-case values,
    which are read as `str`.
    """

    MODERATED = "moderated"
    PUBLISHED = "published"


@model
class ReviewerInfo(Model):
    """The author of a review."""

    name: str | None = None
    email: str | None = None
    country: str | None = None
    city: str | None = None
    orders: int | None = None
    orders_count: int | None = None  # Ecwid's own client reads it instead of `orders`.


@model
class Review(Model):
    """A review of a product that a customer bought.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/product-reviews/search-product-reviews
    """

    id: int | None = None
    status: ReviewStatus | str | None = None
    rating: int | None = None  # From 1 to 5.
    order_id: int | str | None = None  # Text such as ``2D31G`` in the reference, the order's number in real stores.
    product_id: int | None = None
    customer_id: int | None = None
    review: str | None = None
    reviewer_info: ReviewerInfo | None = None
    create_date: datetime | None = None
    update_date: datetime | None = None
    create_timestamp: int | None = None  # Unix seconds in the examples, milliseconds in the reference.
    update_timestamp: int | None = None  # As in `create_timestamp`.
    product_name: str | None = None
    product_options: list[str] | None = None
    order_number: str | None = None
    order_item_id: int | None = None


@model
class ReviewFiltersData(Model):
    """The number of reviews in each status."""

    all_count: int | None = None
    moderated_count: int | None = None
    published_count: int | None = None


@draft
class ReviewDraft(Draft):
    """Fields of a review to change: only its status can be changed."""

    status: ReviewStatus | str | Unset | None = UNSET


@draft
class ReviewMassUpdateFiltersDraft(Draft):
    """Filters that select the reviews of a mass update."""

    review_id: list[int] | Unset | None = UNSET
    product_id: list[int] | Unset | None = UNSET
    order_id: list[int] | Unset | None = UNSET
    rating: list[int] | Unset | None = UNSET
    status: ReviewStatus | str | Unset | None = UNSET
    search_keyword: str | Unset | None = UNSET
    created_from: datetime | str | Unset | None = UNSET
    created_to: datetime | str | Unset | None = UNSET


@draft
class ReviewMassUpdateDraft(Draft):
    """A change or deletion of many reviews. Requires `select_mode`."""

    select_mode: SelectMode | str | Unset | None = UNSET
    delete: bool | Unset | None = UNSET
    new_status: ReviewStatus | str | Unset | None = UNSET
    review_ids: list[int] | Unset | None = UNSET
    current_filters: ReviewMassUpdateFiltersDraft | Unset | None = UNSET
    # Ecwid's own client sends it instead of `current_filters`.
    filters: ReviewMassUpdateFiltersDraft | Unset | None = UNSET
    send_update_to_reviews_service: bool | Unset | None = UNSET
