"""Images of variations."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["VariationImages"]


class VariationImages(Resource):
    """Images of variations, one for each."""

    __slots__ = ()

    def upload(
        self,
        product_id: int,
        combination_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Set the image of a variation: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /products/{productId}/combinations/{combinationId}/image``
        """
        return self._upload(
            "POST /products/{productId}/combinations/{combinationId}/image",
            product_id,
            combination_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def upload_async(self, product_id: int, combination_id: int, draft: AsyncImageDraft) -> Call[UploadResult]:
        """Set the image of a variation to a URL, from which the store fetches it later. `id` may be missing.

        ``POST /products/{productId}/combinations/{combinationId}/image/async``
        """
        return self._call(
            "POST /products/{productId}/combinations/{combinationId}/image/async",
            product_id,
            combination_id,
            result_type=UploadResult,
            body=require_draft(draft, AsyncImageDraft),
        )

    def delete(self, product_id: int, combination_id: int) -> Call[DeleteResult]:
        """Delete the image of a variation.

        ``DELETE /products/{productId}/combinations/{combinationId}/image``
        """
        return self._call(
            "DELETE /products/{productId}/combinations/{combinationId}/image",
            product_id,
            combination_id,
            result_type=DeleteResult,
        )
