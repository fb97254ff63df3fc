"""Images: sizes, alternative texts and colors. Undocumented; known from Ecwid's own client."""

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
    """The alternative text of an image."""

    main: str | None = None
    translations: dict[str, str] | None = None
    translated: dict[str, str] | None = None  # The name in examples and Ecwid's own client.


@model
class ProductOriginalImage(Model):
    """An image in its original size."""

    url: str | None = None
    width: int | None = None
    height: int | None = None


@draft
class AsyncImageAltDraft(Draft):
    """The alternative text of an image that the store fetches."""

    main: str | Unset | None = UNSET
    translated: dict[str, str] | Unset | None = UNSET


@draft
class AsyncImageDraft(Draft):
    """An image that the store fetches from `url` after the response."""

    url: str | Unset | None = UNSET
    # In pixels, required. Text in the reference; the API also accepts numbers.
    width: int | str | Unset | None = UNSET
    height: int | str | Unset | None = UNSET
    external_id: str | Unset | None = UNSET
    alt: AsyncImageAltDraft | Unset | None = UNSET


@model
class ImageMainColors(Model):
    """The main colors of an image."""

    colors: list[str] | None = None
