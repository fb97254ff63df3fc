"""Schedules: which calls are made when, and which faults they meet. The strategy `schedules` draws them."""

from enum import StrEnum

from attrs import frozen
from hypothesis import strategies as st

from ecwid_async.transport.rate_limit import Quota
from tests.chaos.faults import (
    ConnectionOutcome,
    DroppedConnection,
    EmptySuccess,
    Fault,
    ForeignPage,
    Garbage,
    InterimResponse,
    Malformation,
    MalformedResponse,
    Refusal,
    ServerFailure,
    SurplusData,
    TruncatedResponse,
    ValidResponse,
    ok_response,
)


class CallKind(StrEnum):
    DELTA = "a stock delta, which must not be repeated"
    WRITE = "a write of named fields, which may be repeated"
    READ = "a read"


@frozen
class PlannedCall:
    """One call: its kind, faults, store and timeout; `cancelled` is the number of loop steps before a cancellation."""

    kind: CallKind
    faults: tuple[Fault, ...] = ()
    store: int = 1
    timeout: float | None = None
    cancelled: int | None = None


@frozen
class Burst:
    """Simultaneous calls after a pause. Just before, connections may drop, and new ones be refused for a while."""

    calls: tuple[PlannedCall, ...]
    pause: float = 0.0
    drop: ConnectionOutcome | None = None
    refused_for: float = 0.0


@frozen
class Schedule:
    bursts: tuple[Burst, ...]
    dropped_connections: tuple[DroppedConnection, ...] = ()
    connections: int = 100
    quota: Quota | None = None


SMALL_QUOTA = Quota(requests=5, window=10.0, reserve=1, burst=5, ceiling=1000.0)

_connections = st.sampled_from(ConnectionOutcome)
_ended_connections = st.sampled_from([ConnectionOutcome.CLOSED, ConnectionOutcome.RESET, ConnectionOutcome.STALLED])
_applied = st.booleans()

RETRY_AFTER: list[tuple[tuple[str, str], ...]] = [
    (),
    (("Retry-After", "0"),),
    (("Retry-After", "3"),),
    (("Retry-After", "soon"),),
    (("Retry-After", "-1"),),
    (("Retry-After", "99999999999"),),
    (("Retry-After", "9" * 400),),
    (("Retry-After", "Sat, 21 Nov 2026 20:00:05 GMT"), ("Date", "Sat, 21 Nov 2026 20:00:00 GMT")),
    (("Retry-After", "Sat, 21 Nov 2026 20:00:05 -0000"), ("Date", "Sat, 21 Nov 2026 20:00:00 GMT")),
    (("Retry-After", "Sat, 21 Nov 2026 20:00:05 GMT"), ("Date", "today")),
]

throttled = st.builds(
    Refusal, st.just(429), st.sampled_from(["RATE_LIMITED", None]), st.sampled_from(RETRY_AFTER), _connections
)
refused = st.builds(
    Refusal,
    st.sampled_from([302, 307, 400, 403, 404, 405, 409, 415, 422]),
    st.sampled_from([None, "INSUFFICIENT_APP_SCOPE"]),
    st.sampled_from([(), (("Location", "/elsewhere"),)]),
    _connections,
)
quarantined = st.sampled_from([Refusal(403, "INVALID_API_TOKEN"), Refusal(402, "STORE_IS_SUSPENDED"), Refusal(401)])
failed = st.builds(
    ServerFailure, st.sampled_from([408, 500, 501, 502, 503, 504, 599]), _applied, _connections, st.booleans()
)
truncated = st.builds(TruncatedResponse, st.integers(0, 120), _ended_connections, _applied)
valid = st.builds(
    ValidResponse,
    st.sampled_from([ConnectionOutcome.KEPT, ConnectionOutcome.CLOSED, ConnectionOutcome.RESET]),
    st.booleans(),
    st.booleans(),
)
malformed = st.builds(MalformedResponse, st.sampled_from(Malformation), _ended_connections, _applied)
garbage = st.builds(
    Garbage,
    st.one_of(st.binary(max_size=40), st.just(b"\r\n\r\n"), st.just(b"HTTP/9.9 what\r\n\r\n")),
    _ended_connections,
    _applied,
)
interim = st.builds(InterimResponse, st.sampled_from([100, 102, 103]))
foreign_pages = st.builds(
    ForeignPage, st.sampled_from([b"<html>Log in</html>", b"OK", b"[]", b"null", b'{"id":', b"\xff"]), _applied
)
empty_successes = st.builds(EmptySuccess, st.sampled_from([200, 204]))
surplus_data = st.builds(SurplusData, st.sampled_from([b"\r\n", b"noise", ok_response(b'{"id":"0"}')]))


_any = st.one_of(
    truncated,
    valid,
    throttled,
    failed,
    malformed,
    garbage,
    refused,
    interim,
    foreign_pages,
    empty_successes,
    surplus_data,
)
# The faults of one item: any mixture, or several of one kind.
faults = st.one_of(
    st.lists(_any, max_size=4),
    st.lists(throttled, min_size=3, max_size=6),
    st.lists(failed, min_size=3, max_size=6),
).map(tuple)


@st.composite
def planned_calls(draw: st.DrawFn) -> PlannedCall:
    store = draw(st.sampled_from([1, 1, 2]))
    drawn: tuple[Fault, ...] = draw(faults)
    if store == 2 and draw(st.integers(0, 4)) == 4:
        drawn = (*drawn[:1], draw(quarantined))
    return PlannedCall(
        draw(st.sampled_from(CallKind)),
        drawn,
        store,
        draw(st.sampled_from([None, 30.0, 3.0, 0.2])),
        draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, 30))),
    )


bursts = st.builds(
    Burst,
    st.lists(planned_calls(), min_size=1, max_size=8).map(tuple),
    st.sampled_from([0.0, 0.0, 1.0, 20.0, 2000.0]),
    st.sampled_from([None, None, ConnectionOutcome.CLOSED, ConnectionOutcome.RESET]),
    st.sampled_from([0.0, 0.0, 0.3, 100.0]),
)
dropped_connections = st.lists(st.builds(DroppedConnection, st.integers(0, 300), _ended_connections), max_size=3).map(
    tuple
)
schedules = st.builds(
    Schedule,
    st.lists(bursts, min_size=1, max_size=4).map(tuple),
    dropped_connections,
    st.sampled_from([100, 2, 1]),
    st.sampled_from([None, Quota(), SMALL_QUOTA]),
)
