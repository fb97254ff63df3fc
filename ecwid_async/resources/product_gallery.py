"""Galleries of products."""

from typing import Literal

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.images import AsyncImageDraft
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource, require_confirmation, require_draft
from ecwid_async.resources.product_videos import ProductGalleryVideos

__all__ = ["ProductGallery"]


class ProductGallery(Resource):
    """Images of products other than the main image."""

    __slots__ = ()

    @property
    def videos(self) -> ProductGalleryVideos:
        """Videos in the galleries of products."""
        return ProductGalleryVideos(self._channel)

    def upload(
        self,
        product_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        file_name: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Add an image to the gallery: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``POST /products/{productId}/gallery``
        """
        return self._upload(
            "POST /products/{productId}/gallery",
            product_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            query={"fileName": file_name},
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def upload_async(self, product_id: int, draft: AsyncImageDraft) -> Call[UploadResult]:
        """Add an image that the store fetches from a URL later. `id` may be missing.

        ``POST /products/{productId}/gallery/async``
        """
        return self._call(
            "POST /products/{productId}/gallery/async",
            product_id,
            result_type=UploadResult,
            body=require_draft(draft, AsyncImageDraft),
        )

    def delete(self, product_id: int, gallery_image_id: int) -> Call[DeleteResult]:
        """Delete an image of the gallery.

        ``DELETE /products/{productId}/gallery/{galleryImageId}``
        """
        return self._call(
            "DELETE /products/{productId}/gallery/{galleryImageId}",
            product_id,
            gallery_image_id,
            result_type=DeleteResult,
        )

    def delete_all(self, product_id: int, *, confirm: Literal[True]) -> Call[DeleteResult]:
        """Delete all images of the gallery, but not the main one. Needs the scope ``update_catalog_batch_delete``.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products/{productId}/gallery``
        """
        require_confirmation(confirm, f"every gallery image of product {product_id}")
        return self._call(
            "DELETE /products/{productId}/gallery", product_id, result_type=DeleteResult, repeatable=False
        )
