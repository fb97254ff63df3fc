"""Attributes of products and variations."""

from enum import StrEnum

from ecwid_async.models.base import Model, model
from ecwid_async.models.product_types import AttributeShow, AttributeType

__all__ = [
    "ProductAttribute",
    "ProductAttributeAlias",
]


class ProductAttributeAlias(StrEnum):
    """Aliases of the attributes that every store has."""

    UPC = "UPC"
    BRAND = "BRAND"
    PRICE_PER_UNIT = "PRICE_PER_UNIT"
    UNITS_IN_PRODUCT = "UNITS_IN_PRODUCT"


@model
class ProductAttribute(Model):
    """An attribute of a product, such as its brand."""

    id: int | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    value: str | None = None
    value_translated: dict[str, str] | None = None
    type: AttributeType | str | None = None
    show: AttributeShow | str | None = None
    alias: ProductAttributeAlias | str | None = None  # Undocumented; Ecwid's own client writes it.
