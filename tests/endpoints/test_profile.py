"""Endpoints for the profile, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.profile import ProfileDraft
from ecwid_async.models.profile_settings import ProfileSettingsDraft


async def test_the_profile_is_read_and_changed(store: Store) -> None:
    read = await store.profile.get()
    assert read.general_info.store_id
    assert (
        await store.profile.update(ProfileDraft(settings=ProfileSettingsDraft(store_name="Tea & more")))
    ).update_count
    changed = await store.profile.get()
    assert changed.settings.store_name == "Tea & more"
    assert changed.company == read.company
