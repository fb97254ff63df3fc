"""Main images of products."""

from ecwid_async.calls import Call
from ecwid_async.models.common import AsyncImageDraft, DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductImages"]


class ProductImages(Resource):
    """The main image of each product."""

    __slots__ = ()

    def upload_async(self, product_id: int, draft: AsyncImageDraft) -> Call[UploadResult]:
        """Have the store fetch the main image from a URL later; the product shows it at once. `id` may be missing.

        ``POST /products/{productId}/image/async``
        """
        return self._call("POST /products/{productId}/image/async", product_id, reads=UploadResult, body=draft)

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete the main image.

        ``DELETE /products/{productId}/image``
        """
        # The next image of the gallery may have become the main one: a second send could delete that.
        return self._call("DELETE /products/{productId}/image", product_id, reads=DeleteResult, repeatable=False)
