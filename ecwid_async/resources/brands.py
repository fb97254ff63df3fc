"""Brands."""

from typing_extensions import TypeVar

from ecwid_async.models.brands import Brand, BrandSortBy
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, ListResource

__all__ = ["Brands"]

R = TypeVar("R", default=Brand)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Brand, default=Brand)


class Brands(ListResource[Brand]):
    """Brands: the values of the product attribute of type ``BRAND``."""

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
        """List brands, those with most products first. `hidden_brands` adds the brands of disabled products.

        ``GET /brands``
        """
        return self._pages(
            "GET /brands",
            model=Brand,
            into=into,
            query={
                "sortBy": sort_by,
                # The documentation and Ecwid's own client spell two of the parameters differently: send both.
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
