"""Each documented query parameter has an argument, and goes out under its own name in the form the API reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin

import pytest

from ecwid_async.client import Store

# Arguments that are not the snake_case of a parameter's name.
ARGUMENTS = {
    "attribute_{attributeName}": "attributes",  # one mapping for any number of names
    "option_{optionName}": "options",
    "delimeter": "delimiter",  # a misspelling of the API's
}

BY_VENDOR = "the vendor's own client sends it"
UNDOCUMENTED = {
    "GET /brands": {"responseFields": BY_VENDOR},
    "GET /categories": {"categoryIds": BY_VENDOR, "productIds": BY_VENDOR},
    "GET /categoriesByPath": {"delimiter": "the vendor's own client sends this spelling: both go out"},
    "GET /customers/deleted": {"responseFields": BY_VENDOR},
    "GET /orders/deleted": {"responseFields": BY_VENDOR},
    "GET /orders/last": {"customerEmail": BY_VENDOR, "withAddress": BY_VENDOR},
    "GET /products": {"lang": "the text on `keyword` names it"},
    "GET /products/deleted": {"responseFields": BY_VENDOR},
    "PUT /products/{productId}": {
        "checkLowStockNotification": BY_VENDOR,
        "rebuildVariationsOnOptionsUpdate": BY_VENDOR,
        "keepOptionDisplaySettings": BY_VENDOR,
    },
}

TYPES: dict[str, set[type]] = {
    "boolean": {bool},
    "datetime": {datetime, int},
    "integer": {int},
    "number": {Decimal, int},
    "string": {str},
}
# Values that a caller may give, and how they travel.
FORMS: dict[str, list[tuple[Any, str]]] = {
    "boolean": [(True, "true"), (False, "false")],
    "datetime": [
        (datetime.fromisoformat("2024-09-04T10:16:51.9+03:00"), "1725434211"),
        (1725434211, "1725434211"),
    ],
    "integer": [(7, "7"), (0, "0")],
    "number": [(Decimal("12.50"), "12.50"), (Decimal("1E+3"), "1000"), (12, "12")],
    "string": [("Größe + M", "Größe + M")],
}


def argument(parameter: str) -> str:
    return ARGUMENTS.get(parameter) or re.sub(r"(?<=[a-z0-9])[A-Z]+", lambda found: "_" + found[0].lower(), parameter)


def documented(method: Any) -> list[dict[str, Any]]:
    return [query for query in method.row["query_params"] if query["name"] not in ("limit", "offset")]


def sent(request: Any) -> dict[str, str]:
    assert len(dict(request.params)) == len(request.params)
    return {name: value for name, value in request.params if name not in ("limit", "offset")}


def scalars(declared: Any) -> Iterator[type]:
    """The classes in a declared type, whatever holds them."""
    if get_args(declared):
        for inner in get_args(declared):
            yield from scalars(inner)
    elif declared is not NoneType:
        yield declared


def holds(declared: Any, container: type) -> bool:
    return get_origin(declared) is container or any(holds(inner, container) for inner in get_args(declared))


def test_each_parameter_has_an_argument_of_its_type(method: Any) -> None:
    for query in documented(method):
        name = argument(query["name"])
        declared = method.hints[name]
        found = set(scalars(declared))
        enums = {cls for cls in found if issubclass(cls, Enum)}

        assert (name in method.required()) is query["required"], name
        # Lists of ids are often numbers where the table says text.
        wider = {int} if query.get("multiple") and query["type"] == "string" else set()
        assert TYPES[query["type"]] <= found - enums <= TYPES[query["type"]] | wider, name
        assert holds(declared, Sequence) is bool(query.get("multiple")), name
        assert holds(declared, Mapping) is bool(query.get("pattern")), name
        if "enum" in query and "{" not in "".join(query["enum"]):
            assert {member.value for cls in enums for member in cls} >= set(query["enum"]), name


def test_each_parameter_goes_out_under_its_own_name(method: Any) -> None:
    required = sent(method.request())
    for query in documented(method):
        # These have tests of their own below.
        if query.get("pattern") or query["name"] == "filterFields":
            continue
        for given, form in FORMS[query["type"]]:
            if query.get("multiple"):
                given, form = [given, given], f"{form},{form}"
            request = method.request(**{argument(query["name"]): given})
            # Lists ask for the envelope's fields beside those selected.
            assert sent(request)[query["name"]].removeprefix("total,count,offset,limit,") == form
            assert sent(request).keys() - required.keys() <= {query["name"]}


def test_enums_are_open(method: Any) -> None:
    for query in documented(method):
        name = argument(query["name"])
        for cls in scalars(method.hints[name]):
            if issubclass(cls, Enum):
                for value in (*cls, "NEW"):
                    expected = value.value if isinstance(value, Enum) else value
                    assert sent(method.request(**{name: value}))[query["name"]] == expected


def test_nothing_undocumented_is_sent_without_a_reason(method: Any, example: Any) -> None:
    given = {name: example(method.hints[name]) for name in method.queries()}
    prefixes = [query["name"].partition("{")[0] for query in documented(method) if query.get("pattern")]
    known = {query["name"] for query in documented(method)}

    names = {name for name in sent(method.request(**given)) if not name.startswith(tuple(prefixes))}

    assert names - known == UNDOCUMENTED.get(method.endpoint, {}).keys()


def test_a_moment_without_a_zone_is_refused(method: Any) -> None:
    for query in documented(method):
        if query["type"] == "datetime":
            with pytest.raises(ValueError, match=f"{query['name']} needs a datetime with a zone"):
                method.request(**{argument(query["name"]): datetime(2024, 9, 4)})


def test_a_float_is_refused(method: Any) -> None:
    for query in documented(method):
        if query["type"] == "number":
            with pytest.raises(TypeError, match=f"{query['name']} can't be a float"):
                method.request(**{argument(query["name"]): 12.5})


def test_an_empty_list_is_no_filter(method: Any) -> None:
    """Sent as an empty value, it would match everything: the opposite of what an empty list of ids means."""
    for query in documented(method):
        if query.get("multiple") and not query.get("pattern"):
            with pytest.raises(ValueError, match=r"at least one|match everything"):
                method.request(**{argument(query["name"]): []})


def test_options_and_attributes_become_a_parameter_each(store: Store) -> None:
    pages = store.products.search(
        options={"Size": ["S", "M"], "Цвет / colour": "red"}, attributes={"Brand": ["Ecwid", "Lightspeed"]}
    )
    assert sent(pages.request) == {
        "option_Size": "S,M",
        "option_Цвет / colour": "red",
        "attribute_Brand": "Ecwid,Lightspeed",
    }
    assert "option_%D0%A6%D0%B2%D0%B5%D1%82+%2F+colour=red" in pages.request.target


def test_one_value_or_several_of_a_filter(store: Store) -> None:
    assert sent(store.orders.search(payment_status="PAID").request) == {"paymentStatus": "PAID"}
    assert sent(store.orders.search(product_id=7).request) == {"productId": "7"}
    assert sent(store.products.search(product_id=[7, 8]).request) == {"productId": "7,8"}


def test_names_of_filters_are_escaped(store: Store) -> None:
    request = store.products.filters(["price", "option_Color, size", "attribute_a\\b"]).request
    assert dict(request.params)["filterFields"] == "price,option_Color\\, size,attribute_a\\\\b"


def test_filters_are_a_list(store: Store) -> None:
    with pytest.raises(ValueError, match="list of filters"):
        store.products.filters("price")


def test_a_selection_of_fields_keeps_what_paging_needs(store: Store) -> None:
    request = store.orders.search(response_fields="items(id)").request
    assert dict(request.params)["responseFields"] == "total,count,offset,limit,items(id)"
