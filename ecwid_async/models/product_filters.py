"""Filters for products, with the number of matches for each value."""

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
    """The span of the prices."""

    min_value: Decimal | None = None
    status: str | None = None  # The reference calls the status of every filter `success`; the example, `status`.
    max_value: Decimal | None = None  # The reference names `min_value` twice; this is the second.


@model
class ProductFilterValue(Model):
    """A value of a filter and how many products have it."""

    id: int | str | None = None  # A number for categories, text such as ``instock`` for others.
    title: str | None = None
    product_count: int | None = None
    title_translated: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProductFilterSetInventory(Model):
    """How many products are in stock and out of it."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetOnsale(Model):
    """How many products are on sale and not."""

    values: list[ProductFilterValue] | None = None
    status: str | None = None


@model
class ProductFilterSetCategories(Model):
    """The categories of the products that match."""

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
    title_translated: str | None = None  # In no table; the vendor's own client reads it.


@model
class ProductFilterSet(Model):
    """The filters that were asked for."""

    price: ProductFilterSetPrice | None = None
    inventory: ProductFilterSetInventory | None = None
    onsale: ProductFilterSetOnsale | None = None
    categories: ProductFilterSetCategories | None = None
    attributes: dict[str, ProductFilterSetAttribute] | None = prefixed_fields("attribute_", default=None)
    options: dict[str, ProductFilterSetOption] | None = prefixed_fields("option_", default=None)


@model
class ProductFilters(Model):
    """How many products match, and the values of each filter that was asked for."""

    product_count: int | None = None
    filters: ProductFilterSet | None = None
