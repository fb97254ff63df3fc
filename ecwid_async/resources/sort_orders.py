"""The order in which the storefront shows products and categories."""

from collections.abc import Sequence

from ecwid_async.calls import Call
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import Resource

__all__ = ["CategorySortOrder", "ProductSortOrder"]


class ProductSortOrder(Resource):
    """The order of the products inside a category; category 0 is the store's front page."""

    __slots__ = ()

    def get(self, *, parent_category: int) -> Call[list[int]]:
        """Ids of the category's products, in the order of the storefront.

        ``GET /products/sort``
        """
        return self._call(
            "GET /products/sort", reads=list[int], query={"parentCategory": parent_category}, unwrap="sortedIds"
        )

    def update(self, sorted_ids: Sequence[int], *, parent_category: int) -> Call[UpdateResult]:
        """Put the category's products into this order.

        ``PUT /products/sort``
        """
        return self._call(
            "PUT /products/sort",
            reads=UpdateResult,
            query={"parentCategory": parent_category},
            body={"sortedIds": sorted_ids},
        )


class CategorySortOrder(Resource):
    """The order of the categories inside a category; inside category 0 are the root categories."""

    __slots__ = ()

    def get(self, *, parent_category: int) -> Call[list[int]]:
        """Ids of the subcategories, in the order of the storefront.

        ``GET /categories/sort``
        """
        return self._call(
            "GET /categories/sort", reads=list[int], query={"parentCategory": parent_category}, unwrap="sortedIds"
        )

    def update(self, sorted_ids: Sequence[int], *, parent_category: int) -> Call[UpdateResult]:
        """Put the subcategories into this order.

        ``PUT /categories/sort``
        """
        return self._call(
            "PUT /categories/sort",
            reads=UpdateResult,
            query={"parentCategory": parent_category},
            body={"sortedIds": sorted_ids},
        )
