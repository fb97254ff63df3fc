"""Whatever a server does, nothing happens twice, nobody is told a lie, no limit is exceeded and nothing is left behind.

What is held to is written in `judge`; a schedule that fails is printed in its smallest form.
"""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ecwid_async import Ecwid
from ecwid_async.transport import Settings
from tests.chaos.chaos_server import chaos_server
from tests.chaos.conftest import transport_class
from tests.chaos.faults import LIES, Babble, Cut, Door, Ends, Fault, Mislead, Refuse, Serve, whole
from tests.chaos.schedule import RETRY_AFTER, SMALL, Kind, Plan, Schedule, Wave, quarantined, schedules
from tests.chaos.verification import Played, play
from tests.chaos.virtual_time import run

# pyqwest works in threads of its own, which need a moment.
GRACE = {"aiohttp": 0.001, "httpx2": 0.001, "pyqwest": 0.02}
LIBRARIES = list(GRACE)
# For what must not fail: a jump of the clock that comes too early is a network that was slow, and may cost a call.
LONG_GRACE = {**GRACE, "pyqwest": 0.25}
# `nox -s chaos` asks for more than Hypothesis does by itself.
THOROUGH = settings().max_examples > 100
EXAMPLES, FEWER_EXAMPLES = (settings().max_examples, settings().max_examples // 5) if THOROUGH else (20, 5)

# Explaining a failure would run it under a tracer, which takes longer than to read it.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]


def played(schedule: Schedule, library: str = "aiohttp", grace: Mapping[str, float] = GRACE) -> Played:
    return run(play(schedule, transport_class(library)), grace[library])


def one_after_another(kind: Kind, faults: list[Fault]) -> Schedule:
    """Each fault meets a call of its own; the calls after it show what it did to the connection."""
    return Schedule(tuple(Wave((Plan(kind, (fault,), timeout=5.0),)) for fault in faults))


@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(schedules)
def test_no_schedule_of_faults_breaks_a_promise(schedule: Schedule) -> None:
    played(schedule, "aiohttp")


@pytest.mark.parametrize("library", ["httpx2", "pyqwest"])
@settings(max_examples=FEWER_EXAMPLES, phases=PHASES, suppress_health_check=SLOW_IS_FINE)
@given(schedule=schedules)
def test_no_schedule_of_faults_breaks_a_promise_behind_another_library(library: str, schedule: Schedule) -> None:
    played(schedule, library)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("ends", [Ends.CLOSED, Ends.RESET])
@pytest.mark.parametrize("applied", [True, False])
def test_an_answer_may_end_after_any_byte(kind: Kind, ends: Ends, applied: bool) -> None:
    length = len(whole(b'{"updateCount":1}'))
    found = played(one_after_another(kind, [Cut(after, ends, applied) for after in range(length)]))
    assert len(found.ended) == length


@pytest.mark.parametrize("kind", [Kind.DELTA, Kind.READ])
@pytest.mark.parametrize("ends", [Ends.CLOSED, Ends.RESET, Ends.STALLED])
def test_a_request_may_end_after_any_byte(kind: Kind, ends: Ends) -> None:
    doors = tuple(Door(after, ends) for after in range(0, 240, 12))
    plan = Plan(kind, timeout=5.0)
    found = played(Schedule(tuple(Wave((plan,)) for _ in doors), doors, quota=None))
    assert len(found.server.log) < len(doors) * 2


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("ends", [Ends.CLOSED, Ends.RESET, Ends.STALLED])
def test_no_lie_about_its_length_makes_an_answer_of_what_is_none(library: str, ends: Ends) -> None:
    faults: list[Fault] = [Mislead(lie, ends, applied) for lie in LIES for applied in (True, False)]
    faults += [Babble(text, ends, False) for text in (b"", b"\0" * 50, b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-x\r\n")]
    # Without a length, the end of the connection is the end of the answer: that is no lie.
    honest = [fault for fault in faults if not (isinstance(fault, Mislead) and "end is the connection" in fault.lie)]
    found = played(one_after_another(Kind.DELTA, honest), library)
    assert all(isinstance(ended.outcome, Exception) for ended in found.ended)


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_comes_unasked_on_an_idle_connection_is_the_answer_to_nobody(library: str) -> None:
    async def main() -> None:
        async with chaos_server({}) as server:
            transport = transport_class(library)(server.base_url, Settings())
            async with Ecwid(base_url=server.base_url, transport=transport, quota=None) as ecwid:
                store = ecwid.store(1, "secret_one")
                for number in (1, 2, 3):
                    assert (await store.orders.get(number)).id == str(number)
                    server.say(whole(b'{"id":"4711"}'))
                    await asyncio.sleep(1)
                assert len(server.log) == 3

    run(main(), LONG_GRACE[library])


@pytest.mark.parametrize("asked", RETRY_AFTER, ids=str)
def test_a_storm_of_429_over_a_small_quota_is_sat_out(asked: tuple[tuple[str, str], ...]) -> None:
    """Twenty deltas at once, each refused three times: they all take effect, once, and within the quota."""
    fault = Refuse(429, "RATE_LIMITED", asked)
    calls = tuple(Plan(Kind.DELTA, (fault,) * 3) for _ in range(20))
    found = played(Schedule((Wave(calls),), quota=SMALL))
    done = [ended for ended in found.ended if not isinstance(ended.outcome, Exception)]
    assert len(done) == 20
    assert sum(found.server.applied.values()) == 20


@pytest.mark.parametrize("library", LIBRARIES)
def test_connections_that_drop_under_a_crowd_cost_no_call(library: str) -> None:
    """Kept connections go away at the moment at which forty reads want them."""
    crowd = tuple(Plan(Kind.READ, (Serve(Ends.CLOSED),) if number % 3 else ()) for number in range(40))
    drops = (None, Ends.RESET, Ends.CLOSED, Ends.RESET)
    found = played(Schedule(tuple(Wave(crowd, drop=drop) for drop in drops), connections=10), library, LONG_GRACE)
    assert not [ended.outcome for ended in found.ended if isinstance(ended.outcome, Exception)]


@settings(max_examples=3, phases=PHASES)
@given(quarantined)
def test_a_dead_token_is_not_asked_again_but_once_in_a_while(fault: Fault) -> None:
    dead = Plan(Kind.READ, (fault,), store=2)
    crowd = tuple(Plan(Kind.READ, store=2) for _ in range(30))
    found = played(
        Schedule((Wave((dead,)), Wave(crowd), Wave(crowd, pause=1000.0), Wave(crowd, pause=1.0)), quota=SMALL)
    )
    first, *later = found.server.log
    assert first.number == 1
    assert [arrival for arrival in later if arrival.at < first.at + SMALL.probe_interval] == []
    # The probe went well: the token works again.
    assert len(later) > 30
