"""Product types of a demo store: General, with the attributes of its products, and two custom ones."""

from typing import Any

from ecwid_async.sandbox.state import Item

__all__ = ["BRAND", "CARE", "PRICE_PER_UNIT", "UPC", "product_types"]


UNITS_IN_PRODUCT, PRICE_PER_UNIT, UPC, BRAND, CARE = 139_165_261, 82_991_001, 201_437_969, 201_437_970, 201_440_001
"""The ids of the attributes of the product type General."""


def product_types() -> list[Item]:
    """The product types of a store."""
    return [
        {
            "id": 0,
            "name": "General",
            "attributes": [
                _attribute(UNITS_IN_PRODUCT, "Units in product", "UNITS_IN_PRODUCT"),
                _attribute(PRICE_PER_UNIT, "Price per unit", "PRICE_PER_UNIT", "PRICE"),
                _attribute(UPC, "UPC", "UPC", "NOTSHOW"),
                _attribute(BRAND, "Brand", "BRAND", nameTranslated={"en": "Brand", "de": "Marke", "ru": "Бренд"}),
                _attribute(CARE, "Care / Pflege", "CUSTOM"),
            ],
        },
        {
            "id": 5_508_001,
            "name": "Kleidung – Одежда",
            "googleTaxonomy": "Apparel & Accessories > Clothing",
            "attributes": [
                _attribute(5_508_062, "Gender", "GENDER"),
                _attribute(5_508_063, "Age group", "AGE_GROUP"),
                _attribute(5_508_064, "Color", "COLOR"),
                _attribute(5_508_065, "Size", "SIZE"),
            ],
        },
        {
            "id": 5_508_002,
            "name": "Books",
            "googleTaxonomy": "Media > Books",
            "attributes": [
                _attribute(5_508_072, "Author", "CUSTOM", nameTranslated={"en": "Author", "ja": "著者"}),
                _attribute(5_508_073, "Tags", "TAGS", "NOTSHOW"),
            ],
        },
    ]


def _attribute(number: int, name: str, kind: str, show: str = "DESCR", **others: Any) -> Item:
    return {"id": number, "name": name, "type": kind, "show": show, **others}
