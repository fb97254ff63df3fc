"""Files are uploaded as bytes, from disk, as a stream, or by an external URL."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import UploadTooLarge
from ecwid_async.files import IMAGE_LIMIT
from ecwid_async.wire import StreamBody

# Only images have a documented limit.
ANY_SIZE = {"products.files.upload", "orders.option_files.upload"}


@pytest.fixture
def uploads(methods: Any) -> list[Any]:
    return [method for method in methods if method.uploads]


def test_every_endpoint_with_a_binary_body_has_an_upload(uploads: list[Any], rows: Any) -> None:
    assert len(uploads) == sum(row["request"]["content_type"] == "binary" for row in rows.values()) == 10


def test_an_external_url_is_sent_without_a_body(uploads: list[Any]) -> None:
    for method in uploads:
        request = method.request(external_url="https://example.com/a b.png")
        assert dict(request.params)["externalUrl"] == "https://example.com/a b.png"
        assert (request.body, dict(request.headers)) == (None, {})


def test_a_file_is_sent_without_an_external_url(uploads: list[Any]) -> None:
    for method in uploads:
        assert "externalUrl" not in dict(method.request().params)


def test_an_upload_needs_exactly_one_file(uploads: list[Any]) -> None:
    for method in uploads:
        for given in ({}, {"source": b"file", "external_url": "https://example.com/a.png"}):
            with pytest.raises(ValueError, match="needs exactly one of source and external_url"):
                method.call(**method.required(), **given)


def test_images_have_a_limit(uploads: list[Any]) -> None:
    too_large = bytes(IMAGE_LIMIT + 1)
    for method in uploads:
        if method.name in ANY_SIZE:
            assert method.request(source=too_large).body is too_large
        else:
            assert method.request(source=too_large[:-1]).body == too_large[:-1]
            with pytest.raises(UploadTooLarge):
                method.request(source=too_large)


def test_a_file_on_disk_is_read_while_it_is_sent(uploads: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "apple.png"
    path.write_bytes(b"from disk")
    for method in uploads:
        body = method.request(source=path).body
        assert isinstance(body, StreamBody)
        assert body.length == 9


async def test_progress_is_reported_while_a_stream_is_sent(uploads: list[Any], call_with_response: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"four"
        yield b"and five"

    for method in uploads:
        reported: list[tuple[int, int | None]] = []
        body = method.request(source=chunks(), progress=lambda *moved, reported=reported: reported.append(moved)).body
        assert b"".join([chunk async for chunk in body.chunks]) == b"fourand five"
        assert reported == [(4, None), (12, None)]


def test_file_names_and_descriptions_are_sent(store: Store) -> None:
    file = store.products.files.upload(7, b"%PDF", file_name="manual, v2.pdf", description="Manual").request
    assert dict(file.params) == {"fileName": "manual, v2.pdf", "description": "Manual"}
    image = store.products.gallery.upload(7, b"png", file_name="apple.png").request
    assert dict(image.params) == {"fileName": "apple.png"}


def test_names_of_options_are_encoded(store: Store) -> None:
    request = store.orders.option_files.upload("EG4H2", 9, "Фото / a+b", b"png", file_name="me.png").request
    assert request.target == ("/orders/EG4H2/items/9/options/%D0%A4%D0%BE%D1%82%D0%BE+%2F+a%2Bb?fileName=me.png")
