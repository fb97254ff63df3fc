"""Variations of a product: ``/products/{productId}/combinations``. They live in the product, in order of creation."""

from collections.abc import Callable
from typing import Final

from ecwid_async.sandbox.computed_fields import changed_variation, complete_product, localised, new_variation
from ecwid_async.sandbox.engine import Answer, Visit, project, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.image_uploads import Brought, announced, brought, new_number
from ecwid_async.sandbox.routes.products import keep, product
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item, encode

__all__: list[str] = []

_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "smallThumbnailUrl": "image160pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
    "originalImageUrl": "imageOriginalUrl",
}
_NEGATIVE: Final = {"warning": "Product has negative stock."}


def _found(visit: Visit, item: Item) -> Item:
    """The variation that the path names. Raises `Refusal` 404."""
    number = visit.id("combinationId")
    variations: list[Item] = item.get("combinations") or []
    for variation in variations:
        if variation.get("id") == number:
            return variation
    raise Refusal(404, "COMBINATION_NOT_FOUND", f"Variation #{number} not found")


def _save(visit: Visit, item: Item, variations: list[Item]) -> Item:
    """Store the product with these variations; gives it as it is now."""
    change: Item = {"combinations": variations}
    saved = complete_product(visit.store, updated(visit, item, {}) | change, change)
    keep(visit, saved)
    return saved


def _replace(visit: Visit, item: Item, variation: Item) -> Item:
    """Store the product with this variation in place of the one with its id."""
    variations = [variation if one.get("id") == variation["id"] else one for one in item["combinations"]]
    return _save(visit, item, variations)


def _view(visit: Visit) -> Callable[[Item], Item]:
    lang = visit.params.get("lang")
    return lambda item: localised(item, lang) if lang else item


@route("GET /products/{productId}/combinations")
def search_variations(visit: Visit) -> Answer:
    """All of them, as a bare array."""
    return list(map(_view(visit), product(visit).get("combinations") or ()))


@route("GET /products/{productId}/combinations/{combinationId}")
def get_variation(visit: Visit) -> Answer:
    """One variation."""
    return encode(project(_view(visit)(_found(visit, product(visit))), visit.selection))


@route("POST /products/{productId}/combinations")
def create_variation(visit: Visit) -> Answer:
    """One more, behind the others; its options are those of the product."""
    item, given = product(visit), visit.document
    if given.get("options") is None:
        raise Refusal.wrong("Field 'options' is missing")
    saved = _save(visit, item, [*(item.get("combinations") or ()), new_variation(given)])
    return {"id": saved["combinations"][-1]["id"]}


@route("PUT /products/{productId}/combinations/{combinationId}")
def update_variation(visit: Visit) -> Answer:
    """What is not named stays."""
    item = product(visit)
    stored, null_clears = _found(visit, item), visit.store.switches.null_clears
    _replace(visit, item, changed_variation(stored, visit.document, null_clears=null_clears))
    return {"updateCount": 1}


@route("DELETE /products/{productId}/combinations/{combinationId}")
def delete_variation(visit: Visit) -> Answer:
    """One variation; the others stay."""
    item = product(visit)
    gone = _found(visit, item)
    _undefault(item, gone)
    _save(visit, item, [one for one in item["combinations"] if one is not gone])
    return {"deleteCount": 1}


@route("DELETE /products/{productId}/combinations")
def delete_all_variations(visit: Visit) -> Answer:
    """All of them; tells how many there were, which may be none."""
    item = product(visit)
    gone: list[Item] = item.get("combinations") or []
    for variation in gone:
        _undefault(item, variation)
    _save(visit, item, [])
    return {"deleteCount": len(gone)}


def _undefault(item: Item, variation: Item) -> None:
    if item.get("defaultCombinationId") == variation["id"]:
        item["defaultCombinationId"] = 0


# Stock.


@route("PUT /products/{productId}/combinations/{combinationId}/inventory")
def adjust_variation_stock(visit: Visit) -> Answer:
    """A delta, which may take the stock below zero; unlimited stock stays unlimited."""
    item = product(visit)
    stored = _found(visit, item)
    delta = visit.document.get("quantityDelta")
    if delta is None:
        raise Refusal.wrong("Field 'quantityDelta' is missing")
    if stored.get("unlimited"):
        return {"updateCount": 0}
    quantity = stored.get("quantity", 0) + delta
    if item.get("sku") and stored.get("sku") == item["sku"]:
        item |= {"quantity": quantity, "unlimited": False}
    _replace(visit, item, stored | {"quantity": quantity})
    return {"updateCount": 1, **(_NEGATIVE if quantity < 0 else {})}


# Pictures.


@route("POST /products/{productId}/combinations/{combinationId}/image")
def upload_variation_image(visit: Visit) -> Answer:
    """The picture is there at once, and takes the place of the one before."""
    item = product(visit)
    stored = _found(visit, item)
    return _set_image(visit, item, stored, brought(visit, number := new_number(visit.store)), number)


@route("POST /products/{productId}/combinations/{combinationId}/image/async")
def upload_variation_image_async(visit: Visit) -> Answer:
    """The picture is there at once; its original is at the given address."""
    item = product(visit)
    stored = _found(visit, item)
    if visit.document.get("alt"):
        stored["alt"] = visit.document["alt"]
    return _set_image(visit, item, stored, announced(visit, number := new_number(visit.store)), number)


def _set_image(visit: Visit, item: Item, stored: Item, new: Brought, number: int) -> Answer:
    _replace(visit, item, stored | {name: new.urls[source] for name, source in _IMAGE_FIELDS.items()})
    return {"id": number}


@route("DELETE /products/{productId}/combinations/{combinationId}/image")
def delete_variation_image(visit: Visit) -> Answer:
    """Takes every trace of the picture away."""
    item = product(visit)
    stored = _found(visit, item)
    if "imageUrl" not in stored:
        return {"deleteCount": 0}
    gone = {*_IMAGE_FIELDS, "alt"}
    left = {name: value for name, value in stored.items() if name not in gone} | {"alt": {"translated": {}}}
    _replace(visit, item, left)
    return {"deleteCount": 1}
