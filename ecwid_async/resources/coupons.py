"""Discount coupons."""

from functools import partial

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.coupons import (
    CouponDiscountType,
    CouponStatus,
    DiscountCoupon,
    DiscountCouponCreateResult,
    DiscountCouponDraft,
)
from ecwid_async.models.results import DeletedItem, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    raise_not_identifiable,
    require_draft,
)
from ecwid_async.resources.query import OneOrMany, Timestamp, as_sequence

__all__ = ["Coupons"]

R = TypeVar("R", default=DiscountCoupon)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=DiscountCoupon, default=DiscountCoupon)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Coupons(ListResource[DiscountCoupon]):
    """Discount coupons, identified by their codes. A changed code replaces the old one.

    The documentation has an id in the paths; Ecwid's own client sends the code.
    """

    __slots__ = ()

    def search(
        self,
        *,
        code: str | None = None,
        discount_type: OneOrMany[CouponDiscountType | str] | None = None,
        availability: OneOrMany[CouponStatus | str] | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for coupons that match all given filters. `code` is a complete code.

        ``GET /discount_coupons``
        """
        return self._pages(
            "GET /discount_coupons",
            model=DiscountCoupon,
            into=into,
            query={
                "code": code,
                "discount_type": as_sequence(discount_type),
                "availability": as_sequence(availability),
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(
        self, discount_coupon_id: str | int, *, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[R]:
        """Get a coupon by its code.

        ``GET /discount_coupons/{discountCouponId}``
        """
        return self._read(
            "GET /discount_coupons/{discountCouponId}",
            discount_coupon_id,
            model=DiscountCoupon,
            into=into,
            query={"responseFields": response_fields},
        )

    def create(self, draft: DiscountCouponDraft) -> Call[DiscountCouponCreateResult]:
        """Add a coupon.

        ``POST /discount_coupons``
        """
        return self._call(
            "POST /discount_coupons",
            result_type=DiscountCouponCreateResult,
            body=require_draft(draft, DiscountCouponDraft),
            look_up=_lookup_of(draft),
        )

    def update(self, discount_coupon_id: str | int, draft: DiscountCouponDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /discount_coupons/{discountCouponId}``
        """
        return self._call(
            "PUT /discount_coupons/{discountCouponId}",
            discount_coupon_id,
            result_type=UpdateResult,
            body=require_draft(draft, DiscountCouponDraft),
        )

    def delete(self, discount_coupon_id: str | int) -> Call[DeleteResult]:
        """Delete a coupon. `deleted` lists it for six months.

        ``DELETE /discount_coupons/{discountCouponId}``
        """
        return self._call("DELETE /discount_coupons/{discountCouponId}", discount_coupon_id, result_type=DeleteResult)

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
        """List the coupons deleted in the last six months, with their deletion times.

        ``GET /coupons/deleted``
        """
        return self._pages(
            "GET /coupons/deleted",
            model=DeletedItem,
            into=into,
            query={"from_date": from_date, "to_date": to_date, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )


def _lookup_of(draft: DiscountCouponDraft) -> Lookup:
    if draft.code:
        return partial(_find_by_code, code=draft.code)
    return partial(raise_not_identifiable, reason="a coupon without a code can't be identified")


async def _find_by_code(channel: Channel, code: str) -> DiscountCoupon | None:
    return await Coupons(channel).search(code=code).first()
