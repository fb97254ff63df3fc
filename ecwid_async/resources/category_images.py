"""Images of categories."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource, require_draft

__all__ = ["CategoryImages"]


class CategoryImages(Resource):
    """Images of categories, one for each."""

    __slots__ = ()

    def upload(
        self,
        category_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Set the image of a category: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /categories/{categoryId}/image``
        """
        return self._upload(
            "POST /categories/{categoryId}/image",
            category_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def upload_async(
        self, category_id: int, draft: AsyncImageDraft, *, external_url: str | None = None
    ) -> Call[UploadResult]:
        """Set the image of a category to a URL, from which the store fetches it later. `id` may be missing.

        ``POST /categories/{categoryId}/image/async``
        """
        return self._call(
            "POST /categories/{categoryId}/image/async",
            category_id,
            result_type=UploadResult,
            query={"externalUrl": external_url},
            body=require_draft(draft, AsyncImageDraft),
        )

    def delete(self, category_id: int) -> Call[DeleteResult]:
        """Delete the image of a category in all sizes.

        ``DELETE /categories/{categoryId}/image``
        """
        return self._call("DELETE /categories/{categoryId}/image", category_id, result_type=DeleteResult)
