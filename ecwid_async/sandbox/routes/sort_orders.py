"""The order that the store owner gave products and categories: ``/products/sort``, ``/categories/sort``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.products import FRONT_PAGE
from ecwid_async.sandbox.routes.support.items import get_or_404

__all__: list[str] = []


@route("GET /products/sort")
def get_product_order(request: StoreRequest) -> Result:
    """Products without a place come last, in order of creation."""
    return {"sortedIds": _products_in_order(request)}


@route("PUT /products/sort")
def update_product_order(request: StoreRequest) -> Result:
    """Ids of products that are not in the category are left aside."""
    members = set(_products_in_order(request))
    order = [number for number in request.json.get("sortedIds") or () if number in members]
    request.store.records("product_order")[request.params["parentCategory"]] = order
    request.store.table("products").index.invalidate_cache()
    return {"updateCount": 1}


def _products_in_order(request: StoreRequest) -> list[int]:
    table, category = request.store.table("products"), request.params["parentCategory"]
    members = list(table) if category == FRONT_PAGE else table.find("category", category)
    order = request.store.records("product_order").get(category, [])
    place = {number: at for at, number in enumerate(order)}
    return sorted((key for key in members if isinstance(key, int)), key=lambda key: place.get(key, len(place)))


@route("GET /categories/sort")
def get_category_order(request: StoreRequest) -> Result:
    """The children of a category, 0 for the top level."""
    table = request.store.table("categories")
    children = (get_or_404(table, key, "Category", "CATEGORIES_NOT_FOUND") for key in _children(request))
    return {"sortedIds": [item["id"] for item in sorted(children, key=lambda item: item.get("orderBy") or 0)]}


@route("PUT /categories/sort")
def update_category_order(request: StoreRequest) -> Result:
    """Those that are not named come last, as they stood."""
    table, level = request.store.table("categories"), dict.fromkeys(_children(request))
    named = [number for number in request.json.get("sortedIds") or () if number in level]
    for place, number in enumerate(dict.fromkeys([*named, *level])):
        item = get_or_404(table, number, "Category", "CATEGORIES_NOT_FOUND")
        table.put(item | {"orderBy": 10 * place + 10})
    return {"updateCount": 1}


def _children(request: StoreRequest) -> list[int | str]:
    return request.store.table("categories").find("parent", request.params["parentCategory"])
