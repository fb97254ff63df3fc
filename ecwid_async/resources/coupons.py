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
from ecwid_async.resources.base import TYPE_CHECKING, Listed, Moment, Several, several, unidentified

__all__ = ["Coupons"]

R = TypeVar("R", default=DiscountCoupon)
D = TypeVar("D", default=DeletedItem)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=DiscountCoupon, default=DiscountCoupon)
    D = TypeVar("D", bound=DeletedItem, default=DeletedItem)


class Coupons(Listed[DiscountCoupon]):
    """Discount coupons. Each is known by its code, and by the new code once that is changed.

    The documentation calls what stands in paths an id; Ecwid's own client sends the code.
    """

    __slots__ = ()

    def search(
        self,
        *,
        code: str | None = None,
        discount_type: Several[CouponDiscountType | str] | None = None,
        availability: Several[CouponStatus | str] | None = None,
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        updated_from: Moment | None = None,
        updated_to: Moment | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Coupons that match every filter given; `code` is the whole code.

        ``GET /discount_coupons``
        """
        return self._pages(
            "GET /discount_coupons",
            model=DiscountCoupon,
            into=into,
            query={
                "code": code,
                "discount_type": several(discount_type),
                "availability": several(availability),
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
        """One coupon, by its code.

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
            reads=DiscountCouponCreateResult,
            body=draft,
            look_up=_identity(draft),
        )

    def update(self, discount_coupon_id: str | int, draft: DiscountCouponDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /discount_coupons/{discountCouponId}``
        """
        return self._call(
            "PUT /discount_coupons/{discountCouponId}", discount_coupon_id, reads=UpdateResult, body=draft
        )

    def delete(self, discount_coupon_id: str | int) -> Call[DeleteResult]:
        """Delete a coupon. It stays in the history of deleted items for six months.

        ``DELETE /discount_coupons/{discountCouponId}``
        """
        return self._call("DELETE /discount_coupons/{discountCouponId}", discount_coupon_id, reads=DeleteResult)

    def deleted(
        self,
        *,
        from_date: Moment | None = None,
        to_date: Moment | None = None,
        into: type[D] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[D]:
        """Coupons deleted in the last six months: id and moment.

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


def _identity(draft: DiscountCouponDraft) -> Lookup:
    if draft.code:
        return partial(_by_code, code=draft.code)
    return partial(unidentified, reason="a coupon without a code can't be told from others")


async def _by_code(channel: Channel, code: str) -> DiscountCoupon | None:
    return await Coupons(channel).search(code=code).first()
