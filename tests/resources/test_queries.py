"""Every documented query parameter has an argument and is sent under its name in the API's encoding."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin

import pytest

from ecwid_async.calls import Call
from ecwid_async.client import Store
from ecwid_async.pages import Pages

# Arguments whose names are not the parameter's name in snake_case.
ARGUMENTS = {
    "attribute_{attributeName}": "attributes",  # one mapping for any number of names
    "option_{optionName}": "options",
    "tplvar_*": "template_variables",
    "customerGroupId": "customer_group_ids",  # takes several ids
    "delimeter": "delimiter",  # misspelled in the API
    "id": "subscription_id",  # a built-in function of Python
    "ticketId": "ticket",  # as in `Batches.get`
}

# The documented name, and the name in Ecwid's own client: both are sent with the same value.
TWO_NAMES = {
    "GET /brands": {"cleanURLs": "cleanUrls", "hidden_brands": "hiddenBrands"},
    "GET /categories/{categoryId}": {"cleanURLs": "cleanUrls"},
    "GET /categoriesByPath": {"delimeter": "delimiter"},
    "GET /customer_groups": {"customerGroupId": "customerGroupIds"},
    "GET /reviews": {"keyword": "searchKeyword"},
}

MANY = {"multiple": True}
MANY_IDS = {"type": "integer", "multiple": True}
AMOUNT = {"type": "number"}
TIMESTAMP = {"type": "datetime"}
# Corrections of parameter types in the tables.
CORRECTED_TYPES: dict[str, dict[str, dict[str, Any]]] = {
    # Ecwid's own client sends Unix seconds, as in other searches.
    "GET /subscriptions": {
        **dict.fromkeys(["createdFrom", "createdTo", "updatedFrom", "updatedTo"], TIMESTAMP),
        "status": MANY,  # and several statuses
    },
    "GET /reports/{reportType}": {"startedFrom": TIMESTAMP, "endedAt": TIMESTAMP},
    "GET /reports/{reportType}/tip": {"startedFrom": TIMESTAMP, "endedAt": TIMESTAMP},
    # The tests of Ecwid's own client send several types, and the newer documentation allows several states.
    "GET /discount_coupons": {"availability": MANY, "discount_type": MANY},
    "GET /products/filters": {
        **dict.fromkeys(["createdFrom", "createdTo", "updatedFrom", "updatedTo"], TIMESTAMP),
        "categories": MANY_IDS,
    },
    # As in the search for customers; Ecwid's own client takes text.
    "GET /customers_ids": {
        **dict.fromkeys(["purchasedProductIds", "customerGroupIds"], MANY_IDS),
        **dict.fromkeys(["minSalesValue", "maxSalesValue"], AMOUNT),
        "countryCodes": MANY,
    },
}
CORRECTED_TYPES["POST /customers_update"] = CORRECTED_TYPES["GET /customers_ids"]

# Special values, tested separately.
SPECIAL = {
    ("GET /products/filters", "filterFacetLimit"),
    ("GET /products/filters", "filterFields"),
    ("GET /products/filters", "filterParentCategoryId"),
    ("POST /products/filters", "filterFields"),
    ("POST /billing/transactions", "metadata"),
    ("POST /domains/reset_domain_password", "sub_user"),
}

# The response is an HTML page or a file: there are no fields to select.
NOT_OFFERED = {("GET /orders/{orderId}/invoice", "responseFields")}

NOT_REQUIRED = {("POST /products/{productId}/files", "externalUrl"): "the file can be sent instead"}

BY_ECWID_CLIENT = "Ecwid's own client sends it"
UNDOCUMENTED = {
    "GET /brands": {"responseFields": BY_ECWID_CLIENT},
    "GET /carts": {"couponCode": BY_ECWID_CLIENT, "customer": BY_ECWID_CLIENT},
    "GET /categories": dict.fromkeys(
        ["categoryIds", "productIds", "baseUrl", "cleanUrls", "slugsWithoutIds"], BY_ECWID_CLIENT
    ),
    "GET /classes": {"responseFields": BY_ECWID_CLIENT},
    "GET /classes/{classId}": {"responseFields": BY_ECWID_CLIENT},
    "GET /coupons/deleted": {"responseFields": "as in other lists of deleted items"},
    "GET /customers": dict.fromkeys(
        ["customerGroup", "usePrecalculatedOrderCount", "checkOnlyCustomerId"], BY_ECWID_CLIENT
    ),
    "GET /customers/deleted": {"responseFields": BY_ECWID_CLIENT},
    "GET /latest-stats": {"responseFields": BY_ECWID_CLIENT},
    "GET /orders": dict.fromkeys(
        ["orderNumber", "vendorOrderNumber", "customer", "customerIdOrEmail", "paymentReference"], BY_ECWID_CLIENT
    ),
    "GET /orders/deleted": {"responseFields": BY_ECWID_CLIENT},
    "GET /orders/last": {"customerEmail": BY_ECWID_CLIENT, "withAddress": BY_ECWID_CLIENT},
    "GET /products": {"lang": "mentioned in the text on `keyword`"},
    "GET /products/deleted": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/extrafields": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/extrafields/{key}": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/order_status/{statusId}": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/order_statuses": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/paymentOptions": {"responseFields": BY_ECWID_CLIENT},
    "GET /profile/shippingOptions": {"responseFields": BY_ECWID_CLIENT},
    "GET /reports/{reportType}": dict.fromkeys(
        [
            "firstDayOfWeek",
            "limit",
            "offset",
            "orderByMetric",
            "orderDirection",
            "responseFields",
            "storefrontPlatform",
        ],
        BY_ECWID_CLIENT,
    ),
    "GET /reviews/deleted": {"responseFields": "as in other lists of deleted items"},
    "GET /reviews/filters_data": {"responseFields": BY_ECWID_CLIENT},
    "GET /storage": {"responseFields": BY_ECWID_CLIENT},
    "GET /storage/{key}": {"responseFields": BY_ECWID_CLIENT},
    "GET /store_extrafields/customers": {"responseFields": BY_ECWID_CLIENT},
    "GET /store_extrafields/customers/{extrafield_key}": {"responseFields": BY_ECWID_CLIENT},
    "GET /subscriptions": {"lang": BY_ECWID_CLIENT, "responseFields": BY_ECWID_CLIENT},
    "POST /batch": {"deduplicationKey": BY_ECWID_CLIENT, "groupId": BY_ECWID_CLIENT},
    "PUT /products/{productId}": {
        "checkLowStockNotification": BY_ECWID_CLIENT,
        "rebuildVariationsOnOptionsUpdate": BY_ECWID_CLIENT,
        "keepOptionDisplaySettings": BY_ECWID_CLIENT,
    },
}

TYPES: dict[str, set[type]] = {
    "boolean": {bool},
    "datetime": {datetime, int},
    "integer": {int},
    "number": {Decimal, int},
    "string": {str},
}
# Values of arguments, and how they are sent.
ENCODINGS: dict[str, list[tuple[Any, str]]] = {
    "boolean": [(True, "true"), (False, "false")],
    "datetime": [
        (datetime.fromisoformat("2024-09-04T10:16:51.9+03:00"), "1725434211"),
        (1725434211, "1725434211"),
    ],
    "integer": [(7, "7"), (0, "0")],
    "number": [(Decimal("12.50"), "12.50"), (Decimal("1E+3"), "1000"), (12, "12")],
    "string": [("Größe + M", "Größe + M")],
}
SELECTION = [("id,name", "id,name")]


def argument(parameter: str) -> str:
    return ARGUMENTS.get(parameter) or re.sub(r"(?<=[a-z0-9])[A-Z]+", lambda found: "_" + found[0].lower(), parameter)


def documented(method: Any) -> list[dict[str, Any]]:
    """The parameters that a method must have, without `limit` and `offset` of paged lists."""
    left_out = ("limit", "offset") if method.row["response"]["paginated"] else ()
    return [
        query | CORRECTED_TYPES.get(method.endpoint, {}).get(query["name"], {})
        for query in method.row["query_params"]
        if query["name"] not in left_out and (method.endpoint, query["name"]) not in NOT_OFFERED | SPECIAL
    ]


def sent(made: Call[Any] | Pages[Any]) -> dict[str, str]:
    """The parameters that are sent, without `limit` and `offset` of paged lists."""
    params = made.request.params
    assert len(dict(params)) == len(params)
    left_out = ("limit", "offset") if isinstance(made, Pages) else ()
    return {name: value for name, value in params if name not in left_out}


def scalars(declared: Any) -> Iterator[type]:
    """The classes in a declared type, inside any containers."""
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

        required = query["required"] and (method.endpoint, query["name"]) not in NOT_REQUIRED
        assert (name in method.required()) is required, name
        # Lists of ids are often numbers, but text in the table.
        wider = {int} if query.get("multiple") and query["type"] == "string" else set()
        assert TYPES[query["type"]] <= found - enums <= TYPES[query["type"]] | wider, name
        assert holds(declared, Sequence) is bool(query.get("multiple")), name
        assert holds(declared, Mapping) is bool(query.get("pattern")), name
        if query["type"] == "string" and "enum" in query and "{" not in "".join(query["enum"]):
            assert {member.value for cls in enums for member in cls} >= set(query["enum"]), name


def test_each_parameter_is_sent_under_its_name(method: Any) -> None:
    required = sent(method.build())
    for query in documented(method):
        if query.get("pattern"):  # tested separately below
            continue
        names = {query["name"], TWO_NAMES.get(method.endpoint, {}).get(query["name"], query["name"])}
        selects = query["name"] == "responseFields"
        for given, form in SELECTION if selects else ENCODINGS[query["type"]]:
            if query.get("multiple"):
                given, form = [given, given], f"{form},{form}"
            params = sent(method.build(**{argument(query["name"]): given}))
            if selects and get_origin(method.hints["return"]) is Pages:
                form = f"total,count,offset,limit,{form}"
            assert {params[name] for name in names} == {form}
            assert params.keys() - required.keys() <= names


def test_enums_are_open(method: Any) -> None:
    for query in documented(method):
        name = argument(query["name"])
        for cls in scalars(method.hints[name]):
            if issubclass(cls, Enum):
                for value in (*cls, "NEW"):
                    expected = value.value if isinstance(value, Enum) else value
                    assert sent(method.build(**{name: value}))[query["name"]] == expected


def test_every_undocumented_parameter_has_a_reason(method: Any) -> None:
    given = {name: method.value(name) for name in method.queries()}
    prefixes = [re.split(r"[{*]", query["name"])[0] for query in documented(method) if query.get("pattern")]
    known = {query["name"] for query in method.row["query_params"]}

    names = {name for name in sent(method.build(**given)) if not name.startswith(tuple(prefixes))}

    known |= set(TWO_NAMES.get(method.endpoint, {}).values())
    assert names - known == UNDOCUMENTED.get(method.endpoint, {}).keys()


def test_a_time_without_a_time_zone_is_refused(method: Any) -> None:
    for query in documented(method):
        if query["type"] == "datetime":
            with pytest.raises(ValueError, match=f"{argument(query['name'])} needs a datetime with a time zone"):
                method.request(**{argument(query["name"]): datetime(2024, 9, 4)})


def test_a_float_is_refused(method: Any) -> None:
    for query in documented(method):
        if query["type"] == "number":
            with pytest.raises(TypeError, match=f"{argument(query['name'])} can't be a float"):
                method.request(**{argument(query["name"]): 12.5})


def test_an_empty_list_is_refused(method: Any) -> None:
    """Sent as an empty value, it would match everything: the opposite of an empty list of ids."""
    for query in documented(method):
        if query.get("multiple") and not query.get("pattern"):
            with pytest.raises(ValueError, match=r"at least one|match everything"):
                method.request(**{argument(query["name"]): []})


def test_a_value_with_a_comma_is_refused_in_a_comma_separated_parameter(method: Any) -> None:
    """Escaping is not documented: the server would search for two other values."""
    for query in documented(method):
        if not query.get("multiple"):
            continue
        if query.get("pattern"):
            given: list[Any] = [{"Size": "38,5"}, {"Size": ["S", "38,5"]}]
        else:
            given = ["38,5", ["7", "38,5"]]
        for value in given:
            with pytest.raises(ValueError, match="separates values by commas"):
                method.request(**{argument(query["name"]): value})


def test_a_number_that_is_not_unix_seconds_is_refused(method: Any) -> None:
    """A year, a compact date or milliseconds would be read as seconds since 1970."""
    for query in documented(method):
        if query["type"] == "datetime":
            for value in (2024, 20240101, 202401010000, 1725434211000, 0, -1):
                with pytest.raises(
                    ValueError, match=rf"{argument(query['name'])} can't be {value}: Unix seconds have ten digits"
                ):
                    method.request(**{argument(query["name"]): value})


def test_each_option_and_attribute_becomes_a_parameter(store: Store) -> None:
    pages = store.products.search(
        options={"Size": ["S", "M"], "Цвет / colour": "red"}, attributes={"Brand": ["Ecwid", "Lightspeed"]}
    )
    assert sent(pages) == {
        "option_Size": "S,M",
        "option_Цвет / colour": "red",
        "attribute_Brand": "Ecwid,Lightspeed",
    }
    assert "option_%D0%A6%D0%B2%D0%B5%D1%82+%2F+colour=red" in pages.request.target


def test_a_filter_takes_one_value_or_several(store: Store) -> None:
    assert sent(store.orders.search(payment_status="PAID")) == {"paymentStatus": "PAID"}
    assert sent(store.orders.search(product_id=7)) == {"productId": "7"}
    assert sent(store.products.search(product_id=[7, 8])) == {"productId": "7,8"}


def test_names_of_filter_fields_are_escaped(store: Store) -> None:
    request = store.products.filters(["price", "option_Color, size", "attribute_a\\b"]).request
    assert dict(request.params)["filterFields"] == "price,option_Color\\, size,attribute_a\\\\b"

    request = store.products.facets(["price", "option_Color, size"]).request
    assert dict(request.params)["filterFields"] == "price,option_Color\\, size"


@pytest.mark.parametrize("given", ["price", []])
def test_filter_fields_must_be_a_list(store: Store, given: Any) -> None:
    with pytest.raises(ValueError, match="list of filters"):
        store.products.filters(given)
    with pytest.raises(ValueError, match="list of filters"):
        store.products.facets(given)


def test_each_facet_can_have_a_limit(store: Store) -> None:
    facets = store.products.facets(
        ["price"], filter_facet_limit={"option_Color, size": 20, "inventory": "all"}, filter_parent_category_id="home"
    )
    assert sent(facets) == {
        "filterFields": "price",
        "filterFacetLimit": "option_Color\\, size:20,inventory:all",
        "filterParentCategoryId": "home",
    }
    assert sent(store.products.facets(["price"], filter_parent_category_id=7))["filterParentCategoryId"] == "7"


def test_facets_take_options_and_attributes(store: Store) -> None:
    facets = store.products.facets(["price"], options={"Size": ["S", "M"]}, attributes={"Brand": "Ecwid"})
    assert sent(facets) == {"filterFields": "price", "option_Size": "S,M", "attribute_Brand": "Ecwid"}


def test_the_metadata_of_a_charge_is_sent_as_json(store: Store) -> None:
    call = store.billing.create_transaction(
        Decimal("12.50"), "USD", "A year", "b5c1", metadata={"plan": "pro", "seats": 3, "rate": Decimal("0.10")}
    )
    assert sent(call) == {
        "amount": "12.50",
        "currency": "USD",
        "description": "A year",
        "idempotencyKey": "b5c1",
        "metadata": '{"plan":"pro","seats":3,"rate":0.10}',
    }
    assert call.request.body is None


def test_each_template_variable_becomes_a_parameter(store: Store) -> None:
    page = store.storefront.page("apple-p7", template_variables={"ec.config.chameleon": "false", "size": "9"})
    assert sent(page) == {"slug": "apple-p7", "tplvar_ec.config.chameleon": "false", "tplvar_size": "9"}


def test_a_domain_is_sent_in_the_query_without_a_body(store: Store) -> None:
    verify = store.domains.send_verification_email("my-mugs.com")
    assert (sent(verify), verify.request.body) == ({"domain_name": "my-mugs.com"}, None)

    for sub_user, flag in ((None, {}), (True, {"sub_user": "1"}), (False, {"sub_user": "0"})):
        reset = store.domains.reset_password("my-mugs.com", send_to="owner", sub_user=sub_user)
        assert (sent(reset), reset.request.body) == ({"domain_name": "my-mugs.com", "send_to": "owner", **flag}, None)


def test_selected_fields_include_those_of_paging(store: Store) -> None:
    request = store.orders.search(response_fields="items(id)").request
    assert dict(request.params)["responseFields"] == "total,count,offset,limit,items(id)"


def test_the_lists_of_exceptions_name_existing_endpoints(rows: Any) -> None:
    known = {(endpoint, query["name"]) for endpoint, row in rows.items() for query in row["query_params"]}
    assert SPECIAL | NOT_OFFERED | set(NOT_REQUIRED) <= known
    for table in (TWO_NAMES, CORRECTED_TYPES):
        assert {(endpoint, name) for endpoint, names in table.items() for name in names} <= known
    assert not {(endpoint, name) for endpoint, names in UNDOCUMENTED.items() for name in names} & known
