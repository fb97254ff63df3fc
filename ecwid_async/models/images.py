"""What images look like. In no table of the reference: the shape is that of the vendor's own client."""

from ecwid_async.models.base import Model, model

__all__ = [
    "ImageMainColors",
]


@model
class ImageMainColors(Model):
    """The main colors of an image."""

    colors: list[str] | None = None
