"""A job whose journal was damaged in any way executes no call twice: it resumes, or it is refused.

`DyingTransport` simulates a process that dies between two steps, `Damage` a damaged file.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.batch import journal_file
from ecwid_async.errors import EcwidError, JobError
from ecwid_async.sandbox import Sandbox
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.wire import Request, Response
from tests.batch.world import STORE, World, outcomes

CALLS, SIZE = 7, 3
MINUTES = [0.0, 30.0, 54.9, 55.1, 60.0, 25 * 60.0]


class Killed(BaseException):
    """The simulated process was killed."""


@frozen
class Damage:
    """A change to a file. `at` and `length` are fractions of its size."""

    kind: str
    at: float
    length: float
    garbage: bytes

    def apply(self, data: bytes) -> bytes:
        at = int(self.at * len(data))
        end = min(at + 1 + int(self.length * len(data)), len(data))
        match self.kind:
            case "flip":
                return data[:at] + bytes([data[at] ^ (1 << int(self.length * 8))]) + data[at + 1 :] if data else data
            case "cut":
                return data[:at]
            case "garbage":
                return data[:at] + self.garbage + data[at + len(self.garbage) :]
            case "insert":
                return data[:at] + self.garbage + data[at:]
            case "drop":
                return data[:at] + data[end:]
            case "repeat":
                return data[:end] + data[at:end] + data[end:]
            case "cut at a line":
                return data[: data.rfind(b"\n", 0, at) + 1]
            case "drop a line" | "repeat a line" | "append a line":
                lines = data.splitlines(keepends=True)
                number = int(self.at * len(lines))
                return b"".join(
                    {
                        "drop a line": lines[:number] + lines[number + 1 :],
                        "repeat a line": lines[:number] + lines[number : number + 1] + lines[number:],
                        "append a line": lines + lines[number : number + 1],
                    }[self.kind]
                )
            case _:
                return data


KINDS = ["flip", "cut", "garbage", "insert", "drop", "repeat", "cut at a line", "drop a line", "repeat a line"]
FRACTIONS = st.floats(0, 1, exclude_max=True)
DAMAGE = st.builds(
    Damage,
    st.sampled_from([*KINDS, "append a line", "none"]),
    FRACTIONS,
    FRACTIONS,
    st.binary(min_size=1, max_size=40),
)


class DyingTransport(MemoryTransport):
    """Responds like the sandbox, and dies at a step: before or after a request or a write."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(self.reply)
        self.sandbox, self.steps_left = sandbox, -1

    def step(self) -> None:
        self.steps_left -= 1
        if self.steps_left == 0:
            raise Killed

    def reply(self, request: Request) -> Response:
        self.step()
        response = self.sandbox.handle(request)
        self.step()
        return response


async def run(world: World, transport: DyingTransport, products: list[int], folder: Path, keyed: bool) -> list[Any]:
    append = journal_file._append

    def append_in_steps(file: Any, data: bytes) -> None:
        # Without waiting for the disk: data written by a killed process is safe with the system.
        transport.step()
        if transport.steps_left == 1:
            file.write(data[: len(data) // 2])
            transport.step()
        file.write(data)
        transport.step()

    journal_file._append = append_in_steps
    try:
        calls = [world.store.products.inventory.adjust(product, 1) for product in products]
        if keyed:
            calls = [call.with_job_key(product) for call, product in zip(calls, products, strict=True)]
        return await world.run(calls, batch_size=SIZE, job="job", journal_folder=folder)
    finally:
        journal_file._append = append


async def run_and_die(
    folder: Path,
    deaths: list[tuple[int, float, Damage]],
    *,
    suffix: str,
    keyed: bool,
    seconds: float,
    order: list[int],
) -> None:
    transports: list[DyingTransport] = []

    def transport(sandbox: Sandbox) -> DyingTransport:
        transports.append(DyingTransport(sandbox))
        return transports[0]

    world = World.create(transport, batch_seconds=seconds)
    products = [await world.create_product() for _ in range(CALLS)]
    damaged = False
    for number, (death, minutes, damage) in enumerate([*deaths, (-1, 0.0, Damage("none", 0, 0, b"x"))]):
        transports[0].steps_left = death
        # With job keys, a later run may have fewer calls, in another order.
        run_products = [products[at] for at in order[number:]] if keyed and number else products
        results: list[Any] = []
        refused = False
        try:
            results = await run(world, transports[0], run_products, folder, keyed)
        except Killed:
            pass
        except JobError:
            assert damaged, "nothing was wrong with the journal"
            refused = True
        transports[0].steps_left = -1
        # Let a batch in progress finish.
        before = world.clock.now
        world.clock.now += 60
        executed = {product: await world.stock(product) or 0 for product in products}
        world.clock.now = before + minutes * 60
        assert max(executed.values()) <= 1, "a call was executed twice"
        for product, result in zip(run_products, results, strict=False):
            if not isinstance(result, EcwidError) or result.outcome == "done":
                assert executed[product] == 1, "a call that was not executed has a result"
            elif result.outcome in ("refused", "not_sent"):
                assert executed[product] == 0, "a call that was executed is said to be refused"
        if results and not damaged and sum(minutes for _, minutes, _ in deaths[:number]) < 55:
            assert set(outcomes(results)) == {"done"}
        if refused:
            return
        if damage.kind != "none":
            for path in folder.glob(f"*{suffix}"):
                path.write_bytes(damage.apply(path.read_bytes()))
            damaged = True


@pytest.mark.chaos
@given(
    deaths=st.lists(st.tuples(st.integers(1, 40), st.sampled_from(MINUTES), DAMAGE), min_size=1, max_size=3),
    suffix=st.sampled_from([".jsonl", ".jsonl", ".lock"]),
    keyed=st.booleans(),
    seconds=st.sampled_from([0.0, 0.0, 2.0]),
    order=st.permutations(range(CALLS)),
)
def test_a_job_whose_journal_is_damaged_resumes_or_refuses_and_executes_nothing_twice(
    deaths: list[tuple[int, float, Damage]], suffix: str, keyed: bool, seconds: float, order: list[int]
) -> None:
    """One of the two files is damaged after each of several runs."""
    with TemporaryDirectory() as folder:
        asyncio.run(run_and_die(Path(folder), deaths, suffix=suffix, keyed=keyed, seconds=seconds, order=order))


@pytest.mark.chaos
@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("kind", ["flip", "cut"])
@pytest.mark.parametrize("suffix", [".jsonl", ".lock"])
def test_no_flipped_bit_or_truncation_executes_a_call_again(
    suffix: str, kind: str, keyed: bool, tmp_path: Path
) -> None:
    """The damage is spread evenly over a whole journal, long after the server has forgotten its keys."""

    async def walk() -> None:
        transports: list[DyingTransport] = []
        world = World.create(lambda sandbox: transports.append(DyingTransport(sandbox)) or transports[0])
        products = [await world.create_product() for _ in range(CALLS)]
        await run(world, transports[0], products, tmp_path, keyed)
        world.clock.now += 2 * 3600
        (path,) = tmp_path.glob(f"{STORE}-job-*{suffix}")
        whole = path.read_bytes()
        sent = len(world.batch_requests())
        for place in range(37):
            path.write_bytes(Damage(kind, place / 37, place % 8 / 8, b"x").apply(whole))
            try:
                results = await run(world, transports[0], products, tmp_path, keyed)
            except JobError:
                pass
            else:
                assert set(outcomes(results)) == {"done"}
            assert len(world.batch_requests()) == sent

    asyncio.run(walk())
