"""Plays a schedule with the real client, and judges what it did by the server's own log."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen

from ecwid_async import Ecwid
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
from tests.chaos.chaos_server import Arrival, ChaosServer, chaos_server
from tests.chaos.schedule import Kind, Plan, Schedule, Wave

TOKENS = {1: "secret_one", 2: "secret_two"}
# A call that is given no deadline ends all the same: every exchange and every wait has a bound.
AT_MOST = 2 * 3600.0
# aiohttp rounds timeouts of five seconds and more up to whole ones, so that they share a wake-up.
ROUNDING = 1.0

MakeTransport = Callable[[str, Settings], Transport]


class Cancelled(Exception):
    """The outcome of a call that was cancelled."""


@frozen
class Ended:
    """How a call ended: its result or the error it raised, and how long it took."""

    plan: Plan
    number: int
    outcome: Any
    seconds: float


@define
class Condemned:
    """When a token or store went into quarantine: how many requests there had been, and were still under way."""

    at: float
    store: int
    arrivals: int
    under_way: int


@define
class Played:
    """All that is known after a schedule."""

    schedule: Schedule
    server: ChaosServer
    ended: list[Ended] = field(factory=list)
    quarantined: list[Condemned] = field(factory=list)


async def play(schedule: Schedule, make: MakeTransport) -> Played:
    """Play a schedule, judge it, and see to it that nothing is left behind."""
    loop = asyncio.get_running_loop()
    numbers = itertools.count(1)
    calls = [[(next(numbers), plan) for plan in wave.calls] for wave in schedule.waves]
    faults = {number: list(plan.faults) for wave in calls for number, plan in wave}
    async with chaos_server(faults, schedule.doors) as server:
        played = Played(schedule, server)
        state = MemoryLimiter(schedule.quota, clock=loop.time) if schedule.quota else None

        def hear(event: Event) -> None:
            if event.kind is EventKind.QUARANTINED and state is not None:
                assert event.store_id is not None
                under_way = state._tokens[token_key(TOKENS[event.store_id])].in_progress
                played.quarantined.append(Condemned(loop.time(), event.store_id, len(server.log), under_way))

        settings = Settings(connections=schedule.connections, largest_response=10_000)
        transport = make(server.base_url, settings)
        client = Ecwid(base_url=server.base_url, transport=transport, quota=schedule.quota, limiter=state, events=hear)
        async with client as ecwid, asyncio.timeout(AT_MOST * len(schedule.waves)):
            for wave, planned in zip(schedule.waves, calls, strict=True):
                await _surf(ecwid, server, wave, planned, played)
        await server.deserted()
        _judge(played)
        left = asyncio.all_tasks() - {asyncio.current_task()} - server.tasks
        assert not left, f"tasks are left: {left}"
        assert not queue._queues.get({}), "callers are left in a queue"
        if state is not None:
            assert all(not token.in_progress for token in state._tokens.values()), "slots are held by nobody"
    return played


async def _surf(ecwid: Ecwid, server: ChaosServer, wave: Wave, planned: list[tuple[int, Plan]], played: Played) -> None:
    await asyncio.sleep(wave.pause)
    if wave.refused_for:
        server.shut()
    if wave.drop is not None:
        server.drop(wave.drop)

    async def reopen() -> None:
        await asyncio.sleep(wave.refused_for)
        await server.open()

    async with asyncio.TaskGroup() as group:
        if wave.refused_for:
            group.create_task(reopen())
        running = [group.create_task(_call(ecwid, number, plan)) for number, plan in planned]
    played.ended += [task.result() for task in running]


async def _call(ecwid: Ecwid, number: int, plan: Plan) -> Ended:
    loop = asyncio.get_running_loop()
    products, orders = (store := ecwid.store(plan.store, TOKENS[plan.store])).products, store.orders
    call: Any = {
        Kind.DELTA: lambda: products.inventory.adjust(number, -1),
        Kind.WRITE: lambda: products.update(number, ProductDraft(name="x")),
        Kind.READ: lambda: orders.get(number),
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
        assert plan.cancelled is not None, "nobody had cancelled it"
        outcome = Cancelled()
    except Exception as error:
        outcome = error
    return Ended(plan, number, outcome, loop.time() - started)


def _judge(played: Played) -> None:
    for ended in played.ended:
        arrivals = played.server.of(ended.number)
        _judge_outcome(ended)
        _judge_truth(ended, arrivals, played.server.applied[ended.number])
        if ended.plan.kind is Kind.DELTA:
            _judge_once(ended, arrivals, played.server.applied[ended.number])
    assert not played.server.strays, f"requests nobody had planned: {played.server.strays}"
    if played.schedule.quota is not None:
        _judge_quota(played.server.log, played.schedule.quota)
        for quarantined in played.quarantined:
            _judge_quarantine(quarantined, played.server.log, played.schedule.quota)


def _judge_outcome(ended: Ended) -> None:
    """It ended in success or a clear error, in time."""
    outcome, timeout = ended.outcome, ended.plan.timeout
    if isinstance(outcome, BaseException) and not isinstance(outcome, Cancelled):
        assert isinstance(outcome, EcwidError), f"not an error of ours: {outcome!r}"
        assert isinstance(outcome, (APIError, TransportError, DecodeError, ResponseTooLarge)), repr(outcome)
        assert outcome.outcome is not None, f"what became of the call? {outcome!r}"
    elif ended.plan.kind is Kind.READ and not isinstance(outcome, Cancelled):
        assert outcome.id == str(ended.number), "the answer to another call"
    assert ended.seconds <= (AT_MOST if timeout is None else timeout + ROUNDING), f"{ended} came too late"


def _judge_truth(ended: Ended, arrivals: list[Arrival], applied: int) -> None:
    """The caller is told what is so."""
    outcome = ended.outcome
    if isinstance(outcome, APIError):
        assert bool(arrivals) is (outcome.outcome != "not_sent"), f"it came {len(arrivals)} times: {outcome!r}"
    if isinstance(outcome, EcwidError) and ended.plan.kind is not Kind.READ:
        # It speaks of all attempts.
        assert not applied or outcome.outcome not in ("not_sent", "refused"), f"it took effect: {outcome!r}"
        # Of an answer that is too large, nobody has read whether it was one.
        done = outcome.outcome == "done" and not isinstance(outcome, ResponseTooLarge)
        assert applied or not done, f"it did not take effect: {outcome!r}"
    elif not isinstance(outcome, BaseException):
        assert applied, "told to have taken effect, and it had not"
    assert isinstance(outcome, (APIError, NotSent, OutcomeUnknown, Timeout)) or not isinstance(outcome, TransportError)


def _judge_once(ended: Ended, arrivals: list[Arrival], applied: int) -> None:
    """A stock delta came once, but for attempts that the server had refused with 429."""
    assert applied <= 1, f"applied {applied} times: {ended}"
    for arrival in arrivals[:-1]:
        assert arrival.reply.refused, f"sent again after it may have had an effect: {ended}"
        assert arrival.reply.text.startswith(b"HTTP/1.1 429 ")
    if not isinstance(ended.outcome, BaseException):
        assert applied == 1


def _judge_quota(log: list[Arrival], quota: Quota) -> None:
    """No window of the quota's length held more requests of a token than the quota has."""
    for store in TOKENS:
        moments = [arrival.at for arrival in log if arrival.store == store]
        for first, beyond in zip(moments, moments[quota.requests :], strict=False):
            assert beyond - first >= quota.window - 1e-6, f"{quota.requests + 1} requests in {beyond - first} s"


def _judge_quarantine(quarantined: Condemned, log: list[Arrival], quota: Quota) -> None:
    """After it was known, only what was under way still came; and one probe in a while."""
    later = [arrival for arrival in log[quarantined.arrivals :] if arrival.store == quarantined.store]
    soon = [arrival for arrival in later if arrival.at < quarantined.at + quota.probe_interval]
    assert len(soon) <= quarantined.under_way, f"{len(soon)} requests after quarantine"
