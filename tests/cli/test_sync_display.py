"""The live table of ``ecwid sync``, and the lines in its place."""

import io

import pytest
from rich.console import Console

from ecwid_async.cli.sync_display import SectionRow, SyncDisplay, build_table
from ecwid_async.wire import Event, EventKind

NOW = 1_800_000_000.0
ROWS = [
    SectionRow(name="products", rows=1250, changed=3, deleted=1, proven_at=NOW - 300, state="in step"),
    SectionRow(name="orders", rows=40, proven_at=NOW - 7200, late=2, state="2 came late", level="warning"),
    SectionRow(name="reviews", state="skipped: the token lacks read_reviews", level="skipped"),
    SectionRow(name="promotions", state="skipped: the token lacks read_reviews", level="skipped"),
]


class Screen:
    """A display that writes to text, at a time that a test sets."""

    def __init__(self, *, terminal: bool, every: float | None = 5.0, shown: bool = True) -> None:
        self.now = NOW
        self.file = io.StringIO()
        console = Console(file=self.file, force_terminal=terminal, width=100, height=40, color_system=None)
        self.display = SyncDisplay(
            "store 1003 → shop.db", shown=shown, every=every, clock=lambda: self.now, console=console
        )

    @property
    def text(self) -> str:
        return self.file.getvalue()

    def render(self) -> str:
        console = Console(file=io.StringIO(), width=100)
        with console.capture() as captured:
            console.print(self.display)
        return captured.get()


def render(renderable) -> list[str]:
    console = Console(width=100, file=io.StringIO())
    with console.capture() as captured:
        console.print(renderable)
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_a_row_shows_what_a_section_has_and_what_the_latest_round_changed():
    lines = render(build_table(ROWS, now=NOW))
    assert "✓ products 1,250 3 1 5 min 0 0 in step" in lines
    assert "! orders 40 · · 2 h 2 0 2 came late" in lines
    assert "Total 1,290 3 1 2 0" in lines


def test_skipped_sections_share_a_line_with_their_reason():
    lines = render(build_table(ROWS, now=NOW))
    assert lines[-1] == "reviews, promotions: skipped: the token lacks read_reviews"
    assert sum("reviews" in line for line in lines) == 1


def test_the_display_counts_down_to_the_next_round_and_lists_recent_changes():
    screen = Screen(terminal=True)
    screen.display.start_round()
    screen.display.finish_round(ROWS, seconds=1.0, requests=4)
    screen.now += 1
    shown = screen.render()
    assert "store 1003 → shop.db every 5s" in " ".join(shown.split())
    assert "round 1: 4 requests in 1.0 s, next in 3 s" in shown
    assert "products  3 changed, 1 deleted" in shown
    screen.now += 60
    assert "next in 0 s" in screen.render()


def test_the_display_names_the_list_that_is_being_read():
    screen = Screen(terminal=True)
    screen.display.start_round()
    for _ in range(2):
        screen.display.show_event(Event(kind=EventKind.CALL_ENDED, operation="GET /products", request_id="1"))
    assert "reading products, 2 requests" in screen.render()
    screen.display.show_event(
        Event(kind=EventKind.DELAYED, operation="GET /products", request_id="1", seconds=12.0, status=429)
    )
    assert "rate limit, resuming in 12 s" in screen.render()


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ("GET /latest-stats", "asking what changed"),
        ("GET /orders", "reading orders"),
        ("GET /orders/deleted", "reading deleted orders"),
        ("GET /orders/{orderId}", "looking up orders"),
    ],
)
def test_requests_are_described_by_their_purpose(operation, text):
    screen = Screen(terminal=True)
    screen.display.show_event(Event(kind=EventKind.CALL_ENDED, operation=operation, request_id="1"))
    assert text in screen.render()


def test_without_a_terminal_each_round_is_a_line():
    screen = Screen(terminal=False)
    with screen.display:
        screen.display.start_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
        screen.display.start_round()
        screen.display.finish_round(ROWS[3:], seconds=0.5, requests=1)
        screen.display.show_problem("the server is down")
    first, second, third = screen.text.splitlines()
    assert first.endswith("products 3 changed, 1 deleted; orders: 2 came late (1 request, 1.0 s)")
    assert second.endswith("no changes (1 request, 0.5 s)")
    assert third.endswith("the server is down")
    assert "\x1b" not in screen.text


def test_the_live_table_is_drawn_on_a_terminal_and_stays_after_a_watch():
    screen = Screen(terminal=True)
    with screen.display:
        screen.display.start_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
    assert "1,250" in screen.text
    assert "next in" not in screen.text.splitlines()[-1]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_hidden_display_prints_nothing(terminal):
    screen = Screen(terminal=terminal, shown=False)
    with screen.display:
        screen.display.start_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
        screen.display.show_problem("the server is down")
    assert screen.text == ""


def test_control_characters_of_an_error_do_not_reach_the_terminal():
    screen = Screen(terminal=True)
    screen.display.show_problem("bad \x1b]0;owned\x07 value")
    assert "\x1b]0" not in screen.render()
    assert "\x07" not in screen.render()
