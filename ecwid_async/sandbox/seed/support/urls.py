"""Addresses that a demo store's items name. The hosts are reserved or nobody's: nothing answers there."""

import re
from functools import cache
from typing import Final

__all__ = ["FILE_HOST", "SITE_URL", "image_url", "slug"]

FILE_HOST: Final = "https://images.demo-store.example"
SITE_URL: Final = "https://demo.company.site/products"
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")


def image_url(store_id: int, number: int) -> str:
    """Where the picture of that number would be."""
    return f"{FILE_HOST}/images/{store_id}/{number}.jpg"


@cache
def slug(text: str) -> str:
    """A name as it stands in addresses; kept, so give it few different ones."""
    return _NOT_IN_SLUGS.sub("-", text.lower()).strip("-")
