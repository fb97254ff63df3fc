"""The order that the store owner gave to products and categories: ``/products/sort``, ``/categories/sort``."""

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.products import FRONT_PAGE
from ecwid_async.sandbox.routes.support.items import get_or_404

__all__: list[str] = []


@route("GET /products/sort")
def get_product_order(request: StoreRequest) -> Result:
    """The products of a category in their order. Products without a position come last, in order of creation."""
    return {"sortedIds": _products_in_order(request)}


@route("PUT /products/sort")
def update_product_order(request: StoreRequest) -> Result:
    """Set the order of the products of a category; ids of other products are ignored."""
    members = set(_products_in_order(request))
    order = [product_id for product_id in request.json.get("sortedIds") or () if product_id in members]
    request.store.records("product_order")[request.params["parentCategory"]] = order
    request.store.table("products").index.invalidate_cache()
    return {"updateCount": 1}


def _products_in_order(request: StoreRequest) -> list[int]:
    table, category = request.store.table("products"), request.params["parentCategory"]
    members = list(table) if category == FRONT_PAGE else table.find("category", category)
    order = request.store.records("product_order").get(category, [])
    positions = {product_id: position for position, product_id in enumerate(order)}
    return sorted((key for key in members if isinstance(key, int)), key=lambda key: positions.get(key, len(positions)))


@route("GET /categories/sort")
def get_category_order(request: StoreRequest) -> Result:
    """The children of a category in their order; 0 stands for the top level."""
    table = request.store.table("categories")
    children = (get_or_404(table, key, "Category", "CATEGORIES_NOT_FOUND") for key in _children(request))
    return {"sortedIds": [item["id"] for item in sorted(children, key=lambda item: item.get("orderBy") or 0)]}


@route("PUT /categories/sort")
def update_category_order(request: StoreRequest) -> Result:
    """Set the order of the children of a category. Children that are not listed come last, in their old order."""
    table, children = request.store.table("categories"), dict.fromkeys(_children(request))
    listed = [category_id for category_id in request.json.get("sortedIds") or () if category_id in children]
    for position, category_id in enumerate(dict.fromkeys([*listed, *children])):
        item = get_or_404(table, category_id, "Category", "CATEGORIES_NOT_FOUND")
        table.put(item | {"orderBy": 10 * position + 10})
    return {"updateCount": 1}


def _children(request: StoreRequest) -> list[int | str]:
    return request.store.table("categories").find("parent", request.params["parentCategory"])
