"""Images and videos of products."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model
from ecwid_async.models.images import ImageAlt

__all__ = [
    "BorderInfo",
    "DominatingColor",
    "ProductGalleryImage",
    "ProductMainMediaDraft",
    "ProductMedia",
    "ProductMediaDraft",
    "ProductMediaImage",
    "ProductMediaVideo",
]


@model
class DominatingColor(Model):
    """A color: red, green, blue and alpha from 0 to 255."""

    red: int | None = None
    green: int | None = None
    blue: int | None = None
    alpha: int | None = None


@model
class BorderInfo(Model):
    """The color of an image's border."""

    dominating_color: DominatingColor | None = None
    homogeneity: bool | None = None


@model
class ProductGalleryImage(Model):
    """An image of a product other than the main image."""

    id: int | None = None
    url: str | None = None
    thumbnail: str | None = None
    original_image_url: str | None = None
    image_url: str | None = None
    hd_thumbnail_url: str | None = None
    thumbnail_url: str | None = None
    small_thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    order_by: int | None = None
    border_info: BorderInfo | None = None
    alt: str | None = None  # Undocumented; Ecwid's own client reads it.


@model
class ProductMediaImage(Model):
    """An image of a product in all its sizes."""

    id: str | None = None  # Text: ``0`` is the main image.
    alt: ImageAlt | None = None
    order_by: int | None = None
    is_main: bool | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None
    image_original_url: str | None = None
    external_id: str | None = None


@model
class ProductMediaVideo(Model):
    """A video of a product."""

    id: int | None = None
    video_cover_id: int | str | None = None  # A number in the reference, text in Ecwid's own client.
    url: str | None = None  # A boolean in the reference.
    embed_html: str | None = None
    provider_name: str | None = None
    title: str | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None
    image_original_url: str | None = None


@model
class ProductMedia(Model):
    """Images and videos of a product."""

    images: list[ProductMediaImage] | None = None
    videos: list[ProductMediaVideo] | None = None


@draft
class ProductMainMediaDraft(Draft):
    """An image or a video at a URL."""

    video_url: str | Unset | None = UNSET
    image_url: str | Unset | None = UNSET


@draft
class ProductMediaDraft(Draft):
    """The images and videos of a product in order."""

    main_media: ProductMainMediaDraft | Unset | None = UNSET
    gallery_media: list[ProductMainMediaDraft] | Unset | None = UNSET
