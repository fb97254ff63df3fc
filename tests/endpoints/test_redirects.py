"""Endpoints for redirects, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.redirects import InstantSiteRedirectDraft


async def test_redirects_are_created_changed_and_deleted(store: Store) -> None:
    redirects = store.redirects
    drafts = [InstantSiteRedirectDraft(from_url=f"/a {n}", to_url="/b") for n in range(2)]
    assert (await redirects.create(drafts)).create_count == 2
    assert (await redirects.create(drafts)).exists_count == 2
    [created] = (await redirects.get_for_path(exact_path="/a 1")).items
    assert await redirects.get(created.id) == created
    assert (await redirects.update(created.id, InstantSiteRedirectDraft(to_url="/ü"))).update_count == 1
    assert [one.to_url for one in await redirects.search(keyword="/a 1").all()] == ["/ü"]
    assert (await redirects.delete(created.id)).delete_count == 1
    with pytest.raises(NotFound):
        await redirects.get(created.id)
