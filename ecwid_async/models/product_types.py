"""Product types, with the attributes of their products."""

from enum import StrEnum

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "AttributeShow",
    "AttributeType",
    "ProductType",
    "ProductTypeAttribute",
    "ProductTypeDraft",
]


class AttributeShow(StrEnum):
    """Where a product page shows an attribute."""

    NOTSHOW = "NOTSHOW"
    DESCR = "DESCR"
    PRICE = "PRICE"


class AttributeType(StrEnum):
    """The type of an attribute: the values in the reference, and those in the tests of Ecwid's own client."""

    CUSTOM = "CUSTOM"
    UPC = "UPC"
    BRAND = "BRAND"
    GENDER = "GENDER"
    AGE_GROUP = "AGE_GROUP"
    COLOR = "COLOR"
    SIZE = "SIZE"
    EBAY = "EBAY"
    EBAY_REQUIRED = "EBAY_REQUIRED"
    PRICE_PER_UNIT = "PRICE_PER_UNIT"
    UNITS_IN_PRODUCT = "UNITS_IN_PRODUCT"
    EXTERNAL_EAN = "EXTERNAL_EAN"
    EXTERNAL_ISBN = "EXTERNAL_ISBN"
    EXTERNAL_ITF = "EXTERNAL_ITF"
    EXTERNAL_JAN = "EXTERNAL_JAN"
    EXTERNAL_CUSTOM = "EXTERNAL_CUSTOM"
    EXTERNAL_UPC = "EXTERNAL_UPC"
    TAGS = "TAGS"
    SUPPLIER = "SUPPLIER"


@model
class ProductTypeAttribute(Model):
    """An attribute that the products of a type have."""

    id: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    type: AttributeType | str | None = None
    show: AttributeShow | str | None = None


@model
class ProductType(Model):
    """A product type. Every store has the type 0, the general one, which has no name.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/product-types-and-attributes/get-product-type
    """

    id: int | None = None
    name: str | None = None
    google_taxonomy: str | None = None
    attributes: list[ProductTypeAttribute] | None = None


@draft
class ProductTypeDraft(Draft):
    """Fields of a type to create or change. Creating one requires `name`.

    `attributes` replaces the stored list: an attribute with a stored id changes that one, any other is added.
    """

    name: str | Unset | None = UNSET
    attributes: list[ProductTypeAttribute] | Unset | None = UNSET
