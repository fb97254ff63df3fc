"""Simulates a server that breaks the assumptions of a scan, as described by `Faults`."""

from email.utils import formatdate
from typing import Any, Final, Literal

import msgspec
from attrs import evolve, field, frozen

from ecwid_async.wire import Headers, Request, Response
from tests.scan.lists import Kind
from tests.scan.world import Scene, World

TotalFault = Literal["right", "more", "fewer", "capped", "clipped", "huge", "zero", "none", "wobbles", "grows"]
RowFault = Literal["right", "empty", "short", "repeated", "doubled", "doubled across pages"]

TOTALS: Final[tuple[TotalFault, ...]] = (
    "right", "more", "fewer", "capped", "clipped", "huge", "zero", "none", "wobbles", "grows",
)  # fmt: skip
ROWS: Final[tuple[RowFault, ...]] = ("right", "empty", "short", "repeated", "doubled", "doubled across pages")
IGNORABLE: Final = ("updatedTo", "updatedFrom", "createdFrom", "createdTo", "sortBy", "offset", "b2b_b2c")
TIMES: Final = frozenset({"createTimestamp", "updateTimestamp", "registered", "updated", "creationDate", "updateDate"})


@frozen(kw_only=True)
class Faults:
    """The faults of a server.

    It ignores the parameters `ignores`. Its `total` is wrong by `by`, or at most `by` if capped; if clipped, no page
    goes beyond that either. `rows` is how it spoils the rows of each `every`-th page. Its ``Date`` is `date`, or
    `ahead` seconds ahead of the times of its rows. `times` replaces the times of its rows.
    """

    ignores: frozenset[str] = frozenset()
    total: TotalFault = "right"
    by: int = 1
    rows: RowFault = "right"
    every: int = 1
    ahead: int = 0
    date: str | None = None
    times: Any = field(default=None)

    def request(self, request: Request) -> Request:
        params = tuple((name, value) for name, value in request.params if name not in self.ignores)
        return evolve(request, params=params)

    def response(self, request: Request, response: Response, number: int, previous: list[Any], now: float) -> Response:
        """Return the response of this server. `previous` are the rows of the page before."""
        page = msgspec.json.decode(response.body)
        items, offset = page["items"], int(dict(request.params).get("offset", 0))
        if self.times is not None:
            items = [item | dict.fromkeys(item.keys() & TIMES, self.times) for item in items]
        if self.total == "clipped":
            items = items[: max(0, self.by - offset)]
        if items and number % self.every == 0:
            items = self._spoil(items, previous if offset else [])
        total = self._total(page["total"], number, offset)
        page = {"total": total, "count": len(items), "offset": offset, "items": items}
        if total is None:
            del page["total"]
        date = formatdate(now + self.ahead, usegmt=True) if self.date is None else self.date
        return Response(response.status, Headers([("Date", date)]), msgspec.json.encode(page))

    def _spoil(self, items: list[Any], previous: list[Any]) -> list[Any]:
        match self.rows:
            case "empty":
                return []
            case "short":
                return items[: max(1, len(items) // 2)]
            case "repeated" if previous:
                return previous
            case "doubled" if len(items) > 1:
                return [*items[:-1], items[0]]
            case "doubled across pages" if previous:
                return [previous[-1], *items[1:]]
        return items

    def _total(self, total: int, number: int, offset: int) -> int | None:
        match self.total:
            case "more":
                return total + self.by
            case "fewer":
                return max(0, total - self.by)
            case "capped" | "clipped":
                return min(total, self.by)
            case "huge":
                return 10**9
            case "zero":
                return 0
            case "none":
                return None
            case "wobbles":
                return max(0, total + (number % 3 - 1) * self.by)
            case "grows":
                return total + number * self.by
        return total


class FaultyWorld(World):
    """A world with a faulty server."""

    def __init__(self, kind: Kind, scene: Scene, faults: Faults) -> None:
        super().__init__(kind, scene)
        self.faults = faults
        self.first = (0, 0)
        """The number of rows on the first page, and the total that it reported."""
        self._rows_before: list[Any] = []

    def handle(self, request: Request) -> Response:
        sent = self.faults.request(request)
        response = super().handle(sent)
        if response.status != 200:
            return response
        response = self.faults.response(sent, response, self.served, self._rows_before, self.now)
        page = msgspec.json.decode(response.body)
        self._rows_before = page["items"]
        if self.served == 1:
            self.first = len(page["items"]), page.get("total", 0)
        return response
