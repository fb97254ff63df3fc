"""The time of an inbox, and events for it."""

from attrs import define

from ecwid_async.apps.inbox import ClaimedEvents, StoredEvent

__all__ = ["FakeTime", "Recorder", "new_event"]

START = 1_800_000_000.0


@define
class FakeTime:
    """A clock in Unix seconds that a test moves forward."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def new_event(
    number: int,
    *,
    store: int = 1003,
    event_type: str = "product.updated",
    entity: str = "7",
    body: bytes = b"{}",
    received_at: float = START,
) -> StoredEvent:
    return StoredEvent(
        store_id=store,
        event_id=f"event-{number}",
        event_type=event_type,
        entity_id=entity,
        body=body,
        received_at=received_at,
    )


class Recorder:
    """A handler that records the events it was given, and fails where it is told to."""

    def __init__(self) -> None:
        self.groups: list[ClaimedEvents] = []
        self.failing: dict[str, Exception] = {}

    @property
    def ids(self) -> list[str]:
        return [event_id for group in self.groups for event_id in group.event_ids]

    async def __call__(self, group: ClaimedEvents) -> None:
        self.groups.append(group)
        for event_id in group.event_ids:
            if event_id in self.failing:
                raise self.failing[event_id]
