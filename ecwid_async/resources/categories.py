"""Categories."""

from collections.abc import Sequence

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.categories import Category, CategoryDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_draft,
)
from ecwid_async.resources.category_images import CategoryImages
from ecwid_async.resources.query import as_sequence
from ecwid_async.resources.sort_orders import CategorySortOrder

__all__ = ["Categories"]

R = TypeVar("R", default=Category)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Category, default=Category)


class Categories(ListResource[Category]):
    """Categories of the catalogue. The parent 0 is the root: the store's front page."""

    __slots__ = ()

    @property
    def images(self) -> CategoryImages:
        """Images of categories."""
        return CategoryImages(self._channel)

    @property
    def sort_order(self) -> CategorySortOrder:
        """The order of categories inside a category."""
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
        """Search for categories of all levels, or direct children of `parent` (0: root categories) and `parent_ids`.

        `with_subcategories` adds all descendants of `parent_ids`. `hidden_categories` includes disabled categories,
        `product_ids` the ids of the products.

        ``GET /categories``
        """
        return self._pages(
            "GET /categories",
            model=Category,
            into=into,
            query={
                "keyword": keyword,
                "parent": parent,
                "parentIds": as_sequence(parent_ids),
                "withSubcategories": with_subcategories,
                "categoryIds": as_sequence(category_ids),
                "hidden_categories": hidden_categories,
                "productIds": as_sequence(product_ids),
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
        """Search for the categories at a path of names, such as ``Toys / Dolls`` with `delimiter` ``/``.

        Spaces around the delimiter and empty names are ignored. Choose a delimiter that no name contains.

        ``GET /categoriesByPath``
        """
        return self._pages(
            "GET /categoriesByPath",
            model=Category,
            into=into,
            query={
                "path": path,
                # The documentation has the first spelling, Ecwid's own client sends the second.
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
        """Get a category with the ids of its products.

        ``GET /categories/{categoryId}``
        """
        return self._read(
            "GET /categories/{categoryId}",
            category_id,
            model=Category,
            into=into,
            query={
                "baseUrl": base_url,
                # The documentation has the first spelling, Ecwid's own client sends the second.
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
        return self._call("POST /categories", result_type=CreateResult, body=require_draft(draft, CategoryDraft))

    def update(self, category_id: int, draft: CategoryDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /categories/{categoryId}``
        """
        return self._call(
            "PUT /categories/{categoryId}",
            category_id,
            result_type=UpdateResult,
            body=require_draft(draft, CategoryDraft),
        )

    def delete(self, category_id: int) -> Call[DeleteResult]:
        """Delete a category and its subcategories.

        ``DELETE /categories/{categoryId}``
        """
        return self._call("DELETE /categories/{categoryId}", category_id, result_type=DeleteResult)

    def assign_products(self, category_id: int, product_ids: Sequence[int]) -> Call[UpdateResult]:
        """Add products to a category. `update_count` is always 1.

        ``POST /categories/{categoryId}/assignProducts``
        """
        return self._call(
            "POST /categories/{categoryId}/assignProducts",
            category_id,
            result_type=UpdateResult,
            body={"productIds": product_ids},
            repeatable=True,
        )

    def unassign_products(self, category_id: int, product_ids: Sequence[int]) -> Call[DeleteResult]:
        """Remove products from a category, not from the store. `delete_count` is always 1.

        ``POST /categories/{categoryId}/unassignProducts``
        """
        return self._call(
            "POST /categories/{categoryId}/unassignProducts",
            category_id,
            result_type=DeleteResult,
            body={"productIds": product_ids},
            repeatable=True,
        )
