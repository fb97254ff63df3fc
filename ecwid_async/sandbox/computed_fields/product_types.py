"""Product types, and the attributes of products, which belong to a type."""

from typing import Final

from ecwid_async.sandbox.computed_fields.translations import sync_translations
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import Item, Records, Store, Table

__all__ = ["GENERAL_TYPE", "complete_attribute", "product_type_table"]

GENERAL_TYPE: Final = 0
"""The id of the type of all products without another type. Every store has it."""

_GENERAL_ATTRIBUTES: Final = (
    (139_165_261, "Units in product", "UNITS_IN_PRODUCT", "DESCR"),
    (82_991_001, "Price per unit", "PRICE_PER_UNIT", "PRICE"),
    (201_437_969, "UPC", "UPC", "DESCR"),
    (201_437_970, "Brand", "BRAND", "DESCR"),
)
_STANDARD_NAMES: Final = {
    "BRAND": "Brand",
    "UPC": "UPC",
    "PRICE_PER_UNIT": "Price per unit",
    "UNITS_IN_PRODUCT": "Units in product",
}
_FIRST_ATTRIBUTE_ID: Final = 201_437_971


def product_type_table(store: Store) -> Table:
    """The product types of a store."""
    table = store.table("product_types")
    if GENERAL_TYPE not in table:
        names = ("id", "name", "type", "show")
        attributes = [dict(zip(names, values, strict=True)) for values in _GENERAL_ATTRIBUTES]
        table.load([{"id": GENERAL_TYPE, "name": "General", "attributes": attributes}])
    return table


def complete_attribute(store: Store, sent: Item, language: str) -> Item:
    """The attribute of a product with its id, name and type. A request may contain any one of the three."""
    known, ids = _known_attributes(store)
    number, alias = sent.get("id", 0), sent.get("alias") or sent.get("type") or ""
    name, kind = known.get(number, (_STANDARD_NAMES.get(alias, ""), alias))
    name = sent.get("name") or name
    if not name:
        raise ErrorResponse.wrong_parameter("An attribute needs an id, a name or an alias")
    standard = {standard_name.casefold(): kind for kind, standard_name in _STANDARD_NAMES.items()}
    kind = alias or kind or standard.get(name.casefold(), "CUSTOM")
    if not number:
        number = ids.get(name.casefold()) or store.next_number("attribute_number", _FIRST_ATTRIBUTE_ID)
    if number not in known:
        known[number] = name, kind
        ids.setdefault(name.casefold(), number)
    attribute = {"show": "DESCR", **sent, "id": number, "name": name, "type": kind}
    attribute.pop("alias", None)
    sync_translations(attribute, sent, ("value",), language)
    return attribute


def _known_attributes(store: Store) -> tuple[Records[int, tuple[str, str]], Records[str, int]]:
    """All attributes that products have ever had: names and types by id, and ids by casefolded name."""
    if "attributes" in store.section_data:
        return store.records("attributes"), store.records("attribute_ids")
    general: Item = product_type_table(store).get(GENERAL_TYPE) or {}
    known = {one["id"]: (one["name"], one["type"]) for one in general.get("attributes") or ()}
    ids = {name.casefold(): number for number, (name, _) in known.items()}
    return store.records("attributes", known), store.records("attribute_ids", ids)
