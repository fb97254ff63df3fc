"""Products: search, one product, their order, stock, and what was deleted."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from attrs import evolve

from ecwid_async.sandbox.computed_fields import (
    address,
    complete_product,
    fitting_variations,
    in_stock,
    localised,
    new_product,
)
from ecwid_async.sandbox.engine import Filter, Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import (
    apply_change,
    at_least,
    at_most,
    by_key,
    contains,
    delete_item,
    get_or_404,
    item_response,
    one_of,
    search,
    search_deleted,
    since,
    until,
    with_timestamps,
)
from ecwid_async.sandbox.state import Columns, Condition, Item, Key, OneOf, Sort, Store, uploads_of

__all__ = ["FRONT_PAGE", "PRODUCTS", "category_subtree", "facet_term", "find_product", "save_product"]

FRONT_PAGE: Final = 0
"""What stands for the front page where a category is named."""


# What products are searched by.


def facet_term(name: str, value: str) -> str:
    """An attribute's or an option's name and value as one term; case does not matter."""
    return f"{name}={value}".casefold()


def _skus(item: Item) -> Iterator[Hashable]:
    for holder in (item, *(item.get("combinations") or ())):
        if holder.get("sku"):
            yield holder["sku"]


def _attribute_terms(item: Item) -> Iterator[Hashable]:
    for attribute in item.get("attributes") or ():
        name = attribute.get("name") or attribute.get("type") or ""
        for value in (attribute.get("value"), *(attribute.get("valueTranslated") or {}).values()):
            if value:
                yield facet_term(name, value)


def _brand_names(item: Item) -> Iterator[Hashable]:
    for attribute in item.get("attributes") or ():
        if attribute.get("type") == "BRAND" and attribute.get("value"):
            yield attribute["value"]


def _option_terms(item: Item) -> Iterator[Hashable]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            yield facet_term(option.get("name") or "", choice.get("text") or "")


def _swatch_terms(item: Item) -> Iterator[Hashable]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            for color in choice.get("hexCodes") or ():
                yield f"{color}={choice.get('text') or ''}"


def _is_in_stock(item: Item) -> bool:
    return bool(item["inStock"] if "inStock" in item else in_stock(item))


def _is_on_sale(item: Item) -> bool:
    return (item.get("compareToPrice") or 0) > (item.get("price") or 0)


def _is_visible(item: Item) -> bool:
    hidden = item.get("outOfStockVisibilityBehaviour") == "HIDE" and not _is_in_stock(item)
    return item.get("enabled") is not False and not hidden


def _tax(item: Item) -> Item:
    return item.get("tax") or {}


_COLUMNS: Final = Columns(
    numbers={"price": lambda item: item.get("price") or 0},
    texts={
        "name": lambda item: item.get("name") or "",
        "keyword": lambda item: "\n".join(
            (item.get("name") or "", item.get("description") or "", *map(str, _skus(item)))
        ),
    },
    terms={
        "sku": _skus,
        "externalReferenceId": lambda item: filter(None, (item.get("externalReferenceId"),)),
        "category": lambda item: item.get("categoryIds") or (),
        # Most products are of General, class 0, which nothing asks for.
        "class": lambda item: filter(None, (item.get("productClassId"),)),
        "enabled": lambda item: (item.get("enabled") is not False,),
        "isGiftCard": lambda item: (bool(item.get("isGiftCard")),),
        "discountsAllowed": lambda item: (item.get("discountsAllowed") is not False,),
        "isCustomerSetPrice": lambda item: (bool(item.get("nameYourPriceEnabled")),),
        "visibleInStorefront": lambda item: (_is_visible(item),),
        "inStock": lambda item: (_is_in_stock(item),),
        "onsale": lambda item: (_is_on_sale(item),),
        "attribute": _attribute_terms,
        "brand": _brand_names,
        "option": _option_terms,
        "swatch": _swatch_terms,
        "manualTax": lambda item: map(str, _tax(item).get("enabledManualTaxes") or ()),
        "taxClass": lambda item: filter(None, (_tax(item).get("taxClassCode"),)),
    },
)


def category_subtree(store: Store, roots: Iterable[int]) -> set[int]:
    """These categories and everything below them."""
    table = store.table("categories")
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += [key for key in table.find("parent", number) if isinstance(key, int)]
    return found


def _in_categories(request: StoreRequest, value: int | tuple[int, ...]) -> Condition:
    wanted: Iterable[int] = value if isinstance(value, tuple) else (value,)
    if request.flag("includeProductsFromSubcategories"):
        wanted = category_subtree(request.store, wanted)
    return OneOf("category", tuple(sorted(wanted)))


def _name_value_filter(name: str) -> Filter:
    def condition(request: StoreRequest, pair: tuple[str, tuple[str, ...]]) -> Condition:
        return OneOf(name, tuple(facet_term(pair[0], value) for value in pair[1]))

    return condition


def _owner_sort(request: StoreRequest) -> Sort:
    category = (request.params.get("categories") or (request.params.get("category", FRONT_PAGE),))[0]
    order: list[int] = request.store.records("product_order").get(category, [])
    return Sort(ranked_by=("owner", category), ranks={number: place for place, number in enumerate(order)})


def _view(request: StoreRequest) -> Callable[[Item], Item] | None:
    lang = request.params.get("lang")
    addressed = {"baseUrl", "cleanUrls", "slugsWithoutIds"} & request.params.keys()
    if not lang and not addressed:
        return None

    def shown(item: Item) -> Item:
        if addressed:
            item["url"] = address(
                request.store,
                "p",
                item,
                base=request.params.get("baseUrl"),
                clean=request.flag("cleanUrls") or "baseUrl" not in request.params,
                with_id=not request.flag("slugsWithoutIds"),
            )
        return localised(item, lang) if lang else item

    return shown


PRODUCTS: Final = register_list(
    Listing(
        section="products",
        columns=_COLUMNS,
        first_id=700_000_001,
        filters={
            "productId": by_key(),
            "sku": one_of("sku"),
            "keyword": contains("keyword"),
            "externalReferenceId": one_of("externalReferenceId"),
            "category": _in_categories,
            "categories": _in_categories,
            "priceFrom": at_least("price"),
            "priceTo": at_most("price"),
            "createdFrom": since("created"),
            "createdTo": until("created"),
            "updatedFrom": since("updated"),
            "updatedTo": until("updated"),
            "enabled": one_of("enabled"),
            "isGiftCard": one_of("isGiftCard"),
            "inStock": one_of("inStock"),
            "inventory": one_of("inStock", lambda value: value == "instock"),
            "onsale": one_of("onsale", lambda value: value == "onsale"),
            "discountsAllowed": one_of("discountsAllowed"),
            "visibleInStorefront": one_of("visibleInStorefront"),
            "isCustomerSetPrice": one_of("isCustomerSetPrice"),
            "enabledManualTaxes": one_of("manualTax"),
            "taxClassCodes": one_of("taxClass"),
            "attribute_": _name_value_filter("attribute"),
            "option_": _name_value_filter("option"),
        },
        sorts={
            "NAME": "name",
            "PRICE": "price",
            "ADDED_TIME": "created",
            "UPDATED_TIME": "updated",
            "DEFINED_BY_STORE_OWNER": _owner_sort,
        },
        view=_view,
    )
)


def find_product(request: StoreRequest) -> Item:
    """The product that the path names. Raises `Refusal` 404."""
    return get_or_404(request.store.table("products"), request.path_number("productId"), "Product", "PRODUCT_NOT_FOUND")


# Search and one product.


@route("GET /products")
def search_products(request: StoreRequest) -> Result:
    """By ids, the other filters are left aside."""
    if "productId" in request.params:
        paging = ("productId", "limit", "offset", "sortBy", "responseFields", "lang", "baseUrl", "cleanUrls")
        request = evolve(request, params={name: value for name, value in request.params.items() if name in paging})
    return search(request, PRODUCTS)


@route("GET /products/{productId}")
def get_product(request: StoreRequest) -> Result:
    """One product."""
    return item_response(request, PRODUCTS, request.path_number("productId"), "Product", "PRODUCT_NOT_FOUND")


@route("POST /products")
def create_product(request: StoreRequest) -> Result:
    """Only a name is needed; variations are made where ``saveCombinations`` asks for them."""
    item = with_timestamps(new_product(request.store, _accepted_change(request)), request.now)
    request.store.table("products").put(item)
    return {"id": item["id"]}


@route("PUT /products/{productId}")
def update_product(request: StoreRequest) -> Result:
    """What is not named stays."""
    change, stored = _accepted_change(request), find_product(request)
    if request.flag("rebuildVariationsOnOptionsUpdate") and change.get("options") is not None:
        stored["combinations"] = fitting_variations(stored, change["options"])
    clearable = ("googleProductCategory", "minPurchaseQuantity", "maxPurchaseQuantity")
    item = apply_change(request, stored, change, clearable=clearable)
    item = complete_product(request.store, item, change)
    save_product(request, item)
    return {"updateCount": 1, "item": item} if request.flag("returnItem") else {"updateCount": 1}


@route("DELETE /products/{productId}")
def delete_product(request: StoreRequest) -> Result:
    """One product."""
    _delete_product(request, find_product(request)["id"])
    return {"deleteCount": 1}


@route("DELETE /products")
def delete_all_products(request: StoreRequest) -> Result:
    """Every product of the store."""
    numbers = list(request.store.table("products"))
    for number in numbers:
        _delete_product(request, number)
    return {"deleteCount": len(numbers)}


def save_product(request: StoreRequest, item: Item) -> None:
    """Store a product; uploaded bytes that it shows no longer are forgotten."""
    _discard_uploads(request, item["id"], set(_upload_urls(item)))
    request.store.table("products").put(item)


def _delete_product(request: StoreRequest, number: Key) -> None:
    _discard_uploads(request, number, set())
    delete_item(request, "products", number)


def _discard_uploads(request: StoreRequest, number: Key, still: set[str]) -> None:
    files = uploads_of(request.store)
    if len(files):
        files.discard(set(_upload_urls(request.store.table("products").get(number) or {})) - still)


def _upload_urls(item: Item) -> Iterator[str]:
    media = item.get("media") or {}
    for picture in (*(media.get("images") or ()), *(media.get("videos") or ())):
        yield picture.get("imageOriginalUrl", "")
    for file in item.get("files") or ():
        yield file.get("adminUrl", "")
    for variation in item.get("combinations") or ():
        yield variation.get("originalImageUrl", "")


@route("GET /products/deleted")
def get_deleted_products(request: StoreRequest) -> Result:
    """What was deleted, and when."""
    return search_deleted(request, "products")


def _accepted_change(request: StoreRequest) -> Item:
    change: Item = request.json
    return change if request.flag("saveCombinations") else {n: v for n, v in change.items() if n != "combinations"}


# The order that the store's owner gave the products of a category.


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
    request.store.table("products").touch()
    return {"updateCount": 1}


def _products_in_order(request: StoreRequest) -> list[int]:
    table, category = request.store.table("products"), request.params["parentCategory"]
    members = list(table) if category == FRONT_PAGE else table.find("category", category)
    order = request.store.records("product_order").get(category, [])
    place = {number: at for at, number in enumerate(order)}
    return sorted((key for key in members if isinstance(key, int)), key=lambda key: place.get(key, len(place)))


# Stock.


@route("PUT /products/{productId}/inventory")
def adjust_product_stock(request: StoreRequest) -> Result:
    """A delta, which may take the stock below zero; unlimited stock stays unlimited."""
    item = find_product(request)
    delta = request.json.get("quantityDelta")
    if delta is None:
        raise Refusal.wrong("Field 'quantityDelta' is missing")
    if item.get("unlimited"):
        return {"updateCount": 0}
    change = {"quantity": item.get("quantity", 0) + delta, "unlimited": False}
    item = complete_product(request.store, apply_change(request, item, change), change)
    request.store.table("products").put(item)
    warning = {"warning": "Product has negative stock."} if item["quantity"] < 0 else {}
    return {"updateCount": 1, **warning}
