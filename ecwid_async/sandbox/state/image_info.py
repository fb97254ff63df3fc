"""Size and file type of an image, read from its bytes."""

from typing import Final

from attrs import frozen

__all__ = ["ImageInfo", "read_image_info"]


@frozen
class ImageInfo:
    """Width and height of an image in pixels, and its file name extension."""

    width: int = 1200
    height: int = 1200
    extension: str = "jpg"


_FRAME_MARKERS: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def read_image_info(content: bytes) -> ImageInfo:
    """Read the header of a PNG, GIF, WebP or JPEG. Anything else counts as a JPEG of the default size."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return ImageInfo(_big_endian(content[16:20]), _big_endian(content[20:24]), "png")
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        return ImageInfo(_little_endian(content[6:8]), _little_endian(content[8:10]), "gif")
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return ImageInfo(_little_endian(content[24:27]) + 1, _little_endian(content[27:30]) + 1, "webp")
    if content.startswith(b"\xff\xd8"):
        return _read_jpeg(content)
    return ImageInfo()


def _read_jpeg(content: bytes) -> ImageInfo:
    """Skip segments up to the start of a frame, which contains the size."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in _FRAME_MARKERS:
            return ImageInfo(_big_endian(content[at + 7 : at + 9]), _big_endian(content[at + 5 : at + 7]))
        at += 2 + _big_endian(content[at + 2 : at + 4])
    return ImageInfo()


def _big_endian(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _little_endian(octets: bytes) -> int:
    return int.from_bytes(octets, "little")
