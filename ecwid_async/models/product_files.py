"""Files of digital products."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "ProductFile",
    "ProductFileDraft",
]


@model
class ProductFile(Model):
    """A file that a digital product consists of."""

    id: int | None = None
    name: str | None = None
    description: str | None = None
    size: int | None = None
    admin_url: str | None = None


@draft
class ProductFileDraft(Draft):
    """What a file of a product is changed to."""

    description: str | Unset | None = UNSET
