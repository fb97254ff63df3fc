"""Brands."""

from typing_extensions import TypeVar

from ecwid_async.models.brands import Brand, BrandSortBy
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, Listed

__all__ = ["Brands"]

R = TypeVar("R", default=Brand)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Brand, default=Brand)


class Brands(Listed[Brand]):
    """Brands: the values that products have for the attribute of type ``BRAND``."""

    __slots__ = ()

    def search(
        self,
        *,
        sort_by: BrandSortBy | str | None = None,
        hidden_brands: bool | None = None,
        lang: str | None = None,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Brands, those with most products first; `hidden_brands` adds the brands of disabled products.

        ``GET /brands``
        """
        return self._pages(
            "GET /brands",
            model=Brand,
            into=into,
            query={
                "sortBy": sort_by,
                # Two are documented with one spelling, and sent by Ecwid's own client with another.
                "hidden_brands": hidden_brands,
                "hiddenBrands": hidden_brands,
                "lang": lang,
                "baseUrl": base_url,
                "cleanURLs": clean_urls,
                "cleanUrls": clean_urls,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )
