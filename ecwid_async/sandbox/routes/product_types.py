"""Product types, which the API calls classes: ``/classes``. Class 0, General, is always there."""

from collections.abc import Iterable
from typing import Final

from ecwid_async.sandbox.computed_fields import GENERAL_TYPE, language, product_types, translate
from ecwid_async.sandbox.engine import Answer, Listing, Visit, listing, project, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import read, updated
from ecwid_async.sandbox.state import Columns, Item, Store, Table, encode

__all__: list[str] = []

_KIND: Final = "Product class"
_MISSING: Final = "PRODUCT_CLASS_NOT_FOUND"
_FIRST_ATTRIBUTE: Final = 201_500_001
_TYPES: Final = (
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
_PLACES: Final = ("NOTSHOW", "DESCR", "PRICE")

PRODUCT_TYPES: Final = listing(Listing(section="product_types", columns=Columns(), first_id=24_000_001))


def _all(table: Table) -> Iterable[Item]:
    found = (table.get(key) for key in table)
    # General comes first, whatever was loaded before it.
    return sorted((item for item in found if item), key=lambda item: item["id"] != GENERAL_TYPE)


@route("GET /classes")
def search_product_types(visit: Visit) -> Answer:
    """All of them, as a bare array."""
    return list(_all(product_types(visit.store)))


@route("GET /classes/{classId}")
def get_product_type(visit: Visit) -> Answer:
    """Read one."""
    return encode(project(_found(visit), visit.selection))


@route("POST /classes")
def create_product_type(visit: Visit) -> Answer:
    """Create one; its attributes get ids and keep their order."""
    table, given = product_types(visit.store), {k: v for k, v in visit.document.items() if v is not None}
    if not (given.get("name") or "").strip():
        raise Refusal.wrong("A product type needs a name")
    attributes = [{k: v for k, v in one.items() if k != "id"} for one in given.get("attributes") or ()]
    item = {"id": table.new_id(), "attributes": [], **given}
    table.put(item | {"attributes": _attributes(visit.store, attributes)})
    return {"id": item["id"]}


@route("PUT /classes/{classId}")
def update_product_type(visit: Visit) -> Answer:
    """What is not named stays; attributes that repeat their id keep it under a new name."""
    stored, change = _found(visit), dict(visit.document)
    known = {attribute["id"] for attribute in stored.get("attributes") or ()}
    for attribute in change.get("attributes") or ():
        if attribute.get("id") is not None and attribute["id"] not in known:
            raise Refusal.wrong(f"The product type has no attribute #{attribute['id']}: leave the id out for a new one")
    item = updated(visit, stored, change, stamp=False)
    if not (item.get("name") or "").strip():
        raise Refusal.wrong("A product type needs a name")
    item["attributes"] = _attributes(visit.store, item.get("attributes") or ())
    product_types(visit.store).put(item)
    return {"updateCount": 1}


@route("DELETE /classes/{classId}")
def delete_product_type(visit: Visit) -> Answer:
    """Delete one; its products are of the class General then."""
    stored = _found(visit)
    if stored["id"] == GENERAL_TYPE:
        raise Refusal.wrong("Class 0 can't be deleted: products of no other class are of this one")
    product_types(visit.store).remove(stored["id"])
    products = visit.store.table("products")
    for key in products.find("class", stored["id"]):
        product = products.get(key)
        if product is not None:
            products.put(updated(visit, product, {"productClassId": GENERAL_TYPE}))
    return {"deleteCount": 1}


def _found(visit: Visit) -> Item:
    return read(product_types(visit.store), visit.id("classId"), _KIND, _MISSING)


def _attributes(store: Store, given: Iterable[Item]) -> list[Item]:
    """The attributes with their ids. Raises `Refusal` for one without a name, or of no known type."""
    attributes = []
    for one in given:
        attribute = {"type": "CUSTOM", "show": "DESCR", **one}
        if not (attribute.get("name") or "").strip():
            raise Refusal.wrong("An attribute needs a name")
        for name, allowed in (("type", _TYPES), ("show", _PLACES)):
            if attribute[name] not in allowed:
                raise Refusal.wrong(f"Field {name!r} of an attribute must be one of {', '.join(allowed)}")
        number = attribute.pop("id", None) or store.next_number("class_attributes", _FIRST_ATTRIBUTE)
        if "nameTranslated" in attribute:
            translate(attribute, one, ("name",), language(store))
        attributes.append({"id": number, **attribute})
    return attributes
