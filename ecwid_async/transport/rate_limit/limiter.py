"""The protocol of a limiter, which counts the requests of tokens and keeps the quarantines."""

from typing import Protocol

from attrs import frozen

from ecwid_async.transport.rate_limit.quarantine import Quarantine
from ecwid_async.wire import Lane

__all__ = ["Limiter", "Wait"]


@frozen
class Wait:
    """No slot is free: ask again after `seconds`.

    `at_ceiling` is true if only the ceiling over all tokens is in the way. `closed_for` is set while a 429 keeps the
    gate closed, to the seconds since it closed.
    """

    seconds: float
    at_ceiling: bool = False
    closed_for: float | None = None


class Limiter(Protocol):
    """Counts the requests of tokens, in memory or shared between processes. Keys are hashes of tokens."""

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """Take `cost` slots and return None, or take none and return the reason. A cancelled call takes none.

        During a quarantine one caller per probe interval gets None, as a probe.
        """

    async def release(
        self, key: str, store: str, cost: int, *, close_gate_for: float = 0.0, succeeded: bool = False
    ) -> None:
        """End an exchange: its slots become free after one window. Called once per `acquire` that returned None.

        `close_gate_for` closes the key's gate for that many seconds. `succeeded` lifts the quarantines of the key and
        the store. Cancellation does not interrupt it.
        """

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """Quarantine a store: for the token of `key`, or for every token if `key` is None."""

    async def quarantines(self) -> list[Quarantine]:
        """All quarantines, the oldest first."""

    async def lift_quarantines(self, store: str | None) -> None:
        """Lift the quarantines of one store, or all of them."""
