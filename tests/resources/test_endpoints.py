"""Every endpoint, documented or known from Ecwid's own client, has one method that builds its request."""

import pkgutil
from collections import Counter
from decimal import Decimal
from enum import Enum
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from ecwid_async import resources
from ecwid_async.cli import introspect
from ecwid_async.client import Store
from ecwid_async.codec import loads
from ecwid_async.models.base import UNSET
from ecwid_async.models.customers import CustomersMassUpdateDraft
from ecwid_async.models.reviews import ReviewMassUpdateDraft
from ecwid_async.pages import Pages
from ecwid_async.resources.base import ListResource, Resource
from tests.resources.conftest import SECOND_METHODS

# Exceptions from the rule that GET, PUT and DELETE are repeatable and POST is not.
REPEATABLE = {
    "DELETE /products": (False, "products created in between would be deleted too"),
    "DELETE /products/{productId}/files": (False, "files added in between would be deleted too"),
    "DELETE /products/{productId}/gallery": (False, "images added in between would be deleted too"),
    "DELETE /products/{productId}/image": (False, "the next image may have become the main one"),
    "DELETE /products/{productId}/video": (False, "the next video may have become the main one"),
    "DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files": (
        False,
        "files added since would be deleted too",
    ),
    "DELETE /products/{productId}/combinations": (False, "variations created in between would be deleted too"),
    "PUT /products/{productId}/combinations/{combinationId}/inventory": (False, "the stock changes by a delta"),
    "PUT /products/{productId}/inventory": (False, "the stock changes by a delta"),
    "PUT /reviews/mass_update": (False, "reviews written in between would be changed too"),
    "POST /batch/cancel-group": (True, "cancelling twice has no further effect"),
    "POST /billing/transactions": (True, "the idempotency key is required"),
    "POST /categories/{categoryId}/assignProducts": (True, "a product is in a category once"),
    "POST /categories/{categoryId}/unassignProducts": (True, "a product is in a category once"),
    "POST /images/main-colors": (True, "only reads"),
    "POST /order/calculate": (True, "only reads"),
    "POST /orders/tax-invoice-preview": (True, "only reads"),
    "POST /products/filters": (True, "only reads"),
    "POST /storage/{key}": (True, "a key has one value"),
}

DELETES_ALL = {
    "DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files",
    "DELETE /products",
    "DELETE /products/{productId}/combinations",
    "DELETE /products/{productId}/files",
    "DELETE /products/{productId}/gallery",
}
# Bodies of text, unlike in the documentation: see `Storage`.
PLAIN_TEXT = {"POST /storage/{key}", "PUT /storage/{key}"}


def test_each_endpoint_has_one_method(row: dict[str, Any], methods: Any) -> None:
    found = [method.name for method in methods if method.endpoint == f"{row['method']} {row['path']}"]
    assert len(found) == 1


def test_each_method_names_a_known_endpoint_in_its_last_line(method: Any, rows: Any) -> None:
    assert method.endpoint in rows


def test_a_request_has_the_documented_method_and_path(method: Any) -> None:
    http_method, path = method.endpoint.split()
    for placeholder, value in zip(method.placeholders, method.ids().values(), strict=True):
        path = path.replace(f"{{{placeholder}}}", value)

    request = method.request()

    assert (request.method, request.path) == (http_method, path)
    assert request.options.operation == method.endpoint


def test_ids_come_first_in_the_order_of_the_path(method: Any) -> None:
    plain = [name.replace("_", "").lower() for name in method.placeholders]
    assert [name.replace("_", "") for name in method.ids()] == plain


def test_an_id_that_changes_the_endpoint_is_refused(method: Any) -> None:
    for name, refused in product(method.ids(), ["", ".", ".."]):
        with pytest.raises(ValueError, match="not a valid id"):
            method.request(**{name: refused})


def test_an_id_of_another_type_is_refused(method: Any) -> None:
    for name, refused in product(method.ids(), [None, True, 1.5, b"7"]):
        with pytest.raises(TypeError, match="not a valid id"):
            method.request(**{name: refused})


def test_other_ids_are_form_encoded(method: Any) -> None:
    for name, usual in method.ids().items():
        path = method.request(**{name: "Цвет / a+b"}).path
        assert path == method.request().path.replace(usual, "%D0%A6%D0%B2%D0%B5%D1%82+%2F+a%2Bb")


def test_only_idempotent_calls_are_repeatable(method: Any) -> None:
    usual = method.row["method"] in ("GET", "PUT", "DELETE")
    expected, _reason = REPEATABLE.get(method.endpoint, (usual, "as usual for the HTTP method"))
    assert method.request().options.repeatable is expected


def test_a_body_is_sent_if_the_endpoint_takes_one(method: Any) -> None:
    request = method.request()
    known = method.row["request"]
    if method.uploads:
        assert dict(request.headers) == {"content-type": "application/octet-stream"}
        assert request.body == b"\x89PNG, or so"
    elif known["content_type"] == "json":
        assert request.headers["content-type"] == "application/json; charset=UTF-8"
        if method.endpoint in PLAIN_TEXT:
            assert request.body == "Größe + M".encode()
        else:
            assert isinstance(loads(request.body), list if known.get("list") else dict)
    else:
        assert (request.body, dict(request.headers)) == (None, {})


def test_paginated_lists_are_pages(method: Any) -> None:
    made = method.build()
    assert made.request.method == method.row["method"]
    assert isinstance(made, Pages) is method.row["response"]["paginated"]


def test_lists_always_send_limit_and_offset(method: Any) -> None:
    if not method.row["response"]["paginated"]:
        return
    assert {("limit", "100"), ("offset", "0")} <= set(method.request().params)
    assert {("limit", "20"), ("offset", "40")} <= set(method.request(limit=20, offset=40).params)


def test_delete_all_methods_require_confirmation(method: Any) -> None:
    confirms = "confirm" in method.required()
    assert confirms is (method.endpoint in DELETES_ALL)
    assert confirms is method.name.endswith(".delete_all")


@pytest.mark.parametrize("confirm", [False, None, 1, "yes"])
def test_only_true_confirms(store: Store, confirm: Any) -> None:
    with pytest.raises(ValueError, match="deletes every product of the store: pass confirm=True"):
        store.products.delete_all(confirm=confirm)
    with pytest.raises(ValueError, match="deletes every file of product 7: pass confirm=True"):
        store.products.files.delete_all(7, confirm=confirm)
    with pytest.raises(ValueError, match="deletes every gallery image of product 7: pass confirm=True"):
        store.products.gallery.delete_all(7, confirm=confirm)
    with pytest.raises(ValueError, match="deletes every variation of product 7: pass confirm=True"):
        store.products.variations.delete_all(7, confirm=confirm)
    with pytest.raises(ValueError, match="deletes every file of option 'Photo' in order EG4H2: pass confirm=True"):
        store.orders.option_files.delete_all("EG4H2", 9, "Photo", confirm=confirm)


@pytest.mark.parametrize("mode", ["ALL", "ALL_FILTERED", UNSET])
def test_a_mass_update_deletes_only_listed_items_unless_confirmed(store: Store, mode: Any) -> None:
    reviews = ReviewMassUpdateDraft(select_mode=mode, delete=True)
    with pytest.raises(ValueError, match="deletes every review that matches, or all of the store: pass confirm=True"):
        store.reviews.mass_update(reviews)
    assert loads(store.reviews.mass_update(reviews, confirm=True).request.body)["delete"] is True

    customers = CustomersMassUpdateDraft(mode=mode, delete=True)
    with pytest.raises(ValueError, match="deletes every matching customer, or all of the store: pass confirm=True"):
        store.customers.mass_update(customers, keyword="spam")
    assert loads(store.customers.mass_update(customers, confirm=True).request.body)["delete"] is True


def test_other_mass_updates_need_no_confirmation(store: Store) -> None:
    assert store.reviews.mass_update(ReviewMassUpdateDraft(select_mode="ALL", new_status="published")).request.body
    assert store.reviews.mass_update(ReviewMassUpdateDraft(select_mode="SELECTED", delete=True)).request.body
    assert store.customers.mass_update(CustomersMassUpdateDraft(mode="SELECTED", ids=[7], delete=True)).request.body


def test_every_resource_is_reachable_from_a_store(methods: Any) -> None:
    for module in pkgutil.iter_modules(resources.__path__):
        import_module(f"ecwid_async.resources.{module.name}")
    owners = Counter(type(method.call.__self__) for method in methods)
    made = {cls for cls in (*Resource.__subclasses__(), *ListResource.__subclasses__()) if cls is not ListResource}
    made = {cls for cls in made if cls.__module__.startswith(f"{resources.__name__}.")}
    assert set(owners) == made


def test_a_resource_has_no_instance_dict(store: Store) -> None:
    assert not hasattr(store.products.gallery.videos, "__dict__")


def test_the_endpoint_in_the_code_equals_that_in_the_docstring(methods: Any) -> None:
    """The command line reads the code, since ``python -OO`` removes docstrings."""
    listed = introspect.list_methods(introspect.offline_store())
    found = {method.name: method.endpoint for method in listed if method.name not in SECOND_METHODS}
    assert found == {method.name: method.endpoint for method in methods}


class Known(str, Enum):  # noqa: UP042  as in programs written before `StrEnum`
    APPLE = "EG4H2"


def test_an_enum_member_is_sent_as_its_value(method: Any) -> None:
    ids = method.ids()
    if ids:
        expected = method.request(**dict.fromkeys(ids, "EG4H2")).path
        assert method.request(**dict.fromkeys(ids, Known.APPLE)).path == expected


@pytest.mark.parametrize("wrong", [1.5, True, None, b"7", float("inf"), Decimal(7), [7]])
def test_an_invalid_id_is_refused(method: Any, wrong: object) -> None:
    for name in method.ids():
        with pytest.raises((TypeError, ValueError), match="is not a valid id"):
            method.request(**{name: wrong})
