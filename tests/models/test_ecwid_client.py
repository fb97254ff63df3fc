"""Every field that Ecwid's own client reads or writes is an attribute, documented or not."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import attrs
import pytest

from ecwid_async.models.base import JSON_TEXT, PREFIX, Draft, Model, union_members, wire_name
from tests.models.spec import Spec

# The class of an object, by the first matching pattern, if it has another name than the object.
CLASSES = {
    "AdjustVariationInventoryResult": "StockAdjustmentResult",
    "ApplicationTokenResult": "ApplicationToken",
    "AsyncPictureData": "AsyncImageDraft",
    "CalculateOrderDetailsResult": "OrderCalculation",
    "CancelBatchGroupResult": "UpdateResult",
    "ConvertCartToOrderResult": "CartPlaceResult",
    "CouponCreateResult": "DiscountCouponCreateResult",
    "CreateBatchResult": "BatchTicket",
    "CreateProductVariationResult": "CreateResult",
    "CustomersConfigCreateResult": "CustomerExtraFieldCreateResult",
    "CustomersFiltersDataSearchResult": "CustomersFilters",
    "DeletedCustomer": "DeletedItem",
    "DeletedOrder": "DeletedItem",
    "DeletedProduct": "DeletedItem",
    "EscapedSingleBatchResponse": "BatchResponseItem",
    "ExtrafieldConfigCreateResult": "CreateCountResult",
    "FetchedCoupon": "DiscountCoupon",
    "FetchedCustomersConfig": "CustomerExtraField",
    "FetchedCustomersLocations": "CustomerLocation",
    "FetchedCustomersProducts": "PurchasedProduct",
    "FetchedExtrafieldConfig": "CheckoutExtraField",
    "FetchedOrderStatusSettings": "OrderStatus",
    "FetchedProductReview": "Review",
    "FetchedReportAdviceResponse": "ReportTip",
    "FetchedReportResponse": "Report",
    "FetchedSlugInfo": "StorefrontWidgetPage",
    "FetchedStorageData": "StorageEntry",
    "FetchedStoreProfile": "Profile",
    "FetchedSwatchColor": "Swatch",
    "GetEscapedBatchResult": "BatchStatus",
    "GetProductFiltersResult": "ProductFilters",
    "InstantSiteRedirectsGetForExactPathResult": "InstantSiteRedirectsForPath",
    "MassUpdateCustomer": "CustomersMassUpdateDraft",
    "OrderForCalculate": "OrderCalculationDraft",
    "ProductFileUpdateRequest.UpdatedProductFile": "ProductFileDraft",
    "ProductInventoryUpdateResult": "StockAdjustmentResult",
    "ProductReviewFiltersDataResult": "ReviewFiltersData",
    "ProductReviewMassUpdate": "ReviewMassUpdateDraft",
    "SingleBatchRequest": "BatchRequestItemDraft",
    "UpdatedCoupon": "DiscountCouponDraft",
    "UpdatedCustomersConfig": "CustomerExtraFieldDraft",
    "UpdatedExtrafieldConfig": "CheckoutExtraFieldDraft",
    "UpdatedOrderStatusSettings": "OrderStatusDraft",
    "UpdatedProductReviewStatus": "ReviewDraft",
    "UpdatedStoreProfile": "ProfileDraft",
    "StorageData*Result": "SuccessResult",
    "*CreateResult": "CreateResult",
    "*UploadResult": "UploadResult",
    "*Remove*Result": "DeleteResult",
    "*Delete*Result": "DeleteResult",
    "*Update*Result": "UpdateResult",
}

SCALARS = {
    "any": object,
    "bool": bool,
    "datetime": datetime,
    "double": Decimal,
    "int": int,
    "long": int,
    "string": str,
}


class Vendor(NamedTuple):
    """The objects and enums of Ecwid's own client by name."""

    objects: dict[str, dict[str, Any]]
    enums: dict[str, list[str]]


@pytest.fixture(scope="module")
def vendor(shared: Path) -> Vendor:
    path = shared / "api" / "official_client.json"
    if not path.exists():
        pytest.skip(f"needs the description of Ecwid's own client in {path}")
    data = json.loads(path.read_text("utf-8"))
    return Vendor({described["name"]: described for described in data["dtos"]}, data["enums"])


class FieldUse(NamedTuple):
    """A field of an object, with the class of the object and the type of the attribute."""

    name: str
    wire_type: str
    cls: type[Model] | type[Draft]
    declared: Any


def class_of(name: str, spec: Spec) -> type[Model] | type[Draft] | None:
    """The class of a top-level object. Classes of nested objects follow from attributes."""
    match = re.fullmatch(r"Updated(\w+)", name)
    own = f"{match[1]}Draft" if match else name.removeprefix("Fetched")
    renamed = (cls for pattern, cls in CLASSES.items() if fnmatchcase(name, pattern))
    return spec.classes.get(own if own in spec.classes else next(renamed, ""))


def classes_in(declared: Any) -> Iterator[type[Model] | type[Draft]]:
    for option in union_members(declared):
        if get_origin(option) in (list, dict):
            yield from classes_in(get_args(option)[-1])
        elif isinstance(option, type) and issubclass(option, Model | Draft):
            yield option


def object_in(type_: str, vendor: Vendor) -> str | None:
    """The object in a type such as ``list<FetchedOrder.OrderItem>`` or ``map<string,FetchedAlt>``."""
    found = re.search(r"([\w.]+)>*$", type_)
    return found[1] if found is not None and not type_.startswith("enum:") and found[1] in vendor.objects else None


def name_and_type(field: "attrs.Attribute[Any]") -> tuple[str, Any]:
    """The name and the type of a field in Ecwid's own client."""
    name = field.name if PREFIX in field.metadata else wire_name(field)
    return name, str | None if JSON_TEXT in field.metadata else field.type


def parts(held: str, declared: Any, vendor: Vendor) -> Iterator[tuple[str, type[Model] | type[Draft]]]:
    """The object of a field or each of its variants, with the class."""
    variants = vendor.objects[held].get("variants", ())
    by_tag = {vendor.objects[variant]["discriminator_value"]: variant for variant in variants}
    for cls in classes_in(declared):
        tag = getattr(cls, "tag", None)
        yield held if tag is None else by_tag[tag[1]], cls


def walk(vendor: Vendor, spec: Spec) -> tuple[list[FieldUse], set[str]]:
    """All fields of all objects with a class, and the names of these objects."""
    pending = [
        (name, cls)
        for name in vendor.objects
        if spec.deviation("vendor_objects", name) is None and (cls := class_of(name, spec)) is not None
    ]
    fields, seen = [], set()
    while pending:
        name, cls = pending.pop()
        if (name, cls) in seen:
            continue
        seen.add((name, cls))
        declared = dict(map(name_and_type, attrs.fields(cls)))
        for field in vendor.objects[name].get("fields", ()):
            use = FieldUse(f"{name}.{field['name']}", field["type"], cls, declared.get(field["name"]))
            fields.append(use)
            held = object_in(use.wire_type, vendor)
            if held is not None:
                pending += parts(held, use.declared, vendor)
    return fields, {name for name, _ in seen}


def fits(type_: str, declared: Any, vendor: Vendor) -> bool:
    """Whether an attribute can hold the values that Ecwid's own client reads or writes."""
    options = union_members(declared)
    if inner := re.fullmatch(r"(list|map)<(?:[\w.]+,)?(.*)>", type_):
        kind = {"list": list, "map": dict}[inner[1]]
        held = [get_args(option)[-1] for option in options if get_origin(option) is kind]
        return any(fits(inner[2], element, vendor) for element in held)
    if type_.startswith("enum:"):
        values = set(vendor.enums[type_.removeprefix("enum:")])
        enums = [option for option in options if isinstance(option, type) and issubclass(option, StrEnum)]
        return str in options and any(values <= {member.value for member in enum} for enum in enums)
    if type_ in vendor.objects:
        return any(isinstance(option, type) and issubclass(option, Model | Draft) for option in options)
    return object in options or SCALARS[type_] in options


def test_every_object_has_a_class_or_a_reason(vendor: Vendor, spec: Spec) -> None:
    _, found = walk(vendor, spec)
    has_reason = {name for name in vendor.objects if spec.deviation("vendor_objects", name) is not None}
    assert vendor.objects.keys() - found == has_reason


def test_every_field_has_an_attribute(vendor: Vendor, spec: Spec) -> None:
    fields, _ = walk(vendor, spec)
    assert [f"{field.name}, in {field.cls.__name__}" for field in fields if field.declared is None] == []


def test_every_attribute_can_hold_the_values(vendor: Vendor, spec: Spec) -> None:
    fields, _ = walk(vendor, spec)
    for field in fields:
        has_reason = spec.deviation("vendor_types", field.name) is not None
        assert fits(field.wire_type, field.declared, vendor) is not has_reason, f"{field.name} is {field.wire_type}"


def test_every_reason_is_still_needed(vendor: Vendor, spec: Spec) -> None:
    fields, _ = walk(vendor, spec)
    for kind, names in {
        "vendor_objects": list(vendor.objects),
        "vendor_types": [field.name for field in fields],
    }.items():
        unused = [pattern for pattern in spec.deviations[kind] if not any(fnmatchcase(name, pattern) for name in names)]
        assert unused == []
