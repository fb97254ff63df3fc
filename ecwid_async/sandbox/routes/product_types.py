"""Product types, called classes in paths: ``/classes``. Class 0, General, always exists."""

from collections.abc import Iterable
from typing import Final

from ecwid_async.sandbox.computed_fields import GENERAL_TYPE, main_language, product_type_table, sync_translations
from ecwid_async.sandbox.engine import Listing, Result, StoreRequest, project, register_list, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, get_or_404, without_nulls
from ecwid_async.sandbox.state import Columns, Item, Store, Table, encode_json

__all__: list[str] = []

_KIND: Final = "Product class"
_NOT_FOUND: Final = "PRODUCT_CLASS_NOT_FOUND"
_FIRST_ATTRIBUTE_ID: Final = 201_500_001
_ATTRIBUTE_TYPES: Final = (
    "CUSTOM",
    "UPC",
    "BRAND",
    "GENDER",
    "AGE_GROUP",
    "COLOR",
    "SIZE",
    "EBAY",
    "EBAY_REQUIRED",
    "PRICE_PER_UNIT",
    "UNITS_IN_PRODUCT",
    "EXTERNAL_EAN",
    "EXTERNAL_ISBN",
    "EXTERNAL_ITF",
    "EXTERNAL_JAN",
    "EXTERNAL_CUSTOM",
    "EXTERNAL_UPC",
    "TAGS",
    "SUPPLIER",
)
_VISIBILITIES: Final = ("NOTSHOW", "DESCR", "PRICE")

PRODUCT_TYPES: Final = register_list(Listing(section="product_types", columns=Columns(), first_id=24_000_001))


def _all_types(table: Table) -> list[Item]:
    items = (table.get(key) for key in table)
    # General comes first, even if other types were loaded before it.
    return sorted((item for item in items if item), key=lambda item: item["id"] != GENERAL_TYPE)


@route("GET /classes")
def search_product_types(request: StoreRequest) -> Result:
    """All product types, as a bare array."""
    return _all_types(product_type_table(request.store))


@route("GET /classes/{classId}")
def get_product_type(request: StoreRequest) -> Result:
    """Read a product type."""
    return encode_json(project(_find_type(request), request.selection))


@route("POST /classes")
def create_product_type(request: StoreRequest) -> Result:
    """Create a product type; its attributes get ids and keep their order."""
    table, sent = product_type_table(request.store), without_nulls(request.json)
    if not (sent.get("name") or "").strip():
        raise ErrorResponse.wrong_parameter("A product type needs a name")
    attributes = [
        {name: value for name, value in attribute.items() if name != "id"} for attribute in sent.get("attributes") or ()
    ]
    item = {"id": table.new_id(), "attributes": [], **sent}
    table.put(item | {"attributes": _complete_attributes(request.store, attributes)})
    return {"id": item["id"]}


@route("PUT /classes/{classId}")
def update_product_type(request: StoreRequest) -> Result:
    """Change the given fields. An attribute sent with its id keeps the id, even under a new name."""
    stored, change = _find_type(request), dict(request.json)
    existing = {attribute["id"] for attribute in stored.get("attributes") or ()}
    for attribute in change.get("attributes") or ():
        if attribute.get("id") is not None and attribute["id"] not in existing:
            raise ErrorResponse.wrong_parameter(
                f"The product type has no attribute #{attribute['id']}; omit the id to create one"
            )
    item = apply_change(request, stored, change, set_updated=False)
    if not (item.get("name") or "").strip():
        raise ErrorResponse.wrong_parameter("A product type needs a name")
    item["attributes"] = _complete_attributes(request.store, item.get("attributes") or ())
    product_type_table(request.store).put(item)
    return {"updateCount": 1}


@route("DELETE /classes/{classId}")
def delete_product_type(request: StoreRequest) -> Result:
    """Delete a product type; its products move to General."""
    stored = _find_type(request)
    if stored["id"] == GENERAL_TYPE:
        raise ErrorResponse.wrong_parameter("Class 0 can't be deleted: it holds products that are in no other class")
    product_type_table(request.store).remove(stored["id"])
    products = request.store.table("products")
    for key in products.find("class", stored["id"]):
        product = products.get(key)
        if product is not None:
            products.put(apply_change(request, product, {"productClassId": GENERAL_TYPE}))
    return {"deleteCount": 1}


def _find_type(request: StoreRequest) -> Item:
    return get_or_404(product_type_table(request.store), request.path_number("classId"), _KIND, _NOT_FOUND)


def _complete_attributes(store: Store, attributes_sent: Iterable[Item]) -> list[Item]:
    """The attributes with ids. Raises `ErrorResponse` if one has no name, or an unknown type or visibility."""
    attributes = []
    for sent in attributes_sent:
        attribute = {"type": "CUSTOM", "show": "DESCR", **sent}
        if not (attribute.get("name") or "").strip():
            raise ErrorResponse.wrong_parameter("An attribute needs a name")
        for name, allowed in (("type", _ATTRIBUTE_TYPES), ("show", _VISIBILITIES)):
            if attribute[name] not in allowed:
                raise ErrorResponse.wrong_parameter(
                    f"Field {name!r} of an attribute must be one of {', '.join(allowed)}"
                )
        attribute_id = attribute.pop("id", None) or store.next_number("class_attributes", _FIRST_ATTRIBUTE_ID)
        if "nameTranslated" in attribute:
            sync_translations(attribute, sent, ("name",), main_language(store))
        attributes.append({"id": attribute_id, **attribute})
    return attributes
