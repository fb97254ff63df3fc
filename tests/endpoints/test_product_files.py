"""Endpoints for product files, called over HTTP."""

from pathlib import Path

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.product_files import ProductFileDraft


async def test_files_are_uploaded_and_downloaded_byte_for_byte(store: Store, product: int, tmp_path: Path) -> None:
    files = store.products.files
    manual = tmp_path / "manual.pdf"
    manual.write_bytes(bytes(range(256)) * 1000)

    async def chunks():
        yield b"one "
        yield b"two"

    reported: list[tuple[int, int | None]] = []
    first = await files.upload(
        product, manual, file_name="manual, v2.pdf", progress=lambda *args: reported.append(args)
    )
    second = await files.upload(product, b"notes", file_name="notes.txt", description="Notes")
    third = await files.upload(product, chunks(), file_name="stream.bin")
    fourth = await files.upload(product, external_url="https://example.com/a%20b.zip", file_name="a b.zip")
    assert reported[-1] == (256_000, 256_000)

    copy = tmp_path / "copy.pdf"
    assert await files.download(product, first.id).save(copy) == 256_000
    assert copy.read_bytes() == manual.read_bytes()
    assert await files.download(product, second.id).read() == b"notes"
    assert await files.download(product, third.id).read() == b"one two"

    assert (await files.update(product, second.id, ProductFileDraft(description="Changed"))).update_count == 1
    shown = {one.id: one for one in (await store.products.get(product)).files}
    assert shown.keys() == {first.id, second.id, third.id, fourth.id}
    assert (shown[first.id].name, shown[first.id].size) == ("manual, v2.pdf", 256_000)
    assert shown[second.id].description == "Changed"
    assert (await files.delete(product, second.id)).delete_count == 1
    with pytest.raises(NotFound):
        await files.download(product, second.id).read()
    assert (await files.delete_all(product, confirm=True)).delete_count == 3
    assert (await store.products.get(product)).files == []
