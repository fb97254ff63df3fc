"""Brands."""

from enum import StrEnum

from ecwid_async.models.base import Model, model

__all__ = [
    "Brand",
    "BrandSortBy",
]


class BrandSortBy(StrEnum):
    """The sort order of a search for brands."""

    PRODUCT_COUNT_DESC = "PRODUCT_COUNT_DESC"
    PRODUCT_COUNT_ASC = "PRODUCT_COUNT_ASC"
    NAME_DESC = "NAME_DESC"
    NAME_ASC = "NAME_ASC"


@model
class Brand(Model):
    """A brand: a value of the products' brand attribute.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/search-product-brands
    """

    name: str | None = None
    name_translated: dict[str, str] | None = None
    products_filtered_by_brand_url: str | None = None
