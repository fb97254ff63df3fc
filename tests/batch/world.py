"""Simulates a store that executes batches, with a clock that only sleeping moves.

`World` is a store in a sandbox. `InterruptingTransport` interrupts the process between a batch and its response.
`scripted_world` is a server with scripted responses. The rest builds calls and runs them as a job.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from ecwid_async.batch import BatchOptions, BatchRunner
from ecwid_async.calls import Call
from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import EcwidError
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Exchange, Sandbox, Switches
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.sandbox.api import Clock

STORE, TOKEN = 1003, "secret_demo"
# The calls of a job, and the size of its batches.
CALLS, SIZE = 35, 10


@define(slots=False)
class World:
    """A store in a sandbox. `slept` lists the waits, `sandbox.requests` all requests, those in batches included."""

    sandbox: Sandbox
    clock: Clock
    store: Store
    slept: list[float] = field(factory=list)

    @classmethod
    def create(cls, transport: Any = None, **switches: Any) -> "World":
        """Create a world. `transport` builds the transport to use from the sandbox."""
        clock = Clock()
        sandbox = Sandbox(requests_per_minute=None, clock=clock, switches=Switches(**switches))
        sandbox.add_store(STORE, token=TOKEN)
        wire = sandbox if transport is None else transport(sandbox)
        world = cls(sandbox, clock, Ecwid(transport=wire, quota=None).store(STORE, TOKEN))
        retry: Any = world.store._channel.transport
        retry._clock, retry._sleep = clock, world.sleep
        return world

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.now += seconds

    def runner(self, batch_size: int = 500) -> BatchRunner:
        return BatchRunner(
            self.store._channel,
            STORE,
            max_batch_size=batch_size,
            clock=self.clock,
            sleep=self.sleep,
            wall_clock=self.clock,
        )

    async def run(self, calls: Sequence[Call[Any]], *, batch_size: int = 500, **options: Any) -> list[Any]:
        """Execute calls in batches. Failures are in the results."""
        return await self.runner(batch_size).batch(calls, BatchOptions(**options), raise_on_failure=False)

    async def create_product(self, stock: int = 0) -> int:
        created = await self.store.products.create(ProductDraft(name="Mug", quantity=stock))
        assert created.id is not None
        return created.id

    async def stock(self, product: int) -> int | None:
        return (await self.store.products.get(product)).quantity

    def requests(self, method: str, path: str) -> list[Exchange]:
        return [
            request
            for request in self.sandbox.requests
            if (request.method, request.path) == (method, f"/{STORE}{path}")
        ]

    def batch_requests(self) -> list[Exchange]:
        return self.requests("POST", "/batch")

    def poll_requests(self) -> list[Exchange]:
        return self.requests("GET", "/batch")

    @property
    def batch_sizes(self) -> list[int]:
        """The number of calls of each batch that the sandbox accepted."""
        return [len(batch.requests) for batch in self.sandbox.stores[STORE].section_data["batches"].batches.values()]


def outcomes(results: Sequence[object]) -> list[str]:
    """The class of each error, or "done"."""
    return [type(result).__name__ if isinstance(result, EcwidError) else "done" for result in results]


def stock_changes(world: World, product: int, count: int) -> list[Call[Any]]:
    """Calls that each add 1 to the stock of a product."""
    return [world.store.products.inventory.adjust(product, 1) for _ in range(count)]


async def stocks(world: World, products: Sequence[int]) -> list[int | None]:
    return [await world.stock(product) for product in products]


# Jobs.


async def run_job(world: World, product: int, folder: Path, count: int = CALLS, **options: Any) -> list[Any]:
    calls = stock_changes(world, product, count)
    return await world.run(calls, batch_size=SIZE, job="job", journal_folder=folder, **options)


async def run_keyed_job(
    world: World, products: Sequence[int], folder: Path, *, delta: int = 1, **options: Any
) -> list[Any]:
    calls = [
        world.store.products.inventory.adjust(product, delta).with_job_key(f"sku-{product}") for product in products
    ]
    return await world.run(calls, batch_size=SIZE, job="job", journal_folder=folder, **options)


async def interrupt_job(world: World, product: int, folder: Path, *, at: int) -> None:
    """Run a job that is interrupted after the server received batch number `at`, and before its response."""
    transport = interrupting_transport(world)
    transport.at = transport.created + at
    with pytest.raises(KeyboardInterrupt):
        await run_job(world, product, folder)


def journal_path(folder: Path, job: str = "job") -> Path:
    """The only journal of a job."""
    (path,) = folder.glob(f"{STORE}-{job}-*.jsonl")
    return path


def journal_lines(folder: Path, job: str = "job") -> list[bytes]:
    return journal_path(folder, job).read_bytes().splitlines(keepends=True)


class InterruptingTransport(MemoryTransport):
    """Responds like the sandbox, but interrupts the process when it sends batch number `at`.

    That batch has `reached` the sandbox, or was lost on the way.
    """

    reached = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(self.reply)
        self.sandbox, self.at, self.created = sandbox, -1, 0

    def reply(self, request: Request) -> Response:
        if request.method == "POST" and request.path.endswith("/batch"):
            self.created += 1
            if self.created == self.at:
                if self.reached:
                    self.sandbox.handle(request)
                raise KeyboardInterrupt
        return self.sandbox.handle(request)


def interrupting_transport(world: World) -> Any:
    """The transport of a world that was created with `InterruptingTransport`."""
    transport: Any = world.store
    while not isinstance(transport, InterruptingTransport):
        transport = getattr(transport, "_inner", None) or transport._channel.transport
    return transport


# A server with scripted responses.


def scripted_world(*polls: Any, creation: Any = None) -> World:
    """A store that accepts a batch, and responds to its polls with these, the last one repeated."""

    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"}) if creation is None else creation
        poll = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return poll if isinstance(poll, Response) else make_response(poll)

    remaining = list(polls)
    return World.create(lambda sandbox: MemoryTransport(script))


def completed_status(*responses: Any) -> dict[str, Any]:
    """The status of a batch that is done."""
    return {"status": "COMPLETED", "totalRequests": len(responses), "responses": list(responses)}


def response_item(call_id: object, product: int, **other: Any) -> dict[str, Any]:
    """The response to one call inside a batch: a product with this id."""
    body = f'{{"id": {product}}}'
    return {"id": call_id, "status": "COMPLETED", "httpStatusCode": 200, "escapedHttpBody": body, **other}
