"""All images and videos of products."""

from ecwid_async.calls import Call
from ecwid_async.models.product_media import ProductMediaDraft
from ecwid_async.models.results import UpdateResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductMediaResource"]


class ProductMediaResource(Resource):
    """All images and videos of a product at once."""

    __slots__ = ()

    def update(self, product_id: int, draft: ProductMediaDraft) -> Call[UpdateResult]:
        """Replace the gallery, and the main image or video where `draft` has one, by those behind links.

        Unlike elsewhere, what is left out is deleted: without `gallery_media`, the whole gallery.

        ``PUT /products/{productId}/media``
        """
        # The answer is not documented: read as that of every other update.
        return self._call("PUT /products/{productId}/media", product_id, reads=UpdateResult, body=draft)
