"""The protocol of a limiter, which counts the requests of each token and stores the quarantines."""

from typing import Protocol

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.rate_limit.quarantine import Quarantine
from ecwid_async.wire import Lane

__all__ = ["Limiter", "Wait"]


@frozen
class Wait:
    """The call has to wait: acquire again after `seconds`.

    `at_ceiling` is true if only the ceiling over all tokens delays the call. `closed_for` is the seconds since a 429
    closed the gate, or None if the gate is open.
    """

    seconds: float
    at_ceiling: bool = False
    closed_for: float | None = None


class Limiter(Protocol):
    """Counts the requests of each token, in memory or shared between processes.

    `key` is the `token_key` of a token, `store` the `store_key` of a store.
    """

    async def acquire(self, key: str, store: str, lane: Lane, cost: int) -> Wait | Quarantine | None:
        """Take `cost` slots and return None, or take none and return the reason. If cancelled, take none.

        During a quarantine, one call per probe interval is admitted as a probe.
        """

    async def release(
        self, key: str, store: str, cost: int, *, close_gate_for: float = 0.0, succeeded: bool = False
    ) -> None:
        """End an exchange: its slots become free after one window. Called once after each `acquire` that returned None.

        `close_gate_for` closes the token's gate for this many seconds. `succeeded` lifts the quarantines of the token
        and the store. Cancellation does not interrupt it.
        """

    async def quarantine(self, key: str | None, store: str, quarantine: Quarantine) -> None:
        """Quarantine a store for one token, or for every token if `key` is None."""

    async def quarantines(self) -> list[Quarantine]:
        """All quarantines, the oldest first."""

    async def lift_quarantines(self, store: str | None) -> None:
        """Lift the quarantines of one store, or all of them."""
