"""Images of categories."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["CategoryImages"]


class CategoryImages(Resource):
    """The image of each category."""

    __slots__ = ()

    def upload(
        self,
        category_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Set the category's image: `source` itself, or what the store finds at `external_url`. At most 20 MB.

        ``POST /categories/{categoryId}/image``
        """
        return self._upload(
            "POST /categories/{categoryId}/image",
            category_id,
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def upload_async(
        self, category_id: int, draft: AsyncImageDraft, *, external_url: str | None = None
    ) -> Call[UploadResult]:
        """Have the store fetch an image from a URL later; the category shows it at once. `id` may be missing.

        ``POST /categories/{categoryId}/image/async``
        """
        return self._call(
            "POST /categories/{categoryId}/image/async",
            category_id,
            reads=UploadResult,
            query={"externalUrl": external_url},
            body=draft,
        )

    def delete(self, category_id: int) -> Call[DeleteResult]:
        """Delete the category's image, in all sizes.

        ``DELETE /categories/{categoryId}/image``
        """
        return self._call("DELETE /categories/{categoryId}/image", category_id, reads=DeleteResult)
