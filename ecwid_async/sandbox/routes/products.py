"""Products: ``/products`` and what lies below it, brands, swatches."""

from collections.abc import Hashable, Iterator
from typing import Final

from ecwid_async.sandbox.bodies import Refusal
from ecwid_async.sandbox.query import Condition, Filter, Keys, Listing, OneOf
from ecwid_async.sandbox.routes import Answer, Visit, listing, route
from ecwid_async.sandbox.routes.shared import (
    at_least,
    at_most,
    bury,
    contains,
    deleted,
    one_of,
    read,
    read_one,
    search,
    since,
    stamped,
    until,
    updated,
)
from ecwid_async.sandbox.table import Columns, Item

_KIND: Final = "Product"
_MISSING: Final = "PRODUCT_NOT_FOUND"


# What products are searched by.


def _skus(item: Item) -> Iterator[Hashable]:
    for holder in (item, *(item.get("combinations") or ())):
        if holder.get("sku"):
            yield holder["sku"]


def _attributes(item: Item) -> Iterator[Hashable]:
    for attribute in item.get("attributes") or ():
        for value in (attribute.get("value"), *(attribute.get("valueTranslated") or {}).values()):
            if value:
                yield named(attribute.get("name") or attribute.get("type") or "", value)


def _options(item: Item) -> Iterator[Hashable]:
    for option in item.get("options") or ():
        for choice in option.get("choices") or ():
            yield named(option.get("name") or "", choice.get("text") or "")


def named(name: str, value: str) -> str:
    """An attribute's or option's name and value as one term; case does not matter."""
    return f"{name}={value}".casefold()


def in_stock(item: Item) -> bool:
    """Can the product be bought: unlimited, or some left."""
    return bool(item.get("inStock", item.get("unlimited", True) or item.get("quantity", 0) > 0))


def on_sale(item: Item) -> bool:
    """Is the compare-to price above the price."""
    return (item.get("compareToPrice") or 0) > (item.get("price") or 0)


def _visible(item: Item) -> bool:
    hidden = not in_stock(item) and item.get("outOfStockVisibilityBehaviour") == "HIDE"
    return bool(item.get("enabled", True)) and not hidden


COLUMNS: Final = Columns(
    numbers={"price": lambda item: item.get("price") or 0},
    texts={
        "name": lambda item: item.get("name") or "",
        "keyword": lambda item: "\n".join(
            (item.get("name") or "", item.get("description") or "", *map(str, _skus(item)))
        ),
    },
    lazy=frozenset({"keyword"}),
    terms={
        "sku": _skus,
        "externalReferenceId": lambda item: filter(None, (item.get("externalReferenceId"),)),
        "category": lambda item: item.get("categoryIds") or (),
        "enabled": lambda item: (bool(item.get("enabled", True)),),
        "isGiftCard": lambda item: (bool(item.get("isGiftCard", False)),),
        "discountsAllowed": lambda item: (bool(item.get("discountsAllowed", True)),),
        "isCustomerSetPrice": lambda item: (bool(item.get("nameYourPriceEnabled", False)),),
        "visibleInStorefront": lambda item: (_visible(item),),
        "inStock": lambda item: (in_stock(item),),
        "onsale": lambda item: (on_sale(item),),
        "attribute": _attributes,
        "option": _options,
        "manualTax": lambda item: map(str, (item.get("tax") or {}).get("enabledManualTaxes") or ()),
        "taxClass": lambda item: filter(None, ((item.get("tax") or {}).get("taxClassCode"),)),
    },
)


def _in_categories(visit: Visit, value: int | tuple[int, ...]) -> Condition:
    wanted = value if isinstance(value, tuple) else (value,)
    return OneOf("category", tuple(wanted))


def _pair(term: str) -> Filter:
    def condition(visit: Visit, pair: tuple[str, tuple[str, ...]]) -> Condition:
        name, values = pair
        return OneOf(term, tuple(named(name, value) for value in values))

    return condition


PRODUCTS: Final = listing(
    Listing(
        section="products",
        columns=COLUMNS,
        first_id=700_000_001,
        filters={
            "productId": lambda visit, value: Keys(frozenset(value)),
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
            "attribute_": _pair("attribute"),
            "option_": _pair("option"),
        },
        sorts={"NAME": "name", "PRICE": "price", "ADDED_TIME": "created", "UPDATED_TIME": "updated"},
    )
)


@route("GET /products")
def search_products(visit: Visit) -> Answer:
    """List and search."""
    return search(visit, PRODUCTS)


@route("GET /products/{productId}")
def get_product(visit: Visit) -> Answer:
    """Read one."""
    return read_one(visit, PRODUCTS, visit.id("productId"), _KIND, _MISSING)


@route("POST /products")
def create_product(visit: Visit) -> Answer:
    """Create one."""
    table = visit.store.table("products")
    item = stamped({"id": table.new_id(), **visit.document}, visit.now)
    table.put(item)
    return {"id": item["id"]}


@route("PUT /products/{productId}")
def update_product(visit: Visit) -> Answer:
    """Change one."""
    table = visit.store.table("products")
    stored = read(table, visit.id("productId"), _KIND, _MISSING)
    table.put(updated(visit, stored, visit.document))
    return {"updateCount": 1}


@route("DELETE /products/{productId}")
def delete_product(visit: Visit) -> Answer:
    """Delete one."""
    if not bury(visit, "products", visit.id("productId")):
        raise Refusal(404, _MISSING, f"{_KIND} #{visit.ids['productId']} not found")
    return {"deleteCount": 1}


@route("GET /products/deleted")
def get_deleted_products(visit: Visit) -> Answer:
    """What was deleted, and when."""
    return deleted(visit, "products")
