"""Categories: search, one category, their order, the products in them, their picture."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from ecwid_async.sandbox.computed_fields import address, complete_category, complete_product, localised, new_category
from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.image_uploads import Brought, announced, brought, new_number
from ecwid_async.sandbox.routes.products import subtree
from ecwid_async.sandbox.routes.shared import contains, keys, read, read_one, search, updated
from ecwid_async.sandbox.state import Columns, Condition, Item, Keys, OneOf, Sort, Store, uploads_of

__all__ = ["CATEGORIES"]

_MOST_PRODUCTS: Final = 100


# What categories are searched by.


def _children(visit: Visit, _: object) -> Condition:
    """``parent`` and ``parentIds`` together: the children of either."""
    parents = set(visit.params.get("parentIds") or ())
    if visit.flag("withSubcategories"):
        parents = subtree(visit.store, parents)
    if "parent" in visit.params:
        parents.add(visit.params["parent"])
    return OneOf("parent", tuple(sorted(parents)))


def _enabled(visit: Visit, _: object) -> Condition | None:
    return None if visit.flag("hidden_categories") else OneOf("enabled", (True,))


def _view(visit: Visit) -> Callable[[Item], Item]:
    store, params = visit.store, visit.params
    clean = params.get("cleanURLs", params.get("cleanUrls", "baseUrl" not in params))
    addressed = {"baseUrl", "cleanUrls", "cleanURLs", "slugsWithoutIds"} & params.keys()
    with_products = "categoryId" in visit.ids or visit.flag("productIds")
    enabled = _enabled_products(store)
    products = store.table("products")

    def shown(item: Item) -> Item:
        number = item["id"]
        members = products.posting("category", number)
        item |= {"productCount": len(members), "enabledProductCount": enabled.get(number, 0)}
        if with_products and members:
            item["productIds"] = products.keys(members)
        if addressed:
            base, with_id = params.get("baseUrl"), not visit.flag("slugsWithoutIds")
            item["url"] = address(store, "c", item, base=base, clean=clean, with_id=with_id)
        return localised(item, params["lang"]) if "lang" in params else item

    return shown


def _enabled_products(store: Store) -> dict[Hashable, int]:
    """How many enabled products each category has."""
    products = store.table("products")
    products.settle()
    counts: dict[Hashable, int] | None = products.cache.get("enabled by category")
    if counts is None:
        enabled = set(products.posting("enabled", True))
        values = (value for value, _ in products.values("category"))
        counts = {value: len(enabled.intersection(products.posting("category", value))) for value in values}
        products.keep("enabled by category", counts)
    return counts


CATEGORIES: Final = listing(
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
                "externalReferenceId": lambda item: filter(None, (item.get("externalReferenceId"),)),
            },
        ),
        first_id=170_000_001,
        filters={
            "keyword": contains("keyword"),
            "parent": _children,
            "parentIds": _children,
            "categoryIds": keys(),
        },
        default_sort=Sort("order"),
        always=_enabled,
        view=_view,
    )
)


def _category(visit: Visit) -> Item:
    return read(visit.store.table("categories"), visit.id("categoryId"), "Category", "CATEGORIES_NOT_FOUND")


# Search and one category.


@route("GET /categories")
def search_categories(visit: Visit) -> Answer:
    """Disabled ones only where asked for."""
    return search(visit, CATEGORIES)


@route("GET /categoriesByPath")
def search_categories_by_path(visit: Visit) -> Answer:
    """The categories at the end of a path of names."""
    # The documentation spells the parameter's name in one way, the vendor's own client in the other.
    delimiter = visit.params.get("delimeter", visit.params.get("delimiter"))
    if delimiter is None:
        raise Refusal.wrong("Parameter 'delimeter' is missing")
    names = [name.strip() for name in visit.params["path"].split(delimiter or "\0")]
    table = visit.store.table("categories")
    level = {0}
    for name in names:
        children = [key for parent in level for key in table.find("parent", parent)]
        level = {key for key in children if isinstance(key, int) and _is_called(table.get(key), name)}
    return search(visit, CATEGORIES, conditions=[Keys(frozenset(level))])


def _is_called(item: Item | None, name: str) -> bool:
    return item is not None and name in {item["name"], *(item.get("nameTranslated") or {}).values()}


@route("GET /categories/{categoryId}")
def get_category(visit: Visit) -> Answer:
    """One category, with the ids of its products."""
    return read_one(visit, CATEGORIES, visit.id("categoryId"), "Category", "CATEGORIES_NOT_FOUND")


@route("POST /categories")
def create_category(visit: Visit) -> Answer:
    """Only a name is needed; ``productIds`` puts products into it."""
    change: Item = {name: value for name, value in visit.document.items() if value is not None}
    members = _few(change.pop("productIds", ()))
    _check(visit.store, change, None)
    item = new_category(visit.store, change)
    visit.store.table("categories").put(item)
    _set_members(visit, item["id"], members)
    return {"id": item["id"]}


@route("PUT /categories/{categoryId}")
def update_category(visit: Visit) -> Answer:
    """What is not named stays; ``productIds`` replaces the products in it."""
    stored = _category(visit)
    change: Item = dict(visit.document)
    members = change.pop("productIds", None)
    if members is not None:
        _own(visit, stored["id"])
    _check(visit.store, change, stored["id"])
    item = complete_category(visit.store, updated(visit, stored, change, stamp=False), change)
    visit.store.table("categories").put(item)
    if members is not None:
        _set_members(visit, item["id"], _few(members))
    if {"name", "nameTranslated", "enabled"} & change.keys():
        _refresh(visit, visit.store.table("products").find("category", item["id"]))
    return {"updateCount": 1}


@route("DELETE /categories/{categoryId}")
def delete_category(visit: Visit) -> Answer:
    """One category and all below it; their products stay."""
    table = visit.store.table("categories")
    for number in subtree(visit.store, [_category(visit)["id"]]):
        _set_members(visit, number, ())
        table.remove(number)
    return {"deleteCount": 1}


def _check(store: Store, change: Item, number: int | None) -> None:
    table = store.table("categories")
    parent = change.get("parentId") or 0
    if parent and parent not in table:
        raise Refusal(404, "CATEGORIES_NOT_FOUND", f"Category #{parent} not found")
    if number is not None and parent and parent in subtree(store, [number]):
        raise Refusal.wrong("A category can't be moved below itself")
    reference = change.get("externalReferenceId")
    if reference and any(key != number for key in table.find("externalReferenceId", reference)):
        raise Refusal(409, "EXTERNAL_ID_ALREADY_USED", f"External id {reference!r} is already used")


# The order that the store's owner gave the categories of one level.


@route("GET /categories/sort")
def get_category_order(visit: Visit) -> Answer:
    """The children of a category, 0 for the top level."""
    table = visit.store.table("categories")
    children = (read(table, key, "Category", "CATEGORIES_NOT_FOUND") for key in _level(visit))
    return {"sortedIds": [item["id"] for item in sorted(children, key=lambda item: item.get("orderBy") or 0)]}


@route("PUT /categories/sort")
def update_category_order(visit: Visit) -> Answer:
    """Those that are not named come last, as they stood."""
    table, level = visit.store.table("categories"), dict.fromkeys(_level(visit))
    named = [number for number in visit.document.get("sortedIds") or () if number in level]
    for place, number in enumerate(dict.fromkeys([*named, *level])):
        item = read(table, number, "Category", "CATEGORIES_NOT_FOUND")
        table.put(item | {"orderBy": 10 * place + 10})
    return {"updateCount": 1}


def _level(visit: Visit) -> list[int | str]:
    return visit.store.table("categories").find("parent", visit.params["parentCategory"])


# The products in a category.


@route("POST /categories/{categoryId}/assignProducts")
def assign_products_to_category(visit: Visit) -> Answer:
    """One answer for all of them."""
    number = _category(visit)["id"]
    _own(visit, number)
    for item in _named_products(visit):
        _put_into(visit, item, [*(item.get("categoryIds") or ()), number])
    return {"updateCount": 1}


@route("POST /categories/{categoryId}/unassignProducts")
def unassign_products_from_category(visit: Visit) -> Answer:
    """One answer for all of them."""
    number = _category(visit)["id"]
    _own(visit, number)
    for item in _named_products(visit):
        _put_into(visit, item, [other for other in item.get("categoryIds") or () if other != number])
    return {"deleteCount": 1}


def _named_products(visit: Visit) -> list[Item]:
    numbers = _few(visit.document.get("productIds") or ())
    table = visit.store.table("products")
    return [read(table, number, "Product", "PRODUCT_NOT_FOUND") for number in numbers]


def _own(visit: Visit, number: int) -> None:
    """Raise `Refusal` where the products of the category are another system's affair."""
    message = f"Category #{number} is kept by another system: its products can't be changed here"
    visit.unless_refused("NOT_ALLOWED_TO_UPDATE_EXTERNAL_CATEGORIES", 409, message)


def _few(numbers: Any) -> Any:
    if len(numbers) > _MOST_PRODUCTS:
        code = "MAX_PRODUCTS_FOR_API_REQUEST_LIMIT_EXCEEDED"
        raise Refusal(402, code, f"A request takes at most {_MOST_PRODUCTS} products")
    return numbers


def _set_members(visit: Visit, category: int, members: Iterable[int]) -> None:
    table, wanted = visit.store.table("products"), set(members)
    present = set(table.find("category", category))
    for key in present ^ wanted:
        item = read(table, key, "Product", "PRODUCT_NOT_FOUND")
        others = [other for other in item.get("categoryIds") or () if other != category]
        _put_into(visit, item, [*others, category] if key in wanted else others)


def _put_into(visit: Visit, item: Item, categories: list[int]) -> None:
    change: Item = {"categoryIds": list(dict.fromkeys(categories))}
    changed = complete_product(visit.store, updated(visit, item, change), change)
    visit.store.table("products").put(changed)


def _refresh(visit: Visit, numbers: Iterable[int | str]) -> None:
    """Let products show what their category is called now; that is no change of theirs."""
    table = visit.store.table("products")
    for number in numbers:
        item = read(table, number, "Product", "PRODUCT_NOT_FOUND")
        table.put(complete_product(visit.store, item, {"categoryIds": item["categoryIds"]}))


# Pictures.

_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
}


@route("POST /categories/{categoryId}/image")
def upload_category_image(visit: Visit) -> Answer:
    """The picture is there at once, and takes the place of the one before."""
    item = _category(visit)
    return _set_image(visit, item, brought(visit, number := new_number(visit.store)), number)


@route("POST /categories/{categoryId}/image/async")
def upload_category_image_async(visit: Visit) -> Answer:
    """The picture is there at once."""
    item = _category(visit)
    item |= {"alt": visit.document["alt"]} if visit.document.get("alt") else {}
    return _set_image(visit, item, announced(visit, number := new_number(visit.store)), number)


@route("DELETE /categories/{categoryId}/image")
def delete_category_image(visit: Visit) -> Answer:
    """Takes every trace of the picture away."""
    item = _category(visit)
    if "imageUrl" not in item:
        return {"deleteCount": 0}
    uploads_of(visit.store).discard((item.get("originalImageUrl", ""),))
    for name in (*_IMAGE_FIELDS, "originalImageUrl", "originalImage", "thumbnail", "alt"):
        item.pop(name, None)
    visit.store.table("categories").put(item)
    return {"deleteCount": 1}


def _set_image(visit: Visit, item: Item, new: Brought, number: int) -> Answer:
    """Show this picture; the thumbnail's name is the picture's number."""
    thumbnail = f"{new.urls['image400pxUrl'].rpartition('/')[0]}/{number}.png"
    if item.get("originalImageUrl") != new.original:
        uploads_of(visit.store).discard((item.get("originalImageUrl", ""),))
    item |= {
        **{name: new.urls[source] for name, source in _IMAGE_FIELDS.items()},
        "thumbnailUrl": thumbnail,
        "originalImageUrl": new.original,
        "originalImage": {"url": new.original, "width": new.width, "height": new.height},
        "thumbnail": {"url": thumbnail, "width": 400, "height": 400},
    }
    visit.store.table("categories").put(item)
    return {"id": number}
