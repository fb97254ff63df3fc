"""Variations of a product: ``/products/{productId}/combinations``. They are stored in the product."""

from collections.abc import Callable

from ecwid_async.sandbox.computed_fields import complete_product, localize, merge_variation, new_variation
from ecwid_async.sandbox.engine import Result, StoreRequest, project, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change
from ecwid_async.sandbox.routes.support.product_storage import find_product, save_product
from ecwid_async.sandbox.state import Item, encode_json

__all__ = ["find_variation", "replace_variation"]


def find_variation(request: StoreRequest, item: Item) -> Item:
    """The variation identified by the path. Raises `ErrorResponse` 404 if it does not exist."""
    variation_id = request.path_number("combinationId")
    variations: list[Item] = item.get("combinations") or []
    for variation in variations:
        if variation.get("id") == variation_id:
            return variation
    raise ErrorResponse(404, "COMBINATION_NOT_FOUND", f"Variation #{variation_id} not found")


def _save_variations(request: StoreRequest, item: Item, variations: list[Item]) -> Item:
    """Store the product with these variations. Returns the stored product."""
    change: Item = {"combinations": variations}
    saved = complete_product(request.store, apply_change(request, item, {}) | change, change)
    save_product(request, saved)
    return saved


def replace_variation(request: StoreRequest, item: Item, variation: Item) -> Item:
    """Store the product with this variation in place of the one with the same id."""
    variations = [variation if other.get("id") == variation["id"] else other for other in item["combinations"]]
    return _save_variations(request, item, variations)


def _localizer(request: StoreRequest) -> Callable[[Item], Item]:
    """A function that translates a variation into the requested language."""
    lang = request.params.get("lang")
    return lambda item: localize(item, lang) if lang else item


@route("GET /products/{productId}/combinations")
def search_variations(request: StoreRequest) -> Result:
    """All variations in order of creation, as a bare array."""
    return list(map(_localizer(request), find_product(request).get("combinations") or ()))


@route("GET /products/{productId}/combinations/{combinationId}")
def get_variation(request: StoreRequest) -> Result:
    """Read a variation."""
    return encode_json(project(_localizer(request)(find_variation(request, find_product(request))), request.selection))


@route("POST /products/{productId}/combinations")
def create_variation(request: StoreRequest) -> Result:
    """Add a variation after the others. It can only choose among the product's options."""
    item, sent = find_product(request), request.json
    if sent.get("options") is None:
        raise ErrorResponse.wrong_parameter("Field 'options' is missing")
    saved = _save_variations(request, item, [*(item.get("combinations") or ()), new_variation(sent)])
    return {"id": saved["combinations"][-1]["id"]}


@route("PUT /products/{productId}/combinations/{combinationId}")
def update_variation(request: StoreRequest) -> Result:
    """Change the given fields."""
    item = find_product(request)
    stored, null_clears = find_variation(request, item), request.store.switches.null_clears
    replace_variation(request, item, merge_variation(stored, request.json, null_clears=null_clears))
    return {"updateCount": 1}


@route("DELETE /products/{productId}/combinations/{combinationId}")
def delete_variation(request: StoreRequest) -> Result:
    """Delete a variation."""
    item = find_product(request)
    deleted = find_variation(request, item)
    _clear_default(item, deleted)
    _save_variations(request, item, [other for other in item["combinations"] if other is not deleted])
    return {"deleteCount": 1}


@route("DELETE /products/{productId}/combinations")
def delete_all_variations(request: StoreRequest) -> Result:
    """Delete all variations; succeeds even if there are none."""
    item = find_product(request)
    deleted: list[Item] = item.get("combinations") or []
    for variation in deleted:
        _clear_default(item, variation)
    _save_variations(request, item, [])
    return {"deleteCount": len(deleted)}


def _clear_default(item: Item, variation: Item) -> None:
    """Unset the product's default variation if it is this one."""
    if item.get("defaultCombinationId") == variation["id"]:
        item["defaultCombinationId"] = 0
