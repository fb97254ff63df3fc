"""The addresses that the items of a demo store refer to. The hosts are reserved or unused."""

import re
from functools import cache
from typing import Final

__all__ = ["FILE_HOST", "SITE_URL", "image_url", "slug"]

FILE_HOST: Final = "https://images.demo-store.example"
SITE_URL: Final = "https://demo.company.site/products"
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")


def image_url(store_id: int, number: int) -> str:
    """The address of the image with this id."""
    return f"{FILE_HOST}/images/{store_id}/{number}.jpg"


@cache
def slug(text: str) -> str:
    """The name in the form used in addresses; cached, so call it with a limited number of names."""
    return _NOT_IN_SLUGS.sub("-", text.lower()).strip("-")
