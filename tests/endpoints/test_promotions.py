"""Endpoints for promotions, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.promotions import PromotionDraft


async def test_a_promotion_is_created_changed_and_deleted(store: Store) -> None:
    promotions = store.promotions
    draft = PromotionDraft(name="Free tea", discount_base="SUBTOTAL", discount_type="PERCENT", amount=5, enabled=True)
    created = (await promotions.create(draft)).id
    assert (await promotions.update(created, PromotionDraft(amount=10))).update_count == 1
    amounts = {one.id: one.amount for one in await promotions.search().all()}
    assert amounts[created] == 10
    assert (await promotions.delete(created)).delete_count == 1
    assert created not in [one.id for one in await promotions.search().all()]
