"""Product types, with the attributes of their products."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.product_types import ProductType, ProductTypeDraft
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["ProductTypes"]

R = TypeVar("R", default=ProductType)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=ProductType, default=ProductType)


class ProductTypes(Resource):
    """Product types (the API's classes), each with its attributes. The type 0, ``General``, always exists."""

    __slots__ = ()

    def search(self, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[list[R]]:
        """List all product types.

        ``GET /classes``
        """
        return self._read_list("GET /classes", model=ProductType, into=into, query={"responseFields": response_fields})

    def get(self, class_id: int, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a product type.

        ``GET /classes/{classId}``
        """
        return self._read(
            "GET /classes/{classId}", class_id, model=ProductType, into=into, query={"responseFields": response_fields}
        )

    def create(self, draft: ProductTypeDraft) -> Call[CreateResult]:
        """Add a product type.

        ``POST /classes``
        """
        return self._call("POST /classes", result_type=CreateResult, body=require_draft(draft, ProductTypeDraft))

    def update(self, class_id: int, draft: ProductTypeDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; `attributes` replaces the stored list.

        Attributes with a stored id change that attribute, those without an id are added.

        ``PUT /classes/{classId}``
        """
        return self._call(
            "PUT /classes/{classId}", class_id, result_type=UpdateResult, body=require_draft(draft, ProductTypeDraft)
        )

    def delete(self, class_id: int) -> Call[DeleteResult]:
        """Delete a product type.

        ``DELETE /classes/{classId}``
        """
        return self._call("DELETE /classes/{classId}", class_id, result_type=DeleteResult)
