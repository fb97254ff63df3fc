"""Videos of products: main videos and gallery videos."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.product_videos import ProductVideo
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductGalleryVideos", "ProductVideos"]


class ProductVideos(Resource):
    """Main videos of products, one for each."""

    __slots__ = ()

    def upload(self, product_id: int, url: str) -> Call[UploadResult]:
        """Set the main video of a product to a link, for instance to YouTube.

        ``POST /products/{productId}/video``
        """
        return self._call("POST /products/{productId}/video", product_id, result_type=UploadResult, body={"url": url})

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete the main video of a product.

        ``DELETE /products/{productId}/video``
        """
        # Sent twice, it could also delete the next video, which becomes the main one.
        return self._call("DELETE /products/{productId}/video", product_id, result_type=DeleteResult, repeatable=False)


class ProductGalleryVideos(Resource):
    """Videos in the galleries of products."""

    __slots__ = ()

    def upload(self, product_id: int, url: str) -> Call[UploadResult]:
        """Add a video to the gallery by its link.

        ``POST /products/{productId}/gallery/video``
        """
        return self._call(
            "POST /products/{productId}/gallery/video", product_id, result_type=UploadResult, body={"url": url}
        )

    def get(self, product_id: int, gallery_video_id: int) -> Call[ProductVideo]:
        """Get a video of the gallery. Needs the scope ``update_catalog``, although it only reads.

        ``GET /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._call(
            "GET /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            result_type=ProductVideo,
        )

    def upload_cover(
        self,
        product_id: int,
        gallery_video_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Set the image shown before a video plays: `source`, or the file at `external_url`. At most 20 MB.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` for more than 20 MB.

        ``PUT /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._upload(
            "PUT /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete(self, product_id: int, gallery_video_id: int) -> Call[DeleteResult]:
        """Delete a video of the gallery.

        ``DELETE /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._call(
            "DELETE /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            result_type=DeleteResult,
        )
