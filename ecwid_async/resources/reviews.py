"""Reviews of products."""

from typing import Literal

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.common import SelectMode
from ecwid_async.models.results import DeletedItem, DeleteResult, UpdateResult
from ecwid_async.models.reviews import (
    Review,
    ReviewDraft,
    ReviewFiltersData,
    ReviewMassUpdateDraft,
    ReviewSortBy,
    ReviewStatus,
)
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_confirmation,
    require_draft,
)
from ecwid_async.resources.query import Timestamp, as_sequence

__all__ = ["Reviews"]

R = TypeVar("R", default=Review)
F = TypeVar("F", default=ReviewFiltersData)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Review, default=Review)
    F = TypeVar("F", bound=ReviewFiltersData, default=ReviewFiltersData)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Reviews(ListResource[Review]):
    """Reviews of products by the customers who bought them."""

    __slots__ = ()

    def search(
        self,
        *,
        review_id: int | None = None,
        product_id: int | None = None,
        order_id: str | None = None,
        status: ReviewStatus | str | None = None,
        rating: int | None = None,
        keyword: str | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        sort_by: ReviewSortBy | str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for reviews that match all given filters.

        ``GET /reviews``
        """
        return self._pages(
            "GET /reviews",
            model=Review,
            into=into,
            query={
                "reviewId": review_id,
                "productId": product_id,
                "orderId": as_sequence(order_id),
                "status": status,
                "rating": rating,
                # The documentation has the first name, Ecwid's own client sends the second.
                "keyword": keyword,
                "searchKeyword": keyword,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "sortBy": sort_by,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, review_id: int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a review.

        ``GET /reviews/{reviewId}``
        """
        return self._read(
            "GET /reviews/{reviewId}", review_id, model=Review, into=into, query={"responseFields": response_fields}
        )

    def update(self, review_id: int, draft: ReviewDraft) -> Call[UpdateResult]:
        """Publish or hide a review. Only its status can be changed.

        ``PUT /reviews/{reviewId}``
        """
        return self._call(
            "PUT /reviews/{reviewId}", review_id, result_type=UpdateResult, body=require_draft(draft, ReviewDraft)
        )

    def mass_update(self, draft: ReviewMassUpdateDraft, *, confirm: Literal[True] | None = None) -> Call[UpdateResult]:
        """Publish, hide or delete many reviews: those listed in `draft`, those that match its filters, or all.

        Raises `ValueError` if it deletes more than the listed ones, unless `confirm` is True.

        ``PUT /reviews/mass_update``
        """
        require_draft(draft, ReviewMassUpdateDraft)
        if draft.delete and draft.select_mode != SelectMode.SELECTED:
            require_confirmation(confirm, "every review that matches, or all of the store")
        # Sent twice, it would also change reviews written in between.
        return self._call(
            "PUT /reviews/mass_update",
            result_type=UpdateResult,
            body=draft,
            repeatable=False,
        )

    def delete(self, review_id: int) -> Call[DeleteResult]:
        """Delete a review. `deleted` lists it for six months.

        ``DELETE /reviews/{reviewId}``
        """
        return self._call("DELETE /reviews/{reviewId}", review_id, result_type=DeleteResult)

    def filters_data(self, *, into: type[F] | None = None, response_fields: str | None = None) -> Call[F]:
        """Count the reviews in each status.

        ``GET /reviews/filters_data``
        """
        return self._read(
            "GET /reviews/filters_data", model=ReviewFiltersData, into=into, query={"responseFields": response_fields}
        )

    def deleted(
        self,
        *,
        from_date: Timestamp | None = None,
        to_date: Timestamp | None = None,
        into: type[D] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[D]:
        """List the reviews deleted in the last six months: ids and times.

        ``GET /reviews/deleted``
        """
        return self._pages(
            "GET /reviews/deleted",
            model=DeletedItem,
            into=into,
            query={"from_date": from_date, "to_date": to_date, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )
