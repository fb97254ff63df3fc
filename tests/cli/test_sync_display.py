"""The live table of ``ecwid sync``, and the lines in its place."""

import io

import pytest
from rich.console import Console

from ecwid_async.cli.sync_display import SectionRow, SyncDisplay, build_table, section_rows
from ecwid_async.sync import SectionReport, SectionStatus, StoreStatus
from ecwid_async.sync.rows import MIRROR_SECTIONS
from ecwid_async.wire import Event, EventKind

NOW = 1_800_000_000.0
ROWS = [
    SectionRow(name="products", rows=1250, changed=3, deleted=1, cursor=NOW - 300, state="in step"),
    SectionRow(name="orders", rows=40, cursor=NOW - 7200, late=2, state="2 came late", level="warning"),
    SectionRow(name="reviews", state="skipped: the token lacks read_reviews", level="skipped"),
    SectionRow(name="promotions", state="skipped: the token lacks read_reviews", level="skipped"),
]


class Screen:
    """A display that writes to text, at a time that a test sets."""

    def __init__(self, *, terminal: bool, every: float | None = 5.0, shown: bool = True) -> None:
        self.now = NOW
        self.file = io.StringIO()
        console = Console(file=self.file, force_terminal=terminal, width=100, height=40, color_system=None)
        self.display = SyncDisplay(shown=shown, every=every, clock=lambda: self.now, console=console)
        self.display.title = "store 1003 → shop.db"

    def begin_round(self) -> None:
        self.request("GET /latest-stats")

    def request(self, operation: str) -> None:
        self.display.show_event(Event(kind=EventKind.CALL_ENDED, operation=operation, request_id="1"))

    @property
    def text(self) -> str:
        return self.file.getvalue()

    def render(self) -> str:
        console = Console(file=io.StringIO(), width=100)
        with console.capture() as captured:
            console.print(self.display)
        return captured.get()


def render(renderable, *, width=100) -> list[str]:
    console = Console(width=width, file=io.StringIO())
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


def test_a_small_table_has_the_rows_with_something_to_tell_and_then_the_largest():
    rows = [
        SectionRow(name="small", rows=1),
        SectionRow(name="large", rows=900),
        SectionRow(name="changed", rows=2, changed=1),
        SectionRow(name="failing", rows=3, state="500", level="error"),
    ]
    lines = render(build_table(rows, now=NOW, max_rows=3))
    assert [line.split()[1] for line in lines if line[:1] in "✓✗"] == ["large", "changed", "failing"]
    assert "Total 906 1 0 0 0" in lines
    assert lines[-1] == "and 1 more section"


@pytest.mark.parametrize(("width", "missing"), [(84, ["Silent"]), (60, ["Silent", "Late", "Cursor", "Deleted"])])
def test_a_narrow_terminal_shows_names_and_states_whole_and_fewer_columns(width, missing):
    row = SectionRow(name="checkout_extra_fields", state="in step")
    heading, _, line = render(build_table([row], now=NOW), width=width)
    assert "checkout_extra_fields" in line
    assert line.endswith("in step")
    assert [name for name in ("Silent", "Late", "Cursor", "Deleted") if name not in heading] == missing


def test_a_problem_is_explained_below_the_table():
    message = "GET /orders returned 500 INTERNAL_ERROR. Try again later, or report it."
    row = SectionRow(name="orders", state="failing", problem=message, level="error")
    lines = render(build_table([row, SectionRow(name="products")], now=NOW))
    assert "✗ orders 0 · · 0 0 failing" in lines
    assert lines[-1] == f"! orders: {message}"


def test_many_changed_sections_are_one_line():
    screen = Screen(terminal=True)
    screen.begin_round()
    rows = [SectionRow(name=f"s{number}", rows=10, changed=10) for number in range(20)]
    screen.display.finish_round(rows, seconds=1.0, requests=30)
    assert "20 sections  200 items changed or deleted" in screen.render()


def test_the_display_counts_down_to_the_next_round_and_lists_recent_changes():
    screen = Screen(terminal=True)
    screen.begin_round()
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
    screen.begin_round()
    for _ in range(2):
        screen.request("GET /products")
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
        ("GET /discount_coupons/deleted", "reading deleted coupons"),
        *((section.operation, f"reading {section.name}") for section in MIRROR_SECTIONS.values()),
    ],
)
def test_requests_are_described_by_their_purpose(operation, text):
    screen = Screen(terminal=True)
    screen.request(operation)
    assert text in screen.render()


def test_a_first_read_shows_the_items_stored_so_far():
    screen = Screen(terminal=True)
    screen.begin_round()
    screen.display.show_progress(SectionReport(name="products", changed=1200))
    screen.display.show_progress(SectionReport(name="products", changed=2300))
    assert "● products 2,300 2,300 · 0 0 first read" in render(screen.display)


def test_a_later_round_shows_what_it_changed_so_far_and_forgets_the_round_before():
    screen = Screen(terminal=True)
    screen.begin_round()
    screen.display.finish_round(ROWS, seconds=1.0, requests=4)
    screen.begin_round()
    assert "✓ products 1,250 · · 5 min 0 0 in step" in render(screen.display)
    screen.display.show_progress(SectionReport(name="products", changed=7))
    assert "✓ products 1,250 7 · 5 min 0 0 in step" in render(screen.display)


def test_a_long_round_prints_a_line_now_and_then_without_a_terminal():
    screen = Screen(terminal=False)
    screen.begin_round()
    for changed in range(100, 1300, 100):
        screen.now += 1
        screen.display.show_progress(SectionReport(name="brands"))
        screen.display.show_progress(SectionReport(name="products", changed=changed))
    assert [line.split(" ", 1)[1] for line in screen.text.splitlines()] == [
        "products: 500 stored",
        "products: 1,000 stored",
    ]


def status(**sections):
    return StoreStatus(
        store_id=1003,
        server="demo",
        now=NOW + 50,  # the server's clock is ahead
        stale_after=300.0,
        sections={name: SectionStatus(name=name, **values) for name, values in sections.items()},
    )


@pytest.mark.parametrize(
    ("values", "report", "state", "level"),
    [
        ({"condition": "ok"}, None, "in step", "ok"),
        ({"condition": "ok"}, {"steps": ["poll", "audit"]}, "in step, audited", "ok"),
        ({"condition": "ok"}, {"late": 1}, "an audit found missed items", "warning"),
        ({"condition": "ok"}, {"refused": 2}, "the database refused 2", "warning"),
        ({"condition": "ok", "hints": 2, "missing": 3}, None, "5 to look up", "busy"),
        ({"condition": "new"}, None, "not read yet", "busy"),
        ({"condition": "reading"}, None, "first read", "busy"),
        ({"condition": "failing", "error": "500"}, None, "failing", "error"),
        ({"condition": "skipped", "skipped": "no scope"}, None, "no scope", "skipped"),
        ({"condition": "stopped", "stopped": "too much"}, None, "stopped", "warning"),
        ({"condition": "unproven"}, None, "a part could not be read completely yet", "warning"),
        ({"condition": "behind", "behind": 600.0}, None, "behind for 10 min", "warning"),
    ],
)
def test_the_state_of_a_section_is_a_few_words(values, report, state, level):
    reports = {} if report is None else {"orders": SectionReport(name="orders", **report)}
    (row,) = section_rows(status(orders=values), reports, now=NOW)
    assert (row.state, row.level) == (state, level)


def test_the_age_of_a_cursor_is_measured_by_the_clock_of_the_server():
    (row,) = section_rows(status(orders={"cursor": int(NOW) + 50 - 300}), {}, now=NOW)
    assert row.cursor == NOW - 300


def test_without_a_terminal_each_round_is_a_line():
    screen = Screen(terminal=False)
    with screen.display:
        screen.begin_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
        screen.begin_round()
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
        screen.begin_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
    assert "1,250" in screen.text
    assert "next in" not in screen.text.splitlines()[-1]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_hidden_display_prints_nothing(terminal):
    screen = Screen(terminal=terminal, shown=False)
    with screen.display:
        screen.begin_round()
        screen.display.finish_round(ROWS, seconds=1.0, requests=1)
        screen.display.show_problem("the server is down")
    assert screen.text == ""


def test_control_characters_of_an_error_do_not_reach_the_terminal():
    screen = Screen(terminal=True)
    screen.display.show_problem("bad \x1b]0;owned\x07 value")
    assert "\x1b]0" not in screen.render()
    assert "\x07" not in screen.render()
