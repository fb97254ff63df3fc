"""A store that moves while it is read: `Scene` says what happens, `World` plays it, `judge` holds a scan to its word.

The store's clock and the event loop's are one. It moves by what the scene says, and, while no request is under way, to
whatever the reader waits for: no real time passes. Requests are served and answered one at a time, each only when the
reader can do nothing without it, in the order that the scene draws: a request may be served long before its answer
comes, and after a later one.
"""

import asyncio
import math
import selectors
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Literal, TypeVar

from attrs import evolve, field, frozen

from ecwid_async import Ecwid
from ecwid_async.codec import loads
from ecwid_async.errors import ScanDrifted
from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.scan import Scan
from ecwid_async.wire import Request, Response, StreamedResponse
from tests.scan.lists import Kind, Narrow, Row

T = TypeVar("T")

START: Final = 1_750_000_000
STORE: Final = 1003
TOKEN: Final = "secret_scan"
DAY: Final = 24 * 3600
# A reader that goes on for longer than this will go on for ever.
MOST_REQUESTS: Final = 3000

Doing = Literal["insert", "insert_past", "edit", "back_date", "rank", "hide", "delete"]
Way = Literal["typed", "dicts", "raw"]

DOINGS: Final[tuple[Doing, ...]] = ("insert", "insert_past", "edit", "back_date", "rank", "hide", "delete")


# What happens.


@frozen
class Move:
    """Something that happens to `count` neighbours in the list, from the one at `at` on.

    `near` and `off` make a time of creation out of that of another row; new rows without a past are made now.
    """

    doing: Doing
    at: int = 0
    count: int = 1
    near: int = 0
    off: int = 0


@frozen
class Beat:
    """What happens before a request is served or answered: moves, then seconds that pass; and which request it is."""

    moves: tuple[Move, ...] = ()
    seconds: float = 0.0
    pick: int = 0


CALM: Final = Beat()


@frozen(kw_only=True)
class Scene:
    """A list, and what becomes of it: `before` it is read, then with each of the `beats`, `rounds` times over."""

    rows: tuple[Row, ...] = ()
    switches: Switches = field(factory=Switches)
    before: tuple[Beat, ...] = ()
    beats: tuple[Beat, ...] = ()
    rounds: int = 1
    concurrency: int = 1
    ordered: bool = False
    way: Way = "dicts"
    narrow: Narrow | None = None
    """Only what matches this is read."""
    hides: bool = False
    """The list leaves out what it may leave out."""
    fields: bool = False
    """Only the key of each item is asked for."""
    margin: float = 2.0
    """How many seconds more than the index lags a scan is told."""

    @property
    def lag(self) -> float:
        """What a scan is told."""
        return max(self.switches.upsert_lag, self.switches.delete_lag) + self.margin


# Where it happens.


class _Selector(selectors.DefaultSelector):
    """Asks the world to go on where the loop would sleep."""

    world: "World | None" = None

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if self.world is not None and self.world.turn():
            return ready
        if ready or self.world is None or (timeout is not None and timeout <= 0):
            return ready
        if not self.world.step():
            if timeout is None:
                raise RuntimeError("the reader waits for what nobody will do")
            self.world.now = max(self.world.now + timeout, math.nextafter(self.world.now, math.inf))
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, world: "World") -> None:
        self._world = world
        selector = _Selector()
        super().__init__(selector)
        selector.world = world
        self.complaints: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _, context: self.complaints.append(context))

    def time(self) -> float:
        return self._world.now


class World:
    """A transport to a sandbox with one store, in which a scene is played. Run what reads it with `run`."""

    def __init__(self, kind: Kind, scene: Scene) -> None:
        self.kind = kind
        self.scene = scene
        self.now = float(START)
        self.served = 0
        self.steps = 0
        """How often a request was served or answered."""
        self.on_step: Callable[[], object] | None = None
        self.turns = 0
        """How often the loop came round: between any two, a task gets from one await to the next."""
        self.interrupt: Callable[[], object] | None = None
        self.interrupt_at: frozenset[int] = frozenset()
        """At which turns to do so."""
        self.sandbox = Sandbox(clock=lambda: self.now, requests_per_minute=None, switches=scene.switches)
        self.store = self.sandbox.add_store(STORE, token=TOKEN)
        self.rows = kind.rows(self.store, kind)
        self.there: dict[int, Row] = {row.number: row for row in scene.rows}
        self._turned: set[int] = set()
        self.next_number = max(self.there, default=0) + 1
        self.beats: Iterator[Beat] = iter(scene.beats * scene.rounds)
        self._arrived: list[tuple[Request, asyncio.Future[Response]]] = []
        self._answers: list[tuple[Response, asyncio.Future[Response]]] = []
        self.rows.load(scene.rows)
        for beat in scene.before:
            self._move(beat)
        self._lasting = self.rows.visible(scene.narrow)

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run to the end. Nothing may be left behind: no task, no request, no complaint of the loop."""

        async def all_of_it() -> T:
            result = await main
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"these tasks are still there: {left}"
            assert not self.pending, f"{self.pending} requests are still under way"
            return result

        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            result = runner.run(all_of_it())
            loop = runner.get_loop()
            assert isinstance(loop, _Loop)
        assert not loop.complaints, loop.complaints
        return result

    # The transport.

    async def send(self, request: Request) -> Response:
        assert self.served + len(self._arrived) < MOST_REQUESTS, "this reader finds no end"
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._arrived.append((request, future))
        return await future

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        raise AssertionError("a scan reads pages")

    async def aclose(self) -> None:
        pass

    @property
    def pending(self) -> int:
        """Requests that nobody has given up and that have no answer."""
        return sum(not future.done() for _, future in (*self._arrived, *self._answers))

    @property
    def lasting(self) -> set[int]:
        """The rows that a search has found throughout, from the beginning up to now."""
        # A deleted row that searches show for a while longer is there no more.
        return self._lasting & self.rows.visible(self.scene.narrow) & ({0} | self.there.keys())

    def turn(self) -> bool:
        """Count a turn of the loop; whether something interrupted it."""
        self.turns += 1
        if self.interrupt is None or self.turns not in self.interrupt_at:
            return False
        self.interrupt()
        return True

    def step(self) -> bool:
        """Serve or answer one request; False where there is none."""
        self._arrived = [waiting for waiting in self._arrived if not waiting[1].done()]
        self._answers = [waiting for waiting in self._answers if not waiting[1].done()]
        if not self.pending:
            return False
        beat = next(self.beats, CALM)
        self._move(beat)
        if self.scene.narrow is not None:
            self._lasting &= self.rows.visible(self.scene.narrow)
        pick = beat.pick % self.pending
        self.steps += 1
        if pick < len(self._arrived):
            request, future = self._arrived.pop(pick)
            self.served += 1
            self._answers.append((self._handle(request), future))
            if beat is CALM:
                self._answer(len(self._answers) - 1)
        else:
            self._answer(pick - len(self._arrived))
        if self.on_step is not None:
            self.on_step()
        return True

    def _handle(self, request: Request) -> Response:
        hidden = self.kind.may_hide
        if self.scene.hides and hidden is not None and hidden[0] not in dict(request.params):
            request = evolve(request, params=(*request.params, hidden))
        return self.sandbox.handle(request)

    def _answer(self, nth: int) -> None:
        response, future = self._answers.pop(nth)
        future.set_result(response)

    # The moves.

    def _move(self, beat: Beat) -> None:
        for move in beat.moves:
            self._do(move)
        self.now += beat.seconds

    def _do(self, move: Move) -> None:
        now = int(self.now)
        rows = list(self.there.values())
        created = max(1, (rows[move.near % len(rows)].created if rows else now) + move.off)
        if move.doing in {"insert", "insert_past"}:
            for _ in range(move.count):
                moment = now if move.doing == "insert" else created
                self._put(Row(number=self.next_number, created=moment, updated=now, rank=move.near))
                self.next_number += 1
            return
        start = move.at % len(rows) if rows else 0
        for row in rows[start : start + move.count]:
            match move.doing:
                case "edit":
                    self._put(evolve(row, edits=row.edits + 1, updated=now))
                case "back_date":
                    self._put(evolve(row, created=created, updated=now))
                case "rank":
                    self._put(evolve(row, rank=move.near, updated=now))
                case "hide" if self.scene.hides and row.number in self._turned:
                    # Who changes over and back may be where the scan is not, each time: see `docs/scan.md`.
                    self._put(evolve(row, edits=row.edits + 1, updated=now))
                case "hide":
                    self._turned.add(row.number)
                    self._put(evolve(row, hidden=not row.hidden, updated=now))
                case "delete":
                    self.rows.remove(self.there.pop(row.number))

    def _put(self, row: Row) -> None:
        self.there[row.number] = row
        self.rows.put(row)

    # Reading it.

    def scan(self, resume: str | None = None) -> Scan[Any]:
        """The scan of the list that the scene describes."""
        scene = self.scene
        section = getattr(Ecwid(transport=self, quota=None).store(STORE, TOKEN), self.kind.name)
        given = {} if scene.narrow is None else dict(scene.narrow.given)
        if scene.fields:
            given["response_fields"] = f"items({self.kind.key})"
        if given:
            section = section.search(**given)
        scan: Scan[Any] = section.scan(
            ordered=scene.ordered, concurrency=scene.concurrency, lag=scene.lag, resume=resume
        )
        return scan

    async def pages(self, scan: Scan[Any]) -> AsyncIterator[Sequence[int]]:
        """The numbers of what the scan hands out, in the scene's way: page by page where it does so."""
        kind = self.kind
        match self.scene.way:
            case "typed":
                async for item in scan:
                    yield (kind.number(getattr(item, kind.attribute)),)
            case "dicts":
                async for data in scan.dicts():
                    assert not self.scene.fields or data.keys() == {kind.key}
                    yield (kind.number(data[kind.key]),)
            case "raw":
                async for page in scan.raw():
                    parsed: list[Any] = [loads(item) for item in page]
                    assert all(not self.scene.fields or item.keys() == {kind.key} for item in parsed)
                    yield [kind.number(item[kind.key]) for item in parsed]


@frozen
class Seen:
    """What came of a scan. `lasting` are the rows that were there and matched throughout; `drifted`: it gave up."""

    numbers: list[int]
    lasting: set[int]
    ever: int
    requests: int
    drifted: bool
    proof: str = ""


def watch(kind: Kind, scene: Scene, beats: Iterator[Beat] | None = None) -> Seen:
    """Play a scene while a scan reads the list; `beats` instead of the scene's where given."""
    world = World(kind, scene)
    world.beats = beats or world.beats
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
    return Seen(numbers, world.lasting, world.next_number, world.served, drifted, proof)


def judge(seen: Seen) -> None:
    """Nothing comes twice, and nothing that was there throughout is missing, unless the scan says that it gave up."""
    twice = sorted(number for number, count in Counter(seen.numbers).items() if count > 1)
    assert not twice, f"came twice: {twice}"
    assert all(0 <= number < seen.ever for number in seen.numbers)
    if not seen.drifted:
        missing = sorted(seen.lasting - set(seen.numbers))
        assert not missing, f"was there throughout and did not come: {missing}"
