"""The order of products and categories in the storefront."""

from collections.abc import Sequence

from ecwid_async.calls import Call
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import Resource

__all__ = ["CategorySortOrder", "ProductSortOrder"]


class ProductSortOrder(Resource):
    """The order of products inside a category. The category 0 is the store's front page."""

    __slots__ = ()

    def get(self, *, parent_category: int) -> Call[list[int]]:
        """Get the ids of a category's products in their order.

        ``GET /products/sort``
        """
        return self._call(
            "GET /products/sort", result_type=list[int], query={"parentCategory": parent_category}, unwrap="sortedIds"
        )

    def update(self, sorted_ids: Sequence[int], *, parent_category: int) -> Call[UpdateResult]:
        """Change the order of a category's products.

        ``PUT /products/sort``
        """
        return self._call(
            "PUT /products/sort",
            result_type=UpdateResult,
            query={"parentCategory": parent_category},
            body={"sortedIds": sorted_ids},
        )


class CategorySortOrder(Resource):
    """The order of categories inside a category. The category 0 contains the root categories."""

    __slots__ = ()

    def get(self, *, parent_category: int) -> Call[list[int]]:
        """Get the ids of the subcategories in their order.

        ``GET /categories/sort``
        """
        return self._call(
            "GET /categories/sort", result_type=list[int], query={"parentCategory": parent_category}, unwrap="sortedIds"
        )

    def update(self, sorted_ids: Sequence[int], *, parent_category: int) -> Call[UpdateResult]:
        """Change the order of the subcategories.

        ``PUT /categories/sort``
        """
        return self._call(
            "PUT /categories/sort",
            result_type=UpdateResult,
            query={"parentCategory": parent_category},
            body={"sortedIds": sorted_ids},
        )
