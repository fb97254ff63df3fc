"""Videos in the galleries of products."""

from ecwid_async.models.base import Model, model

__all__ = [
    "ProductVideo",
]


@model
class ProductVideo(Model):
    """A video in the gallery of a product."""

    id: int | None = None
    video_cover_id: int | str | None = None
    url: str | None = None
    embed_html: str | None = None
    provider_name: str | None = None
    title: str | None = None
    image160px_url: str | None = None
    image400px_url: str | None = None
    image800px_url: str | None = None
    image1500px_url: str | None = None
