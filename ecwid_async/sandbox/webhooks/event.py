"""An event of a store, as webhooks report it."""

from collections.abc import Mapping
from uuid import uuid4

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.state import Item

__all__ = ["WebhookEvent"]


@frozen(kw_only=True)
class WebhookEvent:
    """An event of a store. `event_created` is in Unix seconds. `data` may have personal data, so `repr` hides it."""

    event_type: str
    store_id: int
    entity_id: int | str
    event_created: int
    event_id: str = field(factory=lambda: str(uuid4()))
    data: Mapping[str, object] | None = field(default=None, repr=False)

    def to_dict(self) -> Item:
        """The event as in the body of a webhook."""
        return {
            "eventId": self.event_id,
            "eventCreated": self.event_created,
            "storeId": self.store_id,
            "entityId": self.entity_id,
            "eventType": self.event_type,
            **({} if self.data is None else {"data": dict(self.data)}),
        }
