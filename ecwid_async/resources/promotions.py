"""Promotions."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.promotions import Promotion, PromotionDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, ListResource, require_draft

__all__ = ["Promotions"]

R = TypeVar("R", default=Promotion)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Promotion, default=Promotion)


class Promotions(ListResource[Promotion]):
    """Promotions: discounts that apply automatically under their conditions."""

    __slots__ = ()

    def search(
        self,
        *,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """List all promotions.

        ``GET /promotions``
        """
        return self._pages(
            "GET /promotions",
            model=Promotion,
            into=into,
            query={"responseFields": response_fields},
            limit=limit,
            offset=offset,
        )

    def create(self, draft: PromotionDraft) -> Call[CreateResult]:
        """Add a promotion.

        ``POST /promotions``
        """
        return self._call("POST /promotions", result_type=CreateResult, body=require_draft(draft, PromotionDraft))

    def update(self, promotion_id: int, draft: PromotionDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /promotions/{promotionId}``
        """
        return self._call(
            "PUT /promotions/{promotionId}",
            promotion_id,
            result_type=UpdateResult,
            body=require_draft(draft, PromotionDraft),
        )

    def delete(self, promotion_id: int) -> Call[DeleteResult]:
        """Delete a promotion.

        ``DELETE /promotions/{promotionId}``
        """
        return self._call("DELETE /promotions/{promotionId}", promotion_id, result_type=DeleteResult)
