"""Endpoints for profile logos, called over HTTP."""

from pathlib import Path

import pytest

from ecwid_async.client import Store
from tests.endpoints.values import IMAGE_URL, PNG


@pytest.mark.parametrize("name", ["store", "invoice", "email"])
async def test_logos_are_uploaded_and_deleted(store: Store, name: str, tmp_path: Path) -> None:
    logos = store.profile.logos
    upload, delete = getattr(logos, f"upload_{name}_logo"), getattr(logos, f"delete_{name}_logo")

    async def shown() -> str | None:
        profile = await store.profile.get()
        if name == "store":
            return profile.general_info.starter_site.store_logo_url
        return getattr(profile.settings, f"{name}_logo_url")

    path = tmp_path / "logo.png"
    path.write_bytes(PNG)
    assert f"/{(await upload(PNG)).id}.png" in await shown()
    assert f"/{(await upload(path)).id}.png" in await shown()
    await upload(external_url=IMAGE_URL)
    assert await shown() == IMAGE_URL
    assert (await delete()).delete_count == 1
    assert await shown() is None
