"""Responses contain only documented fields of the documented types."""

import json
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.sandbox.routes.support.report_definitions import REPORTS
from ecwid_async.sandbox.seed import demo_sandbox
from tests.sandbox.api import Api
from tests.sandbox.schema_checker import SCHEMAS, Checker

SPEC = Path(__file__).parents[1] / "spec"
ROWS: dict[str, Any] = {
    f"{row['method']} {row['path']}": row
    for name in ("endpoints.json", "vendor.json")
    for row in json.loads((SPEC / name).read_text())
}
# Fields that responses have in addition to the documented ones, and why.
EXTRA_FIELDS = {
    "subscriptions": (".createTimestamp", ".updateTimestamp"),  # milliseconds, as in the documentation's examples
    # Documented in the profile's table of the same options.
    "profile/shippingOptions": (".id", ".locationId", ".pickupBusinessHours", ".pickupPreparationTimeHours"),
    "profile/paymentOptions": (".appNamespace", ".methods"),
    "extraFields": (".orderDetailsDisplaySection",),  # empty, as in the documentation's example
}
PARAMETERS = {
    "GET /countries": {"withStates": True},
    "GET /currencyByCountry": {"countryCode": "US"},
    "GET /instant-site/redirects/get-for-path": {"exactPath": "/old-shop"},
    "GET /latest-stats": dict.fromkeys(
        ("reviewsUpdatesRequired", "domainsRequired", "subscriptionRequired", "productCountRequired"), True
    ),
    "GET /states": {"countryCode": "US"},
    "GET /storefront-widget-pages": {"slug": "cart", "getStaticContent": True},
    "GET /taxClasses": {"countryCode": "US"},
}
OPERATIONS = [
    "GET /application",
    "GET /application/token",
    "GET /batch",
    "GET /countries",
    "GET /currencies",
    "GET /currencyByCountry",
    "GET /instant-site/redirects",
    "GET /instant-site/redirects/get-for-path",
    "GET /instant-site/redirects/{redirectId}",
    "GET /latest-stats",
    "GET /orders/{orderId}/extraFields",
    "GET /orders/{orderId}/invoices",
    "GET /profile/extrafields",
    "GET /profile/extrafields/{key}",
    "GET /profile/order_status/{statusId}",
    "GET /profile/order_statuses",
    "GET /profile/paymentOptions",
    "GET /profile/paymentOptions/{paymentOptionId}",
    "GET /profile/shippingOptions",
    "GET /saleschannels/google_shopping",
    "GET /saleschannels/shopzilla",
    "GET /saleschannels/yahoo_shopping",
    "GET /saleschannels/yandex_market",
    "GET /saleschannels/yandex_market_dbs",
    "GET /staff",
    "GET /staff/{staffAccountId}",
    "GET /states",
    "GET /storage",
    "GET /storage/{storageKey}",
    "GET /storefront-widget-pages",
    "GET /subscriptions",
    "GET /subscriptions/{subscriptionId}",
    "GET /taxClasses",
]


def all_schemas() -> dict[str, Any]:
    """The documented schemas with the additional fields that the vendor's own client reads."""
    schemas = dict(SCHEMAS)
    for name, table in json.loads((SPEC / "vendor_schemas.json").read_text()).items():
        known = schemas.get(name, {"fields": []})
        schemas[name] = {"fields": known["fields"] + table["fields"]}
    return schemas


@pytest.fixture(scope="module")
def api() -> Api:
    """A demo store with at least one item of each kind, including those that only requests create."""
    sizes = {"products": 30, "orders": 100, "customers": 30, "carts": 10, "categories": 4}
    api = Api(demo_sandbox(**sizes, requests_per_minute=None, storage={"public": "{}"}))
    order = api.get("/orders")["items"][0]["orderNumber"]
    api.post(f"/orders/{order}/invoices/create-invoice")
    api.post(f"/orders/{order}/extraFields", {"id": "one_more", "title": "b", "value": "c"})
    api.put("/profile/order_status/CUSTOM_PAYMENT_STATUS_1", {"name": "x", "enabled": True})
    api.post("/profile/shippingOptions", {"title": "x", "flatRate": {"rate": 1, "rateType": "PERCENT"}})
    api.post("/profile/paymentOptions", {"checkoutTitle": "x", "paymentProcessorId": "adyen"})
    api.post("/profile/extrafields", {"key": "x", "title": "y", "type": "TEXT"})
    api.post("/staff", {"email": "ann@example.com", "staffScopes": ["REPORT_ACCESS"]})
    return api


def path_parameters(api: Api) -> dict[str, Any]:
    return {
        "{orderId}": api.get("/orders")["items"][0]["orderNumber"],
        "{statusId}": "CUSTOM_PAYMENT_STATUS_1",
        "{subscriptionId}": api.get("/subscriptions")["items"][0]["subscriptionId"],
        "{paymentOptionId}": api.get("/profile/paymentOptions")[-1]["id"],
        "{staffAccountId}": api.get("/staff")["staffList"][0]["id"],
        "{redirectId}": api.get("/instant-site/redirects")["items"][0]["id"],
        "{key}": "gift_wrap",
        "{storageKey}": "public",
    }


def find_undocumented(response: Any, row: dict[str, Any]) -> set[str]:
    checker = Checker(all_schemas())
    for item in response if row["response"].get("list") else [response]:
        checker.entity("", item, row["response"]["schema"])
    allowed = tuple(name for part, names in EXTRA_FIELDS.items() if part in row["path"] for name in names)
    return {" ".join(one) for one in checker.wrong if not one[0].endswith(allowed or ("-",))}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_response_has_documented_fields_of_the_documented_types(api: Api, operation: str) -> None:
    params: dict[str, Any] = PARAMETERS.get(operation, {})
    if operation == "GET /batch":
        requests = [{"method": "GET", "path": path} for path in ("products?limit=1", "products/1", "profile")]
        params = {"ticket": api.post("/batch", requests)["ticket"], "escapedJson": True}
    path = operation.partition(" ")[2]
    for placeholder, value in path_parameters(api).items():
        path = path.replace(placeholder, str(value))
    assert find_undocumented(api.get(path, **params), ROWS[operation.replace("{storageKey}", "{key}")]) == set()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_has_documented_fields_of_the_documented_types(api: Api, name: str) -> None:
    report = api.get(f"/reports/{name}", comparePeriod="previousPeriod", timeScaleValue="year", limit=3)
    # Its content depends on the report and is known only from the vendor's own client.
    for part in (report, *report["dataset"], *report["comparePeriodDataset"]):
        part.pop("additionalData", None)
    assert find_undocumented(report, ROWS["GET /reports/{reportType}"]) == set()
