"""What products can be narrowed down by: filters with counts, and brands."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from attrs import evolve

from ecwid_async.sandbox.engine import Result, StoreRequest, read_parameters, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.products import PRODUCTS, facet_term
from ecwid_async.sandbox.routes.shared import paginate, requested_conditions
from ecwid_async.sandbox.spec import load
from ecwid_async.sandbox.state import Item, Sort, Table, as_number, decode, select

__all__: list[str] = []

_SUCCESS: Final = {"status": "SUCCESS"}
_BY_COUNT: Final = {"sortingOrder": "PRODUCTS_COUNT_DESC", **_SUCCESS}
_INVENTORY: Final = ((True, "instock", "In stock"), (False, "outofstock", "Out of stock"))
_ON_SALE: Final = ((True, "onsale", "On sale"), (False, "notonsale", "Regular price"))
_NO_LIMIT: Final = 1_000_000_000


def example_product(table: Table, name: str, value: object) -> Item:
    """Some product that has this value."""
    item: Item = decode(table.rows(table.posting(name, value)[:1])[0])
    return item


# Filters with counts.


@route("GET /products/filters")
def get_product_filters_by_query(request: StoreRequest) -> Result:
    """The form that the vendor's own client uses."""
    return product_filters(request)


@route("POST /products/filters")
def get_product_filters(request: StoreRequest) -> Result:
    """The documented form: the same parameters as text in a JSON body."""
    given = {name: text for name, text in (request.json.get("params") or {}).items() if text is not None}
    endpoint = load().endpoints["GET /products/filters"]
    params = read_parameters(
        {**_filter_fields_text(request), **given}, endpoint, refuse_unknown=request.store.switches.refuse_unknown
    )
    return product_filters(evolve(request, params=params))


def _filter_fields_text(request: StoreRequest) -> dict[str, str]:
    fields = request.params.get("filterFields")
    return {"filterFields": ",".join(fields)} if fields else {}


def product_filters(request: StoreRequest) -> Result:
    table = request.store.table("products")
    table.settle()
    conditions = requested_conditions(request, PRODUCTS)
    rows = select(table, conditions, Sort(), request.store.switches)
    found = set(rows.cut(0, len(rows))) if conditions else None
    return {
        "productCount": len(rows),
        "filters": {name: _facet(request, table, found, name) for name in request.params["filterFields"]},
    }


def _facet(request: StoreRequest, table: Table, found: set[int] | None, name: str) -> Item:
    limit = _facet_limits(request).get(name, _facet_limits(request).get("", _NO_LIMIT))
    kind, _, rest = name.partition("_")
    match kind:
        case "price":
            slots = table.order("").slots if found is None else found
            prices = [table.number("price")[slot] for slot in slots]
            return (
                {"minValue": _as_json_number(min(prices)), "maxValue": _as_json_number(max(prices)), **_SUCCESS}
                if prices
                else {**_SUCCESS}
            )
        case "inventory":
            return {"values": _boolean_values(table, found, "inStock", _INVENTORY), **_SUCCESS}
        case "onsale":
            return {"values": _boolean_values(table, found, "onsale", _ON_SALE), **_SUCCESS}
        case "categories":
            return {"values": _category_values(request, table, found)[:limit], **_BY_COUNT}
        case "attribute" | "option" if rest:
            return {"title": rest, "values": _named_values(table, found, kind, rest, limit), **_BY_COUNT}
        case _:
            raise Refusal.wrong(f"There is no product filter {name!r}")


def _as_json_number(number: float) -> float:
    return int(number) if number.is_integer() else number


def _facet_limits(request: StoreRequest) -> dict[str, int]:
    limits: dict[str, int] = {}
    for part in request.params.get("filterFacetLimit", ()):
        name, _, number = part.rpartition(":")
        limit = _NO_LIMIT if number == "all" else as_number(number)
        if limit is None:
            raise Refusal.wrong("filterFacetLimit takes numbers, or 'name:number', or 'name:all'")
        limits[name] = limit
    return limits


def _count_matches(table: Table, found: set[int] | None, name: str, value: Any) -> int:
    slots = table.posting(name, value)
    return len(slots) if found is None else len(found.intersection(slots))


def _boolean_values(
    table: Table, found: set[int] | None, name: str, values: Sequence[tuple[bool, str, str]]
) -> list[Item]:
    counted = [(_count_matches(table, found, name, value), number, title) for value, number, title in values]
    counted.sort(key=lambda row: -row[0])
    return [{"id": number, "title": title, "productCount": count} for count, number, title in counted if count]


def _category_values(request: StoreRequest, table: Table, found: set[int] | None) -> list[Item]:
    parent = request.params.get("filterParentCategoryId")
    categories = request.store.table("categories")
    above = 0 if parent == "home" else as_number(parent or "")
    if parent is None:
        numbers = list(categories)
    elif above is not None:
        numbers = categories.find("parent", above)
    else:
        raise Refusal.wrong("filterParentCategoryId is the id of a category, or 'home'")
    rows = []
    for number in numbers:
        count, category = _count_matches(table, found, "category", number), categories.get(number)
        if count and category is not None:
            rows.append({"id": number, "title": category["name"], "productCount": count})
    return sorted(rows, key=lambda row: (-row["productCount"], row["title"]))


def _named_values(table: Table, found: set[int] | None, kind: str, name: str, limit: int) -> list[Item]:
    prefix = facet_term(name, "")
    counts = [
        (-_count_matches(table, found, kind, value), value)
        for value, _ in table.values(kind)
        if isinstance(value, str) and value.startswith(prefix)
    ]
    rows: list[Item] = []
    for count, value in sorted(counts):
        if not count or len(rows) == limit:
            break
        # Translations are found by, too, and are no values of their own.
        title = next(
            (t for t in _titles(example_product(table, kind, value), kind) if facet_term(name, t) == value), None
        )
        if title is not None:
            rows.append({"title": title, "productCount": -count})
    return rows


def _titles(item: Item, kind: str) -> Iterator[str]:
    if kind == "attribute":
        yield from (attribute.get("value") or "" for attribute in item.get("attributes") or ())
        return
    for option in item.get("options") or ():
        yield from (choice.get("text") or "" for choice in option.get("choices") or ())


# Brands.


@route("GET /brands")
def search_brands(request: StoreRequest) -> Result:
    """Brands that no enabled product has are hidden."""
    table = request.store.table("products")
    table.settle()
    brands = [
        (count, str(name))
        for name, count in table.values("brand")
        if request.flag("hidden_brands") or request.flag("hiddenBrands") or _is_visible(table, name)
    ]
    match request.params.get("sortBy", "PRODUCT_COUNT_DESC"):
        case "NAME_ASC" | "NAME_DESC" as order:
            brands.sort(key=lambda brand: (brand[1].casefold(), brand[1]), reverse=order.endswith("DESC"))
        case order:
            brands.sort(key=lambda brand: (-brand[0] if order.endswith("DESC") else brand[0], brand[1]))
    return paginate(request, brands, lambda brand: _brand_item(request, table, brand[1]))


def _is_visible(table: Table, name: object) -> bool:
    return any(table.has("enabled", True, slot) for slot in table.posting("brand", name))


def _brand_item(request: StoreRequest, table: Table, name: str) -> Item:
    general = request.store.profile.get("generalInfo") or {}
    site = request.params.get("baseUrl") or general.get("storeUrl")
    site = site or f"https://store{request.store.id}.company.site/products"
    attributes = example_product(table, "brand", name).get("attributes") or ()
    attribute = next(a for a in attributes if a.get("value") == name)
    translations = attribute.get("valueTranslated") or {}
    asked_name = translations.get(request.params.get("lang"), name)
    query = f"attribute_{quote_plus(attribute.get('name') or 'Brand')}={quote_plus(name)}"
    return {
        "name": asked_name,
        "nameTranslated": translations,
        "productsFilteredByBrandUrl": f"{site.rstrip('/')}/search?{query}",
    }
