"""Size and file type, read from the bytes of images."""

import pytest

from ecwid_async.sandbox.state import ImageInfo, read_image_info
from tests.sandbox.images import png

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x21\x00\x2c\x03"
WEBP = b"RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png(3, 2), ImageInfo(3, 2, "png")),
        (JPEG, ImageInfo(44, 33, "jpg")),
        (WEBP, ImageInfo(16, 32, "webp")),
        (b"\xff\xd8\xff", ImageInfo()),
        (b"<svg/>", ImageInfo()),
    ],
)
def test_size_and_type_are_read_from_the_bytes(content, expected):
    assert read_image_info(content) == expected
