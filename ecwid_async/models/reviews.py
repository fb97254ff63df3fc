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
    """How a search for reviews is sorted."""

    DATE_CREATED_ASC = "DATE_CREATED_ASC"
    DATE_CREATED_DESC = "DATE_CREATED_DESC"
    RATING_ASC = "RATING_ASC"
    RATING_DESC = "RATING_DESC"


class ReviewStatus(StrEnum):
    """Whether a review is shown.

    Lower case, as every example has it. The reference of changing many at once and the vendor's own client have upper
    case: that stays text.
    """

    MODERATED = "moderated"
    PUBLISHED = "published"


@model
class ReviewerInfo(Model):
    """Who wrote a review."""

    name: str | None = None
    email: str | None = None
    country: str | None = None
    city: str | None = None
    orders: int | None = None
    orders_count: int | None = None  # What the vendor's own client reads instead of `orders`.


@model
class Review(Model):
    """A review of a product that a customer bought.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/product-reviews/search-product-reviews
    """

    id: int | None = None
    status: ReviewStatus | str | None = None
    rating: int | None = None  # From 1 to 5.
    order_id: int | str | None = None  # Text such as ``2D31G`` in the reference, the order's number in stores.
    product_id: int | None = None
    customer_id: int | None = None
    review: str | None = None
    reviewer_info: ReviewerInfo | None = None
    create_date: datetime | None = None
    update_date: datetime | None = None
    create_timestamp: int | None = None  # Unix seconds in the examples, milliseconds in the reference.
    update_timestamp: int | None = None  # The same.
    product_name: str | None = None
    product_options: list[str] | None = None
    order_number: str | None = None
    order_item_id: int | None = None


@model
class ReviewFiltersData(Model):
    """How many reviews there are in each status."""

    all_count: int | None = None
    moderated_count: int | None = None
    published_count: int | None = None


@draft
class ReviewDraft(Draft):
    """What a review is changed to: only its status can be."""

    status: ReviewStatus | str | Unset | None = UNSET


@draft
class ReviewMassUpdateFiltersDraft(Draft):
    """Which reviews are meant where all that match are changed."""

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
    """What many reviews are changed to, or that they are deleted. Needs `select_mode`."""

    select_mode: SelectMode | str | Unset | None = UNSET
    delete: bool | Unset | None = UNSET
    new_status: ReviewStatus | str | Unset | None = UNSET
    review_ids: list[int] | Unset | None = UNSET
    current_filters: ReviewMassUpdateFiltersDraft | Unset | None = UNSET
    # What the vendor's own client sends instead of `current_filters`.
    filters: ReviewMassUpdateFiltersDraft | Unset | None = UNSET
    send_update_to_reviews_service: bool | Unset | None = UNSET
