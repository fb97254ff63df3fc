"""What images look like. In no table of the reference: the shape is that of the vendor's own client."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "AsyncImageAltDraft",
    "AsyncImageDraft",
    "ImageAlt",
    "ImageMainColors",
    "ProductOriginalImage",
]


@model
class ImageAlt(Model):
    """The text that stands for an image."""

    main: str | None = None
    translations: dict[str, str] | None = None
    translated: dict[str, str] | None = None  # What examples and the vendor's own client have instead.


@model
class ProductOriginalImage(Model):
    """An image in the size in which it was uploaded."""

    url: str | None = None
    width: int | None = None
    height: int | None = None


@draft
class AsyncImageAltDraft(Draft):
    """The text that stands for an image."""

    main: str | Unset | None = UNSET
    translated: dict[str, str] | Unset | None = UNSET


@draft
class AsyncImageDraft(Draft):
    """An image that the API fetches from `url` by itself after it has answered."""

    url: str | Unset | None = UNSET
    # In pixels, required. The reference calls width and height text; numbers are taken too.
    width: int | str | Unset | None = UNSET
    height: int | str | Unset | None = UNSET
    external_id: str | Unset | None = UNSET
    alt: AsyncImageAltDraft | Unset | None = UNSET


@model
class ImageMainColors(Model):
    """The main colors of an image."""

    colors: list[str] | None = None
