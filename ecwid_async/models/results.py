"""Results of creating, updating, deleting and uploading."""

from datetime import datetime

from ecwid_async.models.base import Model, model

__all__ = [
    "CreateCountResult",
    "CreateResult",
    "DeleteResult",
    "DeletedItem",
    "SuccessResult",
    "UpdateResult",
    "UploadResult",
]


@model
class CreateResult(Model):
    """The id of a created item."""

    id: int | None = None


@model
class CreateCountResult(Model):
    """The number of created items, if the API returns no id."""

    create_count: int | None = None


@model
class UpdateResult(Model):
    """The number of updated items: 1, or 0 if nothing matched."""

    update_count: int | None = None
    success: bool | None = None


@model
class DeleteResult(Model):
    """The number of deleted items."""

    delete_count: int | None = None
    success: bool | None = None


@model
class SuccessResult(Model):
    """Whether a call succeeded.

    For app storage, the reference has `success` too, and Ecwid's own client reads the counts.
    """

    success: bool | None = None
    update_count: int | None = None
    delete_count: int | None = None


@model
class UploadResult(Model):
    """The id of an uploaded image, video or file."""

    id: int | None = None


@model
class DeletedItem(Model):
    """A deleted item. The API lists deleted items for six months."""

    id: int | None = None
    order_id: str | None = None  # Only for orders: the text id, while `id` is the number.
    date: datetime | None = None
