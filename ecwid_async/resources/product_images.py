"""Main images of products."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["ProductImages"]


class ProductImages(Resource):
    """Main images of products, one for each."""

    __slots__ = ()

    def upload(
        self,
        product_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Set the main image of a product: `source`, or the file at `external_url`. At most 20 MB.

        Only `upload_async` takes an `external_id`.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /products/{productId}/image``
        """
        # The documentation has externalId in a JSON body, but the body is the image.
        return self._upload(
            "POST /products/{productId}/image",
            product_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def upload_async(self, product_id: int, draft: AsyncImageDraft) -> Call[UploadResult]:
        """Set the main image of a product to a URL, from which the store fetches it later. `id` may be missing.

        ``POST /products/{productId}/image/async``
        """
        return self._call(
            "POST /products/{productId}/image/async",
            product_id,
            result_type=UploadResult,
            body=require_draft(draft, AsyncImageDraft),
        )

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete the main image of a product.

        ``DELETE /products/{productId}/image``
        """
        # Sent twice, it could also delete the next image, which becomes the main one.
        return self._call("DELETE /products/{productId}/image", product_id, result_type=DeleteResult, repeatable=False)
