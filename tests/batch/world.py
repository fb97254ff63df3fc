"""A sandbox store whose time stands still, and what carries out batches in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from ecwid_async.batch import BatchOptions, BatchRunner
from ecwid_async.calls import Call
from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import EcwidError
from ecwid_async.resources.products import ProductDraft
from ecwid_async.sandbox import Exchange, Sandbox, Switches
from tests.sandbox.api import Clock

STORE, TOKEN = 1003, "secret_demo"


@define(slots=False)
class World:
    """`slept` lists the waits; `sandbox.requests` everything that was sent or carried out."""

    sandbox: Sandbox
    clock: Clock
    store: Store
    slept: list[float] = field(factory=list)

    @classmethod
    def made(cls, transport: Any = None, **switches: Any) -> "World":
        clock = Clock()
        sandbox = Sandbox(requests_per_minute=None, clock=clock, switches=Switches(**switches))
        sandbox.add_store(STORE, token=TOKEN)
        sent_by = sandbox if transport is None else transport(sandbox)
        world = cls(sandbox, clock, Ecwid(transport=sent_by, quota=None).store(STORE, TOKEN))
        retry: Any = world.store._channel.transport
        retry._clock, retry._sleep = clock, world.sleep
        return world

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.now += seconds

    def runner(self, most: int = 500) -> BatchRunner:
        return BatchRunner(
            self.store._channel, STORE, max_batch_size=most, clock=self.clock, sleep=self.sleep, wall_clock=self.clock
        )

    async def run(self, calls: Sequence[Call[Any]], *, most: int = 500, **terms: Any) -> list[Any]:
        """The results, failures as values."""
        return await self.runner(most).batch(calls, BatchOptions(**terms), raise_on_failure=False)

    async def product(self, stock: int = 0) -> int:
        made = await self.store.products.create(ProductDraft(name="Mug", quantity=stock))
        assert made.id is not None
        return made.id

    async def stock(self, product: int) -> int | None:
        return (await self.store.products.get(product)).quantity

    def sent(self, method: str, path: str) -> list[Exchange]:
        return [one for one in self.sandbox.requests if (one.method, one.path) == (method, f"/{STORE}{path}")]

    @property
    def sizes(self) -> list[int]:
        """How many calls each batch had that was executed."""
        return [len(batch.requests) for batch in self.sandbox.stores[STORE].section_data["batches"].batches.values()]

    def batches(self) -> list[Exchange]:
        return self.sent("POST", "/batch")

    def polls(self) -> list[Exchange]:
        return self.sent("GET", "/batch")


def kinds(results: Sequence[object]) -> list[str]:
    """What became of each call, by its class."""
    return [type(result).__name__ if isinstance(result, EcwidError) else "done" for result in results]


def deltas(world: World, product: int, many: int) -> list[Call[Any]]:
    return [world.store.products.inventory.adjust(product, 1) for _ in range(many)]


def journal(folder: Path, job: str = "job") -> Path:
    """The one journal of a job."""
    (found,) = folder.glob(f"{STORE}-{job}-*.jsonl")
    return found


def journal_lines(folder: Path, job: str = "job") -> list[bytes]:
    return journal(folder, job).read_bytes().splitlines(keepends=True)
