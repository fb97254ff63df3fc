"""Promotions, the discounts that apply without a code: ``/promotions``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.columns import optional_term
from ecwid_async.sandbox.routes.support.items import (
    apply_change,
    check_choices,
    check_external_id,
    get_or_404,
    without_nulls,
)
from ecwid_async.sandbox.routes.support.lists import search
from ecwid_async.sandbox.state import Columns, Item, Table

__all__: list[str] = []

_KIND: Final = "Promotion"
_NOT_FOUND: Final = "PROMOTION_NOT_FOUND"
_MAX_PROMOTIONS: Final = 100
_MAX_NAME: Final = 1024
_CHOICES: Final = {
    "discountBase": ("ITEM", "SUBTOTAL", "SHIPPING"),
    "discountType": ("PERCENT", "ABSOLUTE", "FIXED_PRICE"),
}
_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_TARGET_LISTS: Final = ("categories", "products", "combinations", "attributes")

PROMOTIONS: Final = register_list(
    Listing(
        section="promotions",
        columns=Columns(
            terms={"externalReferenceId": optional_term("externalReferenceId")},
        ),
        first_id=608_901,
        unsorted=True,
    )
)


@route("GET /promotions")
def search_promotions(request: StoreRequest) -> Result:
    """List promotions, in order of creation."""
    _check_feature(request)
    return search(request, PROMOTIONS)


@route("POST /promotions")
def create_promotion(request: StoreRequest) -> Result:
    """Create a promotion; a store has at most 100."""
    _check_feature(request)
    table = request.store.table("promotions")
    if len(table) >= _MAX_PROMOTIONS:
        raise ErrorResponse(
            402, "MAX_PROMOTIONS_LIMIT_EXCEEDED", f"There are already {_MAX_PROMOTIONS} promotions; delete some first"
        )
    _check_read_only(request, {})
    sent = without_nulls(request.json)
    defaults = {"enabled": True, "discountBase": "SUBTOTAL", "discountType": "ABSOLUTE", "amount": 0}
    promotion = {"id": table.new_id(), **defaults, **sent}
    table.put(_validated(request, table, promotion))
    return {"id": promotion["id"]}


@route("PUT /promotions/{promotionId}")
def update_promotion(request: StoreRequest) -> Result:
    """Change the given fields."""
    _check_feature(request)
    table = request.store.table("promotions")
    stored = get_or_404(table, request.path_number("promotionId"), _KIND, _NOT_FOUND)
    _check_read_only(request, stored)
    table.put(
        _validated(
            request, table, apply_change(request, stored, request.json, required=("discountBase",), set_updated=False)
        )
    )
    return {"updateCount": 1}


@route("DELETE /promotions/{promotionId}")
def delete_promotion(request: StoreRequest) -> Result:
    """Delete a promotion."""
    _check_feature(request)
    table = request.store.table("promotions")
    table.remove(get_or_404(table, request.path_number("promotionId"), _KIND, _NOT_FOUND)["id"])
    return {"deleteCount": 1}


def _check_feature(request: StoreRequest) -> None:
    request.raise_if_simulated("ADVANCED_DISCOUNTS_FEATURE_NOT_AVAILABLE", 403, "Promotions are disabled in this store")


def _check_read_only(request: StoreRequest, stored: Item) -> None:
    """Raise `ErrorResponse` 422 if the body changes a field that only the server sets."""
    accepted: Item = request.json
    # The parsed body lacks read-only fields, so the raw body is decoded again.
    sent: Item = {**accepted, **msgspec.json.decode(request.body)}
    targets: Item = sent.get("targets") or {}
    stored_targets: Item = stored.get("targets") or {}
    for name, value, stored_value in (
        ("id", sent.get("id"), stored.get("id")),
        ("targets.all", targets.get("all"), stored_targets.get("all")),
    ):
        if value is not None and value != stored_value:
            raise ErrorResponse(422, "READ_ONLY_PROMOTION_FIELD_CHANGE", f"Field {name!r} can't be changed")


def _validated(request: StoreRequest, table: Table, promotion: Item) -> Item:
    """The promotion to store. Raises `ErrorResponse` if a field is invalid or two fields contradict each other."""
    check_choices(promotion, _CHOICES)
    triggers: Item = promotion.get("triggers") or {}
    targets: Item = promotion.get("targets") or {}
    if promotion["discountBase"] == "SHIPPING":
        message = "Shipping discounts are disabled in this store"
        request.raise_if_simulated("SHIPPING_DISCOUNTS_FEATURE_NOT_AVAILABLE", 403, message)
    if triggers.get("customerGroups"):
        message = "Discounts for customer groups are disabled in this store"
        request.raise_if_simulated("CUSTOMER_GROUPS_FEATURE_NOT_AVAILABLE", 403, message)
    if len(promotion.get("name") or "") > _MAX_NAME:
        raise ErrorResponse.wrong_parameter(f"A promotion's name may have at most {_MAX_NAME} characters")
    if (promotion.get("amount") or 0) < 0:
        raise ErrorResponse.wrong_parameter("Field 'amount' can't be negative")
    _check_length(triggers, "customerGroups", 200)
    _check_length(targets, "shippingMethods", 100)
    for attribute in targets.get("attributes") or ():
        _check_length(attribute, "attributeValues", 30)
    for combination in (*(targets.get("combinations") or ()), *(targets.get("excludedCombinations") or ())):
        _check_length(combination, "combinationIds", 100)
    _check_days(triggers)
    check_external_id(table, promotion["id"], promotion)
    if targets:
        promotion["targets"] = targets | {"all": not any(targets.get(name) for name in _TARGET_LISTS)}
    return promotion


def _check_length(item: Mapping[str, Any], name: str, limit: int) -> None:
    values: Sequence[Any] = item.get(name) or ()
    if len(values) > limit:
        raise ErrorResponse.wrong_parameter(f"Field {name!r} may have at most {limit} elements")


def _check_days(triggers: Item) -> None:
    days = (triggers.get("recurrenceSettings") or {}).get("activeDays") or ()
    if triggers.get("recurring") and not days:
        raise ErrorResponse.wrong_parameter("A recurring promotion needs a day in 'recurrenceSettings.activeDays'")
    if unknown := [day for day in days if day not in _DAYS]:
        raise ErrorResponse.wrong_parameter(f"{unknown[0]!r} is not a valid day; use {', '.join(_DAYS)}")
