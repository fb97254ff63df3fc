"""Extra fields of orders: what is written. What is read is `OrderExtraField`, a part of the order too."""

from ecwid_async.models.base import UNSET, Draft, Unset, draft
from ecwid_async.models.common import ExtraFieldInputType
from ecwid_async.models.orders import ExtraFieldSection

__all__ = [
    "OrderExtraFieldDraft",
]


@draft
class OrderExtraFieldDraft(Draft):
    """What an extra field is added with, or changed to. Adding one needs `id`, `value` and `title`."""

    id: str | Unset | None = UNSET  # Only where a field is added.
    value: str | Unset | None = UNSET  # At most 255 characters.
    customer_input_type: ExtraFieldInputType | str | Unset | None = UNSET
    title: str | Unset | None = UNSET
    order_details_display_section: ExtraFieldSection | str | Unset | None = UNSET
    order_by: str | Unset | None = UNSET  # A number, but text on the wire.
    show_in_notifications: bool | Unset | None = UNSET
    show_in_invoice: bool | Unset | None = UNSET
