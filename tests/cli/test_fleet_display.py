"""The live display of a fleet, and the lines in its place."""

import io

import pytest
from rich.console import Console

from ecwid_async.cli.fleet_display import FleetDisplay
from ecwid_async.sync import (
    FleetListed,
    FleetProblem,
    FleetStatus,
    SectionReport,
    SliceEnded,
    SliceResult,
    SliceStarted,
    StoreProgress,
    SyncReport,
)
from ecwid_async.sync.database import ScheduledStore, ScheduleTotals
from ecwid_async.wire import Event, EventKind

NOW = 1_800_000_000.0


class Screen:
    """A display on a terminal of a size, at a time that a test sets."""

    def __init__(self, *, width=80, height=24, terminal=True, every=60.0):
        self.now = NOW
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=terminal, width=width, height=height, color_system=None)
        self.display = FleetDisplay(
            shown=True,
            title="→ stores.db",
            every=every,
            ceiling=90.0,
            clock=lambda: self.now,
            console=self.console,
        )

    def request(self, store_id, operation="GET /products", **values):
        values = {"kind": EventKind.ATTEMPT_STARTED, **values}
        self.display(Event(operation=operation, request_id="1", store_id=store_id, **values))

    def start(self, *store_ids):
        for store_id in store_ids:
            self.display.show_event(SliceStarted(store_id=store_id, late=0.0))

    def end(self, store_id, outcome="ok", *, changed=0, error=None, delay=None):
        sections = {"products": SectionReport(name="products", changed=changed)}
        report = None if error else SyncReport(store_id=store_id, sections=sections)
        result = SliceResult(outcome=outcome, store=scheduled(store_id, error=error), delay=delay, report=report)
        self.display.show_event(SliceEnded(store_id=store_id, result=result))

    def status(self, *worst, **totals):
        totals = {"every": 60.0, "failing": len(worst), **totals}
        self.display.show_status(
            FleetStatus(name="default", now=NOW, totals=ScheduleTotals(**totals), worst=list(worst))
        )

    def lines(self):
        with self.console.capture() as captured:
            self.console.print(self.display)
        return [line.rstrip() for line in captured.get().splitlines()]

    @property
    def text(self):
        return " ".join(" ".join(self.lines()).split())


def scheduled(store_id, *, condition="failing", due_in=60.0, error=None):
    return ScheduledStore(
        fleet="default", store_id=store_id, listing=1, due_at=NOW + due_in, every=60.0, condition=condition, error=error
    )


def busy_screen(**size):
    """A fleet with much of everything."""
    screen = Screen(**size)
    screen.start(*range(1000, 1050))
    for number in range(20):
        screen.end(2000 + number, changed=3)
    screen.now += 10
    failing = [scheduled(3000 + number, error="the server failed " * 20) for number in range(30)]
    screen.status(*failing, stores=10_000, ok=9_970, due=12, longest_late=4000.0, mean_interval=95.0)
    return screen


@pytest.mark.parametrize(("width", "height"), [(80, 24), (80, 12), (80, 8), (40, 24), (120, 60), (80, 5)])
def test_the_display_fits_the_terminal_and_keeps_its_height(width, height):
    quiet, busy = Screen(width=width, height=height), busy_screen(width=width, height=height)
    quiet.status(stores=3, ok=3)
    assert len(quiet.lines()) == len(busy.lines()) <= height - 1
    assert all(len(line) <= width for line in busy.lines())


def test_the_header_has_totals_and_rates():
    screen = Screen()
    for _ in range(100):
        screen.request(1003)
    for number in range(30):
        screen.start(number)
        screen.end(number, changed=2)
    screen.now += 5
    screen.status(stores=200, ok=196, continues=2, refused=2, due=5, longest_late=3.0)
    text = screen.text
    assert "→ stores.db every 1m" in text
    assert "200 stores: 196 ok 2 continuing 0 new 0 failing 2 refused" in text
    assert "360 rounds/min 20.0 of 90 requests/s 60 items stored oldest due for 3 s" in text


def test_the_rates_are_of_the_last_seconds():
    screen = Screen()
    screen.request(1003)
    screen.end(1003)
    screen.now += 3600
    assert "0 rounds/min 0.0 of 90 requests/s" in screen.text


def test_a_store_in_progress_keeps_its_line():
    screen = Screen()
    screen.start(1, 2)
    screen.request(2, "GET /orders")
    screen.now += 1
    screen.display.show_event(StoreProgress(store_id=2, section=SectionReport(name="orders", changed=340)))
    (first, second) = (line for line in screen.lines() if line.startswith("●"))
    assert second.split() == ["●", "2", "1", "s", "340", "stored", "reading", "orders"]
    screen.end(1)
    screen.start(3)
    screen.now += 1
    assert [line.split()[1] for line in screen.lines() if line.startswith("●")] == ["3", "2"]
    assert first.split()[1] == "1"


def test_a_short_slice_is_not_shown():
    screen = Screen()
    screen.start(1)
    screen.now += 0.1
    assert not any(line.startswith("●") for line in screen.lines())
    assert "In progress: 1" in screen.text


def test_a_broken_store_is_shown_with_the_reason_and_the_time_of_the_next_try():
    screen = Screen()
    screen.status(
        scheduled(1053, condition="refused", due_in=900.0, error="the token is dead"),
        scheduled(1007, due_in=-1.0, error="the server responds with 500"),
        stores=200,
        failing=1,
        refused=1,
    )
    lines = [" ".join(line.split()) for line in screen.lines()]
    assert "2 stores need attention" in lines
    assert "✗ 1053 again in 15 min the token is dead" in lines
    assert "! 1007 again now the server responds with 500" in lines


def test_the_notice_says_what_everybody_waits_for():
    screen = Screen()
    screen.status(stores=200, ok=200, mean_interval=95.0)
    assert "intervals are stretched to 95 s" in screen.text
    for _ in range(900):
        screen.request(1003)
    screen.now += 5
    assert "at the limit of 90 requests/s for this address" in screen.text
    screen.display.show_event(FleetProblem(kind="database", error="no connection", retry_in=8.0))
    assert "waiting for the database: no connection (next try in 8 s)" in screen.text
    screen.end(1003)
    assert "waiting for the database" not in screen.text
    screen.display.show_stopping()
    assert "Ctrl-C again stops at once" in screen.text


def test_a_store_that_waits_says_for_what():
    screen = Screen()
    screen.start(1003)
    screen.request(1003, kind=EventKind.DELAYED, seconds=30.0, status=429)
    screen.now += 10
    assert "waits for the rate limit, 20 s" in screen.text


def test_a_single_round_has_a_bar():
    screen = Screen(every=None)
    screen.display.show_event(FleetListed(stores=4, removed=0))
    screen.end(1003)
    assert "1 of 4 stores" in screen.text


def test_control_characters_of_an_error_are_escaped():
    screen = Screen()
    screen.status(scheduled(1053, error="\x1b]0;owned\x07"), stores=1)
    assert "\x1b]0" not in "".join(screen.lines())


def test_without_a_terminal_failures_recoveries_and_totals_are_lines():
    screen = Screen(terminal=False)
    screen.display.show_event(FleetListed(stores=2, removed=0))
    screen.end(1003, "failing", error="no response", delay=60.0)
    screen.end(1003, "failing", error="no response", delay=120.0)
    screen.end(1003)
    screen.end(1004)
    screen.display.show_event(FleetProblem(kind="listing", error="no such file", retry_in=2.0))
    screen.now += 60
    screen.status(stores=2, ok=2)
    lines = [line.split(" ", 1)[1] for line in screen.file.getvalue().splitlines()]
    assert lines[:4] == [
        "2 stores in the list",
        "store 1003 failing, tried again in 60 s: no response",
        "store 1003 works again",
        "waiting for the list of stores, next try in 2 s: no such file",
    ]
    assert lines[4:] == ["2 stores: 2 ok; 0 rounds/min, 0.0 of 90 requests/s, 0 items stored, none due"]
