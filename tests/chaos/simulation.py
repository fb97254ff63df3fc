"""Runs a schedule with the real client, and checks the outcome against the server's log."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field, frozen

from ecwid_async import Ecwid, transport
from ecwid_async.errors import (
    APIError,
    DecodeError,
    EcwidError,
    NotSent,
    OutcomeUnknown,
    ResponseTooLarge,
    Timeout,
    TransportError,
)
from ecwid_async.models.products import ProductDraft
from ecwid_async.transport import Settings
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, queue, token_key
from ecwid_async.wire import Event, EventKind, Transport
from tests.chaos.chaos_server import ChaosServer, ReceivedRequest, chaos_server
from tests.chaos.schedule import Burst, CallKind, PlannedCall, Schedule
from tests.contract.conftest import TRANSPORTS

TOKENS = {1: "secret_one", 2: "secret_two"}
# A call without a timeout ends all the same: every exchange and every wait is bounded.
MAX_SECONDS = 2 * 3600.0
# aiohttp rounds timeouts of five seconds or more up to whole seconds, to share wake-ups.
ROUNDING = 1.0

MakeTransport = Callable[[str, Settings], Transport]


def transport_class(library: str) -> MakeTransport:
    """The transport on an HTTP library. Skips the test if the library is not installed."""
    pytest.importorskip(library)
    found: MakeTransport = getattr(transport, TRANSPORTS[library])
    return found


class Cancelled(Exception):
    """The outcome of a call that was cancelled."""


@frozen
class FinishedCall:
    """How a call ended: its result or the error it raised, and how long it took."""

    plan: PlannedCall
    number: int
    outcome: Any
    seconds: float


@define
class QuarantineStart:
    """When a quarantine began, after how many requests, and with how many still in progress."""

    at: float
    store: int
    requests_before: int
    in_progress: int


@define
class Simulation:
    """A schedule and its outcome."""

    schedule: Schedule
    server: ChaosServer
    finished: list[FinishedCall] = field(factory=list)
    quarantined: list[QuarantineStart] = field(factory=list)


async def simulate(schedule: Schedule, make: MakeTransport) -> Simulation:
    """Run a schedule, check its outcome, and check that nothing is left behind."""
    loop = asyncio.get_running_loop()
    numbers = itertools.count(1)
    calls = [[(next(numbers), plan) for plan in burst.calls] for burst in schedule.bursts]
    faults = {number: list(plan.faults) for burst in calls for number, plan in burst}
    async with chaos_server(faults, schedule.dropped_connections) as server:
        simulation = Simulation(schedule, server)
        limiter = MemoryLimiter(schedule.quota, clock=loop.time) if schedule.quota else None

        def record_quarantine(event: Event) -> None:
            if event.kind is EventKind.QUARANTINED and limiter is not None:
                assert event.store_id is not None
                in_progress = limiter._tokens[token_key(TOKENS[event.store_id])].in_progress
                simulation.quarantined.append(
                    QuarantineStart(loop.time(), event.store_id, len(server.log), in_progress)
                )

        settings = Settings(connections=schedule.connections, largest_response=10_000)
        client = Ecwid(
            base_url=server.base_url,
            transport=make(server.base_url, settings),
            quota=schedule.quota,
            limiter=limiter,
            events=record_quarantine,
        )
        async with client as ecwid, asyncio.timeout(MAX_SECONDS * len(schedule.bursts)):
            for burst, planned in zip(schedule.bursts, calls, strict=True):
                await _run_burst(ecwid, server, burst, planned, simulation)
        await server.all_closed()
        _check(simulation)
        left = asyncio.all_tasks() - {asyncio.current_task()} - server.tasks
        assert not left, f"tasks are left: {left}"
        assert not queue._queues.get({}), "calls are left in a queue"
        if limiter is not None:
            assert all(not token.in_progress for token in limiter._tokens.values()), "slots are held without a call"
    return simulation


async def _run_burst(
    ecwid: Ecwid, server: ChaosServer, burst: Burst, planned: list[tuple[int, PlannedCall]], simulation: Simulation
) -> None:
    await asyncio.sleep(burst.pause)
    if burst.refused_for:
        server.refuse_connections()
    if burst.drop is not None:
        server.drop(burst.drop)

    async def reopen() -> None:
        await asyncio.sleep(burst.refused_for)
        await server.open()

    async with asyncio.TaskGroup() as group:
        if burst.refused_for:
            group.create_task(reopen())
        running = [group.create_task(_call(ecwid, number, plan)) for number, plan in planned]
    simulation.finished += [task.result() for task in running]


async def _call(ecwid: Ecwid, number: int, plan: PlannedCall) -> FinishedCall:
    loop = asyncio.get_running_loop()
    products, orders = (store := ecwid.store(plan.store, TOKENS[plan.store])).products, store.orders
    call: Any = {
        CallKind.DELTA: lambda: products.inventory.adjust(number, -1),
        CallKind.WRITE: lambda: products.update(number, ProductDraft(name="x")),
        CallKind.READ: lambda: orders.get(number),
    }[plan.kind]()
    started = loop.time()
    task = asyncio.ensure_future(call.with_timeout(plan.timeout))
    if plan.cancelled is not None:
        for _ in range(plan.cancelled):
            await asyncio.sleep(0)
        task.cancel()
    outcome: Any
    try:
        outcome = await task
    except asyncio.CancelledError:
        assert plan.cancelled is not None, "it was not cancelled"
        outcome = Cancelled()
    except Exception as error:
        outcome = error
    return FinishedCall(plan, number, outcome, loop.time() - started)


def _check(simulation: Simulation) -> None:
    for call in simulation.finished:
        received = simulation.server.requests_for(call.number)
        _check_outcome(call)
        _check_truthfulness(call, received, simulation.server.applied[call.number])
        if call.plan.kind is CallKind.DELTA:
            _check_sent_once(call, received, simulation.server.applied[call.number])
    assert not simulation.server.unexpected, f"unplanned requests: {simulation.server.unexpected}"
    if simulation.schedule.quota is not None:
        _check_quota(simulation.server.log, simulation.schedule.quota)
        for quarantined in simulation.quarantined:
            _check_quarantine(quarantined, simulation.server.log, simulation.schedule.quota)


def _check_outcome(call: FinishedCall) -> None:
    """The call ended with success or a clear error, in time."""
    outcome, timeout = call.outcome, call.plan.timeout
    if isinstance(outcome, BaseException) and not isinstance(outcome, Cancelled):
        assert isinstance(outcome, EcwidError), f"not an error of ours: {outcome!r}"
        assert isinstance(outcome, (APIError, TransportError, DecodeError, ResponseTooLarge)), repr(outcome)
        assert outcome.outcome is not None, f"an error without an outcome: {outcome!r}"
    elif call.plan.kind is CallKind.READ and not isinstance(outcome, Cancelled):
        assert outcome.id == str(call.number), "the response to another call"
    assert call.seconds <= (MAX_SECONDS if timeout is None else timeout + ROUNDING), f"{call} came too late"


def _check_truthfulness(call: FinishedCall, received: list[ReceivedRequest], applied: int) -> None:
    """The outcome that the caller sees is true."""
    outcome = call.outcome
    if isinstance(outcome, APIError):
        assert bool(received) is (outcome.outcome != "not_sent"), f"it arrived {len(received)} times: {outcome!r}"
    if isinstance(outcome, EcwidError) and call.plan.kind is not CallKind.READ:
        # The outcome covers all attempts.
        assert not applied or outcome.outcome not in ("not_sent", "refused"), f"it took effect: {outcome!r}"
        # A response that is too large was not read.
        done = outcome.outcome == "done" and not isinstance(outcome, ResponseTooLarge)
        assert applied or not done, f"it did not take effect: {outcome!r}"
    elif not isinstance(outcome, BaseException):
        assert applied, "it succeeded, but it did not take effect"
    assert isinstance(outcome, (APIError, NotSent, OutcomeUnknown, Timeout)) or not isinstance(outcome, TransportError)


def _check_sent_once(call: FinishedCall, received: list[ReceivedRequest], applied: int) -> None:
    """A stock delta arrived once, except for attempts that the server refused with 429."""
    assert applied <= 1, f"applied {applied} times: {call}"
    for request in received[:-1]:
        assert request.reply.refused, f"sent again after it may have had an effect: {call}"
        assert request.reply.data.startswith(b"HTTP/1.1 429 ")
    if not isinstance(call.outcome, BaseException):
        assert applied == 1


def _check_quota(log: list[ReceivedRequest], quota: Quota) -> None:
    """No window has more requests of a token than the quota allows."""
    for store in TOKENS:
        moments = [request.at for request in log if request.store == store]
        for first, beyond in zip(moments, moments[quota.requests :], strict=False):
            assert beyond - first >= quota.window - 1e-6, f"{quota.requests + 1} requests in {beyond - first} s"


def _check_quarantine(quarantined: QuarantineStart, log: list[ReceivedRequest], quota: Quota) -> None:
    """After a quarantine began, only requests in progress still arrived, and one probe per interval."""
    later = [request for request in log[quarantined.requests_before :] if request.store == quarantined.store]
    soon = [request for request in later if request.at < quarantined.at + quota.probe_interval]
    assert len(soon) <= quarantined.in_progress, f"{len(soon)} requests after quarantine"
