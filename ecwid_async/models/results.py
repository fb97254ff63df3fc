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
    """The id of what was created."""

    id: int | None = None


@model
class CreateCountResult(Model):
    """How many items were created, where the API gives no id."""

    create_count: int | None = None


@model
class UpdateResult(Model):
    """How many items an update changed: 1, or 0 where nothing matched."""

    update_count: int | None = None
    success: bool | None = None


@model
class DeleteResult(Model):
    """How many items were deleted."""

    delete_count: int | None = None
    success: bool | None = None


@model
class SuccessResult(Model):
    """Whether it was done.

    The reference has `success` for app storage too, where the vendor's own client reads the counts.
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
    """An item that was deleted: the API lists them for six months."""

    id: int | None = None
    order_id: str | None = None  # Orders only: their text id, while `id` is their number.
    date: datetime | None = None
