"""Quarantines, and the list of them that a client offers."""

from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport.rate_limit.keys import store_key

if TYPE_CHECKING:
    from ecwid_async.transport.rate_limit.limiter import Limiter

__all__ = ["MAX_QUARANTINES", "Quarantine", "QuarantineList"]

# Beyond this the oldest quarantine is dropped. The next call to that store renews it if needed.
MAX_QUARANTINES: Final = 10_000


@frozen(kw_only=True)
class Quarantine:
    """A token or store whose calls are not sent, because a response showed that it does not work.

    - `store_id`: None for an application's own requests.
    - `status`, `code`, `message`: from that response. `request_id`: its request.
    - `since`: when that response arrived. `until`: the first call after it is sent as a probe. Both are in UTC.
    """

    store_id: int | None
    status: int
    code: str | None
    message: str | None
    request_id: str
    since: datetime
    until: datetime

    @property
    def reason(self) -> str:
        """Status and code of the response, for example ``403 INVALID_API_TOKEN``."""
        return f"{self.status} {self.code}" if self.code else str(self.status)


class QuarantineList:
    """The quarantines of a client: ``await ecwid.quarantine()`` lists them, `clear` lifts them."""

    def __init__(self, limiter: "Limiter | None") -> None:
        self._limiter = limiter

    def __await__(self) -> Generator[object, object, list[Quarantine]]:
        return self._list().__await__()

    async def _list(self) -> list[Quarantine]:
        return await self._limiter.quarantines() if self._limiter is not None else []

    async def clear(self, store_id: int | None = None) -> None:
        """Lift the quarantines of one store, or all of them if `store_id` is None. The next call is then sent.

        Call it once their cause is fixed, instead of waiting for the next probe.
        """
        if self._limiter is not None:
            await self._limiter.lift_quarantines(None if store_id is None else store_key(store_id))
