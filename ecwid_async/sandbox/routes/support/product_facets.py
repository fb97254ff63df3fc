"""Filters of products: the values to choose from, with the number of products for each."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ecwid_async.sandbox.engine import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Condition, Item, Sort, Table, decode_json, parse_number, select_rows

__all__ = ["example_product", "facet_term", "product_filters"]

_SUCCESS: Final = {"status": "SUCCESS"}
_BY_COUNT: Final = {"sortingOrder": "PRODUCTS_COUNT_DESC", **_SUCCESS}
_INVENTORY: Final = ((True, "instock", "In stock"), (False, "outofstock", "Out of stock"))
_ON_SALE: Final = ((True, "onsale", "On sale"), (False, "notonsale", "Regular price"))
_FILTER_NAMES: Final = "price, inventory, onsale, categories, attribute_NAME or option_NAME"
_NO_LIMIT: Final = 1_000_000_000


def example_product(table: Table, term: str, value: object) -> Item:
    """One of the products with this value of a search term; there must be one."""
    item: Item = decode_json(table.index.rows(table.index.slots_with(term, value)[:1])[0])
    return item


def product_filters(request: StoreRequest, conditions: Sequence[Condition]) -> Item:
    """The number of products that satisfy `conditions`, and the values of each filter in ``filterFields``."""
    table = request.store.table("products")
    table.show_due_writes()
    rows = select_rows(table.index, conditions, Sort(), request.store.switches)
    matching = set(rows.page(0, len(rows))) if conditions else None
    return {
        "productCount": len(rows),
        "filters": {name: _facet(request, table, matching, name) for name in request.params["filterFields"]},
    }


def _facet(request: StoreRequest, table: Table, matching: set[int] | None, name: str) -> Item:
    """The values of one filter. `matching` has the slots of the products to count; None stands for all."""
    limit = _facet_limits(request).get(name, _facet_limits(request).get("", _NO_LIMIT))
    kind, _, rest = name.partition("_")
    match kind:
        case "price":
            slots = table.index.sorted_slots("").slots if matching is None else matching
            prices = [table.index.number_column("price")[slot] for slot in slots]
            return (
                {"minValue": _as_json_number(min(prices)), "maxValue": _as_json_number(max(prices)), **_SUCCESS}
                if prices
                else {**_SUCCESS}
            )
        case "inventory":
            return {"values": _boolean_values(table, matching, "inStock", _INVENTORY), **_SUCCESS}
        case "onsale":
            return {"values": _boolean_values(table, matching, "onsale", _ON_SALE), **_SUCCESS}
        case "categories":
            return {"values": _category_values(request, table, matching)[:limit], **_BY_COUNT}
        case "attribute" | "option" if rest:
            return {"title": rest, "values": _named_values(table, matching, kind, rest, limit), **_BY_COUNT}
        case _:
            raise ErrorResponse.wrong_parameter(f"There is no product filter {name!r}; use {_FILTER_NAMES}")


def _as_json_number(number: float) -> float:
    return int(number) if number.is_integer() else number


def _facet_limits(request: StoreRequest) -> dict[str, int]:
    limits: dict[str, int] = {}
    for part in request.params.get("filterFacetLimit", ()):
        name, _, number = part.rpartition(":")
        limit = _NO_LIMIT if number == "all" else parse_number(number)
        if limit is None:
            raise ErrorResponse.wrong_parameter("filterFacetLimit must be a number, 'name:number' or 'name:all'")
        limits[name] = limit
    return limits


def _count_matches(table: Table, matching: set[int] | None, name: str, value: Any) -> int:
    slots = table.index.slots_with(name, value)
    return len(slots) if matching is None else len(matching.intersection(slots))


def _boolean_values(
    table: Table, matching: set[int] | None, name: str, values: Sequence[tuple[bool, str, str]]
) -> list[Item]:
    """The two values of a boolean filter, the more frequent one first; values without products are omitted."""
    counted = [(_count_matches(table, matching, name, value), key, title) for value, key, title in values]
    counted.sort(key=lambda row: -row[0])
    return [{"id": key, "title": title, "productCount": count} for count, key, title in counted if count]


def _category_values(request: StoreRequest, table: Table, matching: set[int] | None) -> list[Item]:
    parent = request.params.get("filterParentCategoryId")
    categories = request.store.table("categories")
    parent_id = 0 if parent == "home" else parse_number(parent or "")
    if parent is None:
        category_ids = list(categories)
    elif parent_id is not None:
        category_ids = categories.find("parent", parent_id)
    else:
        raise ErrorResponse.wrong_parameter("filterParentCategoryId must be the id of a category, or 'home'")
    rows = []
    for category_id in category_ids:
        count, category = _count_matches(table, matching, "category", category_id), categories.get(category_id)
        if count and category is not None:
            rows.append({"id": category_id, "title": category.get("name") or "", "productCount": count})
    return sorted(rows, key=lambda row: (-row["productCount"], row["title"]))


def _named_values(table: Table, matching: set[int] | None, kind: str, name: str, limit: int) -> list[Item]:
    prefix = facet_term(name, "")
    counts = [
        (-_count_matches(table, matching, kind, value), value)
        for value, _ in table.index.value_counts(kind)
        if isinstance(value, str) and value.startswith(prefix)
    ]
    rows: list[Item] = []
    for count, value in sorted(counts):
        if not count or len(rows) == limit:
            break
        # Translations are search terms too, but not values of their own.
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


def facet_term(name: str, value: str) -> str:
    """The search term for an attribute or option with this value: ``name=value``, case-folded."""
    return f"{name}={value}".casefold()
