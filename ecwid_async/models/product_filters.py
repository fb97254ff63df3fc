"""Filters of products, with the number of products for each value."""

from decimal import Decimal

from ecwid_async.models.base import Model, model, prefixed_fields

__all__ = [
    "ProductFilterSet",
    "ProductFilterSetAttribute",
    "ProductFilterSetCategories",
    "ProductFilterSetInventory",
    "ProductFilterSetOnsale",
    "ProductFilterSetOption",
    "ProductFilterSetPrice",
    "ProductFilterValue",
    "ProductFilters",
]


@model
class ProductFilterSetPrice(Model):
    """The price range of the products."""

    min_value: Decimal | None = None
    status: str | None = None  # `success` for every filter in the reference, `status` in the example.
    max_value: Decimal | None = None  # Also called `min_value` in the reference.


@model
class ProductFilterValue(Model):
    """A value of a filter and its number of products."""

    id: int | str | None = None  # A number for categories, text such as ``instock`` for others.
    title: str | None = None
    product_count: int | None = None
    title_translated: str | None = None  # Undocumented; Ecwid's own client reads it.


@model
class ProductFilterSetInventory(Model):
    """The number of products in stock and out of stock."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetOnsale(Model):
    """The number of products on sale and not on sale."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetCategories(Model):
    """The categories of the matching products."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None
    sorting_order: str | None = None


@model
class ProductFilterSetAttribute(Model):
    """The values of an attribute."""

    title: str | None = None
    values: list[ProductFilterValue] | None = None
    sorting_order: str | None = None
    status: str | None = None


@model
class ProductFilterSetOption(Model):
    """The values of an option."""

    title: str | None = None
    values: list[ProductFilterValue] | None = None
    sorting_order: str | None = None
    status: str | None = None
    title_translated: str | None = None  # Undocumented; Ecwid's own client reads it.


@model
class ProductFilterSet(Model):
    """The requested filters."""

    price: ProductFilterSetPrice | None = None
    inventory: ProductFilterSetInventory | None = None
    onsale: ProductFilterSetOnsale | None = None
    categories: ProductFilterSetCategories | None = None
    attributes: dict[str, ProductFilterSetAttribute] | None = prefixed_fields("attribute_", default=None)
    options: dict[str, ProductFilterSetOption] | None = prefixed_fields("option_", default=None)


@model
class ProductFilters(Model):
    """The number of matching products, and the values of each requested filter."""

    product_count: int | None = None
    filters: ProductFilterSet | None = None
