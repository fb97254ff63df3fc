"""Models and drafts with a field of each kind."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from ecwid_async.codec import Codec
from ecwid_async.models.base import (
    UNSET,
    Draft,
    Model,
    Unset,
    draft,
    json_text_field,
    model,
    named_field,
    prefixed_fields,
)

__all__ = [
    "COMPLETE_ITEM",
    "Form",
    "FormDraft",
    "Item",
    "ItemDraft",
    "Label",
    "LabelDraft",
    "Other",
    "Select",
    "Status",
    "Tax",
    "TaxDraft",
    "Text",
    "read_item",
]


class Status(StrEnum):
    PAID = "PAID"
    CANCELLED = "CANCELLED"


@model
class Tax(Model):
    """A nested model."""

    name: str | None = None
    value: Decimal | None = None


@model
class Item(Model):
    """A model with a field of each kind."""

    id: int | None = None
    sku: str | None = None
    price: Decimal | None = None
    enabled: bool | None = None
    status: Status | str | None = None
    created: datetime | None = None
    day: date | None = None
    tax: Tax | None = None
    taxes: list[Tax] | None = None
    category_ids: list[int] | None = None
    days: list[int | None] | None = None
    amounts: list[Decimal] | None = None
    points: list[list[Decimal]] | None = None
    names: dict[str, str] | None = None
    settings: dict[str, object] | None = None
    transit: str | Decimal | None = None
    hours: Tax | None = json_text_field(default=None)
    options: dict[str, Tax] | None = prefixed_fields("option_", default=None)
    anything: object = None
    tracking_number: str | None = named_field("tracking_number", default=None)
    b2b_b2c: str | None = None


@model
class Select(Model):
    """A member of a tagged union."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SELECT")

    type: str | None = None
    choices: list[int] | None = None


@model
class Text(Model):
    """Another member of it."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXT")

    type: str | None = None


@model
class Other(Model):
    """The fallback of the union."""

    type: str | None = None


@model
class Form(Model):
    """A model with tagged unions."""

    fields: list[Select | Text | Other] | None = None
    main: Select | Text | Other | None = None


@draft
class FormDraft(Draft):
    """The draft of `Form`."""

    fields: list[Select | Text | Other] | Unset | None = UNSET


@model
class Label(Model):
    """A nested model with fewer fields than `Tax`."""

    name: str | None = None


@draft
class LabelDraft(Draft):
    """A draft whose `tax` is written as `Label`, and read as `Tax`."""

    tax: Label | Unset | None = UNSET


@draft
class TaxDraft(Draft):
    """The draft of `Tax`."""

    name: str | Unset | None = UNSET


@draft
class ItemDraft(Draft):
    """The draft of `Item`."""

    sku: str | Unset | None = UNSET
    price: Decimal | int | Unset | None = UNSET
    status: Status | str | Unset | None = UNSET
    created: datetime | Unset | None = UNSET
    taxes: list[TaxDraft] | Unset | None = UNSET
    tax: Tax | Unset | None = UNSET
    hours: Tax | Unset | None = json_text_field(default=UNSET)


COMPLETE_ITEM = {
    "id": 7,
    "sku": "A",
    "price": Decimal("642.404477130936"),
    "enabled": False,
    "status": "PAID",
    "created": "2024-09-04 07:22:09 +0000",
    "day": "2024-09-04",
    "tax": {"name": "VAT", "value": 10},
    "taxes": [{"name": "VAT"}, {"value": Decimal("0.10")}],
    "categoryIds": [1, 2],
    "days": [None, 3],
    "amounts": [1, Decimal("2.5")],
    "points": [[1, Decimal("2.5")], []],
    "names": {"en": "Toy", "cs": "Hračka"},
    "settings": {"a": [1, {"b": None}]},
    "transit": "2-3",
    "hours": '{"name":"Mon"}',
    "option_Size": {"name": "L"},
    "anything": [True],
    "tracking_number": "T1",
    "b2b_b2c": "b2c",
}


def read_item(data: object, codec: Codec | None = None) -> Item:
    return (codec or Codec()).structure(data, Item, "GET /items/{itemId}")
