"""Products: ``/products``."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from attrs import evolve

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.computed_fields import (
    complete_product,
    is_in_stock,
    localize,
    matching_variations,
    new_product,
    storefront_url,
)
from ecwid_async.sandbox.engine import Filter, Listing, Result, StoreRequest, read_parameters, register_list, route
from ecwid_async.sandbox.routes.support.category_tree import category_subtree
from ecwid_async.sandbox.routes.support.columns import optional_term
from ecwid_async.sandbox.routes.support.filters import at_least, at_most, by_key, contains, one_of, since, until
from ecwid_async.sandbox.routes.support.items import (
    apply_change,
    delete_item,
    item_response,
    with_timestamps,
    without_nulls,
)
from ecwid_async.sandbox.routes.support.lists import requested_conditions, search, search_deleted
from ecwid_async.sandbox.routes.support.product_facets import facet_term, product_filters
from ecwid_async.sandbox.routes.support.product_storage import discard_uploads, find_product, save_product
from ecwid_async.sandbox.state import Columns, Condition, Item, Key, OneOf, Sort

__all__ = ["FRONT_PAGE"]

FRONT_PAGE: Final = 0
"""The category id that stands for the front page."""


# Search terms and filters.


def _skus(item: Item) -> Iterator[Hashable]:
    for product_or_variation in (item, *(item.get("combinations") or ())):
        if product_or_variation.get("sku"):
            yield product_or_variation["sku"]


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


def _has_stock(item: Item) -> bool:
    return bool(item["inStock"] if "inStock" in item else is_in_stock(item))


def _is_on_sale(item: Item) -> bool:
    return (item.get("compareToPrice") or 0) > (item.get("price") or 0)


def _is_visible_in_storefront(item: Item) -> bool:
    hidden = item.get("outOfStockVisibilityBehaviour") == "HIDE" and not _has_stock(item)
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
        "externalReferenceId": optional_term("externalReferenceId"),
        "category": lambda item: item.get("categoryIds") or (),
        # Most products are in General, class 0, which no search needs.
        "class": optional_term("productClassId"),
        "enabled": lambda item: (item.get("enabled") is not False,),
        "isGiftCard": lambda item: (bool(item.get("isGiftCard")),),
        "discountsAllowed": lambda item: (item.get("discountsAllowed") is not False,),
        "isCustomerSetPrice": lambda item: (bool(item.get("nameYourPriceEnabled")),),
        "visibleInStorefront": lambda item: (_is_visible_in_storefront(item),),
        "inStock": lambda item: (_has_stock(item),),
        "onsale": lambda item: (_is_on_sale(item),),
        "attribute": _attribute_terms,
        "brand": _brand_names,
        "option": _option_terms,
        "swatch": _swatch_terms,
        "manualTax": lambda item: map(str, _tax(item).get("enabledManualTaxes") or ()),
        "taxClass": lambda item: filter(None, (_tax(item).get("taxClassCode"),)),
    },
    distinct=frozenset({"sku", "externalReferenceId", "category", "attribute", "brand"}),
)


def _by_category(request: StoreRequest, value: int | tuple[int, ...]) -> Condition:
    wanted: Iterable[int] = value if isinstance(value, tuple) else (value,)
    if request.flag("includeProductsFromSubcategories"):
        wanted = category_subtree(request.store, wanted)
    return OneOf("category", tuple(sorted(wanted)))


def _by_facet(term: str) -> Filter:
    """Products with one of the values in the parameter ``attribute_NAME`` or ``option_NAME``."""

    def condition(request: StoreRequest, pair: tuple[str, tuple[str, ...]]) -> Condition:
        return OneOf(term, tuple(facet_term(pair[0], value) for value in pair[1]))

    return condition


def _store_owner_sort(request: StoreRequest) -> Sort:
    """The order that the store owner gave the products of the requested category, or of the front page."""
    category = (request.params.get("categories") or (request.params.get("category", FRONT_PAGE),))[0]
    order: list[int] = request.store.records("product_order").get(category, [])
    return Sort(ranked_by=("owner", category), ranks={product_id: rank for rank, product_id in enumerate(order)})


def _view(request: StoreRequest) -> Callable[[Item], Item] | None:
    lang = request.params.get("lang")
    changes_urls = {"baseUrl", "cleanUrls", "slugsWithoutIds"} & request.params.keys()
    if not lang and not changes_urls:
        return None

    def view(item: Item) -> Item:
        if changes_urls:
            item["url"] = storefront_url(
                request.store,
                "p",
                item,
                base=request.params.get("baseUrl"),
                clean=request.flag("cleanUrls") or "baseUrl" not in request.params,
                with_id=not request.flag("slugsWithoutIds"),
            )
        return localize(item, lang) if lang else item

    return view


def _only_enabled(request: StoreRequest, _: object) -> Condition | None:
    return OneOf("enabled", (True,)) if request.is_public else None


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
            "category": _by_category,
            "categories": _by_category,
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
            "attribute_": _by_facet("attribute"),
            "option_": _by_facet("option"),
        },
        sorts={
            "NAME": "name",
            "PRICE": "price",
            "ADDED_TIME": "created",
            "UPDATED_TIME": "updated",
            "DEFINED_BY_STORE_OWNER": _store_owner_sort,
        },
        always=_only_enabled,
        view=_view,
    )
)


# Endpoints.


@route("GET /products")
def search_products(request: StoreRequest) -> Result:
    """List and search products. With ``productId`` the other filters are ignored."""
    if "productId" in request.params:
        kept = ("productId", "limit", "offset", "sortBy", "responseFields", "lang", "baseUrl", "cleanUrls")
        request = evolve(request, params={name: value for name, value in request.params.items() if name in kept})
    return search(request, PRODUCTS)


@route("GET /products/{productId}")
def get_product(request: StoreRequest) -> Result:
    """Read a product."""
    return item_response(request, PRODUCTS, request.path_number("productId"), "Product", "PRODUCT_NOT_FOUND")


@route("POST /products")
def create_product(request: StoreRequest) -> Result:
    """Create a product. Only ``name`` is required; variations are stored only with ``saveCombinations``."""
    item = with_timestamps(new_product(request.store, _requested_change(request)), request.now)
    request.store.table("products").put(item)
    return {"id": item["id"]}


@route("PUT /products/{productId}")
def update_product(request: StoreRequest) -> Result:
    """Change the given fields."""
    change, stored = _requested_change(request), find_product(request)
    if request.flag("rebuildVariationsOnOptionsUpdate") and change.get("options") is not None:
        stored["combinations"] = matching_variations(stored, change["options"])
    clearable = ("googleProductCategory", "minPurchaseQuantity", "maxPurchaseQuantity")
    item = apply_change(request, stored, change, clearable=clearable)
    item = complete_product(request.store, item, change)
    save_product(request, item)
    return {"updateCount": 1, "item": item} if request.flag("returnItem") else {"updateCount": 1}


@route("DELETE /products/{productId}")
def delete_product(request: StoreRequest) -> Result:
    """Delete a product."""
    _delete_product(request, find_product(request)["id"])
    return {"deleteCount": 1}


@route("DELETE /products")
def delete_all_products(request: StoreRequest) -> Result:
    """Delete every product of the store."""
    product_ids = list(request.store.table("products"))
    for product_id in product_ids:
        _delete_product(request, product_id)
    return {"deleteCount": len(product_ids)}


def _delete_product(request: StoreRequest, product_id: Key) -> None:
    discard_uploads(request, product_id, set())
    delete_item(request, "products", product_id)


@route("GET /products/deleted")
def get_deleted_products(request: StoreRequest) -> Result:
    """List the deleted products."""
    return search_deleted(request, "products")


def _requested_change(request: StoreRequest) -> Item:
    """The body, without variations unless ``saveCombinations`` is set."""
    change: Item = request.json
    if request.flag("saveCombinations"):
        return change
    return {name: value for name, value in change.items() if name != "combinations"}


@route("GET /products/filters")
def get_product_filters_by_query(request: StoreRequest) -> Result:
    """The values of filters, with the parameters in the query, as Ecwid's own client sends them."""
    return product_filters(request, requested_conditions(request, PRODUCTS))


@route("POST /products/filters")
def get_product_filters(request: StoreRequest) -> Result:
    """The values of filters, with the parameters as text in a JSON body, as documented."""
    text_params = without_nulls(request.json.get("params") or {})
    endpoint = spec.load().endpoints["GET /products/filters"]
    params = read_parameters(
        {**_filter_fields_text(request), **text_params}, endpoint, reject_unknown=request.store.switches.reject_unknown
    )
    as_query = evolve(request, params=params)
    return product_filters(as_query, requested_conditions(as_query, PRODUCTS))


def _filter_fields_text(request: StoreRequest) -> dict[str, str]:
    fields = request.params.get("filterFields")
    return {"filterFields": ",".join(fields)} if fields else {}
