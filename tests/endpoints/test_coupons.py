"""Endpoints for coupons, called over HTTP."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.coupons import CouponStatus, DiscountCouponDraft


async def test_a_coupon_is_created_changed_and_deleted(store: Store) -> None:
    coupons = store.coupons
    launch = datetime(2026, 1, 1, tzinfo=UTC)
    draft = DiscountCouponDraft(
        name="Tea time", code="TEA5", discount_type="ABS", discount=5, status="ACTIVE", launch_date=launch
    )
    created = await coupons.create(draft)
    read = await coupons.get(created.code)
    assert (read.code, read.discount, read.launch_date) == ("TEA5", 5, launch)
    assert (await coupons.update(created.code, DiscountCouponDraft(discount=Decimal("7.50")))).update_count == 1
    [found] = await coupons.search(code="TEA5").all()
    assert found.discount == Decimal("7.50")
    assert await coupons.search().count() > 1
    states = {one.status for one in await coupons.search(availability=[CouponStatus.ACTIVE, "EXPIRED"]).all()}
    assert states == {"ACTIVE", "EXPIRED"}
    assert (await coupons.delete(created.code)).delete_count == 1
    with pytest.raises(NotFound):
        await coupons.get(created.code)
    assert [one.id for one in await coupons.deleted().all()] == [created.id]
