"""`LoopGuard`: an app that changes an entity gets an event about it, and must not go on for ever."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from attrs import field

from ecwid_async.apps.errors import WebhookLoop
from ecwid_async.apps.webhooks.own_writes import EntityState
from ecwid_async.primitives.lazy_attrs import define, frozen
from ecwid_async.transport import check_count, check_number

__all__ = ["EntityKey", "LoopGuard", "LoopLimit"]

EntityKey = tuple[str, int, str, str]
"""The handler, the store, the type of the event, and the entity."""

_MAX_ENTITIES: Final = 10_000
_STATE_KEPT: Final = 3600.0


@frozen(kw_only=True)
class LoopLimit:
    """How often a handler may be run for one entity and write to the store, before that counts as a loop.

    After `runs` of them within `seconds`, the next events of the entity become dead, until the first of the runs is
    older than that. Raises `ConfigError` for a value out of range.
    """

    runs: int = 30
    seconds: float = 600.0

    def __attrs_post_init__(self) -> None:
        check_count("LoopLimit.runs", self.runs, maximum=10_000)
        check_number("LoopLimit.seconds", self.seconds, exclusive=True)


@define
class _Entity:
    writing_runs: deque[float] = field(factory=deque)
    state: EntityState | None = None
    state_at: float = 0.0


class LoopGuard:
    """Remembers, for the 10,000 entities that were handled last, when a handler wrote and which state it has handled.

    It is kept in memory: each process counts for itself, and begins anew when it starts.
    """

    def __init__(self, limit: LoopLimit | None, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._entities: OrderedDict[EntityKey, _Entity] = OrderedDict()

    def check(self, key: EntityKey) -> None:
        """Raise `WebhookLoop` if the handler was run too often for the entity, and wrote each time."""
        entity = self._entities.get(key)
        if entity is None or self._limit is None:
            return
        now = self._clock()
        # Also those of the future: the clock was set back.
        while entity.writing_runs and not now - self._limit.seconds < entity.writing_runs[0] <= now:
            entity.writing_runs.popleft()
        if len(entity.writing_runs) >= self._limit.runs:
            handler, store_id, event_type, entity_id = key
            raise WebhookLoop(
                f"{handler} wrote to store {store_id} in each of {len(entity.writing_runs)} runs for {event_type} of "
                f"{entity_id} within {self._limit.seconds:g} seconds: its own writes probably cause the events. "
                "Let it compare before it writes, then replay this event. LoopLimit sets the limit."
            )

    def handled_state(self, key: EntityKey) -> EntityState | None:
        """The state of the entity that the handler has handled, and left as it was."""
        entity = self._entities.get(key)
        if entity is None or self._clock() - entity.state_at > _STATE_KEPT:
            return None
        return entity.state

    def record_run(self, key: EntityKey, *, has_written: bool, state: EntityState | None) -> None:
        """Remember a run of the handler, and the state that it has handled, if it left it as it was."""
        if key not in self._entities and not has_written and state is None:
            return
        entity = self._entities.setdefault(key, _Entity())
        self._entities.move_to_end(key)
        now = self._clock()
        if has_written and self._limit is not None:
            entity.writing_runs.append(now)
        entity.state, entity.state_at = state, now
        while len(self._entities) > _MAX_ENTITIES:
            self._entities.popitem(last=False)
