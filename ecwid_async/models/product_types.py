"""Types of products: which attributes their products have."""

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
    """What an attribute means: what the reference lists, and what else the vendor's own tests write."""

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
    """A type of products. The type 0 is the general one, without a name: every store has it.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/product-types-and-attributes/get-product-type
    """

    id: int | None = None
    name: str | None = None
    google_taxonomy: str | None = None
    attributes: list[ProductTypeAttribute] | None = None


@draft
class ProductTypeDraft(Draft):
    """What a type is created with, or changed to. Creating one needs `name`.

    Given attributes replace the stored ones: one with the id of a stored attribute changes it, any other is added.
    """

    name: str | Unset | None = UNSET
    attributes: list[ProductTypeAttribute] | Unset | None = UNSET
