"""Files of digital products."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProductFile",
    "ProductFileDraft",
]


@model
class ProductFile(Model):
    """A file of a digital product."""

    id: int | None = None
    name: str | None = None
    description: str | None = None
    size: int | None = None
    admin_url: str | None = None


@draft
class ProductFileDraft(Draft):
    """Fields of a file of a product to change."""

    description: str | Unset | None = UNSET
