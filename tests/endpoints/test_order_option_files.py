"""Endpoints for order option files, called over HTTP."""

from pathlib import Path

from ecwid_async.client import Store
from tests.endpoints.values import IMAGE_URL, OPTION_NAME, PNG


async def test_files_of_an_option_are_uploaded_downloaded_and_deleted(store: Store, order: int, tmp_path: Path) -> None:
    files = store.orders.option_files
    item = (await store.orders.get(order)).items[0].id
    path = tmp_path / "photo.png"
    path.write_bytes(PNG)
    first = await files.upload(order, item, OPTION_NAME, PNG, file_name="me & you.png")
    await files.upload(order, item, OPTION_NAME, path, file_name="photo.png")
    await files.upload(order, item, OPTION_NAME, external_url=IMAGE_URL, file_name="apple.png")

    async def shown() -> list[tuple[int | None, str | None, int | None]]:
        [option] = (await store.orders.get(order)).items[0].selected_options
        return [(one.id, one.name, one.size) for one in option.files or []]

    assert (await shown())[0] == (first.id, "me & you.png", len(PNG))
    assert [name for _, name, _ in await shown()] == ["me & you.png", "photo.png", "apple.png"]
    assert (await files.delete(order, item, OPTION_NAME, first.id)).delete_count == 1
    assert (await files.delete_all(order, item, OPTION_NAME, confirm=True)).delete_count == 2
    assert await shown() == []
