"""Variations of a product: ``/products/{productId}/combinations``. They live in the product, in order of creation."""

from collections.abc import Callable
from typing import Final

from ecwid_async.sandbox.computed_fields import changed_variation, complete_product, localised, new_variation
from ecwid_async.sandbox.engine import Result, StoreRequest, project, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.image_uploads import UploadedImage, described_image, new_image_id, uploaded_image
from ecwid_async.sandbox.routes.products import find_product, save_product
from ecwid_async.sandbox.routes.shared import apply_change
from ecwid_async.sandbox.state import Item, encode

__all__: list[str] = []

_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "smallThumbnailUrl": "image160pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
    "originalImageUrl": "imageOriginalUrl",
}
_NEGATIVE_STOCK: Final = {"warning": "Product has negative stock."}


def find_variation(request: StoreRequest, item: Item) -> Item:
    """The variation that the path names. Raises `Refusal` 404."""
    number = request.path_number("combinationId")
    variations: list[Item] = item.get("combinations") or []
    for variation in variations:
        if variation.get("id") == number:
            return variation
    raise Refusal(404, "COMBINATION_NOT_FOUND", f"Variation #{number} not found")


def _save_variations(request: StoreRequest, item: Item, variations: list[Item]) -> Item:
    """Store the product with these variations; gives it as it is now."""
    change: Item = {"combinations": variations}
    saved = complete_product(request.store, apply_change(request, item, {}) | change, change)
    save_product(request, saved)
    return saved


def replace_variation(request: StoreRequest, item: Item, variation: Item) -> Item:
    """Store the product with this variation in place of the one with its id."""
    variations = [variation if one.get("id") == variation["id"] else one for one in item["combinations"]]
    return _save_variations(request, item, variations)


def _view(request: StoreRequest) -> Callable[[Item], Item]:
    lang = request.params.get("lang")
    return lambda item: localised(item, lang) if lang else item


@route("GET /products/{productId}/combinations")
def search_variations(request: StoreRequest) -> Result:
    """All of them, as a bare array."""
    return list(map(_view(request), find_product(request).get("combinations") or ()))


@route("GET /products/{productId}/combinations/{combinationId}")
def get_variation(request: StoreRequest) -> Result:
    """One variation."""
    return encode(project(_view(request)(find_variation(request, find_product(request))), request.selection))


@route("POST /products/{productId}/combinations")
def create_variation(request: StoreRequest) -> Result:
    """One more, behind the others; its options are those of the product."""
    item, given = find_product(request), request.json
    if given.get("options") is None:
        raise Refusal.wrong("Field 'options' is missing")
    saved = _save_variations(request, item, [*(item.get("combinations") or ()), new_variation(given)])
    return {"id": saved["combinations"][-1]["id"]}


@route("PUT /products/{productId}/combinations/{combinationId}")
def update_variation(request: StoreRequest) -> Result:
    """What is not named stays."""
    item = find_product(request)
    stored, null_clears = find_variation(request, item), request.store.switches.null_clears
    replace_variation(request, item, changed_variation(stored, request.json, null_clears=null_clears))
    return {"updateCount": 1}


@route("DELETE /products/{productId}/combinations/{combinationId}")
def delete_variation(request: StoreRequest) -> Result:
    """One variation; the others stay."""
    item = find_product(request)
    gone = find_variation(request, item)
    _clear_default(item, gone)
    _save_variations(request, item, [one for one in item["combinations"] if one is not gone])
    return {"deleteCount": 1}


@route("DELETE /products/{productId}/combinations")
def delete_all_variations(request: StoreRequest) -> Result:
    """All of them; tells how many there were, which may be none."""
    item = find_product(request)
    gone: list[Item] = item.get("combinations") or []
    for variation in gone:
        _clear_default(item, variation)
    _save_variations(request, item, [])
    return {"deleteCount": len(gone)}


def _clear_default(item: Item, variation: Item) -> None:
    if item.get("defaultCombinationId") == variation["id"]:
        item["defaultCombinationId"] = 0


# Stock.


@route("PUT /products/{productId}/combinations/{combinationId}/inventory")
def adjust_variation_stock(request: StoreRequest) -> Result:
    """A delta, which may take the stock below zero; unlimited stock stays unlimited."""
    item = find_product(request)
    stored = find_variation(request, item)
    delta = request.json.get("quantityDelta")
    if delta is None:
        raise Refusal.wrong("Field 'quantityDelta' is missing")
    if stored.get("unlimited"):
        return {"updateCount": 0}
    quantity = stored.get("quantity", 0) + delta
    if item.get("sku") and stored.get("sku") == item["sku"]:
        item |= {"quantity": quantity, "unlimited": False}
    replace_variation(request, item, stored | {"quantity": quantity})
    return {"updateCount": 1, **(_NEGATIVE_STOCK if quantity < 0 else {})}


# Pictures.


@route("POST /products/{productId}/combinations/{combinationId}/image")
def upload_variation_image(request: StoreRequest) -> Result:
    """The picture is there at once, and takes the place of the one before."""
    item = find_product(request)
    stored = find_variation(request, item)
    return _set_image(request, item, stored, uploaded_image(request, number := new_image_id(request.store)), number)


@route("POST /products/{productId}/combinations/{combinationId}/image/async")
def upload_variation_image_async(request: StoreRequest) -> Result:
    """The picture is there at once; its original is at the given address."""
    item = find_product(request)
    stored = find_variation(request, item)
    if request.json.get("alt"):
        stored["alt"] = request.json["alt"]
    return _set_image(request, item, stored, described_image(request, number := new_image_id(request.store)), number)


def _set_image(request: StoreRequest, item: Item, stored: Item, new: UploadedImage, number: int) -> Result:
    replace_variation(request, item, stored | {name: new.urls[source] for name, source in _IMAGE_FIELDS.items()})
    return {"id": number}


@route("DELETE /products/{productId}/combinations/{combinationId}/image")
def delete_variation_image(request: StoreRequest) -> Result:
    """Takes every trace of the picture away."""
    item = find_product(request)
    stored = find_variation(request, item)
    if "imageUrl" not in stored:
        return {"deleteCount": 0}
    gone = {*_IMAGE_FIELDS, "alt"}
    left = {name: value for name, value in stored.items() if name not in gone} | {"alt": {"translated": {}}}
    replace_variation(request, item, left)
    return {"deleteCount": 1}
