"""Videos of products: the main ones, and those of galleries."""

from ecwid_async.calls import Call
from ecwid_async.files import IMAGE_LIMIT, Progress, Source
from ecwid_async.models.product_videos import ProductVideo
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource

__all__ = ["ProductGalleryVideos", "ProductVideos"]


class ProductVideos(Resource):
    """The main video of each product."""

    __slots__ = ()

    def upload(self, product_id: int, url: str) -> Call[UploadResult]:
        """Make the video behind a link (of YouTube, for instance) the product's main one.

        ``POST /products/{productId}/video``
        """
        return self._call("POST /products/{productId}/video", product_id, reads=UploadResult, body={"url": url})

    def delete(self, product_id: int) -> Call[DeleteResult]:
        """Delete the main video.

        ``DELETE /products/{productId}/video``
        """
        # As with the main image, the next of the gallery may have taken its place.
        return self._call("DELETE /products/{productId}/video", product_id, reads=DeleteResult, repeatable=False)


class ProductGalleryVideos(Resource):
    """The videos in a product's gallery."""

    __slots__ = ()

    def upload(self, product_id: int, url: str) -> Call[UploadResult]:
        """Add the video behind a link to the gallery.

        ``POST /products/{productId}/gallery/video``
        """
        return self._call("POST /products/{productId}/gallery/video", product_id, reads=UploadResult, body={"url": url})

    def get(self, product_id: int, gallery_video_id: int) -> Call[ProductVideo]:
        """One video of the gallery. Needs the scope ``update_catalog``, though it only reads.

        ``GET /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._call(
            "GET /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            reads=ProductVideo,
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
        """Set the image shown before the video plays: `source`, or what is at `external_url`. At most 20 MB.

        ``PUT /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._upload(
            "PUT /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            reads=UploadResult,
            source=source,
            external_url=external_url,
            max_bytes=IMAGE_LIMIT,
            progress=progress,
        )

    def delete(self, product_id: int, gallery_video_id: int) -> Call[DeleteResult]:
        """Delete one video of the gallery.

        ``DELETE /products/{productId}/gallery/video/{galleryVideoId}``
        """
        return self._call(
            "DELETE /products/{productId}/gallery/video/{galleryVideoId}",
            product_id,
            gallery_video_id,
            reads=DeleteResult,
        )
