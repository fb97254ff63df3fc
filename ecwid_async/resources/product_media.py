"""Images and videos of products."""

from ecwid_async.calls import Call
from ecwid_async.models.product_media import ProductMediaDraft
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["ProductMediaResource"]


class ProductMediaResource(Resource):
    """All images and videos of a product, changed together."""

    __slots__ = ()

    def update(self, product_id: int, draft: ProductMediaDraft) -> Call[UpdateResult]:
        """Replace the gallery and, if given, the main image or video by files at URLs.

        Unlike in other updates, an omitted list is emptied: without `gallery_media`, the gallery is deleted.

        ``PUT /products/{productId}/media``
        """
        # The response is not documented: expect the same as from other updates.
        return self._call(
            "PUT /products/{productId}/media",
            product_id,
            result_type=UpdateResult,
            body=require_draft(draft, ProductMediaDraft),
        )
