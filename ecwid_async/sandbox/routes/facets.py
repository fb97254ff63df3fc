"""What products can be narrowed down by: filters with counts, and brands."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from attrs import evolve

from ecwid_async.sandbox.engine import Answer, Visit, read_parameters, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.products import PRODUCTS, term
from ecwid_async.sandbox.routes.shared import asked, page_of
from ecwid_async.sandbox.spec import load
from ecwid_async.sandbox.state import Item, Sort, Table, as_number, decode, select

__all__: list[str] = []

_DONE: Final = {"status": "SUCCESS"}
_BY_COUNT: Final = {"sortingOrder": "PRODUCTS_COUNT_DESC", **_DONE}
_INVENTORY: Final = ((True, "instock", "In stock"), (False, "outofstock", "Out of stock"))
_ON_SALE: Final = ((True, "onsale", "On sale"), (False, "notonsale", "Regular price"))
_ALL: Final = 1_000_000_000


def _example(table: Table, name: str, value: object) -> Item:
    """Some product that has this value."""
    item: Item = decode(table.rows(table.posting(name, value)[:1])[0])
    return item


# Filters with counts.


@route("GET /products/filters")
def get_product_filters_by_query(visit: Visit) -> Answer:
    """The form that the vendor's own client uses."""
    return _filters(visit)


@route("POST /products/filters")
def get_product_filters(visit: Visit) -> Answer:
    """The documented form: the same parameters as text in a JSON body."""
    given = {name: text for name, text in (visit.document.get("params") or {}).items() if text is not None}
    endpoint = load().endpoints["GET /products/filters"]
    params = read_parameters({**_texts(visit), **given}, endpoint, refuse_unknown=visit.store.switches.refuse_unknown)
    return _filters(evolve(visit, params=params))


def _texts(visit: Visit) -> dict[str, str]:
    fields = visit.params.get("filterFields")
    return {"filterFields": ",".join(fields)} if fields else {}


def _filters(visit: Visit) -> Answer:
    table = visit.store.table("products")
    table.settle()
    conditions = asked(visit, PRODUCTS)
    rows = select(table, conditions, Sort(), visit.store.switches)
    found = set(rows.cut(0, len(rows))) if conditions else None
    return {
        "productCount": len(rows),
        "filters": {name: _facet(visit, table, found, name) for name in visit.params["filterFields"]},
    }


def _facet(visit: Visit, table: Table, found: set[int] | None, name: str) -> Item:
    limit = _facet_limits(visit).get(name, _facet_limits(visit).get("", _ALL))
    kind, _, rest = name.partition("_")
    match kind:
        case "price":
            slots = table.order("").slots if found is None else found
            prices = [table.number("price")[slot] for slot in slots]
            return {"minValue": _plain(min(prices)), "maxValue": _plain(max(prices)), **_DONE} if prices else {**_DONE}
        case "inventory":
            return {"values": _fixed(table, found, "inStock", _INVENTORY), **_DONE}
        case "onsale":
            return {"values": _fixed(table, found, "onsale", _ON_SALE), **_DONE}
        case "categories":
            return {"values": _category_values(visit, table, found)[:limit], **_BY_COUNT}
        case "attribute" | "option" if rest:
            return {"title": rest, "values": _named_values(table, found, kind, rest, limit), **_BY_COUNT}
        case _:
            raise Refusal.wrong(f"There is no product filter {name!r}")


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number


def _facet_limits(visit: Visit) -> dict[str, int]:
    limits: dict[str, int] = {}
    for part in visit.params.get("filterFacetLimit", ()):
        name, _, number = part.rpartition(":")
        limit = _ALL if number == "all" else as_number(number)
        if limit is None:
            raise Refusal.wrong("filterFacetLimit takes numbers, or 'name:number', or 'name:all'")
        limits[name] = limit
    return limits


def _count(table: Table, found: set[int] | None, name: str, value: Any) -> int:
    slots = table.posting(name, value)
    return len(slots) if found is None else len(found.intersection(slots))


def _fixed(table: Table, found: set[int] | None, name: str, values: Sequence[tuple[bool, str, str]]) -> list[Item]:
    counted = [(_count(table, found, name, value), number, title) for value, number, title in values]
    counted.sort(key=lambda row: -row[0])
    return [{"id": number, "title": title, "productCount": count} for count, number, title in counted if count]


def _category_values(visit: Visit, table: Table, found: set[int] | None) -> list[Item]:
    parent = visit.params.get("filterParentCategoryId")
    categories = visit.store.table("categories")
    above = 0 if parent == "home" else as_number(parent or "")
    if parent is None:
        numbers = list(categories)
    elif above is not None:
        numbers = categories.find("parent", above)
    else:
        raise Refusal.wrong("filterParentCategoryId is the id of a category, or 'home'")
    rows = []
    for number in numbers:
        count, category = _count(table, found, "category", number), categories.get(number)
        if count and category is not None:
            rows.append({"id": number, "title": category["name"], "productCount": count})
    return sorted(rows, key=lambda row: (-row["productCount"], row["title"]))


def _named_values(table: Table, found: set[int] | None, kind: str, name: str, limit: int) -> list[Item]:
    prefix = term(name, "")
    counts = [
        (-_count(table, found, kind, value), value)
        for value, _ in table.values(kind)
        if isinstance(value, str) and value.startswith(prefix)
    ]
    rows: list[Item] = []
    for count, value in sorted(counts):
        if not count or len(rows) == limit:
            break
        # Translations are found by, too, and are no values of their own.
        title = next((t for t in _titles(_example(table, kind, value), kind) if term(name, t) == value), None)
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
def search_brands(visit: Visit) -> Answer:
    """Brands that no enabled product has are hidden."""
    table = visit.store.table("products")
    table.settle()
    brands = [
        (count, str(name))
        for name, count in table.values("brand")
        if visit.flag("hidden_brands") or visit.flag("hiddenBrands") or _shown(table, name)
    ]
    match visit.params.get("sortBy", "PRODUCT_COUNT_DESC"):
        case "NAME_ASC" | "NAME_DESC" as order:
            brands.sort(key=lambda brand: (brand[1].casefold(), brand[1]), reverse=order.endswith("DESC"))
        case order:
            brands.sort(key=lambda brand: (-brand[0] if order.endswith("DESC") else brand[0], brand[1]))
    return page_of(visit, brands, lambda brand: _brand(visit, table, brand[1]))


def _shown(table: Table, name: object) -> bool:
    return any(table.has("enabled", True, slot) for slot in table.posting("brand", name))


def _brand(visit: Visit, table: Table, name: str) -> Item:
    general = visit.store.profile.get("generalInfo") or {}
    site = visit.params.get("baseUrl") or general.get("storeUrl")
    site = site or f"https://store{visit.store.id}.company.site/products"
    attributes = _example(table, "brand", name).get("attributes") or ()
    attribute = next(a for a in attributes if a.get("value") == name)
    translations = attribute.get("valueTranslated") or {}
    asked_name = translations.get(visit.params.get("lang"), name)
    query = f"attribute_{quote_plus(attribute.get('name') or 'Brand')}={quote_plus(name)}"
    return {
        "name": asked_name,
        "nameTranslated": translations,
        "productsFilteredByBrandUrl": f"{site.rstrip('/')}/search?{query}",
    }
