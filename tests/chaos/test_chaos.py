"""Under any schedule of faults, writes happen once, outcomes are true, limits hold and nothing is left behind.

`simulation` has the checks. Hypothesis prints a failing schedule in its smallest form.
"""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ecwid_async import Ecwid
from ecwid_async.transport import Settings
from tests.chaos.chaos_server import chaos_server
from tests.chaos.faults import (
    MALFORMED_RESPONSES,
    ConnectionOutcome,
    DroppedConnection,
    Fault,
    Garbage,
    Malformation,
    MalformedResponse,
    Refusal,
    TruncatedResponse,
    ValidResponse,
    ok_response,
)
from tests.chaos.schedule import (
    RETRY_AFTER,
    SMALL_QUOTA,
    Burst,
    CallKind,
    PlannedCall,
    Schedule,
    quarantined,
    schedules,
)
from tests.chaos.simulation import Simulation, simulate, transport_class
from tests.chaos.virtual_time import run_virtually

# pyqwest works in its own threads, which need more time.
IDLE_TIMES = {"aiohttp": 0.001, "httpx2": 0.001, "pyqwest": 0.02}
LIBRARIES = list(IDLE_TIMES)
# For tests in which no call may fail: a clock that jumps too early amounts to a slow network, and may cost a call.
LONG_IDLE_TIMES = {**IDLE_TIMES, "pyqwest": 0.25}
# `nox -s chaos` runs more examples than the default of Hypothesis.
THOROUGH = settings().max_examples > 100
EXAMPLES, FEWER_EXAMPLES = (settings().max_examples, settings().max_examples // 5) if THOROUGH else (20, 5)

# Without the phase "explain", which runs failures under a tracer and takes long.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.data_too_large]


def run_schedule(
    schedule: Schedule, library: str = "aiohttp", idle_time: Mapping[str, float] = IDLE_TIMES
) -> Simulation:
    return run_virtually(simulate(schedule, transport_class(library)), idle_time[library])


def one_after_another(kind: CallKind, faults: list[Fault]) -> Schedule:
    """One call per fault; later calls show what a fault did to the connection."""
    return Schedule(tuple(Burst((PlannedCall(kind, (fault,), timeout=5.0),)) for fault in faults))


@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SUPPRESSED)
@given(schedules)
def test_no_schedule_of_faults_breaks_a_promise(schedule: Schedule) -> None:
    run_schedule(schedule, "aiohttp")


@pytest.mark.parametrize("library", ["httpx2", "pyqwest"])
@settings(max_examples=FEWER_EXAMPLES, phases=PHASES, suppress_health_check=SUPPRESSED)
@given(schedule=schedules)
def test_no_schedule_of_faults_breaks_a_promise_with_another_library(library: str, schedule: Schedule) -> None:
    run_schedule(schedule, library)


@pytest.mark.parametrize("kind", CallKind)
@pytest.mark.parametrize("connection", [ConnectionOutcome.CLOSED, ConnectionOutcome.RESET])
@pytest.mark.parametrize("applied", [True, False])
def test_a_response_may_end_after_any_byte(kind: CallKind, connection: ConnectionOutcome, applied: bool) -> None:
    length = len(ok_response(b'{"updateCount":1}'))
    simulation = run_schedule(
        one_after_another(kind, [TruncatedResponse(after, connection, applied) for after in range(length)])
    )
    assert len(simulation.finished) == length


@pytest.mark.parametrize("kind", [CallKind.DELTA, CallKind.READ])
@pytest.mark.parametrize("connection", [ConnectionOutcome.CLOSED, ConnectionOutcome.RESET, ConnectionOutcome.STALLED])
def test_a_request_may_end_after_any_byte(kind: CallKind, connection: ConnectionOutcome) -> None:
    dropped_connections = tuple(DroppedConnection(after, connection) for after in range(0, 240, 12))
    plan = PlannedCall(kind, timeout=5.0)
    simulation = run_schedule(
        Schedule(tuple(Burst((plan,)) for _ in dropped_connections), dropped_connections, quota=None)
    )
    assert len(simulation.server.log) < len(dropped_connections) * 2


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("connection", [ConnectionOutcome.CLOSED, ConnectionOutcome.RESET, ConnectionOutcome.STALLED])
def test_no_malformed_response_is_taken_for_a_valid_one(library: str, connection: ConnectionOutcome) -> None:
    faults: list[Fault] = [
        MalformedResponse(malformation, connection, applied)
        for malformation in MALFORMED_RESPONSES
        for applied in (True, False)
    ]
    faults += [
        Garbage(text, connection, False) for text in (b"", b"\0" * 50, b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-x\r\n")
    ]
    # Without a length, the end of the connection is the end of the response, which is valid.
    invalid = [
        fault
        for fault in faults
        if not (isinstance(fault, MalformedResponse) and fault.malformation is Malformation.NO_LENGTH)
    ]
    simulation = run_schedule(one_after_another(CallKind.DELTA, invalid), library)
    assert all(isinstance(call.outcome, Exception) for call in simulation.finished)


@pytest.mark.parametrize("library", LIBRARIES)
def test_unrequested_data_on_an_idle_connection_is_not_a_response(library: str) -> None:
    async def main() -> None:
        async with chaos_server({}) as server:
            transport = transport_class(library)(server.base_url, Settings())
            async with Ecwid(base_url=server.base_url, transport=transport, quota=None) as ecwid:
                store = ecwid.store(1, "secret_one")
                for number in (1, 2, 3):
                    assert (await store.orders.get(number)).id == str(number)
                    server.send_unrequested(ok_response(b'{"id":"4711"}'))
                    await asyncio.sleep(1)
                assert len(server.log) == 3

    run_virtually(main(), LONG_IDLE_TIMES[library])


@pytest.mark.parametrize("retry_after", RETRY_AFTER, ids=str)
def test_calls_survive_many_429s_with_a_small_quota(retry_after: tuple[tuple[str, str], ...]) -> None:
    """Twenty deltas at once, each refused three times: all take effect, once, and within the quota."""
    fault = Refusal(429, "RATE_LIMITED", retry_after)
    calls = tuple(PlannedCall(CallKind.DELTA, (fault,) * 3) for _ in range(20))
    simulation = run_schedule(Schedule((Burst(calls),), quota=SMALL_QUOTA))
    done = [call for call in simulation.finished if not isinstance(call.outcome, Exception)]
    assert len(done) == 20
    assert sum(simulation.server.applied.values()) == 20


@pytest.mark.parametrize("library", LIBRARIES)
def test_connections_that_drop_during_many_reads_cost_no_call(library: str) -> None:
    """Idle connections drop just before forty reads use them."""
    reads = tuple(
        PlannedCall(CallKind.READ, (ValidResponse(ConnectionOutcome.CLOSED),) if number % 3 else ())
        for number in range(40)
    )
    drops = (None, ConnectionOutcome.RESET, ConnectionOutcome.CLOSED, ConnectionOutcome.RESET)
    simulation = run_schedule(
        Schedule(tuple(Burst(reads, drop=drop) for drop in drops), connections=10), library, LONG_IDLE_TIMES
    )
    assert not [call.outcome for call in simulation.finished if isinstance(call.outcome, Exception)]


@settings(max_examples=3, phases=PHASES)
@given(quarantined)
def test_an_invalid_token_is_probed_once_per_interval(fault: Fault) -> None:
    refused = PlannedCall(CallKind.READ, (fault,), store=2)
    reads = tuple(PlannedCall(CallKind.READ, store=2) for _ in range(30))
    simulation = run_schedule(
        Schedule(
            (Burst((refused,)), Burst(reads), Burst(reads, pause=1000.0), Burst(reads, pause=1.0)), quota=SMALL_QUOTA
        )
    )
    first, *later = simulation.server.log
    assert first.number == 1
    assert [request for request in later if request.at < first.at + SMALL_QUOTA.probe_interval] == []
    # The probe succeeded: the token works again.
    assert len(later) > 30
