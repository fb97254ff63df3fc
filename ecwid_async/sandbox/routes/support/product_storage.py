"""Products in a store: looked up, stored, and their uploaded files deleted."""

from collections.abc import Iterator

from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import get_or_404, is_hidden
from ecwid_async.sandbox.state import Item, Key, uploads_of

__all__ = ["discard_uploads", "find_product", "save_product"]


def find_product(request: StoreRequest) -> Item:
    """The product identified by the path. Raises `ErrorResponse` 404 if it does not exist."""
    key = request.path_number("productId")
    item = get_or_404(request.store.table("products"), key, "Product", "PRODUCT_NOT_FOUND")
    if is_hidden(request, item):
        raise ErrorResponse(404, "PRODUCT_NOT_FOUND", f"Product #{key} not found")
    return item


def save_product(request: StoreRequest, item: Item) -> None:
    """Store a product, and delete the uploaded files to which it no longer refers."""
    discard_uploads(request, item["id"], set(_upload_urls(item)))
    request.store.table("products").put(item)


def discard_uploads(request: StoreRequest, product_id: Key, kept: set[str]) -> None:
    """Delete the uploaded files of a product, except those at the URLs in `kept`."""
    files = uploads_of(request.store)
    if len(files):
        files.discard(set(_upload_urls(request.store.table("products").get(product_id) or {})) - kept)


def _upload_urls(item: Item) -> Iterator[str]:
    media = item.get("media") or {}
    for medium in (*(media.get("images") or ()), *(media.get("videos") or ())):
        yield medium.get("imageOriginalUrl", "")
    for file in item.get("files") or ():
        yield file.get("adminUrl", "")
    for variation in item.get("combinations") or ():
        yield variation.get("originalImageUrl", "")
