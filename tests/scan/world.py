"""Simulates a store that changes while a scan reads it.

A `Scene` describes the list and its changes, a `World` plays it behind a transport, and `check` compares the yielded
rows with those that were in the list throughout.

The store and the event loop share one simulated clock (see `tests.simulation`), which the steps of the scene advance.
The scene picks the request that is served next, or the response that arrives next.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final, Literal

from attrs import evolve, field, frozen

from ecwid_async import Ecwid
from ecwid_async.codec import loads
from ecwid_async.errors import ScanDrifted
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan import Scan
from ecwid_async.wire import Request, Response
from tests.scan.lists import Filter, Kind, Row
from tests.simulation import Network

START: Final = 1_750_000_000
STORE: Final = 1003
TOKEN: Final = "secret_scan"
DAY: Final = 24 * 3600
# A scan that sends more than this is endless.
MAX_REQUESTS: Final = 3000

Action = Literal["insert", "insert_past", "edit", "back_date", "rank", "hide", "delete"]
Output = Literal["typed", "dicts", "raw"]

ACTIONS: Final[tuple[Action, ...]] = ("insert", "insert_past", "edit", "back_date", "rank", "hide", "delete")


@frozen
class Move:
    """A change of `count` neighbouring rows, from the index `at` on.

    ``insert_past`` and ``back_date`` take the creation time of the row at index `near`, plus `time_shift` seconds;
    ``insert`` creates rows now.
    """

    action: Action
    at: int = 0
    count: int = 1
    near: int = 0
    time_shift: int = 0


@frozen
class Step:
    """Moves, and the `seconds` that pass, before a request is served or answered. `pick` selects the request."""

    moves: tuple[Move, ...] = ()
    seconds: float = 0.0
    pick: int = 0


QUIET: Final = Step()


@frozen(kw_only=True)
class Scene:
    """A list and its changes: those `before` it is read, then the `steps`, one at a time, repeated `rounds` times."""

    rows: tuple[Row, ...] = ()
    switches: Switches = field(factory=Switches)
    before: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    rounds: int = 1
    concurrency: int = 1
    ordered: bool = False
    output: Output = "dicts"
    filter: Filter | None = None
    """Only matching rows are read."""
    omits: bool = False
    """Whether the plain list omits the items that it may omit."""
    only_keys: bool = False
    """Whether only the key of each item is requested."""
    lag_margin: float = 2.0
    """How many seconds `lag` is longer than the real lag of the index."""

    @property
    def lag(self) -> float:
        """The `lag` of the scan."""
        return max(self.switches.upsert_lag, self.switches.delete_lag) + self.lag_margin


class World(Network):
    """A transport to a sandbox with one store, in which a scene is played. Use `run` to run code that reads it."""

    def __init__(self, kind: Kind, scene: Scene) -> None:
        self.kind = kind
        self.scene = scene
        super().__init__(START, max_requests=MAX_REQUESTS)
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None, switches=scene.switches)
        self.store = self.sandbox.add_store(STORE, token=TOKEN)
        self.rows = kind.rows(self.store, kind)
        self.existing: dict[int, Row] = {row.number: row for row in scene.rows}
        self._toggled: set[int] = set()
        self.next_number = max(self.existing, default=0) + 1
        self.script: Iterator[Step] = iter(scene.steps * scene.rounds)
        self.rows.load(scene.rows)
        for step in scene.before:
            self._move(step)
        self._lasting = self.rows.visible(scene.filter)

    @property
    def lasting(self) -> set[int]:
        """The rows that searches could find all the time until now."""
        # A deleted row doesn't count, even while searches still find it.
        return self._lasting & self.rows.visible(self.scene.filter) & ({0} | self.existing.keys())

    def step(self) -> tuple[int, bool]:
        step = next(self.script, QUIET)
        self._move(step)
        if self.scene.filter is not None:
            self._lasting &= self.rows.visible(self.scene.filter)
        return step.pick, step is QUIET

    def handle(self, request: Request) -> Response:
        default = self.kind.default_filter
        if self.scene.omits and default is not None and default[0] not in dict(request.params):
            request = evolve(request, params=(*request.params, default))
        return self.sandbox.handle(request)

    def _move(self, step: Step) -> None:
        for move in step.moves:
            self._do(move)
        self.now += step.seconds

    def _do(self, move: Move) -> None:
        now = int(self.now)
        rows = list(self.existing.values())
        created = max(1, (rows[move.near % len(rows)].created if rows else now) + move.time_shift)
        if move.action in {"insert", "insert_past"}:
            for _ in range(move.count):
                time = now if move.action == "insert" else created
                self._put(Row(number=self.next_number, created=time, updated=now, rank=move.near))
                self.next_number += 1
            return
        start = move.at % len(rows) if rows else 0
        for row in rows[start : start + move.count]:
            match move.action:
                case "edit":
                    self._put(evolve(row, edits=row.edits + 1, updated=now))
                case "back_date":
                    self._put(evolve(row, created=created, updated=now))
                case "rank":
                    self._put(evolve(row, rank=move.near, updated=now))
                case "hide" if self.scene.omits and row.number in self._toggled:
                    # A row that is hidden and shown again may be missing from both reads: see `docs/scan.md`.
                    self._put(evolve(row, edits=row.edits + 1, updated=now))
                case "hide":
                    self._toggled.add(row.number)
                    self._put(evolve(row, hidden=not row.hidden, updated=now))
                case "delete":
                    self.rows.remove(self.existing.pop(row.number))

    def _put(self, row: Row) -> None:
        self.existing[row.number] = row
        self.rows.put(row)

    def scan(self, resume: str | None = None) -> Scan[Any]:
        """Return a scan of the list as the scene describes it."""
        scene = self.scene
        section = getattr(Ecwid(transport=self, quota=None).store(STORE, TOKEN), self.kind.name)
        given = {} if scene.filter is None else dict(scene.filter.given)
        if scene.only_keys:
            given["response_fields"] = f"items({self.kind.key})"
        if given:
            section = section.search(**given)
        scan: Scan[Any] = section.scan(
            ordered=scene.ordered, concurrency=scene.concurrency, lag=scene.lag, resume=resume
        )
        return scan

    async def pages(self, scan: Scan[Any]) -> AsyncIterator[Sequence[int]]:
        """Yield the numbers of the scanned rows: page by page for ``raw``, else one by one."""
        kind = self.kind
        match self.scene.output:
            case "typed":
                async for item in scan:
                    yield (kind.number(getattr(item, kind.attribute)),)
            case "dicts":
                async for data in scan.dicts():
                    assert not self.scene.only_keys or data.keys() == {kind.key}
                    yield (kind.number(data[kind.key]),)
            case "raw":
                async for page in scan.raw():
                    parsed: list[Any] = [loads(item) for item in page]
                    assert all(not self.scene.only_keys or item.keys() == {kind.key} for item in parsed)
                    yield [kind.number(item[kind.key]) for item in parsed]


@frozen
class Outcome:
    """The result of a scan. `lasting` are the rows that matched throughout, `drifted` is true if the scan gave up."""

    numbers: list[int]
    lasting: set[int]
    next_number: int
    requests: int
    drifted: bool
    proof: str = ""


def play(kind: Kind, scene: Scene, steps: Iterator[Step] | None = None) -> Outcome:
    """Play a scene while a scan reads the list; `steps` replace those of the scene."""
    world = World(kind, scene)
    world.script = steps or world.script
    numbers: list[int] = []
    drifted = False

    async def read() -> str:
        nonlocal drifted
        async with world.scan() as scan:
            try:
                async for page in world.pages(scan):
                    numbers.extend(page)
            except ScanDrifted:
                drifted = True
            return getattr(scan, "proof", "")

    proof = world.run(read())
    return Outcome(numbers, world.lasting, world.next_number, world.served, drifted, proof)


def check(outcome: Outcome) -> None:
    """Check that no row was yielded twice and, unless the scan gave up, that no lasting row is missing."""
    twice = sorted(number for number, count in Counter(outcome.numbers).items() if count > 1)
    assert not twice, f"yielded twice: {twice}"
    assert all(0 <= number < outcome.next_number for number in outcome.numbers)
    if not outcome.drifted:
        missing = sorted(outcome.lasting - set(outcome.numbers))
        assert not missing, f"existed throughout and were not yielded: {missing}"
