"""Main images of products."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductImages"]


class ProductImages(Resource):
    """The main image of each product."""

    __slots__ = ()

    def upload(
        self,
        product_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Make an image the main one: `source` itself, or what the store finds at `external_url`. At most 20 MB.

        An `external_id` can only be given to `upload_async`.

        ``POST /products/{productId}/image``
        """
        # The documentation lists externalId as a JSON member beside a binary body, and not how to send both.
        return self._upload(
            "POST /products/{productId}/image",
            product_id,
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

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
