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
from ecwid_async.sandbox.engine import Answer, Filter, Listing, Visit, listing, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import (
    at_least,
    at_most,
    bury,
    contains,
    deleted,
    keys,
    one_of,
    read,
    read_one,
    search,
    since,
    stamped,
    until,
    updated,
)
from ecwid_async.sandbox.state import Columns, Condition, Item, Key, OneOf, Sort, Store, uploads_of

__all__ = ["FRONT_PAGE", "PRODUCTS", "keep", "product", "subtree", "term"]

FRONT_PAGE: Final = 0
"""What stands for the front page where a category is named."""


# What products are searched by.


def term(name: str, value: str) -> str:
    """An attribute's or an option's name and value as one term; case does not matter."""
    return f"{name}={value}".casefold()


def _skus(item: Item) -> Iterator[Hashable]:
    for holder in (item, *(item.get("combinations") or ())):
        if holder.get("sku"):
            yield holder["sku"]


def _attributes(item: Item) -> Iterator[Hashable]:
    for attribute in item.get("attributes") or ():
        name = attribute.get("name") or attribute.get("type") or ""
        for value in (attribute.get("value"), *(attribute.get("valueTranslated") or {}).values()):
            if value:
                yield term(name, value)


def _brands(item: Item) -> Iterator[Hashable]:
    for attribute in item.get("attributes") or ():
        if attribute.get("type") == "BRAND" and attribute.get("value"):
            yield attribute["value"]


def _options(item: Item) -> Iterator[Hashable]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            yield term(option.get("name") or "", choice.get("text") or "")


def _swatches(item: Item) -> Iterator[Hashable]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            for color in choice.get("hexCodes") or ():
                yield f"{color}={choice.get('text') or ''}"


def _available(item: Item) -> bool:
    return bool(item["inStock"] if "inStock" in item else in_stock(item))


def _on_sale(item: Item) -> bool:
    return (item.get("compareToPrice") or 0) > (item.get("price") or 0)


def _visible(item: Item) -> bool:
    hidden = item.get("outOfStockVisibilityBehaviour") == "HIDE" and not _available(item)
    return item.get("enabled") is not False and not hidden


def _tax(item: Item) -> Item:
    return item.get("tax") or {}


COLUMNS: Final = Columns(
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
        "visibleInStorefront": lambda item: (_visible(item),),
        "inStock": lambda item: (_available(item),),
        "onsale": lambda item: (_on_sale(item),),
        "attribute": _attributes,
        "brand": _brands,
        "option": _options,
        "swatch": _swatches,
        "manualTax": lambda item: map(str, _tax(item).get("enabledManualTaxes") or ()),
        "taxClass": lambda item: filter(None, (_tax(item).get("taxClassCode"),)),
    },
)


def subtree(store: Store, roots: Iterable[int]) -> set[int]:
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


def _in_categories(visit: Visit, value: int | tuple[int, ...]) -> Condition:
    wanted: Iterable[int] = value if isinstance(value, tuple) else (value,)
    if visit.flag("includeProductsFromSubcategories"):
        wanted = subtree(visit.store, wanted)
    return OneOf("category", tuple(sorted(wanted)))


def _pairs(name: str) -> Filter:
    def condition(visit: Visit, pair: tuple[str, tuple[str, ...]]) -> Condition:
        return OneOf(name, tuple(term(pair[0], value) for value in pair[1]))

    return condition


def _by_owner(visit: Visit) -> Sort:
    category = (visit.params.get("categories") or (visit.params.get("category", FRONT_PAGE),))[0]
    order: list[int] = visit.store.records("product_order").get(category, [])
    return Sort(ranked_by=("owner", category), ranks={number: place for place, number in enumerate(order)})


def _view(visit: Visit) -> Callable[[Item], Item] | None:
    lang = visit.params.get("lang")
    addressed = {"baseUrl", "cleanUrls", "slugsWithoutIds"} & visit.params.keys()
    if not lang and not addressed:
        return None

    def shown(item: Item) -> Item:
        if addressed:
            item["url"] = address(
                visit.store,
                "p",
                item,
                base=visit.params.get("baseUrl"),
                clean=visit.flag("cleanUrls") or "baseUrl" not in visit.params,
                with_id=not visit.flag("slugsWithoutIds"),
            )
        return localised(item, lang) if lang else item

    return shown


PRODUCTS: Final = listing(
    Listing(
        section="products",
        columns=COLUMNS,
        first_id=700_000_001,
        filters={
            "productId": keys(),
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
            "attribute_": _pairs("attribute"),
            "option_": _pairs("option"),
        },
        sorts={
            "NAME": "name",
            "PRICE": "price",
            "ADDED_TIME": "created",
            "UPDATED_TIME": "updated",
            "DEFINED_BY_STORE_OWNER": _by_owner,
        },
        view=_view,
    )
)


def product(visit: Visit) -> Item:
    """The product that the path names. Raises `Refusal` 404."""
    return read(visit.store.table("products"), visit.id("productId"), "Product", "PRODUCT_NOT_FOUND")


# Search and one product.


@route("GET /products")
def search_products(visit: Visit) -> Answer:
    """By ids, the other filters are left aside."""
    if "productId" in visit.params:
        paging = ("productId", "limit", "offset", "sortBy", "responseFields", "lang", "baseUrl", "cleanUrls")
        visit = evolve(visit, params={name: value for name, value in visit.params.items() if name in paging})
    return search(visit, PRODUCTS)


@route("GET /products/{productId}")
def get_product(visit: Visit) -> Answer:
    """One product."""
    return read_one(visit, PRODUCTS, visit.id("productId"), "Product", "PRODUCT_NOT_FOUND")


@route("POST /products")
def create_product(visit: Visit) -> Answer:
    """Only a name is needed; variations are made where ``saveCombinations`` asks for them."""
    item = stamped(new_product(visit.store, _given(visit)), visit.now)
    visit.store.table("products").put(item)
    return {"id": item["id"]}


@route("PUT /products/{productId}")
def update_product(visit: Visit) -> Answer:
    """What is not named stays."""
    change, stored = _given(visit), product(visit)
    if visit.flag("rebuildVariationsOnOptionsUpdate") and change.get("options") is not None:
        stored["combinations"] = fitting_variations(stored, change["options"])
    clearable = ("googleProductCategory", "minPurchaseQuantity", "maxPurchaseQuantity")
    item = updated(visit, stored, change, clearable=clearable)
    item = complete_product(visit.store, item, change)
    keep(visit, item)
    return {"updateCount": 1, "item": item} if visit.flag("returnItem") else {"updateCount": 1}


@route("DELETE /products/{productId}")
def delete_product(visit: Visit) -> Answer:
    """One product."""
    _delete(visit, product(visit)["id"])
    return {"deleteCount": 1}


@route("DELETE /products")
def delete_all_products(visit: Visit) -> Answer:
    """Every product of the store."""
    numbers = list(visit.store.table("products"))
    for number in numbers:
        _delete(visit, number)
    return {"deleteCount": len(numbers)}


def keep(visit: Visit, item: Item) -> None:
    """Store a product; uploaded bytes that it shows no longer are forgotten."""
    _forget(visit, item["id"], set(_addresses(item)))
    visit.store.table("products").put(item)


def _delete(visit: Visit, number: Key) -> None:
    _forget(visit, number, set())
    bury(visit, "products", number)


def _forget(visit: Visit, number: Key, still: set[str]) -> None:
    files = uploads_of(visit.store)
    if len(files):
        files.discard(set(_addresses(visit.store.table("products").get(number) or {})) - still)


def _addresses(item: Item) -> Iterator[str]:
    media = item.get("media") or {}
    for picture in (*(media.get("images") or ()), *(media.get("videos") or ())):
        yield picture.get("imageOriginalUrl", "")
    for file in item.get("files") or ():
        yield file.get("adminUrl", "")
    for variation in item.get("combinations") or ():
        yield variation.get("originalImageUrl", "")


@route("GET /products/deleted")
def get_deleted_products(visit: Visit) -> Answer:
    """What was deleted, and when."""
    return deleted(visit, "products")


def _given(visit: Visit) -> Item:
    change: Item = visit.document
    return change if visit.flag("saveCombinations") else {n: v for n, v in change.items() if n != "combinations"}


# The order that the store's owner gave the products of a category.


@route("GET /products/sort")
def get_product_order(visit: Visit) -> Answer:
    """Products without a place come last, in order of creation."""
    return {"sortedIds": _ordered(visit)}


@route("PUT /products/sort")
def update_product_order(visit: Visit) -> Answer:
    """Ids of products that are not in the category are left aside."""
    members = set(_ordered(visit))
    order = [number for number in visit.document.get("sortedIds") or () if number in members]
    visit.store.records("product_order")[visit.params["parentCategory"]] = order
    visit.store.table("products").touch()
    return {"updateCount": 1}


def _ordered(visit: Visit) -> list[int]:
    table, category = visit.store.table("products"), visit.params["parentCategory"]
    members = list(table) if category == FRONT_PAGE else table.find("category", category)
    order = visit.store.records("product_order").get(category, [])
    place = {number: at for at, number in enumerate(order)}
    return sorted((key for key in members if isinstance(key, int)), key=lambda key: place.get(key, len(place)))


# Stock.


@route("PUT /products/{productId}/inventory")
def adjust_product_stock(visit: Visit) -> Answer:
    """A delta, which may take the stock below zero; unlimited stock stays unlimited."""
    item = product(visit)
    delta = visit.document.get("quantityDelta")
    if delta is None:
        raise Refusal.wrong("Field 'quantityDelta' is missing")
    if item.get("unlimited"):
        return {"updateCount": 0}
    change = {"quantity": item.get("quantity", 0) + delta, "unlimited": False}
    item = complete_product(visit.store, updated(visit, item, change), change)
    visit.store.table("products").put(item)
    warning = {"warning": "Product has negative stock."} if item["quantity"] < 0 else {}
    return {"updateCount": 1, **warning}
