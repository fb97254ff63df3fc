"""URLs of storefront pages, and the check of URLs in requests."""

import re
import unicodedata

from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Store, host_of

__all__ = ["check_url", "make_slug", "storefront_url"]


def make_slug(name: str) -> str:
    """The name as a URL slug: ASCII letters, digits and hyphens. ``item`` if nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or "item"


def storefront_url(
    store: Store, kind: str, item: Item, *, base: str | None = None, clean: bool = True, with_id: bool = True
) -> str:
    """The URL of the storefront page of a product (kind ``p``) or a category (kind ``c``).

    `base` replaces the URL of the store's own site. `clean` is the API's ``cleanUrls``, `with_id` the opposite of its
    ``slugsWithoutIds``.
    """
    general = store.profile.get("generalInfo") or {}
    site = base or general.get("storeUrl") or f"https://store{store.id}.company.site/products"
    slug = item.get("customSlug") or make_slug(item.get("name") or "")
    if not clean:
        return f"{site}#!/{slug}/{kind}/{item['id']}"
    return f"{site.rstrip('/')}/{slug}-{kind}{item['id']}" if with_id else f"{site.rstrip('/')}/{slug}"


def check_url(url: object) -> str:
    """Return the URL. Raises `ErrorResponse` if it is not an HTTP or HTTPS URL with a host."""
    if not host_of(url) or not str(url).lower().startswith(("http://", "https://")):
        raise ErrorResponse(422, "WRONG_URL", f"{str(url)[:200]!r} is not an HTTP or HTTPS URL")
    return str(url)
