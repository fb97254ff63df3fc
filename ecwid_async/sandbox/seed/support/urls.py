"""The URLs in the items of a demo store. Their hosts are reserved or unused."""

import re
from functools import cache
from typing import Final, NamedTuple

__all__ = ["FILE_HOST", "SITE_URL", "ImageUrls", "image_url", "image_urls", "slug"]

FILE_HOST: Final = "https://images.demo-store.example"
SITE_URL: Final = "https://demo.company.site/products"
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")


def image_url(store_id: int, image_id: int) -> str:
    """The URL of the image with this id."""
    return f"{FILE_HOST}/images/{store_id}/{image_id}.jpg"


class ImageUrls(NamedTuple):
    """The URLs of an image as it was uploaded, and in four sizes: 160, 400, 800 and 1500 pixels."""

    original: str
    small: str
    medium: str
    large: str
    largest: str


def image_urls(store_id: int, image_id: int) -> ImageUrls:
    """The URLs of the image with this id. Its sizes have the ids after it."""
    start = f"{FILE_HOST}/images/{store_id}/"
    return ImageUrls(
        f"{start}{image_id}.jpg",
        f"{start}{image_id + 1}.jpg",
        f"{start}{image_id + 2}.jpg",
        f"{start}{image_id + 3}.jpg",
        f"{start}{image_id + 4}.jpg",
    )


@cache
def slug(text: str) -> str:
    """The text in the form used in URLs. Results are cached forever, so call it only with a limited number of texts."""
    return _NOT_IN_SLUGS.sub("-", text.lower()).strip("-")
