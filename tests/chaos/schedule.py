"""Schedules: who calls what and when, and what goes wrong meanwhile. `schedules` draws them."""

from enum import StrEnum

from attrs import frozen
from hypothesis import strategies as st

from ecwid_async.transport.rate_limit import Quota
from tests.chaos.faults import (
    Babble,
    Cut,
    Door,
    Ends,
    Fail,
    Fault,
    Interim,
    Lie,
    Mislead,
    Page,
    Refuse,
    Serve,
    Silence,
    Surplus,
    whole,
)


class Kind(StrEnum):
    DELTA = "a stock delta, which must not be repeated"
    WRITE = "a write of named fields, which may be"
    READ = "a read"


@frozen
class Plan:
    """One call: which, of which store, under which deadline; cancelled after so many steps of the loop, or never."""

    kind: Kind
    faults: tuple[Fault, ...] = ()
    store: int = 1
    timeout: float | None = None
    cancelled: int | None = None


@frozen
class Wave:
    """Calls at the same time, after a pause; all connections may drop just before, and new ones be refused a while."""

    calls: tuple[Plan, ...]
    pause: float = 0.0
    drop: Ends | None = None
    refused_for: float = 0.0


@frozen
class Schedule:
    waves: tuple[Wave, ...]
    doors: tuple[Door, ...] = ()
    connections: int = 100
    quota: Quota | None = None


SMALL = Quota(requests=5, window=10.0, reserve=1, burst=5, ceiling=1000.0)

_ends = st.sampled_from(Ends)
_broken = st.sampled_from([Ends.CLOSED, Ends.RESET, Ends.STALLED])
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
    Refuse, st.just(429), st.sampled_from(["RATE_LIMITED", None]), st.sampled_from(RETRY_AFTER), _ends
)
refused = st.builds(
    Refuse,
    st.sampled_from([302, 307, 400, 403, 404, 405, 409, 415, 422]),
    st.sampled_from([None, "INSUFFICIENT_APP_SCOPE"]),
    st.sampled_from([(), (("Location", "/elsewhere"),)]),
    _ends,
)
quarantined = st.sampled_from([Refuse(403, "INVALID_API_TOKEN"), Refuse(402, "STORE_IS_SUSPENDED"), Refuse(401)])
failed = st.builds(Fail, st.sampled_from([408, 500, 501, 502, 503, 504, 599]), _applied, _ends, st.booleans())
cut = st.builds(Cut, st.integers(0, 120), _broken, _applied)
served = st.builds(Serve, st.sampled_from([Ends.KEPT, Ends.CLOSED, Ends.RESET]), st.booleans(), st.booleans())
misled = st.builds(Mislead, st.sampled_from(Lie), _broken, _applied)
babbled = st.builds(
    Babble,
    st.one_of(st.binary(max_size=40), st.just(b"\r\n\r\n"), st.just(b"HTTP/9.9 what\r\n\r\n")),
    _broken,
    _applied,
)
interim = st.builds(Interim, st.sampled_from([100, 102, 103]))
pages = st.builds(Page, st.sampled_from([b"<html>Log in</html>", b"OK", b"[]", b"null", b'{"id":', b"\xff"]), _applied)
silences = st.builds(Silence, st.sampled_from([200, 204]))
surpluses = st.builds(Surplus, st.sampled_from([b"\r\n", b"noise", whole(b'{"id":"0"}')]))


_any = st.one_of(cut, served, throttled, failed, misled, babbled, refused, interim, pages, silences, surpluses)
# What one item meets: any mixture, or a storm or burst of one kind.
faults = st.one_of(
    st.lists(_any, max_size=4),
    st.lists(throttled, min_size=3, max_size=6),
    st.lists(failed, min_size=3, max_size=6),
).map(tuple)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    store = draw(st.sampled_from([1, 1, 2]))
    met: tuple[Fault, ...] = draw(faults)
    if store == 2 and draw(st.integers(0, 4)) == 4:
        met = (*met[:1], draw(quarantined))
    return Plan(
        draw(st.sampled_from(Kind)),
        met,
        store,
        draw(st.sampled_from([None, 30.0, 3.0, 0.2])),
        draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, 30))),
    )


waves = st.builds(
    Wave,
    st.lists(plans(), min_size=1, max_size=8).map(tuple),
    st.sampled_from([0.0, 0.0, 1.0, 20.0, 2000.0]),
    st.sampled_from([None, None, Ends.CLOSED, Ends.RESET]),
    st.sampled_from([0.0, 0.0, 0.3, 100.0]),
)
doors = st.lists(st.builds(Door, st.integers(0, 300), _broken), max_size=3).map(tuple)
schedules = st.builds(
    Schedule,
    st.lists(waves, min_size=1, max_size=4).map(tuple),
    doors,
    st.sampled_from([100, 2, 1]),
    st.sampled_from([None, Quota(), SMALL]),
)
