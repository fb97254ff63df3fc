"""Endpoints for reviews, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.reviews import ReviewDraft, ReviewMassUpdateDraft, ReviewStatus


async def test_reviews_are_published_and_deleted(store: Store) -> None:
    reviews = store.reviews
    one, other, *_ = await reviews.search().all()
    assert await reviews.get(one.id) == one
    counts = await reviews.filters_data()
    assert counts.all_count == await reviews.search().count()
    assert (await reviews.update(one.id, ReviewDraft(status="moderated"))).update_count == 1
    assert (await reviews.get(one.id)).status == "moderated"
    draft = ReviewMassUpdateDraft(select_mode="SELECTED", review_ids=[one.id, other.id], new_status="published")
    assert (await reviews.mass_update(draft)).update_count
    assert (await reviews.get(one.id)).status == "published"
    assert (await reviews.filters_data()).published_count == await reviews.search(status=ReviewStatus.PUBLISHED).count()
    assert (await reviews.delete(one.id)).delete_count == 1
    with pytest.raises(NotFound):
        await reviews.get(one.id)
    assert [gone.id for gone in await reviews.deleted().all()] == [one.id]
