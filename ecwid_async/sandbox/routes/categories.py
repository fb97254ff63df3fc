"""Categories and the products in them: ``/categories``."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from ecwid_async.sandbox.computed_fields import (
    complete_category,
    complete_product,
    localize,
    new_category,
    storefront_url,
)
from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.category_tree import category_subtree
from ecwid_async.sandbox.routes.support.columns import optional_term
from ecwid_async.sandbox.routes.support.filters import by_key, contains
from ecwid_async.sandbox.routes.support.items import (
    apply_change,
    check_external_id,
    get_or_404,
    item_response,
    without_nulls,
)
from ecwid_async.sandbox.routes.support.lists import search
from ecwid_async.sandbox.state import Columns, Condition, Item, KeyIn, OneOf, Sort, Store

__all__ = ["find_category"]

_MAX_PRODUCTS: Final = 100


# Search terms and filters.


def _by_parent(request: StoreRequest, _: object) -> Condition:
    """The children of ``parent`` or any of ``parentIds``; ``withSubcategories`` adds deeper levels of the latter."""
    parents = set(request.params.get("parentIds") or ())
    if request.flag("withSubcategories"):
        parents = category_subtree(request.store, parents)
    if "parent" in request.params:
        parents.add(request.params["parent"])
    return OneOf("parent", tuple(sorted(parents)))


def _only_enabled(request: StoreRequest, _: object) -> Condition | None:
    return None if request.flag("hidden_categories") and not request.is_public else OneOf("enabled", (True,))


def _view(request: StoreRequest) -> Callable[[Item], Item]:
    store, params = request.store, request.params
    clean = params.get("cleanURLs", params.get("cleanUrls", "baseUrl" not in params))
    changes_urls = {"baseUrl", "cleanUrls", "cleanURLs", "slugsWithoutIds"} & params.keys()
    with_products = "categoryId" in request.path_params or request.flag("productIds")
    enabled_counts = _count_enabled_products(store)
    products = store.table("products")

    def view(item: Item) -> Item:
        category_id = item["id"]
        product_slots = products.index.slots_with("category", category_id)
        item |= {"productCount": len(product_slots), "enabledProductCount": enabled_counts.get(category_id, 0)}
        if with_products and product_slots:
            item["productIds"] = products.index.keys(product_slots)
        if changes_urls:
            base, with_id = params.get("baseUrl"), not request.flag("slugsWithoutIds")
            item["url"] = storefront_url(store, "c", item, base=base, clean=clean, with_id=with_id)
        return localize(item, params["lang"]) if "lang" in params else item

    return view


def _count_enabled_products(store: Store) -> dict[Hashable, int]:
    """The number of enabled products by category."""
    products = store.table("products")
    products.show_due_writes()
    counts: dict[Hashable, int] | None = products.index.cache.get("enabled by category")
    if counts is None:
        enabled = set(products.index.slots_with("enabled", True))
        values = (value for value, _ in products.index.value_counts("category"))
        counts = {value: len(enabled.intersection(products.index.slots_with("category", value))) for value in values}
        products.index.remember("enabled by category", counts)
    return counts


CATEGORIES: Final = register_list(
    Listing(
        section="categories",
        columns=Columns(
            numbers={"order": lambda item: item.get("orderBy") or 0},
            texts={
                "keyword": lambda item: f"{item.get('name') or ''}\n{item.get('description') or ''}",
            },
            terms={
                "parent": lambda item: (item.get("parentId") or 0,),
                "enabled": lambda item: (item.get("enabled") is not False,),
                "externalReferenceId": optional_term("externalReferenceId"),
            },
        ),
        first_id=170_000_001,
        filters={
            "keyword": contains("keyword"),
            "parent": _by_parent,
            "parentIds": _by_parent,
            "categoryIds": by_key(),
        },
        default_sort=Sort("order"),
        always=_only_enabled,
        view=_view,
    )
)


def find_category(request: StoreRequest) -> Item:
    """The category identified by the path. Raises `ErrorResponse` 404 if it does not exist."""
    return get_or_404(
        request.store.table("categories"), request.path_number("categoryId"), "Category", "CATEGORIES_NOT_FOUND"
    )


# Endpoints.


@route("GET /categories")
def search_categories(request: StoreRequest) -> Result:
    """Search categories; disabled ones only on request."""
    return search(request, CATEGORIES)


@route("GET /categoriesByPath")
def search_categories_by_path(request: StoreRequest) -> Result:
    """The categories at this path of names, from the top level down."""
    # The documentation misspells this parameter; Ecwid's own client does not.
    delimiter = request.params.get("delimeter", request.params.get("delimiter"))
    if delimiter is None:
        raise ErrorResponse.wrong_parameter("Parameter 'delimeter' is missing")
    names = [name.strip() for name in request.params["path"].split(delimiter or "\0")]
    table = request.store.table("categories")
    level = {0}
    for name in names:
        children = [key for parent in level for key in table.find("parent", parent)]
        level = {key for key in children if isinstance(key, int) and _has_name(table.get(key), name)}
    return search(request, CATEGORIES, conditions=[KeyIn(frozenset(level))])


def _has_name(item: Item | None, name: str) -> bool:
    return item is not None and name in {item["name"], *(item.get("nameTranslated") or {}).values()}


@route("GET /categories/{categoryId}")
def get_category(request: StoreRequest) -> Result:
    """Read a category, with the ids of its products."""
    return item_response(request, CATEGORIES, request.path_number("categoryId"), "Category", "CATEGORIES_NOT_FOUND")


@route("POST /categories")
def create_category(request: StoreRequest) -> Result:
    """Create a category. Only ``name`` is required; ``productIds`` assigns products to it."""
    change: Item = without_nulls(request.json)
    product_ids = _check_product_count(change.pop("productIds", ()))
    _check_category(request.store, change, None)
    item = new_category(request.store, change)
    request.store.table("categories").put(item)
    _set_products(request, item["id"], product_ids)
    return {"id": item["id"]}


@route("PUT /categories/{categoryId}")
def update_category(request: StoreRequest) -> Result:
    """Change the given fields; ``productIds`` replaces the products in the category."""
    stored = find_category(request)
    change: Item = dict(request.json)
    product_ids = change.pop("productIds", None)
    if product_ids is not None:
        _refuse_if_external(request, stored["id"])
    _check_category(request.store, change, stored["id"])
    item = complete_category(request.store, apply_change(request, stored, change, set_updated=False), change)
    request.store.table("categories").put(item)
    if product_ids is not None:
        _set_products(request, item["id"], _check_product_count(product_ids))
    if {"name", "nameTranslated", "enabled"} & change.keys():
        _refresh_products(request, request.store.table("products").find("category", item["id"]))
    return {"updateCount": 1}


@route("DELETE /categories/{categoryId}")
def delete_category(request: StoreRequest) -> Result:
    """Delete a category and all of its descendants; their products stay."""
    table = request.store.table("categories")
    for category_id in category_subtree(request.store, [find_category(request)["id"]]):
        _set_products(request, category_id, ())
        table.remove(category_id)
    return {"deleteCount": 1}


def _check_category(store: Store, change: Item, category_id: int | None) -> None:
    """Raise `ErrorResponse` if a new category (id None) or a changed one has an invalid parent or external id."""
    table = store.table("categories")
    parent = change.get("parentId") or 0
    if parent and parent not in table:
        raise ErrorResponse(404, "CATEGORIES_NOT_FOUND", f"Category #{parent} not found")
    if category_id is not None and parent and parent in category_subtree(store, [category_id]):
        raise ErrorResponse.wrong_parameter("A category can't be moved below itself")
    check_external_id(table, category_id, change)


# Products in a category.


@route("POST /categories/{categoryId}/assignProducts")
def assign_products_to_category(request: StoreRequest) -> Result:
    """Assign products to a category. The update count is 1 for any number of products."""
    category_id = find_category(request)["id"]
    _refuse_if_external(request, category_id)
    for item in _requested_products(request):
        _set_categories(request, item, [*(item.get("categoryIds") or ()), category_id])
    return {"updateCount": 1}


@route("POST /categories/{categoryId}/unassignProducts")
def unassign_products_from_category(request: StoreRequest) -> Result:
    """Remove products from a category. The delete count is 1 for any number of products."""
    category_id = find_category(request)["id"]
    _refuse_if_external(request, category_id)
    for item in _requested_products(request):
        _set_categories(request, item, [other for other in item.get("categoryIds") or () if other != category_id])
    return {"deleteCount": 1}


def _requested_products(request: StoreRequest) -> list[Item]:
    product_ids = _check_product_count(request.json.get("productIds") or ())
    table = request.store.table("products")
    return [get_or_404(table, product_id, "Product", "PRODUCT_NOT_FOUND") for product_id in product_ids]


def _refuse_if_external(request: StoreRequest, category_id: int) -> None:
    """Raise `ErrorResponse` if the store simulates that another system manages its categories."""
    message = f"Category #{category_id} is managed by another system: its products can't be changed here"
    request.raise_if_simulated("NOT_ALLOWED_TO_UPDATE_EXTERNAL_CATEGORIES", 409, message)


def _check_product_count(product_ids: Any) -> Any:
    if len(product_ids) > _MAX_PRODUCTS:
        code = "MAX_PRODUCTS_FOR_API_REQUEST_LIMIT_EXCEEDED"
        raise ErrorResponse(402, code, f"A request may name at most {_MAX_PRODUCTS} products")
    return product_ids


def _set_products(request: StoreRequest, category_id: int, product_ids: Iterable[int]) -> None:
    """Assign exactly these products to the category."""
    table, wanted = request.store.table("products"), set(product_ids)
    assigned = set(table.find("category", category_id))
    for key in assigned ^ wanted:
        item = get_or_404(table, key, "Product", "PRODUCT_NOT_FOUND")
        others = [other for other in item.get("categoryIds") or () if other != category_id]
        _set_categories(request, item, [*others, category_id] if key in wanted else others)


def _set_categories(request: StoreRequest, item: Item, category_ids: list[int]) -> None:
    """Store the product with these categories."""
    change: Item = {"categoryIds": list(dict.fromkeys(category_ids))}
    changed = complete_product(request.store, apply_change(request, item, change), change)
    request.store.table("products").put(changed)


def _refresh_products(request: StoreRequest, product_ids: Iterable[int | str]) -> None:
    """Update the names of categories in these products, without changing the products' update time."""
    table = request.store.table("products")
    for product_id in product_ids:
        item = get_or_404(table, product_id, "Product", "PRODUCT_NOT_FOUND")
        table.put(complete_product(request.store, item, {"categoryIds": item["categoryIds"]}))
