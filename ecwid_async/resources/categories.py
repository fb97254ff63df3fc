"""Categories."""

from collections.abc import Sequence

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.categories import Category, CategoryDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, Listed, several
from ecwid_async.resources.category_images import CategoryImages
from ecwid_async.resources.sort_orders import CategorySortOrder

__all__ = ["Categories"]

R = TypeVar("R", default=Category)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Category, default=Category)


class Categories(Listed[Category]):
    """Categories of the catalogue. Id 0 as a parent stands for the root: the store's front page."""

    __slots__ = ()

    @property
    def images(self) -> CategoryImages:
        """The image of each category."""
        return CategoryImages(self._channel)

    @property
    def sort_order(self) -> CategorySortOrder:
        """The order of the categories inside a category."""
        return CategorySortOrder(self._channel)

    def search(
        self,
        *,
        keyword: str | None = None,
        parent: int | None = None,
        parent_ids: Sequence[int] | None = None,
        with_subcategories: bool | None = None,
        category_ids: Sequence[int] | None = None,
        hidden_categories: bool | None = None,
        product_ids: bool | None = None,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Categories of all levels, or the direct children of `parent` (0: root categories) and of `parent_ids`.

        `with_subcategories` takes all descendants of `parent_ids`. Disabled categories come only with
        `hidden_categories`, the ids of their products only with ``product_ids=True``.

        ``GET /categories``
        """
        return self._pages(
            "GET /categories",
            model=Category,
            into=into,
            query={
                "keyword": keyword,
                "parent": parent,
                "parentIds": several(parent_ids),
                "withSubcategories": with_subcategories,
                "categoryIds": several(category_ids),
                "hidden_categories": hidden_categories,
                "productIds": several(product_ids),
                "baseUrl": base_url,
                "cleanUrls": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def search_by_path(
        self,
        path: str,
        *,
        delimiter: str,
        keyword: str | None = None,
        parent: int | None = None,
        hidden_categories: bool | None = None,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Categories at a path of names, such as ``Toys / Dolls`` with `delimiter` ``/``.

        Spaces around the delimiter and empty names are ignored. Choose a delimiter that no name contains.

        ``GET /categoriesByPath``
        """
        return self._pages(
            "GET /categoriesByPath",
            model=Category,
            into=into,
            query={
                "path": path,
                # Documented with this spelling; Ecwid's own client sends the other.
                "delimeter": delimiter,
                "delimiter": delimiter,
                "keyword": keyword,
                "parent": parent,
                "hidden_categories": hidden_categories,
                "baseUrl": base_url,
                "cleanURLs": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(
        self,
        category_id: int,
        *,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """One category, with the ids of its products.

        ``GET /categories/{categoryId}``
        """
        return self._read(
            "GET /categories/{categoryId}",
            category_id,
            model=Category,
            into=into,
            query={
                "baseUrl": base_url,
                # Documented with this spelling; Ecwid's own client sends the other.
                "cleanURLs": clean_urls,
                "cleanUrls": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
        )

    def create(self, draft: CategoryDraft) -> Call[CreateResult]:
        """Add a category.

        ``POST /categories``
        """
        return self._call("POST /categories", reads=CreateResult, body=draft)

    def update(self, category_id: int, draft: CategoryDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /categories/{categoryId}``
        """
        return self._call("PUT /categories/{categoryId}", category_id, reads=UpdateResult, body=draft)

    def delete(self, category_id: int) -> Call[DeleteResult]:
        """Delete a category, and its subcategories with it.

        ``DELETE /categories/{categoryId}``
        """
        return self._call("DELETE /categories/{categoryId}", category_id, reads=DeleteResult)

    def assign_products(self, category_id: int, product_ids: Sequence[int]) -> Call[UpdateResult]:
        """Put products into the category, beside those it has. `update_count` is 1, however many they are.

        ``POST /categories/{categoryId}/assignProducts``
        """
        return self._call(
            "POST /categories/{categoryId}/assignProducts",
            category_id,
            reads=UpdateResult,
            body={"productIds": product_ids},
            repeatable=True,
        )

    def unassign_products(self, category_id: int, product_ids: Sequence[int]) -> Call[DeleteResult]:
        """Take products out of the category; they stay in the store. `delete_count` is 1, however many they are.

        ``POST /categories/{categoryId}/unassignProducts``
        """
        return self._call(
            "POST /categories/{categoryId}/unassignProducts",
            category_id,
            reads=DeleteResult,
            body={"productIds": product_ids},
            repeatable=True,
        )
